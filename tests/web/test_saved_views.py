"""Saved views on the traces list."""

from __future__ import annotations

import pytest
from django.test import Client

from backend.views.models import SavedView
from tests.conftest import World
from tests.web.conftest import Reads, browser_of
from tests.web.spans import row

PAGE, VIEWS = "/p/support-bot/traces/", "/p/support-bot/views/"
QUERY = "?filter=status%3Aerror&range=7d&order=slowest&cols=time%2Ccost&live=1&cursor=x"


@pytest.fixture
def saved(alice: Client, reads: Reads) -> SavedView:
    reads.rows = [row(1)]
    alice.cookies["zone"] = "utc"
    alice.post(VIEWS, {"name": "Slow failures", "query": QUERY})
    return SavedView.objects.get()


def do(client: Client, view: SavedView, what: str, **more: str) -> int:
    return client.post(f"{VIEWS}{view.id}/", {"do": what, **more}).status_code


def test_what_is_shown_is_saved_and_opened_again(alice: Client, saved: SavedView) -> None:
    assert saved.state == {
        "filter": "status:error", "range": "7d", "order": "slowest", "cols": "time,cost", "zone": "utc",
    }  # fmt: skip
    del alice.cookies["zone"]
    reply = alice.get(PAGE + saved.query)
    assert reply.cookies["zone"].value == "utc"
    for word in ("Views: Slow failures", 'value="status:error"', "Rename", "Delete the view"):
        assert word in reply.text, word
    assert f"view={saved.id}" in reply.text  # kept while one goes on from it


def test_it_is_shared_renamed_updated_and_deleted(world: World, alice: Client, saved: SavedView) -> None:
    bob = browser_of(world.bob)
    assert "Slow failures" not in bob.get(PAGE).text
    assert do(bob, saved, "rename", name="Mine") == 404
    assert do(alice, saved, "share") == 302
    assert "Slow failures" in bob.get(PAGE).text
    assert do(bob, saved, "rename", name="Mine") == 403
    assert "Delete the view" not in bob.get(PAGE + saved.query).text
    do(alice, saved, "rename", name="Renamed")
    do(alice, saved, "update", query="?filter=refund")
    saved.refresh_from_db()
    assert (saved.name, saved.state["filter"], "order" in saved.state) == ("Renamed", "refund", False)
    assert do(alice, saved, "delete") == 302
    assert SavedView.objects.count() == 0


def test_the_list_begins_with_the_default_view(alice: Client, saved: SavedView) -> None:
    do(alice, saved, "default")
    assert alice.get(PAGE)["Location"] == PAGE + saved.query
    assert alice.get(PAGE + "?range=24h").status_code == 200
    do(alice, saved, "no-default")
    assert alice.get(PAGE).status_code == 200


def test_wrong_input_is_told(alice: Client, saved: SavedView) -> None:
    assert alice.post(VIEWS, {"name": ""}).status_code == 400
    assert alice.post(VIEWS, {"name": "x", "query": "?filter=("}).status_code == 400
    assert do(alice, saved, "explode") == 400
    assert alice.get(VIEWS).status_code == 405
