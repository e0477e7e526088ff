"""One stored span as OTLP/JSON: an ExportTraceServiceRequest that could be sent again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.traces.assemble import KIND
from backend.traces.view import SpanView

STATUS_CODE = {"unset": 0, "ok": 1, "error": 2}


def otlp_json(span: SpanView) -> dict[str, Any]:
    """Ids in hex, times as text, kinds as numbers, attributes as stored: every value is text."""
    made: dict[str, Any] = {"traceId": span.trace_id, "spanId": span.span_id}
    if span.parent_span_id:
        made["parentSpanId"] = span.parent_span_id
    made |= {
        "name": span.name,
        "kind": KIND.index(span.kind) if span.kind in KIND else 0,
        "startTimeUnixNano": str(span.start_ns),
        "endTimeUnixNano": str(span.end_ns),
        "attributes": _attributes(span.attributes),
        "events": [
            {"timeUnixNano": str(event.time_ns), "name": event.name, "attributes": _attributes(event.attributes)}
            for event in span.events
        ],
        "links": [
            {"traceId": link.trace_id, "spanId": link.span_id, "attributes": _attributes(link.attributes)}
            for link in span.links
        ],
        "status": {
            "code": STATUS_CODE[span.status.code],
            **({"message": span.status.message} if span.status.message else {}),
        },
    }
    scope = {"name": span.scope_name, **({"version": span.scope_version} if span.scope_version else {})}
    resource = {"attributes": _attributes(span.resource_attributes)}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope, "spans": [made]}]}]}


def _attributes(attributes: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": attributes[key]}} for key in sorted(attributes)]
