"""Models and prices: what the page shows, who may set a price, and what the form says."""

from __future__ import annotations

import os

import pytest
from django.test import Client

from backend.pricing import overrides, services
from tests.api.conftest import send  # noqa: F401 - a fixture
from tests.conftest import World
from tests.support.otlp import llm_span, span
from tests.web.conftest import browser_of

pytestmark = pytest.mark.store
PAGE = "/p/support-bot/settings/prices/"
UNKNOWN = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "acme", "gen_ai.request.model": "m/1 & 2"}


def test_a_model_without_a_price_comes_first_with_one_click_to_set_it(store, alice: Client, send) -> None:  # noqa: F811
    send(llm_span(os.urandom(16)), span(attributes=UNKNOWN))
    services.resolve_prices()
    page = alice.get(PAGE).text
    assert page.index("m/1 &amp; 2") < page.index("gpt-4o-mini-2024-07-18")
    assert "1 without a price" in page
    assert 'href="?provider=acme&amp;model=m%2F1%20%26%202"' in page
    form = alice.get(PAGE, {"provider": "acme", "model": "m/1 & 2"}).text
    assert 'name="model"' in form
    assert 'value="m/1 &amp; 2"' in form


def test_a_price_is_set_changed_and_removed(store, alice: Client, world: World) -> None:
    sent = {"provider": "acme", "model": "m", "input": "2.5", "output": "10", "effective_from": "2026-06-01"}
    reply = alice.post(PAGE, sent, follow=True)
    assert "The price of m is set." in reply.text
    (held,) = overrides.own_prices(world.project.id)
    begins = f"{held.since.timestamp():.0f}"
    form = alice.get(PAGE, {"provider": "acme", "model": "m", "from": begins}).text
    assert 'value="2.5"' in form
    assert 'value="2026-06-01"' in form
    gone = alice.post(PAGE + "remove/", {"provider": "acme", "model": "m", "from": begins}, follow=True)
    assert "is removed" in gone.text
    assert overrides.own_prices(world.project.id) == []


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(store, alice: Client) -> None:
    reply = alice.post(PAGE, {"model": "m", "input": "cheap", "output": "", "effective_from": "1999-01-01"})
    for said in ("A price is a number such as 2.50.", "Give a price; 0 is one.", 'value="cheap"'):
        assert said in reply.text
    early = alice.post(PAGE, {"model": "m", "input": "1", "output": "1", "effective_from": "1999-01-01"})
    assert "A price begins between 2000 and 2100." in early.text


def test_a_member_reads_and_does_not_set(store, world: World) -> None:
    bob = browser_of(world.bob)
    assert bob.get(PAGE).status_code == 200
    assert 'name="model"' not in bob.get(PAGE, {"model": "m"}).text
    assert bob.post(PAGE, {"model": "m", "input": "1", "output": "1"}).status_code == 403
    assert bob.post(PAGE + "remove/", {"model": "m"}).status_code == 403
    assert overrides.own_prices(world.project.id) == []
