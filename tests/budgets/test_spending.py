"""What is spent of a budget, on the real engine."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from backend.budgets import services, spending
from backend.budgets.services import Terms
from backend.metrics.services import measure
from backend.metrics.view import Question
from backend.pricing import overrides
from backend.pricing.overrides import NewPrice
from tests.budgets.conftest import SECOND, costing, noon
from tests.conftest import World

pytestmark = [pytest.mark.store, pytest.mark.django_db]
HOUR = 3600 * SECOND


def budget(world: World, **more):
    terms = Terms(**{"amount": 10.0, "period": "day", **more})
    return services.create_budget(project=world.project, actor="alice@example.com", terms=terms)


def state(world: World, one, now_ns: int, **more):
    return spending.state(world.project.id, one, now_ns=now_ns, **more)


def test_spent_is_what_the_overview_says(world: World, spend):
    now, agent = noon(), os.urandom(16)
    outer = costing(5.0, now - HOUR, trace_id=agent)
    spend(
        outer,
        costing(3.0, now - HOUR, trace_id=agent, parent=outer.span_id),
        costing(1.5, now - 2 * HOUR),
        costing(None, now),
    )
    spend(costing(100.0, now), project=world.other)
    found = state(world, budget(world), now + HOUR)
    assert (found.head.spent, found.unpriced) == (4.5, 1)
    day = found.period.start_ns, found.period.end_ns
    total = measure(Question(world.project.id, *day, ("cost", "unpriced_calls"), interval="none")).total
    assert total is not None
    assert total.totals == {"cost": 4.5, "unpriced_calls": 1}


def test_a_price_that_is_set_counts_for_the_past(world: World, spend):
    spend(costing(None, noon()))
    one = budget(world)
    assert state(world, one, noon() + HOUR).head.spent == 0
    new = NewPrice("acme", "house-model", input=1e5, output=0.0)
    overrides.set_price(project_id=world.project.id, actor="a", new=new)
    spend()
    found = state(world, one, noon() + HOUR)
    assert (found.head.spent, found.unpriced) == (pytest.approx(1.0), 0)


@pytest.mark.parametrize(
    ("scope", "value", "attribute"),
    [
        ("environment", "production", {"deployment__environment__name": "production"}),
        ("user", "ann", {"user__id": "ann"}),
        ("tag", "beta", {"tag__tags": ["beta", "new"]}),
    ],
)
def test_a_scope_is_told_by_any_span_of_the_trace(world: World, spend, scope, value, attribute):
    trace = os.urandom(16)
    root = costing(None, noon(), trace_id=trace, **attribute)
    spend(root, costing(2.0, noon(), trace_id=trace, parent=root.span_id), costing(7.0, noon()))
    assert state(world, budget(world, scope=scope, value=value), noon() + HOUR).head.spent == 2.0
    assert state(world, budget(world, scope=scope, value="other"), noon() + HOUR).head.spent == 0.0


def test_each_user_has_the_amount(world: World, spend):
    for user, dollars in (("ann", 12.0), ("ben", 4.0), ("cy", 0.5), ("dee", 0.1)):
        spend(costing(dollars, noon(), user__id=user))
    spend(costing(50.0, noon()), costing(None, noon(), user__id="ben"))
    each = budget(world, scope="user", each=True)
    (found,) = spending.states(world.project.id, [each], now_ns=noon() + HOUR)
    assert [(one.value, one.spent, one.level) for one in found.lines] == [
        ("ann", 12.0, "over"),
        ("ben", 4.0, "ok"),
        ("cy", 0.5, "ok"),
    ]
    assert (found.values, found.over, found.unpriced) == (4, 1, 1)
    assert "dee" in [one.value for one in state(world, each, noon() + HOUR, of="dee").lines]


def test_days_are_those_of_the_zone(world: World, spend):
    midnight = noon() - 12 * HOUR
    spend(costing(1.0, midnight - HOUR), costing(2.0, midnight + HOUR), costing(4.0, midnight + 6 * HOUR))
    at = midnight + 7 * HOUR
    spent = {zone: state(world, budget(world, zone=zone), at).head.spent for zone in ("UTC", "Asia/Tokyo", "Etc/GMT+4")}
    assert spent == {"UTC": 6.0, "Asia/Tokyo": 7.0, "Etc/GMT+4": 4.0}


def test_a_month_is_foretold_from_the_weeks_before(world: World, spend):
    spend(*(costing(2.0, noon(ago)) for ago in range(1, 31)))
    at = noon() - 12 * HOUR + 1  # the day has just begun
    found = state(world, budget(world, period="month", amount=1000), at)
    assert found.head.method == "weekday"
    assert found.head.end is not None
    assert found.head.end.expected == pytest.approx(2.0 * len(found.period.days), rel=1e-6)
    assert found.head.end.high == pytest.approx(found.head.end.expected, rel=1e-6)
    assert found.head.expected_on is None


def test_the_day_on_which_it_ends_is_told(world: World, spend):
    spend(*(costing(2.0, noon(ago)) for ago in range(1, 29)), costing(9.0, noon()))
    yesterday = datetime.fromtimestamp(noon() // SECOND, UTC).date()
    found = state(world, budget(world, amount=9.2), noon() + HOUR)
    assert (found.head.level, found.head.expected_on) == ("near", yesterday)
    assert found.head.expected_ns is not None
    assert noon() + HOUR < found.head.expected_ns < found.period.end_ns
    over = state(world, budget(world, amount=9.0), noon() + HOUR)
    assert (over.head.level, over.head.reached_on, over.passed) == ("over", yesterday, [50, 80, 100])


def test_nothing_spent_is_nothing_foretold(world: World, spend):
    found = spending.states(world.project.id, [budget(world), budget(world, scope="user", each=True)], now_ns=noon())
    assert [(one.head.spent, one.head.end, one.values) for one in found] == [(0.0, None, 1), (0.0, None, 0)]
