"""`/api/v1/budgets`."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.api.test_openapi import check, schema  # noqa: F401 - a fixture
from tests.api.test_traces import get
from tests.api.test_views import send as put
from tests.budgets.conftest import costing, spend  # noqa: F401 - a fixture
from tests.conftest import World

pytestmark = [pytest.mark.django_db, pytest.mark.store]
BODY = {"scope": "user", "each": True, "amount": 8, "period": "month", "note": "Trial accounts"}


def now() -> int:
    import time

    return time.time_ns()


def test_a_budget_is_made_read_changed_and_deleted(api: Client, other_api: Client, spend, schema) -> None:  # noqa: F811
    spend(costing(6.0, now(), user__id="ann"), costing(1.0, now(), user__id="ben"), costing(None, now(), user__id="x"))
    made = put(api, "post", "budgets", BODY, 201)
    check(schema, "Budget", made)
    assert (made["thresholds"], made["zone"], made["created_by"]) == ([50, 80, 100], "UTC", "key:test")
    state = made["state"]
    assert (state["spent"], state["share"], state["unpriced_calls"]) == (6.0, 0.75, 1)
    assert [(one["value"], one["spent"]) for one in state["spenders"]] == [("ann", 6.0), ("ben", 1.0), ("x", 0.0)]
    check(schema, "BudgetList", get(api, "budgets"))
    path = f"budgets/{made['id']}"
    whole = put(api, "patch", path, {"scope": "project", "each": False, "amount": 7})
    assert (whole["amount"], whole["note"], whole["state"]["spenders"]) == (7, "Trial accounts", None)
    assert (whole["state"]["spent"], whole["state"]["values_over"]) == (7.0, 1)
    assert whole["state"]["reached_on"]
    assert get(other_api, path, 404)["error"]["code"] == "not_found"
    put(other_api, "delete", path, status=404)
    put(api, "delete", path, status=204)
    assert get(api, "budgets")["results"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "amount"),
        ({"amount": "much"}, "amount"),
        ({"amount": 1, "scope": "model"}, "scope"),
        ({"amount": 1, "scope": "user"}, "value"),
        ({"amount": 1, "zone": "Mars/Olympus"}, "zone"),
        ({"amount": 1, "period": "year"}, "period"),
        ({"amount": 1, "thresholds": [0]}, "thresholds"),
        ({"amount": 1, "colour": "red"}, "colour"),
    ],
)
def test_wrong_bodies_name_their_field(store, api: Client, body: Any, field: str) -> None:
    assert put(api, "post", "budgets", body, 400)["error"]["field"] == field


def test_viewers_read_and_members_write(store, client: Client, world: World) -> None:
    client.force_login(world.bob)
    path = "budgets?project=support-bot"
    assert put(client, "post", path, {"amount": 5}, 201)["created_by"] == "bob@example.com"
    world.bob.memberships.update(role="viewer")
    put(client, "post", path, {"amount": 5}, 403)
    assert len(get(client, "budgets", project="support-bot")["results"]) == 1
