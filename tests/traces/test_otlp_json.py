"""A stored span as OTLP/JSON can be sent again."""

from __future__ import annotations

import json
import time

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from backend.traces.otlp_json import otlp_json
from backend.traces.view import SpanEvent, SpanLink, Status
from ingest import otlp_json as reader
from tests.web.spans import TRACE_ID, span


def test_it_is_a_request_that_ingest_reads_to_the_last_field() -> None:
    start = time.time_ns()
    shown = span(
        2, 1, name="chat", kind="client", status=Status("error", "busy"), attributes={"a.b": "1", "z": "漢字"},
        resource_attributes={"service.name": "shop"}, events=[SpanEvent("e", start, {"k": "v"})],
        links=[SpanLink("b" * 32, "c" * 16, {"why": "retry"})],
    )  # fmt: skip
    decoded = reader.decode("traces", json.dumps(otlp_json(shown)).encode())
    assert decoded.rejected == {}
    (resource,) = ExportTraceServiceRequest.FromString(decoded.message).resource_spans
    (made,) = resource.scope_spans[0].spans
    assert (made.trace_id.hex(), made.span_id.hex(), made.parent_span_id.hex()) == (TRACE_ID, f"{2:016x}", f"{1:016x}")
    assert (made.start_time_unix_nano, made.end_time_unix_nano) == (shown.start_ns, shown.end_ns)
    assert {one.key: one.value.string_value for one in made.attributes} == {"a.b": "1", "z": "漢字"}
    assert (made.kind, made.status.code, made.status.message) == (3, 2, "busy")
    assert (made.events[0].time_unix_nano, made.links[0].trace_id.hex()) == (start, "b" * 32)
    assert resource.scope_spans[0].scope.name == "test"
