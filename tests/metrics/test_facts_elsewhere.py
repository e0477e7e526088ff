"""What else reads facts: distributions, what differs, models compared, budgets. It stays the same."""

from __future__ import annotations

import dataclasses

import pytest

from backend.core import limits
from backend.metrics import scans
from backend.metrics.comparison import CompareQuestion, compare
from backend.metrics.differences import Region, differences
from backend.metrics.distribution import QUANTITIES, SpreadQuestion, distribution
from backend.scores.services import create_scores
from backend.scores.view import NewScore
from backend.store import facts as stored
from backend.store.measures import DIMENSION
from backend.store.queries import spending
from tests.metrics.test_facts import BEGIN, WINDOW, impatient, known, made, world
from tests.traces.test_services import HOUR, PROJECT, SECOND

__all__ = ["impatient", "world"]
pytestmark = pytest.mark.store
GROUPS = ("", "model", "user", "environment", "name")
STRATA = ("", "prompt", "user", "environment")
EDGES = [BEGIN + number * 5 * HOUR for number in range(8)]


@pytest.fixture(autouse=True)
def short_windows(monkeypatch):
    monkeypatch.setattr(limits, "FACTS_FROM_NS", 0)


def rounded(value):
    """Sums of floats differ in the last digit by the order in which they were made."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, (list, tuple)):
        return [rounded(one) for one in value]
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in sorted(value.items(), key=str)}
    if dataclasses.is_dataclass(value):
        return {one.name: rounded(getattr(value, one.name)) for one in dataclasses.fields(value)}
    return value


def spreads():
    scans.forget()
    for quantity in QUANTITIES:
        for group in GROUPS if quantity.family == "calls" else ("", "user"):
            asked = SpreadQuestion(PROJECT, WINDOW["start_ns"], WINDOW["end_ns"], quantity.name, group_by=group)
            yield quantity.name, group, rounded(distribution(asked))


def regions():
    scans.forget()
    for name in ("trace_cost", "call_latency"):
        asked = SpreadQuestion(PROJECT, WINDOW["start_ns"], WINDOW["end_ns"], name)
        high = 2 * SECOND if name == "call_latency" else 0.2
        found = differences(asked, Region(WINDOW["start_ns"], BEGIN + 20 * HOUR, 0, high))
        yield name, found.inside, found.outside, rounded(found.fields)


def comparisons():
    for by in STRATA:
        scans.forget()
        found = compare(CompareQuestion(PROJECT, WINDOW["start_ns"], WINDOW["end_ns"], by))
        assert len(found.models) == 2
        yield by, rounded(found)


def spent(store):
    for scope in (None, "environment", "user", "tag"):
        told = stored.current_facts(store, PROJECT, EDGES[0], EDGES[-1] + 4 * HOUR)
        group = DIMENSION[scope] if scope else None
        values = ["live", "user-1", "user-2", "a", "b", ""]
        rows = spending.spent_by_slot(store, PROJECT, group, values, EDGES, EDGES[-1] + 4 * HOUR, told)
        yield scope, sorted(rounded(list(row.values())) for row in rows)
        if group:
            top = spending.top_spenders(store, PROJECT, group, WINDOW["start_ns"], WINDOW["end_ns"], 0.1, 9, told)
            yield scope, "top", sorted(rounded(list(row.values())) for row in top)


@pytest.mark.parametrize("ask", [spreads, regions, comparisons])
def test_what_reads_facts_says_the_same(world, ask):
    create_scores(PROJECT, scored(world), author="test")
    live = list(ask())
    assert live
    made()
    assert known(world) is not None
    for before, after in zip(live, ask(), strict=True):
        assert after == before


def test_budgets_say_the_same(world):
    live = list(spent(world))
    made()
    for before, after in zip(live, spent(world), strict=True):
        assert after == before


def scored(store) -> list[NewScore]:
    calls = store.read("SELECT DISTINCT trace_id, span_id FROM spans WHERE type = 'llm' ORDER BY span_id LIMIT 12")
    return [
        NewScore(name="helpful", trace_id=row["trace_id"], span_id=row["span_id"], value=number / 10)
        for number, row in enumerate(calls)
    ]
