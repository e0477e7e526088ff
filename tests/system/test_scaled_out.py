"""Separate processes with PostgreSQL, Redis and ClickHouse over HTTP are the same product as the one process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from tests.support import otlp
from tests.support.clickhouse import ClickHouseFront
from tests.support.cluster import Cluster
from tests.support.processes import http, wait_for
from tests.support.server import API_KEY, EMAIL
from tests.support.services import Postgres, Redis
from tests.support.visitor import Visitor, words


@pytest.fixture(scope="module")
def cluster(session_folder: Path, postgres: Postgres, redis: Redis) -> Iterator[Cluster]:
    front = ClickHouseFront(session_folder / "cluster-clickhouse")
    cluster = Cluster(session_folder / "cluster", postgres, redis, front)
    try:
        front.start()
        cluster.migrate()
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        front.stop()


def test_what_ingest_receives_web_shows(cluster: Cluster) -> None:
    trace_id = os.urandom(16)
    root = otlp.span("agent run", trace_id=trace_id)
    assert cluster.ingest.send(otlp.body_of(root, otlp.llm_span(trace_id, root.span_id))).status == 200
    otlp.grpc_export(
        cluster.ingest.grpc, otlp.body_of(otlp.span("third", trace_id=trace_id)), {"authorization": f"Bearer {API_KEY}"}
    )
    assert {span["name"] for span in cluster.web.trace(trace_id, 3)["spans"]} == {
        "agent run",
        "chat gpt-4o-mini",
        "third",
    }
    listed = cluster.web.api("traces").json()["results"]
    assert trace_id.hex() in [trace["trace_id"] for trace in listed]
    visitor = Visitor(cluster.web.web)
    assert visitor.log_in().status == 200
    assert "agent run" in words(visitor.get(visitor.home()))
    assert "agent run" in words(visitor.get(f"{visitor.home()}{trace_id.hex()}/"))


def test_the_web_port_takes_spans_too(cluster: Cluster) -> None:
    span = otlp.span()
    assert cluster.web.send(otlp.body_of(span), base=cluster.web.web, path="/api/public/otel/v1/traces").status == 200
    cluster.web.trace(span.trace_id)


def test_a_key_is_needed_also_on_this_machine(cluster: Cluster) -> None:
    span = otlp.span()
    assert cluster.ingest.send(otlp.body_of(span), key=None).status == 401
    assert cluster.web.send(otlp.body_of(span), key=None, base=cluster.web.web).status == 401
    with pytest.raises(grpc.RpcError) as caught:
        otlp.grpc_export(cluster.ingest.grpc, otlp.body_of(span))
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_the_login_page_works(cluster: Cluster) -> None:
    visitor = Visitor(cluster.web.web)
    assert http("GET", cluster.web.web + "/").status in (301, 302)
    assert visitor.get("/login/").status == 200
    assert visitor.log_in(password="wrong").status == 403
    assert visitor.log_in(email=EMAIL).status == 200
    assert visitor.home().startswith("/p/")


def test_the_worker_finds_prices(cluster: Cluster) -> None:
    """Beat asks, the broker carries, the worker looks the model up, and the trace shows what the call cost."""
    trace_id = os.urandom(16)
    assert cluster.ingest.send(otlp.body_of(otlp.llm_span(trace_id))).status == 200
    cluster.web.trace(trace_id)
    cluster.web.django("from backend.pricing.tasks import resolve_prices; resolve_prices.delay()")
    rows = "SELECT count() FROM model_prices FINAL WHERE model LIKE 'gpt-4o-mini%'"
    wait_for(
        lambda: int(cluster.clickhouse.query(rows, cluster.database)) > 0,
        why=f"prices\n{cluster.worker.program.tail()}",
    )
    cost = wait_for(
        lambda: (c := cluster.web.trace(trace_id)["cost"])["total"] is not None and c, why="the trace's cost"
    )
    assert cost["source"] == "computed"
    assert 0 < cost["total"] < 0.01


def test_the_migrations_are_checked(cluster: Cluster) -> None:
    assert cluster.web.manage("migrate_store", "--check").returncode == 0
    assert cluster.web.manage("migrate_store", "--plan").stdout is not None
    behind = cluster.web
    environment = dict(behind.program.env)
    try:
        behind.program.env = {**environment, "CLICKHOUSE_URL": cluster.clickhouse.url("not_migrated")}
        checked = behind.manage("migrate_store", "--check", check=False)
        assert checked.returncode != 0
        assert "migrate_store" in checked.stdout + checked.stderr
        assert "Traceback" not in checked.stdout + checked.stderr
        assert "0001" in behind.manage("migrate_store", "--plan").stdout
    finally:
        behind.program.env = environment


def test_ingest_starts_while_clickhouse_is_away(cluster: Cluster) -> None:
    """After a power cut nobody says which machine is back first."""
    before, after = otlp.span(), otlp.span()
    cluster.clickhouse.kill()
    assert cluster.ingest.send(otlp.body_of(before)).status == 200
    cluster.ingest.kill()
    cluster.ingest.start(wait=False)
    try:
        cluster.ingest.program.wait_until(lambda: http("GET", cluster.ingest.otlp + "/healthz").status == 200)
        assert cluster.ingest.send(otlp.body_of(after)).status == 200
    finally:
        cluster.clickhouse.start()
    for span in (before, after):
        cluster.web.trace(span.trace_id)


def test_beat_sends_jobs(cluster: Cluster, redis: Redis) -> None:
    """Nobody else has put anything into the queue since the test of the prices did."""
    sent = redis.calls("lpush")
    wait_for(lambda: redis.calls("lpush") > sent, seconds=60, why=f"a job from beat\n{cluster.beat.program.tail()}")


def test_ingest_goes_on_while_postgresql_and_redis_are_away(cluster: Cluster, postgres: Postgres, redis: Redis) -> None:
    """Keys seen before are remembered, and receiving needs neither of them."""
    before, during = otlp.span(), otlp.span()
    assert cluster.ingest.send(otlp.body_of(before)).status == 200
    redis.stop()
    with postgres.paused():
        assert cluster.ingest.send(otlp.body_of(during)).status == 200
    redis.start()
    cluster.web.trace(during.trace_id)


def test_every_process_ends_on_sigterm(cluster: Cluster) -> None:
    """Last in this file: it ends the cluster."""
    for server in cluster.servers:
        server.program.ask_to_end()
    codes = {server.role: server.terminate(20) for server in cluster.servers}
    assert codes == dict.fromkeys(("web", "ingest", "worker", "beat"), 0)
    for server in cluster.servers:
        assert "Traceback" not in server.log, server.program.tail()
