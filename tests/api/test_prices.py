"""/api/v1/models and /api/v1/prices."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.test import Client

from backend.pricing import services
from tests.api.conftest import Send
from tests.conftest import World
from tests.support.otlp import llm_span

pytestmark = pytest.mark.store
PRICES, MODELS = "/api/v1/prices", "/api/v1/models"
JUNE = "2026-06-01T00:00:00Z"


def post(client: Client, address: str = PRICES, **body: Any) -> Any:
    return client.post(
        address, {"provider": "acme", "model": "m", "input": 2.5, "output": 10, **body}, "application/json"
    )


def test_a_price_is_set_listed_and_removed(api: Client) -> None:
    made = post(api, cache_read=1.25, effective_from=JUNE)
    assert made.status_code == 201, made.content
    price = made.json()
    assert (price["own"], price["effective_from"], price["effective_to"]) == (True, JUNE, None)
    assert price["tiers"] == [
        {"from_input_tokens": 0, "input": 2.5, "output": 10.0, "cache_read": 1.25, "cache_write": 2.5,
         "audio_input": 2.5, "audio_output": 10.0, "reasoning": 10.0},
    ]  # fmt: skip
    assert api.get(PRICES).json() == {"results": [price]}
    assert api.delete(PRICES, query_params={"provider": "acme", "model": "m"}).status_code == 404
    query = {"provider": "acme", "model": "m", "effective_from": JUNE}
    assert api.delete(PRICES, query_params=query).status_code == 204
    assert api.get(PRICES).json() == {"results": []}


def test_models_have_their_price(api: Client, other_api: Client, send: Send) -> None:
    send(llm_span(os.urandom(16)))
    (before,) = api.get(MODELS).json()["results"]
    assert (before["model"], before["calls"], before["price"]) == ("gpt-4o-mini-2024-07-18", 1, None)
    services.resolve_prices()
    (after,) = api.get(MODELS).json()["results"]
    assert (after["price"]["own"], after["price"]["tiers"][0]["input"]) == (False, 0.15)
    assert other_api.get(MODELS).json() == {"results": []}


@pytest.mark.parametrize(
    ("body", "field"),
    [({"input": -1}, "input"), ({"model": ""}, "model"), ({"per_token": 1}, "per_token"), ({"output": None}, "output")],
)
def test_what_is_wrong_is_named(api: Client, body: dict[str, Any], field: str) -> None:
    reply = post(api, **body)
    assert (reply.status_code, reply.json()["error"]["field"]) == (400, field)


def test_a_person_needs_the_role(world: World) -> None:
    bob, alice = Client(), Client()
    bob.force_login(world.bob)
    alice.force_login(world.alice)
    assert bob.get(PRICES, query_params={"project": "support-bot"}).status_code == 200
    assert post(bob, PRICES + "?project=support-bot").status_code == 403
    assert bob.delete(PRICES, query_params={"project": "support-bot", "model": "m"}).status_code == 403
    assert post(alice, PRICES + "?project=support-bot").status_code == 201
