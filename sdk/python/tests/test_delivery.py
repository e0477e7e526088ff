"""What the server's answers lead to, and what is counted."""

from __future__ import annotations

import os
import stat
import time
from email.utils import formatdate

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

import spanhouse
from collector import Answer
from spanhouse.sender import _after

TRACES, METRICS = "/v1/traces", "/v1/metrics"


def make(count=1):
    for n in range(count):
        with spanhouse.span(f"s{n}"):
            pass


def test_the_key_and_the_form_of_a_request(start, collector):
    start(api_key="sk-1", headers={"x-team": "blue"}, compression="gzip")
    make()
    spanhouse.flush()
    ((path, headers, _),) = collector.requests
    assert (path, headers["authorization"], headers["x-team"]) == (TRACES, "Bearer sk-1", "blue")
    assert (headers["content-type"], headers["content-encoding"]) == ("application/x-protobuf", "gzip")
    assert collector.spans()[0].name == "s0"


def test_spans_that_the_server_rejects_are_not_reported_to_it_again(client, collector):
    reply = ExportTraceServiceResponse()
    reply.partial_success.rejected_spans = 2
    collector.answer(TRACES, Answer(200, reply.SerializeToString()))
    make(5)
    report = spanhouse.flush()
    assert (report.sent, report.dropped, report.unreported) == (3, {"rejected": 2}, 0)
    assert collector.drops() == {}


def test_what_is_dropped_is_reported_once_with_its_reason(client, collector):
    collector.answer(TRACES, Answer(400))
    collector.answer(METRICS, Answer(503))
    make(3)
    assert spanhouse.flush().unreported == 3
    report = spanhouse.flush()
    assert (report.dropped, report.unreported, collector.drops()) == ({"refused": 3}, 0, {"refused": 3})
    spanhouse.flush()
    assert len(collector.bodies(METRICS)) == 1


def test_retry_after_is_honoured(client, collector):
    collector.answer(TRACES, Answer(503, headers={"Retry-After": "0.3"}))
    make()
    begun = time.monotonic()
    assert spanhouse.flush(5).sent == 1
    assert time.monotonic() - begun >= 0.3


@pytest.mark.parametrize(("given", "seconds"), [("7", 7), ("0.5", 0.5), ("soon", None), ("99999", 300), ("", None)])
def test_forms_of_retry_after(given, seconds):
    assert _after({"Retry-After": given}) == seconds
    assert 8 < (_after({"Retry-After": formatdate(time.time() + 10, usegmt=True)}) or 0) <= 10


def test_a_redirect_is_not_followed(client, collector):
    collector.answer(TRACES, Answer(307, headers={"Location": "http://127.0.0.1:1/v1/traces"}))
    make()
    assert spanhouse.flush().dropped == {"refused": 1}


def test_large_requests_are_halved_and_only_the_large_span_is_lost(start, collector):
    start(batch_spans=4)
    collector.answer(TRACES, Answer(413), Answer(413), Answer(413), Answer(200), Answer(200))
    make(4)
    report = spanhouse.flush()
    assert (report.sent, report.dropped) == (3, {"too_large": 1})
    assert [span.name for span in collector.spans()] == ["s1", "s2", "s3"]


def test_a_batch_goes_out_without_a_flush(start, collector):
    start(flush_interval=0.05)
    make(3)
    deadline = time.monotonic() + 5
    while len(collector.spans()) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(collector.spans()) == 3


def test_memory_is_bounded_by_bytes(start, collector):
    start(queue_bytes=10_000)
    for _ in range(10):
        with spanhouse.span("big", input="x" * 3_000):
            pass
    report = spanhouse.flush()
    assert (report.sent, report.dropped) == (2, {"queue_full": 8})


def test_while_the_server_is_away_the_disk_takes_over(start, tmp_path):
    start(endpoint="http://127.0.0.1:1", queue_spans=20, batch_spans=5, flush_interval=0.02)
    for _ in range(10):
        make(5)
        time.sleep(0.05)
    report = spanhouse.flush()
    assert (report.dropped, report.spooled) == ({}, 50)
    files = list((tmp_path / "spool").rglob("*.spans"))
    assert {stat.S_IMODE(os.stat(path).st_mode) for path in files} == {0o600}
    assert {stat.S_IMODE(os.stat(path.parent).st_mode) for path in files} == {0o700}


def test_spans_of_one_key_are_not_sent_with_another(start, collector):
    start(endpoint=collector.address, api_key="one")
    collector.answer(TRACES, Answer(503), Answer(503))  # for the flush, and for the end of the first client
    make(2)
    assert spanhouse.flush().spooled == 2
    start(api_key="two")
    assert spanhouse.flush().recovered == 0
    start(api_key="one")
    assert spanhouse.flush().recovered == 2


def test_init_twice(start, collector):
    first = start()
    assert start() is first
    make()
    second = start(project="other")
    assert second is not first
    assert len(collector.spans()) == 1  # the first one's, before the second took over
    make()
    spanhouse.flush()
    assert [span.resource["service.name"] for span in collector.spans()][1:] == ["other"]


def test_shutdown_and_begin_again(start, collector):
    first = start()
    make()
    assert (spanhouse.shutdown().sent, spanhouse.shutdown().sent) == (1, 1)
    make()
    assert spanhouse.flush().dropped == {"after_shutdown": 1}
    assert start() is not first
    make()
    assert spanhouse.flush().sent == 1


def test_scores_wait_for_the_server(client, collector):
    collector.answer("/api/v1/scores", Answer(503))
    with spanhouse.span("x") as s:
        identity = spanhouse.score("good", True)
    assert spanhouse.flush().scores_pending == 1
    assert spanhouse.flush().scores_sent == 1
    assert collector.scores() == [
        {"id": identity, "name": "good", "value": True, "trace_id": s.trace_id, "span_id": s.span_id}
    ]


def test_one_wrong_score_does_not_stop_the_others(client, collector):
    collector.answer("/api/v1/scores", Answer(400), Answer(200), Answer(400), Answer(200))
    for name in ("a", "b", "c"):
        spanhouse.score(name, 1, trace_id="a" * 32)
    report = spanhouse.flush()
    assert (report.scores_sent, report.scores_dropped) == (2, 1)
    assert [score["name"] for score in collector.scores()] == ["a", "c"]


def test_spans_that_end_while_others_are_sent_are_not_lost(client, collector):
    for n in range(200):
        make()
        if n % 20 == 0:
            spanhouse.flush()
    assert spanhouse.flush().sent == 200
    assert len(collector.spans()) == 200
