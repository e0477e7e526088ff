"""The pages of budgets: what they show, who may set one, what the form says; and the chart as a dict."""

from __future__ import annotations

import re
import time
from datetime import date
from typing import Any

import pytest
from django.test import Client

from backend.budgets import services
from backend.budgets.forecast import Ahead
from backend.budgets.models import Budget
from backend.budgets.periods import Day, Period
from backend.budgets.services import Terms
from backend.budgets.view import Coming, Line, Slot, State
from tests.budgets.conftest import costing, spend  # noqa: F401 - a fixture
from tests.conftest import World
from tests.web.conftest import browser_of
from web.figures import budget as figures

pytestmark = [pytest.mark.store, pytest.mark.django_db]
PAGE = "/p/support-bot/budgets/"
SENT = {"of": "project", "amount": "40", "period": "month", "zone": "UTC", "thresholds": "50, 80, 100"}
DAY = 86_400_000_000_000


def made(world: World, **more: Any) -> Budget:
    terms = Terms(**{"amount": 10.0, **more})
    return services.create_budget(project=world.project, actor="alice@example.com", terms=terms)


def test_an_empty_page_says_what_to_do(store, alice: Client, world: World) -> None:
    page = alice.get(PAGE).text
    assert "No budget yet" in page
    assert f'href="{PAGE}new/"' in page
    world.bob.memberships.update(role="viewer")
    assert f'href="{PAGE}new/"' not in browser_of(world.bob).get(PAGE).text


def test_a_budget_is_set_changed_and_deleted(store, alice: Client, world: World) -> None:
    reply = alice.post(PAGE + "new/", {**SENT, "of": "each user", "value": "left over", "amount": "0.4"}, follow=True)
    assert "The budget of Each user is set." in reply.text
    (budget,) = services.list_budgets(world.project)
    assert (budget.each, budget.value, float(budget.amount), budget.thresholds) == (True, "", 0.4, [50, 80, 100])
    form = alice.get(f"{PAGE}{budget.id}/edit/").text
    assert '<option value="each user" selected>' in form
    assert 'value="0.4"' in form
    changed = {**SENT, "of": "tag", "value": "beta", "thresholds": ""}
    assert "Tag beta" in alice.post(f"{PAGE}{budget.id}/edit/", changed, follow=True).text
    assert services.get_budget(world.project, budget.id).thresholds == []
    assert "is deleted" in alice.post(f"{PAGE}{budget.id}/delete/", follow=True).text
    assert services.list_budgets(world.project) == []


@pytest.mark.parametrize(
    ("wrong", "name", "said"),
    [
        ({"amount": "much"}, "amount", "An amount is a number such as 250."),
        ({"amount": "0"}, "amount", "An amount is a number of dollars from"),
        ({"of": "user", "value": " "}, "value", "Name the user, or take each user."),
        ({"zone": "Mars/Olympus"}, "zone", "Name a time zone such as"),
        ({"thresholds": "half"}, "thresholds", "Write per cents"),
        ({"thresholds": "0"}, "thresholds", "each from 1 to 1000 per cent"),
    ],
)
def test_the_form_says_what_is_wrong_at_its_field(store, alice: Client, wrong, name: str, said: str) -> None:
    reply = alice.post(PAGE + "new/", {**SENT, **wrong})
    (field,) = re.findall(rf'<label class="stack">[^<]*<input[^>]*name="{name}".*?</label>', reply.text, re.DOTALL)
    assert said in field
    assert 'aria-invalid="true"' in field


def test_the_list_tells_what_is_spent_and_what_is_not_in_it(store, alice: Client, world: World, spend) -> None:  # noqa: F811
    now = time.time_ns()
    spend(costing(6.0, now, user__id="ann & co"), costing(None, now, user__id="ben"))
    made(world, note="As agreed")
    each = made(world, scope="user", each=True)
    page = alice.get(PAGE).text
    for said in ("As agreed", "$6.00", "60 %", "1 call without a price is not in it", "/settings/prices/"):
        assert said in page
    assert f'href="{PAGE}{each.id}/?of=ann%20%26%20co"' in page
    assert "2 users spent something, 0 of them the whole amount." in page


def test_one_budget_shows_the_value_that_is_asked_for(store, alice: Client, world: World, spend) -> None:  # noqa: F811
    now = time.time_ns()
    spend(costing(12.0, now, user__id="ann"), costing(2.0, now, user__id="ben"))
    budget = made(world, scope="user", each=True, period="week")
    page = alice.get(f"{PAGE}{budget.id}/").text
    assert "Spent by ann" in page
    assert "over since" in page
    ben = alice.get(f"{PAGE}{budget.id}/", {"of": "ben"}).text
    assert "Spent by ben" in ben
    assert "filter=user%3Aben" in ben
    assert alice.get(f"{PAGE}{budget.id}/", {"of": "<i>nobody"}).status_code == 200


def test_viewers_read_and_do_not_set(store, world: World) -> None:
    budget = made(world)
    world.bob.memberships.update(role="viewer")
    bob = browser_of(world.bob)
    assert bob.get(f"{PAGE}{budget.id}/").status_code == 200
    for path in ("new/", f"{budget.id}/edit/", f"{budget.id}/delete/"):
        assert bob.post(PAGE + path, SENT).status_code == 403
    assert browser_of(world.charlie).get(f"/p/other/budgets/{budget.id}/").status_code == 404


def drawn(*, high: float | None = 9.0) -> tuple[State, Line]:
    days = tuple(Day(date(2026, 6, 1 + n), n * DAY, (n + 1) * DAY) for n in range(3))
    slots = (Slot(0, DAY, 2.0, 0, 2.0), Slot(DAY, DAY + DAY // 2, 1.0, 1, 3.0))
    coming = (
        Coming(DAY + DAY // 2, 2 * DAY, Ahead(4.0, 3.0 if high else None, high and 5.0)),
        Coming(2 * DAY, 3 * DAY, Ahead(6.0, 4.0 if high else None, high)),
    )
    line = Line("", 5.0, slots, "weekday", coming, expected_on=date(2026, 6, 3), expected_ns=2 * DAY + DAY // 2)
    budget = Budget(scope="project", amount=5, period="week", zone="UTC", thresholds=[50, 100])
    return State(budget, date(2026, 6, 2), DAY + DAY // 2, Period("week", days), (line,), 1, 0, 1), line


def test_the_chart_has_what_is_spent_the_forecast_its_band_and_the_amount() -> None:
    figure = figures.burn_up(*drawn(), label="x")
    lines = {one["name"]: one for one in figure["data"]}
    assert list(lines) == ["low", "high", "50 %", "budget", "spent", "forecast"]
    assert lines["spent"]["y"] == [0.0, 2.0, 3.0]
    assert (lines["forecast"]["y"], lines["forecast"]["line"]["dash"]) == ([3.0, 4.0, 6.0], "dash")
    assert (lines["low"]["y"], lines["high"]["y"]) == ([3.0, 3.0, 4.0], [3.0, 5.0, 9.0])
    assert lines["budget"]["y"] == [5.0, 5.0]
    assert figure["layout"]["xaxis"]["range"] == [0, 3 * DAY // 1_000_000]
    without = figures.burn_up(*drawn(high=None), label="x")
    assert [one["name"] for one in without["data"]] == ["50 %", "budget", "spent", "forecast"]


def test_the_same_numbers_are_a_table() -> None:
    found = [(one.label, one.spent, one.total, one.high, one.foretold) for one in figures.rows(*drawn())]
    assert found == [
        ("Thu 1 Jan", "$2.00", "$2.00", "", False),
        ("Fri 2 Jan", "$1.00", "$3.00", "", False),
        ("rest of Fri 2 Jan", "$1.00", "$4.00", "$5.00", True),
        ("Sat 3 Jan", "$2.00", "$6.00", "$9.00", True),
    ]


def test_a_bar_is_cut_at_the_amount() -> None:
    _, line = drawn()
    assert figures.bar(line, [50, 100, 120]) == figures.Bar(60.0, 100.0, [50.0], "near")
