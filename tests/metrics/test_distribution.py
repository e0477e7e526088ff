"""Distributions on the real engine: every row lies in one bucket, and buckets lie where the numbers are."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import pytest

from backend.core.errors import InvalidInput
from backend.metrics import scans
from backend.metrics.distribution import QUANTITIES, Distribution, SpreadQuestion, as_histogram, distribution, edge
from backend.metrics.services import measure
from backend.metrics.view import Question
from backend.store import prices
from tests.metrics.test_metrics import PRICE, call
from tests.support.otlp import span
from tests.traces.test_services import HOUR, OTHER, PROJECT, SECOND, send

pytestmark = pytest.mark.store
MS = 1_000_000


def ask(quantity: str, **more) -> Distribution:
    scans.forget()
    now = time.time_ns()
    asked = {"project_id": PROJECT, "start_ns": now - 24 * HOUR, "end_ns": now + HOUR, **more}
    return distribution(SpreadQuestion(quantity=quantity, **asked))


def lasting(ns: int, **fields):
    now = time.time_ns()
    return span(start_time_unix_nano=now - 2 * HOUR, end_time_unix_nano=now - 2 * HOUR + ns, **fields)


def filled(found: Distribution) -> list[tuple[float, float, int]]:
    """low, high and rows of the buckets that hold any."""
    (counts,) = as_histogram(found).total.counts
    return [(b.low, b.high, n) for b, n in zip(found.buckets, counts, strict=True) if n]


def test_every_row_lies_in_the_bucket_of_its_number(store):
    lengths = [1 * MS, 1 * MS, 3 * MS, 999 * MS, 1000 * MS, 0]
    send(store, *(lasting(ns) for ns in lengths), times=2)
    send(store, lasting(5 * MS), project=OTHER)
    found = ask("span_latency")
    assert (found.total.rows, found.missing) == (6, 0)
    assert filled(found)[0] == (0, 0, 1)
    for ns in lengths[:-1]:
        (held,) = [n for low, high, n in filled(found) if low <= ns < high]
        assert held == sum(
            low <= other < high for low, high, _ in filled(found) if low <= ns < high for other in lengths
        )


def test_a_power_of_ten_begins_a_bucket(store):
    send(store, *(lasting(10**n) for n in range(3, 12)))
    assert [low for low, _, _ in filled(ask("span_latency"))] == [float(10**n) for n in range(3, 12)]


def test_intervals_hold_what_the_whole_holds(store):
    now = time.time_ns()
    for hour in (1, 3, 3):
        send(store, span(start_time_unix_nano=now - hour * HOUR, end_time_unix_nano=now - hour * HOUR + SECOND))
    found = ask("trace_latency", interval="1h")
    assert sorted(sum(row) for row in found.total.counts if sum(row)) == [1, 2]
    assert len(found.starts) == len(found.total.counts)
    assert ask("trace_latency", interval="none").total == as_histogram(found).total


def test_the_cost_of_a_trace_is_that_of_its_calls(store):
    prices.save(store, [PRICE])
    first, second = os.urandom(16), os.urandom(16)
    send(store, lasting(SECOND, trace_id=first), call(first, b"x" * 8), call(first, b"x" * 8))
    send(store, lasting(SECOND, trace_id=second))
    one = measure(Question(PROJECT, time.time_ns() - HOUR, time.time_ns() + HOUR, ("cost_per_call",))).series[0]
    ((low, high, rows),) = filled(ask("trace_cost"))
    assert (rows, ask("trace_cost").missing) == (1, 1)
    assert low <= 2 * (one.totals["cost_per_call"] or 0) < high
    assert [rows for _, _, rows in filled(ask("call_cost"))] == [2]


def test_groups_stand_apart_and_the_rest_is_together(store):
    for name, many in (("a", 3), ("b", 2), ("c", 1), ("d", 1)):
        send(store, *(lasting(SECOND, name=name) for _ in range(many)))
    found = ask("trace_latency", group_by="name", top=2, interval="none")
    assert [(one.group, one.rows) for one in found.series] == [("a", 3), ("b", 2), ("\0other", 2)]
    assert found.total.rows == 7
    assert ask("trace_latency", filter="name:a").total.rows == 3


def test_few_buckets_however_far_numbers_lie_apart(store):
    send(store, lasting(1), lasting(20 * HOUR))
    assert len(ask("span_latency").buckets) <= 40
    send(store, *(lasting(n * SECOND) for n in range(1, 4)))
    narrow = ask("span_latency", filter="latency>500ms latency<5s")
    assert narrow.buckets[0].high / narrow.buckets[0].low < 1.2


@pytest.mark.parametrize("name", [one.name for one in QUANTITIES])
def test_every_quantity_answers_without_data(store, name):
    found = ask(name)
    assert (found.buckets, found.total.rows, found.missing) == ([], 0, 0)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"quantity": "trace_latencies"}, "measure"),
        ({"group_by": "tag"}, "group_by"),
        ({"group_by": "model"}, "group_by"),
        ({"interval": "soon"}, "interval"),
        ({"filter": "x:("}, "filter"),
        ({"top": 0}, "top"),
        ({"end_ns": 1}, "from"),
    ],
)
def test_what_is_wrong_is_named(store, wrong, field):
    right = SpreadQuestion(PROJECT, time.time_ns() - HOUR, time.time_ns(), "trace_latency")
    with pytest.raises(InvalidInput) as caught:
        distribution(replace(right, **wrong))
    assert caught.value.field == field


def test_edges_are_written_with_six_digits():
    assert (edge(24 * 6), edge(1)) == (1_000_000.0, 1.10069)
