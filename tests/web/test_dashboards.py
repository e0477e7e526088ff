"""Dashboards as pages: the list, one of them, its forms, export and import. What charts show is in tests/dashboards."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from backend.dashboards import services
from backend.dashboards.models import Dashboard
from tests.conftest import World
from tests.web.conftest import browser_of

PAGE = "/p/support-bot/dashboards/"
FORM = {"family": "calls", "measures_calls": ["cost"], "group_calls": "model", "chart": "stacked", "top": "5"}


@pytest.fixture
def board(world: World, alice: Client) -> Dashboard:
    alice.post(f"{PAGE}new/", {"name": "Costs", "description": "What it costs.", "shared": "1", "begin": "empty"})
    return Dashboard.objects.get()


def here(board: Dashboard, rest: str = "") -> str:
    return f"{PAGE}{board.id}/{rest}"


def titles(board: Dashboard) -> list[str]:
    board.refresh_from_db()
    return [one.title for one in services.widgets_of(board)]


def test_the_list_begins_with_the_overview_and_says_what_to_do(world: World, alice: Client) -> None:
    text = alice.get(PAGE).text
    assert "/p/support-bot/overview/" in text
    assert "a copy of the overview" in text
    world.bob.memberships.update(role="viewer")
    text = browser_of(world.bob).get(PAGE).text
    assert "New dashboard" not in text
    assert "Members of the project make them" in text


def test_widgets_are_added_changed_moved_and_removed(alice: Client, board: Dashboard) -> None:
    assert "Add a widget" in alice.get(here(board)).text
    reply = alice.post(here(board, "new/?range=7d"), FORM)
    assert reply["Location"].startswith(here(board, "?range=7d&edit=1#widget-"))
    alice.post(here(board, "new/"), {**FORM, "title": "Second"})
    assert titles(board) == ["Cost by model", "Second"]
    first = services.widgets_of(board)[0].key
    assert 'value="cost" checked' in alice.get(here(board, f"widgets/{first}/edit/")).text
    alice.post(here(board, f"widgets/{first}/edit/"), {**FORM, "title": "First"})
    alice.post(here(board, "change/"), {"do": "move", "widget": first, "by": "1"})
    assert titles(board) == ["Second", "First"]
    alice.post(here(board, "change/"), {"do": "remove", "widget": first})
    assert titles(board) == ["Second"]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"measures_calls": []}, "Choose what is measured"),
        ({"measures_calls": ["ttft_p50"]}, "do not add up"),
        ({"top": "many"}, "top is a number"),
        ({"narrow": "model:("}, "field-error"),
        ({"family": "<b>"}, "Choose what is measured"),
    ],
)
def test_a_wrong_widget_is_explained_and_nothing_is_lost(alice: Client, board: Dashboard, form: Any, said: str) -> None:
    reply = alice.post(here(board, "new/"), {**FORM, "title": "Kept", **form})
    assert reply.status_code == 400
    assert said in reply.text
    assert 'value="Kept"' in reply.text
    assert titles(board) == []
    assert said in alice.get(f"{PAGE}preview/", {**FORM, **form}).text


def test_groups_by_metadata_and_distributions_come_from_the_form(alice: Client, board: Dashboard) -> None:
    alice.post(here(board, "new/"), {**FORM, "group_calls": "metadata", "group_key": "tenant", "chart": "ranking"})
    spread = {"family": "spread", "measures_spread": "trace_latency", "chart_spread": "heatmap", "chart": "stacked"}
    alice.post(here(board, "new/"), {**FORM, **spread})
    ranking, heatmap = services.widgets_of(Dashboard.objects.get())
    assert (ranking.group_by, ranking.title) == ("metadata.tenant", "Cost by tenant")
    assert (heatmap.chart, heatmap.measures) == ("heatmap", ("trace_latency",))
    form = alice.get(here(board, f"widgets/{ranking.key}/edit/")).text
    assert 'value="tenant"' in form


def test_the_overview_is_copied(world: World, alice: Client) -> None:
    assert 'value="Overview, copied"' in alice.get(f"{PAGE}new/?begin=overview").text
    alice.post(f"{PAGE}new/", {"name": "Ours", "shared": "1", "begin": "overview"})
    assert len(services.widgets_of(Dashboard.objects.get())) == 12


def test_an_export_is_imported_from_a_file_or_a_text(alice: Client, board: Dashboard) -> None:
    alice.post(here(board, "new/"), FORM)
    reply = alice.get(here(board, "export/"))
    assert reply["Content-Disposition"] == 'attachment; filename="costs.dashboard.json"'
    alice.post(f"{PAGE}import/", {"file": SimpleUploadedFile("costs.json", reply.content)})
    alice.post(f"{PAGE}import/", {"text": reply.text})
    assert [one.name for one in Dashboard.objects.all()] == ["Costs"] * 3
    assert [titles(one) for one in Dashboard.objects.all()] == [["Cost by model"]] * 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Choose a file"),
        ('{"name": ', "not JSON"),
        (json.dumps({"name": "x", "widgets": [{"measures": ["cots"], "title": "Dollars"}]}), "Widget 1 &quot;Dollars"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_wrong_import_is_explained(world: World, alice: Client, text: str, said: str) -> None:
    reply = alice.post(f"{PAGE}import/", {"text": text})
    assert (reply.status_code, said in reply.text) == (400, True)
    assert not Dashboard.objects.exists()


def test_a_viewer_sees_no_way_to_change_and_has_none(world: World, board: Dashboard) -> None:
    world.bob.memberships.update(role="viewer")
    bob = browser_of(world.bob)
    assert "Edit" not in bob.get(here(board, "?edit=1")).text.split("<main")[1]
    for path in ("new/", "change/"):
        assert bob.post(here(board, path), {**FORM, "do": "copy"}).status_code == 403
    assert bob.get(f"{PAGE}new/").status_code == 403
    assert bob.get(here(board, "export/")).status_code == 200


def test_it_is_renamed_unshared_copied_and_deleted(world: World, alice: Client, board: Dashboard) -> None:
    alice.post(here(board, "change/"), {"do": "rename", "name": "Spend", "owned": "1"})
    board.refresh_from_db()
    assert (board.name, board.shared) == ("Spend", False)
    assert browser_of(world.bob).get(here(board)).status_code == 404
    alice.post(here(board, "change/"), {"do": "copy"})
    assert sorted(one.name for one in Dashboard.objects.all()) == ["Spend", "Spend, copied"]
    alice.post(here(board, "change/"), {"do": "delete"})
    assert [one.name for one in Dashboard.objects.all()] == ["Spend, copied"]
    assert alice.post(here(board, "change/"), {"do": "explode"}).status_code == 400


def test_a_wrong_filter_is_explained_on_the_page(alice: Client, board: Dashboard) -> None:
    reply = alice.get(here(board, "?filter=model:("))
    assert (reply.status_code, 'id="filter-problem"' in reply.text) == (400, True)


def test_a_page_of_charts_that_cannot_be_read_says_how_to_go_on(alice: Client, board: Dashboard) -> None:
    for page in (here(board), here(board).split("dashboards/")[0] + "overview/"):
        reply = alice.get(page, {"from": "2026-11-21T10:00:00Z", "to": "2026-11-20T10:00:00Z"})
        assert reply.status_code == 400
        assert "No charts without a readable time range" in reply.text
        assert f'href="{page}">Start over' in reply.text
        assert 'aria-invalid="true"' not in reply.text
