"""Dashboards as JSON: what is read, and how what is wrong is named."""

from __future__ import annotations

from typing import Any

import pytest

from backend.core.errors import InvalidInput
from backend.dashboards.document import copied, read_document, read_widget, read_widgets, write_document, write_widget
from backend.dashboards.widgets import OVERVIEW

COST = {"title": "Cost", "measures": ["cost"], "group_by": "model", "chart": "stacked", "size": "full", "top": 5}


def document(*widgets: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"version": 1, "name": "Costs", "widgets": list(widgets), **more}


def test_what_is_written_is_read_again() -> None:
    read = read_document(document(COST, {"measures": ["traces"], "filter": "status:error"}, description=" All. "))
    again = read_document(write_document(read))
    assert [copied(one).title for one in again.widgets] == ["Cost", "Traces"]
    assert (again.name, again.description) == ("Costs", "All.")
    assert write_document(again) == write_document(read)


def test_the_overview_can_be_written() -> None:
    rows = [write_widget(copied(one)) for one in OVERVIEW]
    assert [one.measures for one in read_widgets(rows)] == [one.measures for one in OVERVIEW]


def test_a_widget_gets_an_id_and_a_title() -> None:
    first, second = read_widgets([{"measures": ["cost"], "group_by": "metadata.tenant"}, {"measures": ["calls"]}])
    assert first.title == "Cost by tenant"
    assert first.key != second.key
    assert read_widget({**COST, "id": "abcd1234"}).key == "abcd1234"


@pytest.mark.parametrize(
    ("widget", "field"),
    [
        ({"measures": []}, "measures"),
        ({"measures": "cost"}, "measures"),
        ({"measures": ["cots"]}, "measures"),
        ({"measures": ["cost", "traces"]}, "measures"),  # of two families
        ({"measures": ["cost", "tokens"]}, "measures"),  # on one scale
        ({"measures": ["cost", "tokens"], "group_by": "model", "chart": "ranking"}, "measures"),
        ({**COST, "group_by": "tool"}, "group_by"),
        ({"measures": ["cost"], "chart": "ranking"}, "group_by"),
        ({**COST, "chart": "number"}, "group_by"),
        ({**COST, "chart": "pie"}, "chart"),
        ({**COST, "chart": "bar"}, "chart"),
        ({**COST, "group_by": "tag"}, "chart"),
        ({**COST, "measures": ["ttft_p50"]}, "chart"),
        ({**COST, "top": 0}, "top"),
        ({**COST, "top": True}, "top"),
        ({**COST, "size": "huge"}, "size"),
        ({**COST, "filter": "model:("}, "filter"),
        ({**COST, "title": "x" * 101}, "title"),
        ({**COST, "id": "<script>"}, "id"),
        ({**COST, "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_widget_names_itself_and_its_field(widget: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput, match="Widget 2") as error:
        read_document(document(COST, widget))
    assert error.value.field == f"widgets[1].{field}"


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ([], None),
        ({}, "name"),
        (document(name="x" * 101), "name"),
        (document(version=2), "version"),
        (document(owner="me"), "owner"),
        (document(description=1), "description"),
        (document(widgets={}), "widgets"),
        (document(*[COST] * 41), "widgets"),
        (document("cost"), "widgets[0]"),
        (document({**COST, "id": "same"}, {**COST, "id": "same"}), "widgets[1].id"),
    ],
)
def test_a_wrong_document_names_its_field(raw: Any, field: str | None) -> None:
    with pytest.raises(InvalidInput) as error:
        read_document(raw)
    assert error.value.field == field
