"""How to send the first trace: code a person can copy, with this installation's own address in it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from django.http import HttpRequest

KEY_PLACEHOLDER = "YOUR_API_KEY"

PYTHON = """# pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(
    endpoint="{endpoint}",
    headers={{"Authorization": "Bearer {key}"}},
)))
trace.set_tracer_provider(provider)

with trace.get_tracer("my-app").start_as_current_span("hello") as span:
    span.set_attribute("gen_ai.operation.name", "chat")
    span.set_attribute("gen_ai.request.model", "gpt-4o-mini")
provider.shutdown()
"""

CURL = """curl -X POST {endpoint} \\
  -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\
  -d '{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{
        "traceId":"'"$(openssl rand -hex 16)"'","spanId":"'"$(openssl rand -hex 8)"'","name":"hello",
        "startTimeUnixNano":"'"$(date +%s)"'000000000","endTimeUnixNano":"'"$(date +%s)"'400000000"}}]}}]}}]}}'
"""


@dataclass(frozen=True)
class FirstTrace:
    endpoint: str
    python: str
    curl: str


def first_trace(request: HttpRequest, key: str = KEY_PLACEHOLDER) -> FirstTrace:
    """The web port takes OTLP too, so the address the reader is at is one that works from there."""
    endpoint = request.build_absolute_uri("/v1/traces")
    return FirstTrace(
        endpoint=endpoint,
        python=PYTHON.format(endpoint=endpoint, key=key),
        curl=CURL.format(endpoint=shlex.quote(endpoint), key=key),
    )
