"""`/api/v1/views`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.api.test_openapi import check, schema  # noqa: F401 - a fixture
from tests.api.test_traces import get
from tests.conftest import World

pytestmark = pytest.mark.django_db


def send(client: Client, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    reply = getattr(client, method)(f"/api/v1/{path}", json.dumps(body), content_type="application/json")
    assert reply.status_code == status, reply.content
    return reply.json() if reply.content else None


def test_a_view_is_made_changed_and_deleted(api: Client, other_api: Client, schema) -> None:  # noqa: F811
    state = {"filter": "status:error", "from": "2026-01-01T00:00:00Z"}
    made = send(api, "post", "views", {"name": "Failures", "shared": True, "state": state}, 201)
    check(schema, "View", made)
    assert (made["state"], made["owner"]) == (state, None)
    check(schema, "ViewList", get(api, "views"))
    path = f"views/{made['id']}"
    assert get(other_api, "views")["results"] == []
    assert get(other_api, path, 404)["error"]["code"] == "not_found"
    assert send(api, "patch", path, {"name": "Errors"})["state"] == state
    assert send(api, "patch", path, {"state": {}})["state"] == {}
    send(api, "delete", path, status=204)
    assert get(api, "views")["results"] == []


def test_a_session_has_private_views(client: Client, api: Client, world: World) -> None:
    from backend.views.services import Actor, create_view

    mine = create_view(project=world.project, actor=Actor.of(world.alice), name="Mine", state={})
    assert get(api, "views")["results"] == []
    client.force_login(world.alice)
    (one,) = get(client, "views", project="support-bot")["results"]
    assert (one["id"], one["owner"]) == (str(mine.id), "alice@example.com")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x"}, "shared"),
        ({"shared": True}, "name"),
        ({"name": "x", "shared": True, "state": {"cursor": "1"}}, "state.cursor"),
        ({"name": "x", "shared": True, "colour": 1}, "colour"),
        ({"name": "x", "shared": True, "state": {"filter": "("}}, "filter"),
    ],
)
def test_wrong_bodies_name_their_field(api: Client, body: Any, field: str) -> None:
    assert send(api, "post", "views", body, 400)["error"]["field"] == field
