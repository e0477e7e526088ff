"""`/api/v1/dashboards`."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from backend.dashboards import services
from backend.dashboards.services import Actor
from tests.api.test_openapi import check, schema  # noqa: F401 - a fixture
from tests.api.test_traces import get
from tests.api.test_views import send
from tests.conftest import World

pytestmark = pytest.mark.django_db
WIDGETS = [{"measures": ["cost"], "group_by": "model", "chart": "stacked"}, {"measures": ["traces"], "chart": "number"}]
COSTS = {"version": 1, "name": "Costs", "description": "What it costs.", "widgets": WIDGETS}


def test_a_dashboard_is_made_changed_and_deleted(api: Client, other_api: Client, schema) -> None:  # noqa: F811
    made = send(api, "post", "dashboards", COSTS, 201)
    check(schema, "Dashboard", made)
    assert (made["owner"], made["shared"], made["widgets"][0]["title"]) == (None, True, "Cost by model")
    check(schema, "DashboardList", get(api, "dashboards"))
    path = f"dashboards/{made['id']}"
    assert get(other_api, "dashboards")["results"] == []
    assert get(other_api, path, 404)["error"]["code"] == "not_found"
    first = made["widgets"][0]
    changed = send(api, "patch", path, {"widgets": [{**first, "title": "Dollars"}]})
    assert [(one["id"], one["title"]) for one in changed["widgets"]] == [(first["id"], "Dollars")]
    assert send(api, "patch", path, {"name": "Spend"})["widgets"] == changed["widgets"]
    send(api, "delete", path, status=204)
    assert get(api, "dashboards")["results"] == []


def test_an_export_is_what_can_be_posted(api: Client, other_api: Client, schema) -> None:  # noqa: F811
    made = send(api, "post", "dashboards", COSTS, 201)
    exported = get(api, f"dashboards/{made['id']}/export")
    check(schema, "DashboardDocument", exported)
    there = send(other_api, "post", "dashboards", exported, 201)
    assert get(other_api, f"dashboards/{there['id']}/export") == exported


def test_a_session_has_private_dashboards(client: Client, api: Client, world: World) -> None:
    services.create_dashboard(project=world.project, actor=Actor.of(world.alice), name="Mine", shared=False)
    assert get(api, "dashboards")["results"] == []
    client.force_login(world.alice)
    (one,) = get(client, "dashboards", project="support-bot")["results"]
    assert (one["name"], one["owner"]) == ("Mine", "alice@example.com")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"widgets": []}, "name"),
        ({**COSTS, "shared": False}, "shared"),
        ({**COSTS, "shared": "yes"}, "shared"),
        ({**COSTS, "owner": "me"}, "owner"),
        ({**COSTS, "name": None}, "name"),
        ({**COSTS, "widgets": [*WIDGETS, {"measures": ["cost", "traces"]}]}, "widgets[2].measures"),
        ({**COSTS, "widgets": [{**WIDGETS[0], "filter": "model:("}]}, "widgets[0].filter"),
    ],
)
def test_wrong_bodies_name_their_field(api: Client, body: Any, field: str) -> None:
    assert send(api, "post", "dashboards", body, 400)["error"]["field"] == field
    assert get(api, "dashboards")["results"] == []


@pytest.mark.parametrize(
    ("body", "field"), [({"name": None}, "name"), ({"widgets": None}, "widgets"), ({"version": 1}, "version")]
)
def test_a_wrong_change_changes_nothing(api: Client, body: Any, field: str) -> None:
    made = send(api, "post", "dashboards", COSTS, 201)
    assert send(api, "patch", f"dashboards/{made['id']}", body, 400)["error"]["field"] == field
    assert get(api, f"dashboards/{made['id']}") == made
