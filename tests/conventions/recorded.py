"""Recorded OTLP bodies as RawSpans: a body is flattened the way the store keeps it, all values as text."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import asdict
from pathlib import Path

from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from backend.conventions.columns import FIELDS
from backend.conventions.messages import LogEvent, RawSpan
from backend.conventions.words import TYPE_WORDS

DATA = Path(__file__).parent / "data"
KEYS = {field.name: field.keys for field in FIELDS}


def read_value(value):
    """An OTLP AnyValue as JSON would have it."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    found = getattr(value, kind)
    if kind == "array_value":
        return [read_value(one) for one in found.values]
    if kind == "kvlist_value":
        return {one.key: read_value(one.value) for one in found.values}
    return base64.b64encode(found).decode() if kind == "bytes_value" else found


def as_stored(value) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def attributes_of(pairs) -> dict[str, str]:
    return {pair.key: as_stored(read_value(pair.value)) for pair in pairs}


def parse_body(raw: bytes, *, signal: str = "traces", encoding: str = "", content_type: str = "protobuf"):
    raw = gzip.decompress(raw) if encoding == "gzip" else raw
    request = ExportTraceServiceRequest() if signal == "traces" else ExportLogsServiceRequest()
    if "json" not in content_type:
        request.ParseFromString(raw)
        return request
    return json_format.ParseDict(_with_base64_ids(json.loads(raw)), request, ignore_unknown_fields=True)


def _with_base64_ids(node):
    if isinstance(node, dict):
        ids = ("traceId", "spanId", "parentSpanId")
        return {
            key: base64.b64encode(bytes.fromhex(child)).decode() if key in ids else _with_base64_ids(child)
            for key, child in node.items()
        }
    return [_with_base64_ids(child) for child in node] if isinstance(node, list) else node


def spans_of(request, log_events: dict[str, list[LogEvent]] | None = None) -> dict[str, RawSpan]:
    """Span id → RawSpan; the attributes that become input and output are taken out, as the store does."""
    found = {}
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                attributes = attributes_of(span.attributes)
                keys = {side: next((k for k in KEYS[side] if attributes.get(k)), "") for side in ("input", "output")}
                values = {side: attributes.pop(key, "") for side, key in keys.items()}
                found[span.span_id.hex()] = RawSpan(
                    name=span.name,
                    type=type_of(attributes),
                    scope_name=scope.scope.name,
                    attributes=attributes,
                    **values,
                    **{f"{side}_key": key for side, key in keys.items()},
                    events=[
                        (event.name, event.time_unix_nano, attributes_of(event.attributes)) for event in span.events
                    ],
                    log_events=(log_events or {}).get(span.span_id.hex(), []),
                    status_message=span.status.message,
                    status_code=span.status.code,
                )
    return found


def log_events_of(request) -> dict[str, list[LogEvent]]:
    found: dict[str, list[LogEvent]] = {}
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            for record in scope.log_records:
                attributes = attributes_of(record.attributes)
                name = record.event_name or attributes.get("event.name", "")
                event = LogEvent(name, as_stored(read_value(record.body)), attributes)
                found.setdefault(record.span_id.hex(), []).append(event)
    return found


def type_of(attributes: dict[str, str]) -> str:
    """A short form of what the store infers; good enough for tests of rendering."""
    words = [attributes.get(key, "") for key in (*KEYS["type_word"], *KEYS["operation"], "mlflow.spanType")]
    for word in (word.strip('"').lower() for word in words):
        for name, known in TYPE_WORDS.items():
            if word in known or (word == "chat_model" and name == "llm"):
                return name
    return "span"


def load(name: str) -> RawSpan:
    """A sample kept in data/."""
    saved = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    saved["events"] = [tuple(event) for event in saved["events"]]
    saved["log_events"] = [LogEvent(**event) for event in saved["log_events"]]
    return RawSpan(**saved)


def save(name: str, span: RawSpan) -> None:
    text = json.dumps(asdict(span), ensure_ascii=False, indent=1)
    (DATA / f"{name}.json").write_text(text + "\n", encoding="utf-8")
