"""Every wrong body gets a clear answer, loses nothing but itself, and leaves the server alive."""

from __future__ import annotations

import gzip
import json
import os
import random
import zlib
from collections.abc import Iterator

import grpc
import psutil
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.support import otlp, wire
from tests.support.processes import Reply, wait_for
from tests.support.random_requests import RandomRequests
from tests.support.server import API_KEY, Server
from tests.support.visitor import Visitor, words

JSON = {"Content-Type": "application/json"}
KEY = {"Authorization": f"Bearer {API_KEY}", "Content-Type": otlp.PROTOBUF}
MIB = 1 << 20
YEAR = 365 * 86_400 * otlp.SECOND


@pytest.fixture(scope="module")
def afterwards(server: Server) -> Iterator[list[Span]]:
    """Normal spans sent after each of these tests: the server lives, and in the end all of them are stored."""
    pid, sent = server.program.pid, []
    yield sent
    for span in sent:
        server.trace(span.trace_id)
    assert server.program.running
    assert server.program.pid == pid


@pytest.fixture(autouse=True)
def _alive(server: Server, afterwards: list[Span]) -> Iterator[None]:
    yield
    span = otlp.span("after")
    assert server.send(otlp.body_of(span)).status == 200
    afterwards.append(span)


def refused(reply: Reply, status: int) -> str:
    """The message of a refusal in the request's encoding."""
    assert reply.status == status, f"{reply.status} {reply.text[:300]}"
    if "json" in reply.headers["content-type"]:
        return reply.json()["message"]
    from google.rpc.status_pb2 import Status

    return Status.FromString(reply.body).message


def rejected(reply: Reply) -> tuple[int, str]:
    """partial_success: how many spans, and why."""
    assert reply.status == 200, f"{reply.status} {reply.text[:300]}"
    if "json" in reply.headers["content-type"]:
        partial = reply.json().get("partialSuccess", {})
        return int(partial.get("rejectedSpans", 0)), partial.get("errorMessage", "")
    partial = ExportTraceServiceResponse.FromString(reply.body).partial_success
    return partial.rejected_spans, partial.error_message


# --- not OTLP at all --------------------------------------------------------------------------------------------------
def test_a_truncated_body_is_malformed(server: Server) -> None:
    body = otlp.body_of(*(otlp.llm_span(os.urandom(16)) for _ in range(3)))
    for end in (1, 2, 10, len(body) // 2, len(body) - 1):
        assert "cut off" in refused(server.send(body[:end]), 400)
    with pytest.raises(grpc.RpcError) as caught:
        otlp.grpc_export(server.grpc, body[:-1])
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_random_bytes_never_fail_the_server(server: Server) -> None:
    noise = random.Random(7)
    for _ in range(100):
        body = noise.randbytes(noise.randrange(1, 2000))
        assert server.send(body).status in (200, 400)
        assert server.send(body, JSON).status == 400
        assert server.send(body, {"Content-Encoding": noise.choice(["gzip", "deflate", "zstd"])}).status == 400


def test_what_the_receiver_takes_clickhouse_takes_too(server: Server) -> None:
    """The receiver's check and ClickHouse's reader must agree on every well-formed request, however strange."""
    requests = RandomRequests(seed=20)
    waiting = {path.name for path in server.data.glob("spool/quarantine/*.json")}
    for _ in range(400):
        assert server.send(requests.next()).status == 200
    last = otlp.span("the last one")
    assert server.send(otlp.body_of(last)).status == 200
    server.trace(last.trace_id)
    set_aside = [path for path in server.data.glob("spool/quarantine/*.json") if path.name not in waiting]
    assert [json.loads(path.read_text())["reason"][:300] for path in set_aside[:3]] == []


def test_a_tail_that_would_swallow_the_envelope_is_malformed(server: Server) -> None:
    """The project is appended to the body; a body that ends in an open field must not take it for its content."""
    good = otlp.body_of(otlp.span())
    for length in (1, 40, 52, 100):
        tail = wire.varint(77 << 3 | 2) + wire.varint(length)
        refused(server.send(good + tail), 400)


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        "null",
        '"text"',
        "5",
        '{"resourceSpans": 5}',
        '{"resourceSpans": [5]}',
        '{"resourceSpans": {"a": 1}}',
        "{} {}",
        "\ufeff{}x",
    ],
)
def test_json_of_the_wrong_shape_is_malformed(server: Server, body: str) -> None:
    assert refused(server.send(body.encode(), JSON), 400)


def test_an_empty_request_is_fine(server: Server) -> None:
    assert server.send(b"").status == 200
    assert server.send(b"{}", JSON).json() == {}


def test_unknown_types_and_encodings_are_named(server: Server) -> None:
    assert "text/plain" in refused(server.send(b"x", {"Content-Type": "text/plain"}), 415)
    assert "br" in refused(server.send(b"x", {"Content-Encoding": "br"}), 415)


# --- too large --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("chunked", [False, True])
def test_fifty_megabytes_are_too_large(server: Server, chunked: bool) -> None:
    headers = KEY if chunked else {**KEY, "Content-Length": str(50 * MIB)}
    for port in (server.http_port, server.port):
        assert wire.stubborn_post(port, "/v1/traces", headers, (bytes(MIB) for _ in range(50)), chunked=chunked) == 413


def peak_memory(server: Server) -> int:
    with open(f"/proc/{server.program.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


@pytest.mark.skipif(not psutil.LINUX, reason="peak memory is read from /proc")
def test_bombs_do_not_explode(server: Server) -> None:
    before = peak_memory(server)
    zeros = bytes(16 * MIB)
    packer = zlib.compressobj(9, wbits=31)
    one_gigabyte = b"".join(packer.compress(zeros) for _ in range(64)) + packer.flush()
    bombs = {"gzip": one_gigabyte, "deflate": zlib.compress(zeros * 8), "zstd": wire.zstd.compress(zeros) * 64}
    # Members inside members: what comes out is packed again, and must not be unpacked twice.
    bombs_in_bombs = gzip.compress(one_gigabyte)
    for encoding, body in bombs.items():
        assert "unpacks to more than" in refused(server.send(body, {"Content-Encoding": encoding}), 413)
    refused(server.send(bombs_in_bombs, {"Content-Encoding": "gzip"}), 400)
    with pytest.raises(grpc.RpcError) as caught:
        otlp.grpc_export(server.grpc, zeros * 8, gzip=True)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert peak_memory(server) - before < 600 * MIB


# --- one bad span among good ones -------------------------------------------------------------------------------------
def spoil(**fields: object) -> Span:
    """A span of a new trace with the given fields wrong."""
    return otlp.span("bad", **fields)  # type: ignore[arg-type]


NOW = otlp.span().end_time_unix_nano
SAME_TIME = ("start_time_unix_nano", "end_time_unix_nano")


def at(time_ns: int) -> dict[str, object]:
    return dict.fromkeys(SAME_TIME, time_ns)


BAD_SPANS = {
    "no trace id": ("bad_trace_id", {"trace_id": b""}),
    "trace id of 7 bytes": ("bad_trace_id", {"trace_id": b"1234567"}),
    "trace id of 15 bytes": ("bad_trace_id", {"trace_id": b"1" * 15}),
    "trace id of 17 bytes": ("bad_trace_id", {"trace_id": b"1" * 17}),
    "trace id of zeros": ("bad_trace_id", {"trace_id": bytes(16)}),
    "no span id": ("bad_span_id", {"span_id": b""}),
    "span id of 7 bytes": ("bad_span_id", {"span_id": b"1234567"}),
    "span id of 17 bytes": ("bad_span_id", {"span_id": b"1" * 17}),
    "span id of zeros": ("bad_span_id", {"span_id": bytes(8)}),
    "parent id of 15 bytes": ("bad_parent_span_id", {"parent_span_id": b"1" * 15}),
    "no start": ("start_time_out_of_range", {"start_time_unix_nano": 0}),
    "in 1970": ("start_time_out_of_range", at(otlp.SECOND)),
    "in 2300": ("start_time_out_of_range", at(NOW + 274 * YEAR)),
    "at the end of time": ("start_time_out_of_range", at(2**64 - 1)),
    "end in 2300": ("end_time_out_of_range", {"end_time_unix_nano": NOW + 274 * YEAR}),
}


Outcome = tuple[bytes, list[Span], Reply]


@pytest.fixture(scope="module")
def hundreds(server: Server) -> dict[str, Outcome]:
    """For each kind of bad span: 99 good ones and it in one request; their trace, the good ones, and the answer."""
    outcomes = {}
    for name, (_, fields) in BAD_SPANS.items():
        trace_id = os.urandom(16)
        good = [otlp.span(f"good {n}", trace_id=trace_id) for n in range(99)]
        bad = spoil(**{"trace_id": trace_id, **fields})
        outcomes[name] = trace_id, good, server.send(otlp.body_of(*good[:50], bad, *good[50:]))
    return outcomes


@pytest.mark.parametrize("name", BAD_SPANS)
def test_one_bad_span_of_a_hundred_leaves_99(server: Server, hundreds: dict[str, Outcome], name: str) -> None:
    trace_id, good, reply = hundreds[name]
    count, message = rejected(reply)
    assert count == 1
    assert BAD_SPANS[name][0] in message
    wait_for(lambda: len(server.span_ids(trace_id)) >= 99, why="99 spans")
    assert sorted(server.span_ids(trace_id)) == sorted(span.span_id.hex() for span in good)


def test_bad_spans_are_counted_over_grpc_and_json(server: Server) -> None:
    good, bad = otlp.span(), spoil(span_id=b"x")
    partial = otlp.grpc_export(server.grpc, otlp.body_of(good, bad)).partial_success
    assert (partial.rejected_spans, "bad_span_id" in partial.error_message) == (1, True)
    server.trace(good.trace_id)
    good = otlp.span()
    body = json.dumps(otlp.as_otlp_json(otlp.request(good, bad))).encode()
    count, message = rejected(server.send(body, JSON))
    assert (count, "bad_span_id" in message) == (1, True)
    server.trace(good.trace_id)


def attribute(value: object) -> list[object]:
    return [{"key": "k", "value": value}]


WRONG_TYPES: list[tuple[str, object]] = [
    ("traceId", 7),
    ("traceId", "zz" * 16),
    ("spanId", ["a"]),
    ("parentSpanId", 12),
    ("name", {"a": 1}),
    ("startTimeUnixNano", "soon"),
    ("startTimeUnixNano", -1),
    ("startTimeUnixNano", 1.5),
    ("endTimeUnixNano", 2**70),
    ("attributes", 5),
    ("attributes", [5]),
    ("attributes", [{"key": 5}]),
    ("attributes", attribute("bare")),
    ("attributes", attribute({"intValue": "many"})),
    ("attributes", attribute({"intValue": 2**63})),
    ("kind", "SPAN_KIND_NOTHING"),
    ("kind", [1]),
    ("status", "ok"),
    ("events", {"name": "x"}),
]


def test_a_span_of_wrong_json_types_leaves_its_neighbours(server: Server) -> None:
    good = otlp.span("good")
    for field, value in WRONG_TYPES:
        body = otlp.as_otlp_json(otlp.request(good, otlp.span("bad")))
        body["resourceSpans"][0]["scopeSpans"][0]["spans"][1][field] = value
        count, message = rejected(server.send(json.dumps(body).encode(), JSON))
        assert count == 1, (field, value)
        assert field in message, (field, value)
    server.trace(good.trace_id)


def test_rejections_are_shown_with_their_reason(server: Server) -> None:
    visitor = Visitor(server.web)
    visitor.log_in()
    page = visitor.home().replace("/traces/", "/ingest/")
    server.send(otlp.body_of(otlp.span(), spoil(trace_id=b"1")))
    wait_for(
        lambda: "bad_trace_id" in visitor.get(page).text or "trace id" in words(visitor.get(page)).lower(),
        why="the reason on the Ingest page",
    )


# --- strange, but storable ------------------------------------------------------------------------------------------
def test_broken_utf8_is_replaced(server: Server) -> None:
    span = otlp.span("name-XX", attributes={"key-XX": "value-XX", "fine": "ok"})
    span.events.add(name="event-XX", time_unix_nano=span.end_time_unix_nano)
    span.status.message = "status-XX"
    assert rejected(server.send(otlp.body_of(span).replace(b"-XX", b"-\xff\xfe")))[0] == 0
    stored = server.trace(span.trace_id)["spans"][0]
    assert stored["name"] == "name-\ufffd\ufffd"
    assert stored["attributes"] == {"key-\ufffd\ufffd": "value-\ufffd\ufffd", "fine": "ok"}
    assert stored["events"][0]["name"] == "event-\ufffd\ufffd"


def test_broken_utf8_in_json_is_no_server_error(server: Server) -> None:
    body = json.dumps(otlp.as_otlp_json(otlp.request(otlp.span("name-XX")))).encode()
    assert server.send(body.replace(b"-XX", b"-\xff\xfe"), JSON).status in (200, 400)
    assert server.send(body.replace(b"-XX", rb"-\ud800"), JSON).status in (200, 400)
    assert server.send(body.replace(b"-XX", rb"-\u0000"), JSON).status in (200, 400)


@pytest.mark.parametrize("deep", [wire.deep_array, wire.deep_map])
def test_nesting_of_ten_thousand_is_cut(server: Server, deep: object) -> None:
    trace_id = os.urandom(16)
    nested = wire.with_attribute(otlp.span("nested", trace_id=trace_id).SerializeToString(), b"deep", deep(10_000))  # type: ignore[operator]
    plain = otlp.span("plain", trace_id=trace_id).SerializeToString()
    rejected(server.send(wire.request_of(nested, plain)))
    names = [span["name"] for span in wait_for(lambda: server.trace(trace_id)["spans"], why="the plain span")]
    assert "plain" in names
    nested_too = wire.with_attribute(otlp.span("nested", trace_id=trace_id).SerializeToString(), b"deep", deep(10))  # type: ignore[operator]
    assert rejected(server.send(wire.request_of(nested_too)))[0] == 0
    stored = wait_for(
        lambda: [
            s
            for s in server.trace(trace_id)["spans"]
            if s["name"] == "nested" and "deep inside" in s["attributes"]["deep"]
        ]
    )
    assert json.loads(stored[0]["attributes"]["deep"])


@pytest.mark.parametrize("kind", ["array", "map"])
def test_json_nesting_of_ten_thousand_is_answered(server: Server, kind: str) -> None:
    body = otlp.as_otlp_json(otlp.request(otlp.span("plain"), otlp.span("nested", attributes={"deep": "HERE"})))
    text = json.dumps(body).replace('{"stringValue": "HERE"}', wire.deep_json(10_000, kind))
    assert server.send(text.encode(), JSON).status in (200, 400)
    text = "[" * 100_000 + "]" * 100_000
    assert server.send(text.encode(), JSON).status == 400
    span = otlp.span("nested", attributes={"deep": "HERE"})
    text = json.dumps(otlp.as_otlp_json(otlp.request(span))).replace(
        '{"stringValue": "HERE"}', wire.deep_json(10, kind)
    )
    assert rejected(server.send(text.encode(), JSON))[0] == 0
    assert "deep inside" in server.trace(span.trace_id)["spans"][0]["attributes"]["deep"]


def test_end_before_start_is_kept_with_no_duration(server: Server) -> None:
    span = otlp.span()
    span.end_time_unix_nano = span.start_time_unix_nano - 5 * otlp.SECOND
    assert rejected(server.send(otlp.body_of(span)))[0] == 0
    stored = server.trace(span.trace_id)["spans"][0]
    assert stored["duration_ms"] == 0
    assert stored["end_time"] == stored["start_time"]


def test_a_key_given_twice_is_one_attribute(server: Server) -> None:
    span = otlp.span()
    span.attributes.extend([*otlp.key_values({"twice": "first"}), *otlp.key_values({"twice": "last"})])
    assert rejected(server.send(otlp.body_of(span)))[0] == 0
    stored = server.trace(span.trace_id)["spans"][0]
    assert list(stored["attributes"]) == ["twice"]
    assert stored["attributes"]["twice"] in ("first", "last")


def test_empty_and_huge_keys_do_no_harm(server: Server) -> None:
    trace_id = os.urandom(16)
    empty = otlp.span("empty key", trace_id=trace_id, attributes={"": "e", "k": "v"})
    huge = otlp.span("huge key", trace_id=trace_id, attributes={"k" * MIB: "v", "k": "v"})
    plain = otlp.span("plain", trace_id=trace_id)
    count, message = rejected(server.send(otlp.body_of(empty, huge, plain)))
    assert not count or message
    stored = server.trace(trace_id, 3 - count)["spans"]
    assert "plain" in [span["name"] for span in stored]
    assert all(span["attributes"]["k"] == "v" for span in stored if span["name"] != "plain")


def test_ten_thousand_attributes_come_back(server: Server) -> None:
    attributes = {f"key.{n:05}": str(n) for n in range(10_000)}
    span = otlp.span(attributes=attributes)
    assert rejected(server.send(otlp.body_of(span)))[0] == 0
    assert server.trace(span.trace_id)["spans"][0]["attributes"] == attributes


def test_unknown_fields_are_skipped(server: Server) -> None:
    span = otlp.span("known", attributes={"k": "v"})
    raw = span.SerializeToString() + wire.block(900, b"new") + wire.varint(901 << 3) + wire.varint(2**63)
    assert rejected(server.send(wire.request_of(raw) + wire.block(99, b"\xff" * 100)))[0] == 0
    assert server.trace(span.trace_id)["spans"][0]["attributes"] == {"k": "v"}


def test_a_body_cannot_name_its_project(server: Server) -> None:
    """The project is field 100 of the envelope. A body that brings one along must not get into that project."""
    made = server.django(
        "from backend.projects import models, services\n"
        "organisation = models.Organisation.objects.get()\n"
        "project = services.create_project(organisation=organisation, actor=None, name='Other')\n"
        "key = services.create_key(project=project, actor=None, name='k', scopes=('ingest', 'read'))\n"
        "print(project.id, key.secret)"
    )
    other, other_key = made.split()
    forged = wire.block(100, other.encode()) + wire.varint(101 << 3 | 1) + (1).to_bytes(8, "little")
    spans = []
    for spoof in (lambda body: body + forged, lambda body: forged + body, lambda body: forged + body + forged):
        span = otlp.span("forged")
        assert server.send(spoof(otlp.body_of(span))).status == 200
        spans.append(span)
    named = otlp.as_otlp_json(otlp.request(otlp.span())) | {"projectId": other, "project_id": other, "receivedAt": "1"}
    assert server.send(json.dumps(named).encode(), JSON).status in (200, 400)
    for span in spans:
        server.trace(span.trace_id)
        assert server.api(f"traces/{span.trace_id.hex()}", key=other_key).status == 404
    listed = server.api("traces", key=other_key)
    assert (listed.status, listed.json()["results"]) == (200, [])
