"""Segments into ClickHouse: the real engine, and one that refuses."""

from __future__ import annotations

import asyncio
import json
import time
from uuid import UUID, uuid4

import pytest

from backend.core.errors import StoreRefused, StoreUnavailable
from backend.store.client import Store
from ingest.pipeline import Pipeline, PipelineConfig
from tests.support.otlp import request, span

PROJECT = UUID(int=9)
pytestmark = pytest.mark.store
SPANS = "SELECT name FROM spans FINAL WHERE project_id = {project_id:UUID} ORDER BY name"
STATS = (
    "SELECT sum(requests) AS requests, sum(received) AS received, sum(stored) AS stored, sumMap(rejected) AS rejected"
    " FROM ingest_stats FINAL"
)


class Refusing:
    """The real store, but it refuses (or is away for) bodies that hold a word."""

    def __init__(self, store: Store, word: bytes = b"POISON") -> None:
        self.store, self.word, self.away = store, word, False

    def insert_protobuf(self, table, body, settings) -> None:
        if self.away:
            raise StoreUnavailable("ClickHouse does not answer.")
        if self.word in body:
            raise StoreRefused("Code: 27. It is poison.", engine_code=27)
        self.store.insert_protobuf(table, body, settings)

    def insert_protobuf_file(self, table, path, settings) -> None:
        self.insert_protobuf(table, path.read_bytes(), settings)

    def __getattr__(self, name):
        return getattr(self.store, name)


def run(store, folder, *bodies: bytes) -> Pipeline:
    """Send the bodies and stop, which drains."""

    async def scene() -> Pipeline:
        pipeline = Pipeline(PipelineConfig(folder, host_name=uuid4().hex), store)
        await pipeline.start()
        for body in bodies:
            await pipeline.accept("traces", "protobuf", body, PROJECT)
        await pipeline.stop()
        return pipeline

    return asyncio.run(scene())


def names(store) -> list[str]:
    return [row["name"] for row in store.read(SPANS, {"project_id": PROJECT})]


def test_spans_reach_clickhouse_and_the_spool_is_empty(store, tmp_path):
    pipeline = run(store, tmp_path, request(span("a"), span("b")).SerializeToString())
    assert names(store) == ["a", "b"]
    assert list(tmp_path.rglob("*.seg")) == []
    assert pipeline.spool.waiting_bytes == 0


def test_counts_say_what_happened(store, tmp_path):
    run(store, tmp_path, request(span("a"), span("bad", trace_id=b"x")).SerializeToString())
    row = store.read(STATS)[0]
    assert (row["requests"], row["received"], row["stored"]) == (1, 2, 1)
    assert row["rejected"] == {"bad_trace_id": 1}


def test_a_segment_inserted_twice_is_stored_and_counted_once(store, tmp_path):
    body = request(span("a")).SerializeToString()

    async def spool_only() -> bytes:
        pipeline = Pipeline(PipelineConfig(tmp_path), store)
        pipeline.spool.start()
        await pipeline.accept("traces", "protobuf", body, PROJECT)
        pipeline.spool.stop()
        pipeline.spool.release()
        return next(tmp_path.rglob("*.seg")).read_bytes()

    left = asyncio.run(spool_only())
    path = next(tmp_path.rglob("*.seg"))
    run(store, tmp_path)
    path.write_bytes(left)  # as if the process had died between the insert and the deletion
    run(store, tmp_path)
    assert names(store) == ["a"]
    assert store.read(STATS)[0]["stored"] == 1


def test_a_refused_span_goes_to_quarantine_and_its_neighbours_are_stored(store, tmp_path):
    poisoned = request(*(span(f"n{n}") for n in range(5)), span("POISON")).SerializeToString()
    run(Refusing(store), tmp_path, poisoned, request(span("other")).SerializeToString())
    assert names(store) == ["n0", "n1", "n2", "n3", "n4", "other"]
    (about,) = (json.loads(path.read_text()) for path in tmp_path.rglob("quarantine/*.json"))
    assert (about["reason"], about["items"], about["project_id"]) == ("Code: 27. It is poison.", 1, str(PROJECT))
    row = store.read(STATS)[0]
    assert (row["received"], row["stored"]) == (7, 6)
    assert row["rejected"] == {"refused_by_clickhouse": 1}
    listed = store.read("SELECT reason, items FROM ingest_quarantine FINAL")
    assert listed == [{"reason": "Code: 27. It is poison.", "items": 1}]


def test_a_store_that_refuses_everything_quarantines_nothing(store, tmp_path):
    run(Refusing(store, word=b""), tmp_path, request(span("a")).SerializeToString())
    assert not list(tmp_path.rglob("quarantine/*"))
    assert len(list(tmp_path.rglob("*.seg"))) == 1
    run(store, tmp_path)
    assert names(store) == ["a"]


def test_what_waits_while_clickhouse_is_away_is_stored_after(store, tmp_path):
    door = Refusing(store)
    door.away = True

    async def scene() -> None:
        pipeline = Pipeline(PipelineConfig(tmp_path), door)
        await pipeline.start()
        await pipeline.accept("traces", "protobuf", request(span("a")).SerializeToString(), PROJECT)
        deadline = time.monotonic() + 20
        while pipeline.ready()[0] and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        ready, reason = pipeline.ready()
        assert not ready
        assert "does not answer" in reason
        door.away = False
        while not pipeline.ready()[0] and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        assert pipeline.ready() == (True, "")
        await pipeline.stop()

    asyncio.run(scene())
    assert names(store) == ["a"]


def test_a_torn_segment_keeps_its_whole_frames(store, tmp_path):
    async def spool_only() -> None:
        pipeline = Pipeline(PipelineConfig(tmp_path), store)
        pipeline.spool.start()
        await pipeline.accept("traces", "protobuf", request(span("whole")).SerializeToString(), PROJECT)
        pipeline.spool.stop()
        pipeline.spool.release()

    asyncio.run(spool_only())
    path = next(tmp_path.rglob("*.seg"))
    path.write_bytes(path.read_bytes() + path.read_bytes()[:40])
    run(store, tmp_path)
    assert names(store) == ["whole"]
    (about,) = (json.loads(p.read_text()) for p in tmp_path.rglob("quarantine/*.json"))
    assert "cut off" in about["reason"]
