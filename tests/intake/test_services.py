"""The numbers of the Ingest page."""

from __future__ import annotations

import time
from uuid import UUID

import pytest

from backend.core.limits import SECOND_NS
from backend.intake import services
from ingest.stats import COLUMNS

pytestmark = pytest.mark.store
PROJECT = UUID(int=1)


def put(
    store,
    *,
    second: int,
    project: UUID = PROJECT,
    signal: str = "traces",
    source: str = "s",
    stored: int = 0,
    rejected=None,
) -> None:
    lost = sum((rejected or {}).values())
    store.insert(
        "ingest_stats", COLUMNS, [(project, second, signal, source, 1, 100, stored + lost, stored, rejected or {}, 1)]
    )


def test_it_adds_up_what_came_in(store):
    now = int(time.time())
    put(store, second=now - 5, stored=10, source="a")
    put(store, second=now - 3, stored=5, source="b", rejected={"bad_span_id": 2})
    put(store, second=now - 3, stored=5, source="b", rejected={"bad_span_id": 2})  # the same count again
    put(store, second=now - 3, stored=99, project=UUID(int=2))
    put(store, second=now - 3, stored=3, signal="logs")
    view = services.overview(PROJECT, (now - 60) * SECOND_NS, (now + 1) * SECOND_NS)
    assert (view.requests, view.received, view.stored, view.rejected) == (2, 17, 15, {"bad_span_id": 2})
    assert (view.log_events, sum(p.received for p in view.series)) == (3, 17)


def test_the_series_has_every_step(store):
    now = int(time.time())
    view = services.overview(PROJECT, (now - 60) * SECOND_NS, now * SECOND_NS)
    assert len(view.series) == 60
    assert {p.received for p in view.series} == {0}


@pytest.mark.parametrize(
    ("seconds", "step"), [(60, 1), (3_600, 15), (86_400, 900), (30 * 86_400, 21_600), (10**9, 86_400)]
)
def test_steps_are_readable(seconds, step):
    assert services.step_for(seconds) == step


def test_a_spool_that_does_not_drain_is_told(store):
    now = time.time_ns()
    columns = ("process", "seen", "waiting_bytes", "waiting_segments", "oldest_waiting_s", "last_error", "version")
    store.insert(
        "ingest_spools", columns, [("host:0", now, 5, 1, 90.0, "no answer", now), ("host:1", now, 0, 0, 0.0, "", now)]
    )
    assert services.watch() == ["host:0: 5 bytes wait since 90 s. no answer"]
    assert [s.process for s in services.overview(PROJECT, now - SECOND_NS, now).spools] == ["host:0", "host:1"]
