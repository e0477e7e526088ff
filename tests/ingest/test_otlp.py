"""What is stored of a request, and what is cut out and why."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from backend.core.limits import DAY_NS, MAX_NESTING
from ingest.errors import Malformed, TooLarge
from ingest.otlp import check_logs, check_metrics, check_traces, explain
from ingest.rewrite import CUT
from tests.support.otlp import any_value, key_values, request, span


def check(*spans: object) -> tuple[ExportTraceServiceRequest, dict[str, int]]:
    checked = check_traces(request(*spans).SerializeToString(), time.time_ns())
    return ExportTraceServiceRequest.FromString(checked.body), dict(checked.rejected)


def stored_value(value: object) -> str:
    kept, _ = check(span(attributes={"key": value}))
    return kept.resource_spans[0].scope_spans[0].spans[0].attributes[0].value.string_value


def test_it_passes_a_plain_request_on_as_sent():
    body = request(span(attributes={"a": 1, "b": ["x", 2.5], "c": True}), span()).SerializeToString()
    checked = check_traces(body, time.time_ns())
    assert checked.body is body
    assert (checked.items, checked.kept, checked.rejected) == (2, 2, {})


def test_one_bad_span_of_a_hundred_leaves_ninety_nine():
    kept, rejected = check(*(span(str(n)) for n in range(99)), span("bad", trace_id=b"short"))
    names = [s.name for s in kept.resource_spans[0].scope_spans[0].spans]
    assert names == [str(n) for n in range(99)]
    assert rejected == {"bad_trace_id": 1}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"trace_id": b""}, "bad_trace_id"),
        ({"trace_id": bytes(16)}, "bad_trace_id"),
        ({"trace_id": b"x" * 17}, "bad_trace_id"),
        ({"span_id": b"x" * 7}, "bad_span_id"),
        ({"span_id": bytes(8)}, "bad_span_id"),
        ({"parent": b"x" * 9}, "bad_parent_span_id"),
        ({"start_time_unix_nano": 0}, "start_time_out_of_range"),
        ({"start_time_unix_nano": 10_413_792_000 * 10**9}, "start_time_out_of_range"),
        ({"end_time_unix_nano": time.time_ns() + 2 * DAY_NS}, "end_time_out_of_range"),
    ],
)
def test_it_rejects_a_span_with_its_reason(wrong, reason):
    kept, rejected = check(span(**wrong))
    assert rejected == {reason: 1}
    assert not kept.resource_spans


def test_nested_values_become_json_text():
    assert stored_value({"a": [1, {"b": None}], "c": b"\x00\xff"}) == '{"a":[1,{"b":null}],"c":"AP8="}'


def test_a_list_of_maps_becomes_json_text():
    assert stored_value([{"a": 1}, "x"]) == '[{"a":1},"x"]'


def test_a_list_of_plain_values_stays_a_list():
    kept, _ = check(span(attributes={"a": {"nested": 1}, "tags": ["x", "y"]}))
    values = kept.resource_spans[0].scope_spans[0].spans[0].attributes[1].value.array_value.values
    assert [v.string_value for v in values] == ["x", "y"]


def test_ten_thousand_levels_cost_the_value_not_the_span():
    deep: object = "bottom"
    raw = any_value(deep).SerializeToString()
    for _ in range(10_000):
        raw = b"\x2a" + varint(len(raw) + 1 + len(varint(len(raw)))) + b"\x0a" + varint(len(raw)) + raw
    attribute = b"\x0a\x01k\x12" + varint(len(raw)) + raw
    one = span().SerializeToString() + b"\x4a" + varint(len(attribute)) + attribute
    scope = b"\x12" + varint(len(one)) + one
    resource = b"\x12" + varint(len(scope)) + scope
    checked = check_traces(b"\x0a" + varint(len(resource)) + resource, time.time_ns())
    kept = ExportTraceServiceRequest.FromString(checked.body).resource_spans[0].scope_spans[0].spans[0]
    text = kept.attributes[0].value.string_value
    assert CUT in text
    assert text.startswith("[" * MAX_NESTING)


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def test_broken_utf8_is_replaced_and_the_span_is_kept():
    body = request(span("NAME", attributes={"key": "VALUE"})).SerializeToString()
    checked = check_traces(body.replace(b"NAME", b"N\xffME").replace(b"VALUE", b"V\xc3LUE"), time.time_ns())
    kept = ExportTraceServiceRequest.FromString(checked.body).resource_spans[0].scope_spans[0].spans[0]
    assert (kept.name, kept.attributes[0].value.string_value) == ("N\ufffdME", "V\ufffdLUE")


def test_a_body_that_brings_its_own_envelope_loses_it():
    foreign = b"\xa2\x06\x03abc"  # field 100, the project
    checked = check_traces(request(span()).SerializeToString() + foreign, time.time_ns())
    assert checked.kept == 1
    assert foreign not in checked.body


def test_a_cut_off_body_is_malformed():
    with pytest.raises(Malformed):
        check_traces(request(span()).SerializeToString()[:-3], time.time_ns())


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_malformed(body):
    try:
        checked = check_traces(body, time.time_ns())
    except Malformed:
        return
    assert checked.kept + checked.rejected.total() == checked.items


def test_only_genai_logs_are_kept():
    now = time.time_ns()
    logs = ExportLogsServiceRequest()
    scope = logs.resource_logs.add().scope_logs.add()
    scope.log_records.add(
        time_unix_nano=now, event_name="gen_ai.choice", body=any_value({"message": {"content": "hi"}})
    )
    scope.log_records.add(time_unix_nano=now, attributes=key_values({"event.name": "gen_ai.user.message"}))
    scope.log_records.add(time_unix_nano=now, body=any_value("a line"))
    scope.log_records.add(time_unix_nano=1, event_name="gen_ai.choice")
    checked = check_logs(logs.SerializeToString(), now)
    kept = ExportLogsServiceRequest.FromString(checked.body).resource_logs[0].scope_logs[0].log_records
    assert kept[0].body.string_value == '{"message":{"content":"hi"}}'
    assert (checked.items, checked.kept, dict(checked.rejected)) == (4, 2, {"log_time_out_of_range": 1})


def test_metrics_are_counted_and_not_stored():
    checked = check_metrics(b"")
    assert (checked.items, checked.kept, checked.body) == (0, 0, b"")
    with pytest.raises(Malformed):
        check_metrics(b"\x0a\xff")


def test_the_reply_says_why_in_words():
    message = explain({"bad_span_id": 2}, "span")
    assert message == "2 spans rejected. bad_span_id (2): span_id must be 8 bytes and not all zero."
    assert explain({}, "span") == ""


def test_a_million_empty_spans_are_refused_before_they_are_unpacked():
    spans = b"\x12\x00" * 600_000
    scope = b"\x12" + varint(len(spans)) + spans
    with pytest.raises(TooLarge, match="600000 items"):
        check_traces(b"\x0a" + varint(len(scope)) + scope, time.time_ns())
