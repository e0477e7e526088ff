"""ClickHouse refuses, is full or gone, and comes back: senders go on, nothing acknowledged is lost, people are told."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from tests.support import otlp
from tests.support.clickhouse import ClickHouseFront
from tests.support.load import Load
from tests.support.processes import wait_for
from tests.support.server import API_KEY, Server, one_process
from tests.support.visitor import Visitor, words

MIB = 1 << 20


@pytest.fixture(scope="module")
def clickhouse(session_folder: Path) -> Iterator[ClickHouseFront]:
    front = ClickHouseFront(session_folder / "away-clickhouse")
    try:
        front.start()
        yield front
    finally:
        front.stop()


@pytest.fixture(scope="module")
def away(session_folder: Path, clickhouse: ClickHouseFront) -> Iterator[Server]:
    environment = {"CLICKHOUSE_URL": clickhouse.url("spanhouse"), "SPANHOUSE_SPOOL_MAX_BYTES": str(3 * MIB)}
    server = one_process(session_folder / "away", environment)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(autouse=True)
def _well_again(clickhouse: ClickHouseFront, away: Server) -> Iterator[None]:
    yield
    clickhouse.behave("ok")
    wait_for(lambda: away.readyz().status == 200, seconds=40, why="ready again")


REFUSALS = {
    "no server": ("unavailable", {}),
    "connections reset": ("reset", {}),
    "too little memory": ("error", {"code": 241}),
    "too many parts": ("error", {"code": 252, "only": "insert"}),
    "read-only table": ("error", {"code": 242, "only": "insert"}),
    "disk full": ("error", {"code": 243, "only": "insert"}),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_senders_go_on_while_clickhouse_refuses(away: Server, clickhouse: ClickHouseFront, name: str) -> None:
    mode, options = REFUSALS[name]
    clickhouse.behave(mode, **options)
    spans = [otlp.span(f"waits {n}") for n in range(5)]
    for span in spans:
        assert away.send(otlp.body_of(span)).status == 200
    reason = wait_for(lambda: (reply := away.readyz()).status == 503 and reply.json()["reason"], why="/readyz says so")
    assert "ClickHouse" in reason
    spans.append(otlp.span("after that"))
    assert away.send(otlp.body_of(spans[-1])).status == 200
    clickhouse.behave("ok")
    for span in spans:
        away.trace(span.trace_id)


def test_readyz_recovers_without_traffic(away: Server, clickhouse: ClickHouseFront) -> None:
    """A balancer that took this process out sends nothing: it must not wait for the next span to become ready."""
    clickhouse.behave("unavailable")
    wait_for(lambda: away.readyz().status == 503, why="/readyz says so")
    clickhouse.behave("ok")
    wait_for(lambda: away.readyz().status == 200, seconds=40, why="ready again")


def test_a_killed_clickhouse_comes_back(away: Server, clickhouse: ClickHouseFront) -> None:
    with Load(away, http=2, grpc=1) as load:
        load.wait_for_acknowledged(200)
        clickhouse.kill()
        load.wait_for_acknowledged(load.acknowledged + 200)
        clickhouse.start()
    load.assert_stored(away)


def test_a_full_spool_says_when_to_come_again(away: Server, clickhouse: ClickHouseFront) -> None:
    clickhouse.behave("unavailable")
    with Load(away, http=2, grpc=1, filling=2000) as load:
        wait_for(lambda: all(sent.refused for sent in load.senders), seconds=60, why="a full spool")
        big = otlp.body_of(otlp.span(attributes={"filling": "x" * MIB}))
        reply = away.send(big)
        assert reply.status == 503
        assert int(reply.headers["retry-after"]) >= 1
        assert "SPANHOUSE_SPOOL_MAX_BYTES" in reply.text
        assert_told_to_retry(away, big)
        wait_for(lambda: away.readyz().status == 503, why="/readyz says so")
    clickhouse.behave("ok")
    load.assert_stored(away)
    assert {status for sent in load.senders for status in sent.statuses} == {
        200,
        503,
        "OK",
        grpc.StatusCode.UNAVAILABLE,
    }
    span = otlp.span("room again")
    wait_for(lambda: away.send(otlp.body_of(span)).status == 200, why="room in the spool")
    away.trace(span.trace_id)


def assert_told_to_retry(server: Server, body: bytes) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        otlp.grpc_export(server.grpc, body, {"authorization": f"Bearer {API_KEY}"})
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    status = Status.FromString(dict(caught.value.trailing_metadata())["grpc-status-details-bin"])
    retry = RetryInfo()
    assert status.details[0].Unpack(retry)
    assert retry.retry_delay.seconds >= 1


def test_a_real_exporter_keeps_its_spans_until_there_is_room(away: Server, clickhouse: ClickHouseFront) -> None:
    """The official exporter retries what we answer with, and drops nothing."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    clickhouse.behave("unavailable")
    with Load(away, http=2, grpc=0, filling=2000) as load:
        wait_for(lambda: all(sent.refused for sent in load.senders), seconds=60, why="a full spool")
        while away.send(otlp.body_of(otlp.span(attributes={"filling": "x" * 2000}))).status == 200:
            pass
    exporter = OTLPSpanExporter(
        endpoint=away.otlp + "/v1/traces", headers={"authorization": f"Bearer {API_KEY}"}, timeout=60
    )
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=10))
    with provider.get_tracer("t").start_as_current_span("patient") as span:
        span.set_attribute("filling", "x" * 10_000)
    requests = clickhouse.count("refused")
    wait_for(lambda: clickhouse.count("refused") > requests, why="the writer's next try")
    clickhouse.behave("ok")
    provider.shutdown()
    away.trace(f"{span.get_span_context().trace_id:032x}")
    load.assert_stored(away)


def test_a_span_that_clickhouse_refuses_is_set_aside_alone(away: Server, clickhouse: ClickHouseFront) -> None:
    clickhouse.behave("error", code=117, only="insert", containing="poison-pill")
    trace_id = os.urandom(16)
    good = [otlp.span(f"good {n}", trace_id=trace_id) for n in range(30)]
    bad = otlp.span("poison-pill", trace_id=trace_id)
    for part in (good[:5], [*good[5:20], bad, *good[20:25]], good[25:]):
        assert away.send(otlp.body_of(*part)).status == 200
    want = sorted(span.span_id.hex() for span in good)
    wait_for(lambda: sorted(away.span_ids(trace_id)) == want, why="the neighbours")
    about = wait_for(
        lambda: [json.loads(path.read_text()) for path in away.data.glob("spool/quarantine/*.json")],
        why="a quarantined span",
    )
    assert len(about) == 1
    assert about[0]["items"] == 1
    assert "117" in about[0]["reason"] or "INCORRECT_DATA" in about[0]["reason"]
    bodies = list(away.data.glob("spool/quarantine/*.pb"))
    assert [b"poison-pill" in body.read_bytes() for body in bodies] == [True]
    visitor = Visitor(away.web)
    visitor.log_in()
    page = visitor.home().replace("/traces/", "/ingest/")
    wait_for(lambda: "INCORRECT_DATA" in words(visitor.get(page)), why="the reason on the Ingest page")
    counted = "SELECT sum(rejected['refused_by_clickhouse']) FROM ingest_stats FINAL"
    wait_for(lambda: clickhouse.query(counted, "spanhouse") == "1", why="the count")


def test_counts_agree_with_what_is_stored(away: Server, clickhouse: ClickHouseFront) -> None:
    """Also after retries: a segment inserted twice is counted once."""
    sums = "SELECT sum(received), sum(stored), sum(arraySum(mapValues(rejected))) FROM ingest_stats FINAL"
    sums += " WHERE signal = 'traces'"
    wait_for(lambda: away.readyz().status == 200, why="ready")
    away.send(otlp.body_of(otlp.span(), otlp.span(span_id=b"x")))

    def agree() -> bool:
        received, stored, rejected = map(int, clickhouse.query(sums, "spanhouse").split())
        spans = int(clickhouse.query("SELECT count() FROM spans FINAL", "spanhouse"))
        assert (stored, rejected >= 1) == (spans, True), (received, stored, rejected, spans)
        return True

    wait_for(agree, why="counts that agree")


def test_the_traces_list_says_that_clickhouse_is_away(away: Server, clickhouse: ClickHouseFront) -> None:
    visitor = Visitor(away.web)
    visitor.log_in()
    path = visitor.home()
    clickhouse.behave("unavailable")
    for reply in (visitor.get(path), away.api("traces")):
        assert reply.status == 503
        assert "ClickHouse" in reply.text
    assert away.api("traces").json()["error"]["code"] == "store_unavailable"
