"""Who may use the API: every way to send a key, sessions, scopes."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import get_resolver

from backend.projects import services
from backend.projects.models import ApiKey
from tests.conftest import World

pytestmark = [pytest.mark.store, pytest.mark.django_db, pytest.mark.usefixtures("store")]

TRACE = "5b8aa5a2d2c872e8321cf37308d69df2"
SPAN = f"/api/v1/spans/{TRACE}/051581bf3cb55c13"
PATHS = [
    "/api/v1/traces", "/api/v1/traces/export", f"/api/v1/traces/{TRACE}", SPAN, f"{SPAN}/mapping", "/api/v1/facets",
    "/api/v1/scores", "/api/v1/sessions", "/api/v1/sessions/s", "/api/v1/users", "/api/v1/users/u",
    "/api/v1/dashboards", f"/api/v1/dashboards/{UUID(int=1)}", f"/api/v1/dashboards/{UUID(int=1)}/export",
    "/api/v1/views", f"/api/v1/views/{UUID(int=1)}",
    "/api/v1/filter/suggest", "/api/v1/metrics", "/api/v1/metrics/distribution",
    "/api/v1/metrics/differences?measure=ttft", "/api/v1/metrics/models", "/api/v1/models", "/api/v1/prices",
    "/api/v1/budgets", f"/api/v1/budgets/{UUID(int=1)}",
]  # fmt: skip


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def key_with(world: World, *scopes: str) -> Client:
    made = services.create_key(project=world.project, actor=None, name="x", scopes=scopes)
    return Client(headers={"Authorization": f"Bearer {made.secret}"})


def post_score(client: Client, **more: Any) -> Any:
    body = json.dumps({"name": "ok", "value": True, "trace_id": TRACE})
    return client.post("/api/v1/scores", body, content_type="application/json", **more)


@pytest.mark.parametrize("path", PATHS)
def test_strangers_get_401(client: Client, path: str) -> None:
    reply = client.get(path)
    assert reply.status_code == 401
    assert reply.json()["error"]["code"] == "unauthenticated"
    assert reply["WWW-Authenticate"].startswith("Bearer")


def test_the_list_of_paths_is_whole() -> None:
    patterns = [
        p for p in get_resolver("backend.api.urls").url_patterns if str(p.pattern).lstrip("^").startswith("v1/")
    ]
    assert len(patterns) == len(PATHS)


def test_a_key_may_come_in_three_ways(world: World) -> None:
    public_id = ApiKey.objects.get(project=world.project).public_id
    for headers in (
        {"Authorization": f"Bearer {world.key}"},
        {"Authorization": basic(f"{public_id}:{world.key}")},
        {"Authorization": basic(f":{world.key}")},
        {"X-Api-Key": world.key},
    ):
        assert Client(headers=headers).get("/api/v1/scores").status_code == 200


@pytest.mark.parametrize(
    "value", ["Bearer ", "Bearer wrong", "Basic !!!", basic("nothing"), basic("a:"), "Digest x", "Bearer " + "k" * 600]
)
def test_a_wrong_key_gets_401(client: Client, world: World, value: str) -> None:
    assert client.get("/api/v1/scores", headers={"Authorization": value}).status_code == 401


def test_a_key_of_another_pair_gets_401(world: World) -> None:
    public_id = ApiKey.objects.get(project=world.other).public_id
    client = Client(headers={"Authorization": basic(f"{public_id}:{world.key}")})
    assert client.get("/api/v1/scores").status_code == 401


def test_an_ingest_key_may_neither_read_nor_write(world: World) -> None:
    client = key_with(world, "ingest")
    reply = client.get("/api/v1/traces")
    assert reply.status_code == 403
    assert "scope `read`" in reply.json()["error"]["message"]
    assert post_score(client).status_code == 403


def test_each_scope_opens_its_half(world: World) -> None:
    reader, writer = key_with(world, "read"), key_with(world, "write")
    assert (reader.get("/api/v1/scores").status_code, post_score(reader).status_code) == (200, 403)
    assert (writer.get("/api/v1/scores").status_code, post_score(writer).status_code) == (403, 201)


def test_a_session_names_its_project(client: Client, world: World) -> None:
    client.force_login(world.alice)
    assert client.get("/api/v1/scores").json()["error"]["field"] == "project"
    assert client.get("/api/v1/scores?project=support-bot").status_code == 200
    assert client.get("/api/v1/scores", headers={"X-Project": "support-bot"}).status_code == 200


def test_a_session_sees_only_its_projects(client: Client, world: World) -> None:
    client.force_login(world.charlie)
    assert client.get("/api/v1/scores?project=support-bot").status_code == 404


def test_a_session_writes_only_with_the_csrf_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.alice)
    project = {"X-Project": "support-bot"}
    refused = post_score(client, headers=project)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
    client.get("/account/password/")
    token = client.cookies["spanhouse_csrf"].value
    written = post_score(client, headers={**project, "X-CSRFToken": token})
    assert written.status_code == 201
    assert written.json()["author"] == "alice@example.com"


def test_a_viewer_reads_and_does_not_write(client: Client, world: World) -> None:
    world.bob.memberships.update(role="viewer")
    client.force_login(world.bob)
    assert client.get("/api/v1/scores?project=support-bot").status_code == 200
    assert post_score(client, headers={"X-Project": "support-bot"}).status_code == 403
