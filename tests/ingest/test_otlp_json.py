"""OTLP's JSON form: exact for what is right, a path and a reason for what is wrong, never a crash."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import orjson
import pytest
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from backend.core import limits
from ingest.errors import Malformed, TooLarge
from ingest.otlp_json import Decoded, decode

REQUESTS: dict[str, Any] = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}
GOOD = {"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "name": "chat"}


def body(*spans: object) -> bytes:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()


def spans_of(decoded: Decoded) -> list[Span]:
    request = ExportTraceServiceRequest.FromString(decoded.message)
    return [span for resource in request.resource_spans for scope in resource.scope_spans for span in scope.spans]


def read(**fields: object) -> Span:
    """The one span of a body, which must be accepted."""
    decoded = decode("traces", body(fields))
    assert not decoded.rejected, decoded.messages
    return spans_of(decoded)[0]


def value_of(**value: object) -> Any:
    return read(attributes=[{"key": "k", "value": value}]).attributes[0].value


def fault(**fields: object) -> str:
    """The reason why a span is rejected; its neighbours must stay."""
    decoded = decode("traces", body(GOOD, fields, GOOD))
    assert (decoded.items, decoded.rejected, len(decoded.messages)) == (3, {"wrong_type": 1}, 1)
    assert [span.name for span in spans_of(decoded)] == ["chat", "chat"]
    return decoded.messages[0].removeprefix("resourceSpans[0].scopeSpans[0].spans[1]")


# --- what is right ----------------------------------------------------------------------------------------------------


def test_it_reads_a_span() -> None:
    span = read(
        traceId="0AF7651916cd43dd8448eb211c80319C",
        spanId="b7ad6b7169203331",
        parentSpanId="",
        name="chat",
        kind=3,
        startTimeUnixNano="1790000000000000001",
        endTimeUnixNano=1790000000000000002,
        status={"code": 2, "message": "no"},
        events=[
            {"timeUnixNano": "5", "name": "exception", "attributes": [{"key": "k", "value": {"stringValue": "v"}}]}
        ],
        links=[{"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331"}],
    )
    assert (span.trace_id.hex(), span.parent_span_id) == (GOOD["traceId"], b"")
    assert (span.start_time_unix_nano, span.end_time_unix_nano) == (1790000000000000001, 1790000000000000002)
    assert (span.kind, span.status.code, span.status.message) == (3, 2, "no")
    assert (span.events[0].time_unix_nano, span.events[0].attributes[0].value.string_value) == (5, "v")
    assert span.links[0].span_id.hex() == GOOD["spanId"]


def test_it_takes_snake_case_names_of_enums_and_nulls() -> None:
    span = read(
        trace_id="ab", start_time_unix_nano="7", kind="SPAN_KIND_CLIENT", status={"code": "STATUS_CODE_OK"}, links=None
    )
    assert (span.trace_id, span.start_time_unix_nano, span.kind, span.status.code) == (b"\xab", 7, 3, 1)


def test_it_ignores_what_it_does_not_know() -> None:
    assert read(name="x", newField={"deep": [1, {"a": None}]}).name == "x"


@pytest.mark.parametrize("number", [0, -1, 2**63 - 1, -(2**63), "9223372036854775807", "-9223372036854775808", "-0"])
def test_it_reads_integers(number: int | str) -> None:
    assert value_of(intValue=number).int_value == int(number)


def test_it_reads_integers_written_as_floats() -> None:
    assert (value_of(intValue=5.0).int_value, value_of(intValue="1e3").int_value) == (5, 1000)


def test_it_keeps_what_is_empty_apart() -> None:
    values: list[dict[str, object]] = [
        *({"intValue": 0}, {"boolValue": False}, {"stringValue": ""}, {"bytesValue": ""}, {"arrayValue": {}}),
        *({"doubleValue": 0}, {"kvlistValue": {}}, {}),
    ]
    kinds = [value_of(**value).WhichOneof("value") for value in values]
    assert kinds == [
        "int_value",
        "bool_value",
        "string_value",
        "bytes_value",
        "array_value",
        "double_value",
        "kvlist_value",
        None,
    ]


def test_it_reads_doubles() -> None:
    assert [value_of(doubleValue=given).double_value for given in (1, 1.5, "2.5", "1e3", "-Infinity")] == [
        1,
        1.5,
        2.5,
        1e3,
        -math.inf,
    ]
    assert math.isnan(value_of(doubleValue="NaN").double_value)


def test_it_reads_base64() -> None:
    raw = bytes(range(250, 256)) + b"x"
    forms = [base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("=")]
    assert [value_of(bytesValue=form).bytes_value for form in forms] == [raw, raw]


def test_the_last_member_of_a_oneof_counts() -> None:
    assert value_of(stringValue="a", intValue="1").WhichOneof("value") == "int_value"
    assert value_of(intValue="1", stringValue="a").WhichOneof("value") == "string_value"


def test_null_in_a_list_of_values_keeps_its_place() -> None:
    values = value_of(arrayValue={"values": [None, {"intValue": 1}]}).array_value.values
    assert [value.WhichOneof("value") for value in values] == [None, "int_value"]


def test_an_empty_body_is_an_empty_request() -> None:
    for empty in (b"", b"{}", b'{"resourceSpans": []}', b'{"resourceSpans": null}'):
        assert decode("traces", empty) == Decoded(b"", 0)


def test_strings_cut_inside_an_emoji_are_mended() -> None:
    sent = body({"name": "NAME", "traceState": "STATE"})
    sent = sent.replace(b"NAME", rb"a\ud83d").replace(b"STATE", rb"\\ud83d \ud83d\ude00 \udc00")
    span = spans_of(decode("traces", sent))[0]
    assert (span.name, span.trace_state) == ("a\ufffd", "\\ud83d \U0001f600 \ufffd")


def test_broken_utf8_and_a_byte_order_mark_are_mended() -> None:
    sent = b"\xef\xbb\xbf" + body({"name": "abc"}).replace(b"abc", b"a\xffc")
    assert spans_of(decode("traces", sent))[0].name == "a\ufffdc"


# --- what is wrong ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"startTimeUnixNano": "abc"}, '.startTimeUnixNano: "abc" is not a 64-bit integer of 0 or more'),
        ({"startTimeUnixNano": -1}, ".startTimeUnixNano: -1 is not a 64-bit integer of 0 or more"),
        ({"startTimeUnixNano": str(2**64)}, f'.startTimeUnixNano: "{2**64}" is not a 64-bit integer of 0 or more'),
        ({"startTimeUnixNano": True}, ".startTimeUnixNano: true is not a 64-bit integer of 0 or more"),
        ({"startTimeUnixNano": 1.5}, ".startTimeUnixNano: 1.5 is not a 64-bit integer of 0 or more"),
        ({"name": 5}, ".name: 5 is not a string"),
        ({"traceId": "xyz"}, '.traceId: "xyz" is not hexadecimal'),
        ({"traceId": "ab cd"}, '.traceId: "ab cd" is not hexadecimal'),
        ({"kind": "SERVER"}, '.kind: "SERVER" is not a SpanKind'),
        ({"kind": 2**31}, ".kind: 2147483648 is not a SpanKind"),
        ({"attributes": {}}, ".attributes: an object is not a list"),
        ({"attributes": ["x"]}, '.attributes[0]: "x" is not an object'),
        ({"attributes": [{"key": "k", "value": "v"}]}, '.attributes[0].value: "v" is not an object'),
        (
            {"attributes": [{"key": "k", "value": {"intValue": "1_0"}}]},
            '.attributes[0].value.intValue: "1_0" is not a 64-bit integer',
        ),
        (
            {"attributes": [{"key": "k", "value": {"intValue": "1e999"}}]},
            '.attributes[0].value.intValue: "1e999" is not a 64-bit integer',
        ),
        (
            {"attributes": [{"key": "k", "value": {"boolValue": 1}}]},
            ".attributes[0].value.boolValue: 1 is not true or false",
        ),
        (
            {"attributes": [{"key": "k", "value": {"doubleValue": "nan"}}]},
            '.attributes[0].value.doubleValue: "nan" is not a number',
        ),
        (
            {"attributes": [{"key": "k", "value": {"bytesValue": "a"}}]},
            '.attributes[0].value.bytesValue: "a" is not base64',
        ),
        ({"events": [{}, {"name": []}]}, ".events[1].name: a list is not a string"),
        ({"droppedLinksCount": 2**32}, ".droppedLinksCount: 4294967296 is not an unsigned 32-bit integer"),
    ],
)
def test_it_rejects_one_span_with_path_and_reason(fields: dict[str, object], said: str) -> None:
    assert fault(**fields) == said


def test_it_says_where_among_resources_and_scopes() -> None:
    good, bad = {"spans": [GOOD]}, {"spans": [GOOD, {"name": 1}]}
    sent = {"resourceSpans": [{"scopeSpans": [good]}, {"scopeSpans": [good, None, bad]}, {"scopeSpans": [good]}]}
    decoded = decode("traces", orjson.dumps(sent))
    assert decoded.messages == ["resourceSpans[1].scopeSpans[2].spans[1].name: 1 is not a string"]
    assert (decoded.items, len(spans_of(decoded))) == (5, 4)


def test_long_values_are_shown_short() -> None:
    assert len(fault(startTimeUnixNano="x" * 100_000)) < 150


def test_many_faults_are_counted_and_few_told() -> None:
    decoded = decode("traces", body(*[{"name": 1}] * 50))
    assert (decoded.rejected, len(decoded.messages)) == ({"wrong_type": 50}, limits.MAX_REASONS_IN_REPLY)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"[]", "The body: a list is not an object."),
        (b"null", "The body: null is not an object."),
        (b'{"resourceSpans": {}}', "resourceSpans: an object is not a list."),
        (
            b'{"resourceSpans": [{"resource": {"attributes": [{"key": 1}]}}]}',
            "resourceSpans[0].resource.attributes[0].key: 1 is not a string.",
        ),
        (
            b'{"resourceSpans": [{}, {"scopeSpans": [{"scope": 1}]}]}',
            "resourceSpans[1].scopeSpans[0].scope: 1 is not an object.",
        ),
        (
            b'{"resource_spans": [{"scope_spans": [{"spans": 1}]}]}',
            "resource_spans[0].scope_spans[0].spans: 1 is not a list.",
        ),
        (b'{"resourceSpans": [', "The body is not valid JSON: unexpected end of data"),
        (b'{"a": NaN}', "The body is not valid JSON"),
        (b'{"a":' * 10_000, "The body is not valid JSON"),
        (b"[" * 10_000 + b"]" * 10_000, "The body is not valid JSON"),
    ],
)
def test_it_refuses_a_body_whose_envelope_is_wrong(sent: bytes, said: str) -> None:
    with pytest.raises(Malformed) as caught:
        decode("traces", sent)
    assert caught.value.message.startswith(said)


@pytest.mark.parametrize("kind", ["arrayValue", "kvlistValue"])
def test_deep_values_are_not_read_to_their_end(kind: str) -> None:
    value: dict[str, Any] = {"stringValue": "deep"}
    for _ in range(200):
        value = {kind: {"values": [value if kind == "arrayValue" else {"key": "k", "value": value}]}}
    decoded = decode("traces", body({**GOOD, "attributes": [{"key": "k", "value": value}]}))
    assert (decoded.items, decoded.rejected) == (1, {})
    metrics = {"resourceMetrics": [{"resource": {"attributes": [{"key": "k", "value": value}]}}]}
    # protobuf itself reads 100 levels
    ExportMetricsServiceRequest.FromString(decode("metrics", json.dumps(metrics).encode()).message)


def test_too_many_objects_are_refused_before_they_take_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_JSON_CONTAINERS", 100)
    with pytest.raises(TooLarge, match="more than 100 JSON objects"):
        decode("traces", b"[" + b"{}," * 100 + b"{}]")


def test_metrics_are_counted_by_data_point() -> None:
    metrics = [{"name": "a", "gauge": {"dataPoints": [{}, {}]}}, {"name": 5, "sum": {"dataPoints": [{}, {}, {}]}}]
    decoded = decode("metrics", orjson.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]}))
    assert (decoded.items, decoded.rejected) == (5, {"wrong_type": 3})


# --- properties -------------------------------------------------------------------------------------------------------

NUMBERS = {
    FieldDescriptor.TYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_UINT32: st.integers(0, 2**32 - 1),
    FieldDescriptor.TYPE_FIXED32: st.integers(0, 2**32 - 1),
    FieldDescriptor.TYPE_SINT32: st.integers(-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_INT64: st.integers(-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_SFIXED64: st.integers(-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_UINT64: st.integers(0, 2**64 - 1),
    FieldDescriptor.TYPE_FIXED64: st.integers(0, 2**64 - 1),
    FieldDescriptor.TYPE_DOUBLE: st.floats(allow_nan=False) | st.just(math.nan),  # JSON has one NaN, IEEE 754 many
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_STRING: st.text(max_size=8),
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=8),
}


@st.composite
def messages(draw: st.DrawFn, descriptor: Descriptor, depth: int = 0) -> Any:
    """Any message of the type: each field filled or not, but the lists that lead to spans always."""
    message = GetMessageClass(descriptor)()
    for member in descriptor.fields:
        on_the_way = depth < 3 and member.is_repeated
        if depth > 9 or not (on_the_way or draw(st.booleans())):
            continue
        for _ in range(draw(st.integers(1, 2)) if member.is_repeated else 1):
            fill(draw, message, member, depth)
    return message


def fill(draw: st.DrawFn, message: Any, member: FieldDescriptor, depth: int) -> None:
    if member.message_type is not None:
        value = draw(messages(member.message_type, depth + 1))
        if member.is_repeated:
            getattr(message, member.name).append(value)
        else:
            getattr(message, member.name).CopyFrom(value)
        return
    kinds = (
        st.sampled_from([value.number for value in member.enum_type.values])
        if member.enum_type
        else NUMBERS[member.type]
    )
    if member.is_repeated:
        getattr(message, member.name).append(draw(kinds))
    else:
        setattr(message, member.name, draw(kinds))


def hex_ids(node: Any) -> Any:
    """protobuf's JSON form with OTLP's ids."""
    if isinstance(node, list):
        return [hex_ids(item) for item in node]
    if not isinstance(node, dict):
        return node
    ids = {"traceId", "spanId", "parentSpanId", "trace_id", "span_id", "parent_span_id"}
    return {key: base64.b64decode(value).hex() if key in ids else hex_ids(value) for key, value in node.items()}


@pytest.mark.parametrize("signal", REQUESTS)
@pytest.mark.parametrize("options", [{}, {"preserving_proto_field_name": True}, {"use_integers_for_enums": True}])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_it_reads_what_protobuf_writes(signal: Any, options: dict[str, bool], data: st.DataObject) -> None:
    message = data.draw(messages(REQUESTS[signal].DESCRIPTOR))
    sent = json.dumps(hex_ids(json_format.MessageToDict(message, **options))).encode()
    decoded = decode(signal, sent)
    assert not decoded.rejected, decoded.messages
    read_back = REQUESTS[signal].FromString(decoded.message)
    assert read_back.SerializeToString(deterministic=True) == message.SerializeToString(deterministic=True)


def names_in(descriptor: Descriptor, seen: set[str]) -> set[str]:
    for member in descriptor.fields:
        if member.json_name not in seen:
            seen.add(member.json_name)
            if member.message_type is not None:
                names_in(member.message_type, seen)
    return seen


NAMES = sorted(names_in(ExportTraceServiceRequest.DESCRIPTOR, set()))
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["1", "1e5", "ab", "NaN"])
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(tree=TREES, envelope=st.integers(0, 2))
def test_random_json_is_read_or_malformed(tree: Any, envelope: int) -> None:
    spans = [GOOD, tree]
    wrapped = [
        tree,
        {"resourceSpans": [{"scopeSpans": [tree]}]},
        {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]},
    ][envelope]
    try:
        decoded = decode("traces", json.dumps(wrapped).encode())
    except Malformed:
        return
    assert len(spans_of(decoded)) == decoded.items - sum(decoded.rejected.values())


@settings(max_examples=200, deadline=None)
@given(cut=st.integers(0, 200), noise=st.binary(max_size=6))
def test_random_bytes_are_read_or_malformed(cut: int, noise: bytes) -> None:
    good = body(GOOD, {"attributes": [{"key": "k", "value": {"stringValue": "v\\u00e9\\ud83d\\ude00"}}]})
    try:
        decode("traces", good[:cut] + noise + good[cut + len(noise) :])
    except Malformed:
        return
