"""What differs inside a region: found on the real engine, and no difference where there is none."""

from __future__ import annotations

import os
import random
import time
from dataclasses import replace

import pytest

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.metrics import scans
from backend.metrics.differences import Difference, Differences, Region, differences, size_class
from backend.metrics.distribution import SpreadQuestion
from backend.metrics.shares import certain_difference, z_of
from tests.metrics.test_metrics import call
from tests.support.otlp import span
from tests.traces.test_services import HOUR, OTHER, PROJECT, SECOND, send

NOW = time.time_ns()
SLOW = Region(NOW - 24 * HOUR, NOW + HOUR, 5 * SECOND, 60 * SECOND)


def ask(quantity: str, region: Region = SLOW, **more) -> Differences:
    scans.forget()
    asked = {"project_id": PROJECT, "start_ns": NOW - 24 * HOUR, "end_ns": NOW + HOUR, **more}
    return differences(SpreadQuestion(quantity=quantity, **asked), region)


def clear(found: Differences) -> dict[str, Difference]:
    return {one.field: one.values[0] for one in found.fields if one.clear}


def lasting(seconds: int, name: str = "work", **fields):
    start = NOW - 2 * HOUR
    return span(name, start_time_unix_nano=start, end_time_unix_nano=start + seconds * SECOND, **fields)


@pytest.fixture
def slow_tenant(store) -> None:
    """Thirty slow spans, of which 28 are acme's; ninety fast ones of others. A flag is thrown like a coin."""
    dice = random.Random(5)
    made = []
    for n in range(120):
        slow = n < 30
        tenant = "acme" if n < 28 else "zeta"
        said = {"metadata.tenant": tenant, "coin": dice.choice("ab"), "user.id": "ann" if slow else "ben"}
        made.append(lasting(10 if slow else 1, attributes=said))
    send(store, *made, times=2)
    send(store, *(lasting(10, attributes={"metadata.tenant": "else"}) for _ in range(40)), project=OTHER)


@pytest.mark.store
def test_it_finds_what_slow_ones_share_and_nothing_else(slow_tenant):
    found = ask("span_latency")
    assert (found.inside, found.outside, found.sample_inside) == (30, 90, 30)
    assert set(clear(found)) == {"metadata.tenant", "user"}
    tenant = clear(found)["metadata.tenant"]
    assert (tenant.value, tenant.inside, tenant.outside) == ("acme", 28, 0)
    assert 0.5 < tenant.certain < tenant.share_inside - tenant.share_outside
    assert "coin" in [one.label for one in found.fields]


@pytest.mark.store
def test_a_trace_has_what_any_of_its_spans_has(store):
    made = []
    for n in range(40):
        trace = os.urandom(16)
        made += [lasting(10 if n < 20 else 1, trace_id=trace), call(trace, b"x" * 8)]
        tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search" if n < 20 else "none"}
        made += [lasting(1, "tool", trace_id=trace, parent=b"x" * 8, attributes=tool) for _ in range(2)]
    send(store, *made)
    found = ask("trace_latency")
    assert (found.inside, found.outside) == (20, 20)
    tool = clear(found)["tool"]
    assert (tool.inside + tool.outside, {tool.share_inside, tool.share_outside}) == (20, {0.0, 1.0})
    assert "model" not in clear(found)


@pytest.mark.store
def test_calls_have_their_own_values_and_those_of_their_trace(store):
    made = []
    for n in range(40):
        trace, slow = os.urandom(16), n < 20
        made.append(span(trace_id=trace, attributes={"tag.tags": ["long"] if slow else ["short"]}))
        said = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 5000 if slow else 100}
        made.append(lasting(10 if slow else 1, "chat", trace_id=trace, parent=b"x" * 8, attributes=said))
    send(store, *made)
    found = clear(ask("call_latency"))
    assert found["tag"].value in ("long", "short")
    low, high = size_class(found["input_tokens"].value)
    assert low <= (5000 if found["input_tokens"].inside else 100) < high


@pytest.mark.store
def test_a_filter_narrows_both_sides_and_an_empty_side_has_no_differences(slow_tenant):
    found = ask("span_latency", filter="user:ann")
    assert (found.inside, found.outside, found.fields) == (30, 0, [])


@pytest.mark.store
def test_of_many_rows_a_sample_is_looked_at(slow_tenant, monkeypatch):
    monkeypatch.setattr(limits, "COMPARED_ROWS", 25)
    found = ask("span_latency")
    assert (found.inside, found.outside, found.sample_inside, found.sample_outside) == (30, 90, 25, 25)
    assert "metadata.tenant" in clear(found)


@pytest.mark.store
@pytest.mark.parametrize(
    ("wrong", "field"), [({"high": 1.0}, "high"), ({"end_ns": 1}, "region_to")], ids=["high", "region_to"]
)
def test_a_region_upside_down_is_named(store, wrong, field):
    with pytest.raises(InvalidInput) as caught:
        ask("span_latency", replace(SLOW, **wrong))
    assert caught.value.field == field


def test_chance_is_rarely_taken_for_a_difference():
    """500 comparisons of equal shares, each at 95 %: about 25 differ by chance; asked together, none or one does."""
    dice = random.Random(1)
    pairs = [[sum(dice.random() < 0.3 for _ in range(200)) for _ in range(2)] for _ in range(500)]
    alone = sum(certain_difference(a, 200, b, 200, z_of()) != 0 for a, b in pairs)
    together = sum(certain_difference(a, 200, b, 200, z_of(500)) != 0 for a, b in pairs)
    assert 10 <= alone <= 40
    assert together <= 1


def test_what_is_certain_is_less_than_what_was_seen_and_grows_with_the_rows():
    few, many = certain_difference(9, 10, 1, 10, z_of()), certain_difference(900, 1000, 100, 1000, z_of())
    assert 0 < few < many < 0.8
    assert certain_difference(1, 10, 9, 10, z_of()) == -few
    assert certain_difference(1, 1, 0, 1, z_of()) == 0
