"""What real exporters send comes back through the API, whatever the transport, encoding and key."""

from __future__ import annotations

import base64
import gzip
import json
import os
import zlib
from collections.abc import Mapping
from typing import Any

import grpc
import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanKind, Status, StatusCode, format_span_id, format_trace_id

from tests.support import otlp, wire
from tests.support.server import API_KEY, Server

KEY = {"authorization": f"Bearer {API_KEY}"}


def application(exporter: SpanExporter) -> list[ReadableSpan]:
    """A small agent run, traced with the OpenTelemetry SDK; what it meant to send."""
    seen = InMemorySpanExporter()
    provider = TracerProvider(
        resource=Resource({"service.name": "shop", "deployment.environment.name": "tests", "host.cpus": 8})
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    provider.add_span_processor(SimpleSpanProcessor(seen))
    tracer = provider.get_tracer("shop.agent", "1.2.3")
    with tracer.start_as_current_span("agent run", kind=SpanKind.SERVER) as root:
        root.set_attributes(
            {"text": 'grüße 😀\n\t"quoted"', "yes": True, "no": False, "whole": -(2**62), "part": 0.1, "empty": ""}
        )
        root.set_attributes(
            {"texts": ["a", 'b,"c"'], "numbers": [1, 2, 3], "parts": [0.5, 1e300], "flags": [True, False], "none": []}
        )
        other = root.get_span_context()
        with tracer.start_as_current_span(
            "chat m", kind=SpanKind.CLIENT, links=[Link(other, {"why": "because", "n": 1})]
        ) as call:
            call.set_attributes(
                {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 7}
            )
            call.set_attribute("gen_ai.prompt.long", "x" * 100_000)
            call.add_event("token", {"index": 0, "text": "Hi"})
            call.set_status(Status(StatusCode.OK))
        with pytest.raises(ZeroDivisionError), tracer.start_as_current_span("tool"):
            _ = 1 / 0
    provider.shutdown()
    return list(seen.get_finished_spans())


def same(sent: object, stored: str) -> bool:
    """Values are kept as text: arrays as JSON, booleans as true and false."""
    match sent:
        case bool():
            return stored == ("true" if sent else "false")
        case float():
            return float(stored) == sent
        case list() | tuple():
            return json.loads(stored) == list(sent)
    return stored == str(sent)


def assert_attributes(sent: Mapping[str, Any], stored: Mapping[str, str]) -> None:
    assert set(stored) == set(sent)
    assert {key: stored[key] for key, value in sent.items() if not same(value, stored[key])} == {}


def assert_came_back(server: Server, sent: list[ReadableSpan]) -> None:
    trace = server.trace(format_trace_id(sent[0].context.trace_id), spans=len(sent))
    stored = {span["span_id"]: span for span in trace["spans"]}
    assert len(stored) == len(trace["spans"]) == len(sent)
    for span in sent:
        got = stored[format_span_id(span.context.span_id)]
        assert got["name"] == span.name
        assert (got["parent_span_id"] or "") == (format_span_id(span.parent.span_id) if span.parent else "")
        assert got["status"]["code"] == span.status.status_code.name.lower()
        assert got["scope"] == {"name": "shop.agent", "version": "1.2.3"}
        assert got["service_name"] == "shop"
        assert_attributes(span.attributes or {}, got["attributes"])
        assert_attributes(span.resource.attributes, got["resource_attributes"])
        assert [event["name"] for event in got["events"]] == [event.name for event in span.events]
        for event, got_event in zip(span.events, got["events"], strict=True):
            assert_attributes(event.attributes or {}, got_event["attributes"])
        assert [(link["trace_id"], link["span_id"]) for link in got["links"]] == [
            (format_trace_id(link.context.trace_id), format_span_id(link.context.span_id)) for link in span.links
        ]
        assert nanoseconds(got["start_time"]) == span.start_time
        assert nanoseconds(got["end_time"]) == span.end_time
    tool = next(span for span in stored.values() if span["name"] == "tool")
    assert tool["error"]["type"] == "ZeroDivisionError"
    assert "division by zero" in tool["error"]["message"]
    assert "Traceback" in tool["error"]["stacktrace"]


def nanoseconds(text: str) -> int:
    """RFC 3339 UTC with nanoseconds, without a float on the way."""
    import calendar
    import time

    whole, _, fraction = text.removesuffix("Z").partition(".")
    seconds = calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S"))
    return seconds * 1_000_000_000 + int(fraction.ljust(9, "0") or 0)


@pytest.mark.parametrize("compression", list(Compression))
def test_spans_of_the_http_exporter_come_back(server: Server, compression: Compression) -> None:
    exporter = HttpExporter(endpoint=server.otlp + "/v1/traces", headers=KEY, compression=compression)
    assert_came_back(server, application(exporter))


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_spans_of_the_grpc_exporter_come_back(server: Server, compression: grpc.Compression) -> None:
    exporter = GrpcExporter(endpoint=server.grpc, insecure=True, headers=tuple(KEY.items()), compression=compression)
    assert_came_back(server, application(exporter))


def test_it_reads_otlp_json(server: Server) -> None:
    trace_id = os.urandom(16)
    root = otlp.span(
        "root", trace_id=trace_id, attributes={"n": 2**53 + 1, "list": [1, "two"], "map": {"a": {"b": [True]}}}
    )
    child = otlp.llm_span(trace_id, root.span_id, status=otlp.failed())
    body = json.dumps(otlp.as_otlp_json(otlp.request(root, child))).encode()
    reply = server.send(body, {"Content-Type": "application/json"})
    assert (reply.status, reply.headers["content-type"], reply.json()) == (200, "application/json", {})
    spans = {span["name"]: span for span in server.trace(trace_id, 2)["spans"]}
    assert spans["root"]["attributes"]["n"] == str(2**53 + 1)
    assert json.loads(spans["root"]["attributes"]["list"]) == [1, "two"]
    assert json.loads(spans["root"]["attributes"]["map"]) == {"a": {"b": [True]}}
    call = spans["chat gpt-4o-mini"]
    assert call["status"] == {"code": "error", "message": "it broke"}
    assert (call["type"], call["provider"], call["usage"]["input_tokens"]) == ("llm", "openai", 100)
    assert call["input_messages"] == [
        {"role": "user", "parts": [{"type": "text", "content": "What is the weather in Ulm?"}]}
    ]


@pytest.mark.parametrize(
    ("encoding", "pack"), [("zstd", wire.zstd.compress), ("gzip", gzip.compress), ("deflate", zlib.compress)]
)
@pytest.mark.parametrize("kind", ["protobuf", "json"])
def test_it_unpacks_every_encoding(server: Server, kind: str, encoding: str, pack: Any) -> None:
    span = otlp.span()
    request = otlp.request(span)
    body = request.SerializeToString() if kind == "protobuf" else json.dumps(otlp.as_otlp_json(request)).encode()
    content_type = otlp.PROTOBUF if kind == "protobuf" else "application/json"
    assert server.send(pack(body), {"Content-Type": content_type, "Content-Encoding": encoding}).status == 200
    server.trace(span.trace_id)


def basic(public: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{public}:{secret}".encode()).decode()}


def test_it_takes_the_key_in_every_form(server: Server) -> None:
    public = server.django("from backend.projects.models import ApiKey; print(ApiKey.objects.get().public_id)")
    spans = []
    for headers in ({"x-api-key": API_KEY}, basic(public, API_KEY), {"Authorization": f"Bearer {API_KEY}"}):
        span = otlp.span()
        assert server.send(otlp.body_of(span), headers, key=None).status == 200
        spans.append(span)
        span = otlp.span()
        otlp.grpc_export(server.grpc, otlp.body_of(span), {name.lower(): value for name, value in headers.items()})
        spans.append(span)
    for span in spans:
        server.trace(span.trace_id)


@pytest.mark.parametrize("path", ["/v1/traces", "/api/public/otel/v1/traces"])
def test_both_ports_take_both_paths(server: Server, path: str) -> None:
    for base in (server.otlp, server.web):
        span = otlp.span()
        assert server.send(otlp.body_of(span), path=path, base=base).status == 200
        server.trace(span.trace_id)


def test_no_key_on_this_machine_means_the_default_project(server: Server) -> None:
    one, two = otlp.span(), otlp.span()
    assert server.send(otlp.body_of(one), key=None).status == 200
    otlp.grpc_export(server.grpc, otlp.body_of(two))
    server.trace(one.trace_id)
    server.trace(two.trace_id)


def test_a_wrong_key_stores_nothing(server: Server) -> None:
    refused, after = otlp.span(), otlp.span()
    for headers in (
        {"Authorization": "Bearer sk-sph-wrong"},
        {"x-api-key": "wrong"},
        basic("pk-sph-0", API_KEY),
        {"Authorization": "Basic %%%"},
    ):
        reply = server.send(otlp.body_of(refused), headers, key=None)
        assert reply.status == 401, headers
        assert b"API key" in reply.body or b"authorization" in reply.body
    with pytest.raises(grpc.RpcError) as caught:
        otlp.grpc_export(server.grpc, otlp.body_of(refused), {"authorization": "Bearer wrong"})
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert server.send(otlp.body_of(after)).status == 200
    server.trace(after.trace_id)
    assert not server.has_trace(refused.trace_id)


def test_metrics_and_logs_are_accepted(server: Server) -> None:
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

    logs, metrics = ExportLogsServiceRequest(), ExportMetricsServiceRequest()
    logs.resource_logs.add().scope_logs.add().log_records.add(
        body=otlp.any_value("hello"), time_unix_nano=otlp.span().end_time_unix_nano
    )
    gauge = metrics.resource_metrics.add().scope_metrics.add().metrics.add(name="m").gauge
    gauge.data_points.add(as_int=1)
    for path, body in (("/v1/logs", logs), ("/v1/metrics", metrics)):
        reply = server.send(body.SerializeToString(), path=path)
        assert (reply.status, reply.body) == (200, b"")


def test_genai_log_events_become_messages_of_their_span(server: Server) -> None:
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

    span = otlp.span("chat m", attributes={"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"})
    logs = ExportLogsServiceRequest()
    record = (
        logs.resource_logs.add()
        .scope_logs.add()
        .log_records.add(
            event_name="gen_ai.user.message",
            time_unix_nano=span.start_time_unix_nano,
            trace_id=span.trace_id,
            span_id=span.span_id,
        )
    )
    record.body.CopyFrom(otlp.any_value({"content": "What is the weather in Ulm?"}))
    assert server.send(logs.SerializeToString(), path="/v1/logs").status == 200
    assert server.send(otlp.body_of(span)).status == 200

    def messages() -> object:
        return server.trace(span.trace_id)["spans"][0]["input_messages"]

    from tests.support.processes import wait_for

    assert "What is the weather in Ulm?" in json.dumps(wait_for(messages, why="messages from the log event"))
