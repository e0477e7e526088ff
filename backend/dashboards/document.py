"""A dashboard as JSON: what is stored, sent by the API, exported and imported. Checked whole; errors name the field."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.dashboards.widgets import CHARTS, OVER_TIME, SIZES, Chart, Widget
from backend.metrics import services as metrics
from backend.metrics.services import Dimension, Measure

VERSION = 1
WIDGET_FIELDS = ("id", "title", "measures", "group_by", "top", "filter", "chart", "size")
FIELDS = ("version", "name", "description", "widgets")
ID = re.compile(r"[0-9a-z]{4,16}")
NAMED_FIELDS = {"measure": "measures"}

T = TypeVar("T", bound=str)


@dataclass(frozen=True)
class Document:
    """A dashboard without its owner."""

    name: str
    description: str
    widgets: tuple[Widget, ...]


def read_document(raw: object) -> Document:
    """Raises InvalidInput with the field (widgets[2].measures) and, in words, the widget."""
    given = _object(raw, "A dashboard", FIELDS, "")
    version = given.get("version", VERSION)
    if version != VERSION or isinstance(version, bool):
        raise InvalidInput(f"This version reads dashboards of version {VERSION} only.", field="version")
    return Document(
        read_name(given.get("name")), read_text(given.get("description")), read_widgets(given.get("widgets", []))
    )


def write_document(document: Document) -> dict[str, Any]:
    """What read_document reads again; ids of widgets are of their dashboard only and are left out."""
    widgets = [{k: v for k, v in write_widget(one).items() if k != "id"} for one in document.widgets]
    return {"version": VERSION, "name": document.name, "description": document.description, "widgets": widgets}


def read_widgets(raw: object) -> tuple[Widget, ...]:
    """Raises InvalidInput as read_document does."""
    if not isinstance(raw, list):
        raise InvalidInput("widgets is a list of objects.", field="widgets")
    rows = cast("list[object]", raw)
    if len(rows) > limits.DASHBOARD_WIDGETS:
        raise InvalidInput(f"A dashboard has at most {limits.DASHBOARD_WIDGETS} widgets.", field="widgets")
    found: list[Widget] = []
    for number, row in enumerate(rows):
        widget = _named(row, number)
        if any(widget.key == one.key for one in found):
            raise InvalidInput(f"Widget {number + 1}: another widget has this id.", field=f"widgets[{number}].id")
        found.append(widget)
    return tuple(found)


def _named(row: object, number: int) -> Widget:
    try:
        return read_widget(row)
    except InvalidInput as error:
        title: object = cast("dict[str, object]", row).get("title") if isinstance(row, dict) else ""
        name = f"Widget {number + 1}" + (f' "{title[:60]}"' if isinstance(title, str) and title else "")
        field = f"widgets[{number}]" + (f".{error.field}" if error.field else "")
        raise InvalidInput(f"{name}: {error.message}", field=field, position=error.position) from None


def read_widget(raw: object) -> Widget:
    """A widget whose parts fit each other; one without an id gets one. Raises InvalidInput with the field."""
    given = _object(raw, "A widget", WIDGET_FIELDS, "")
    measures = _measures(given.get("measures"))
    group_by = _text(given, "group_by", limits.MAX_FILTER_CHARS)
    group, _ = metrics.find_group(group_by, measures[0].family)
    top: object = given.get("top", 8)
    if not isinstance(top, int) or isinstance(top, bool) or not 1 <= top <= limits.METRIC_GROUPS:
        raise InvalidInput(f"top is a number from 1 to {limits.METRIC_GROUPS}.", field="top")
    text = _text(given, "filter", limits.MAX_FILTER_CHARS)
    metrics.check_filter(text)
    widget = Widget(
        key=_id(given.get("id")),
        title=_text(given, "title", limits.WIDGET_TITLE_CHARS) or title_of(measures, group, group_by),
        measures=tuple(one.name for one in measures),
        chart=_choice(given, "chart", CHARTS, "line"),
        group_by=group_by,
        top=top,
        size=_choice(given, "size", SIZES, "half"),
        filter=text,
    )
    _check_fit(widget.chart, measures, group)
    return widget


def write_widget(widget: Widget) -> dict[str, Any]:
    return {
        "id": widget.key,
        "title": widget.title,
        "measures": list(widget.measures),
        "group_by": widget.group_by,
        "top": widget.top,
        "filter": widget.filter,
        "chart": widget.chart,
        "size": widget.size,
    }


def copied(widget: Widget) -> Widget:
    """The same, for another dashboard."""
    return replace(widget, key=new_id(), scan=(), scan_group="")


def title_of(measures: Sequence[Measure], group: Dimension | None, group_by: str) -> str:
    """For a widget that got none: Cost by model."""
    label = ", ".join(one.label if n == 0 else one.label.lower() for n, one in enumerate(measures))
    by = "" if group is None else f" by {group_by.partition('.')[2] or group.label.lower()}"
    return (label + by)[: limits.WIDGET_TITLE_CHARS]


def read_name(raw: object) -> str:
    name = " ".join(raw.split()) if isinstance(raw, str) else ""
    if not 0 < len(name) <= limits.DASHBOARD_NAME_CHARS:
        raise InvalidInput(f"A dashboard needs a name of 1 to {limits.DASHBOARD_NAME_CHARS} characters.", field="name")
    return name


def read_text(raw: object) -> str:
    if raw is not None and not isinstance(raw, str):
        raise InvalidInput("description is a text.", field="description")
    text = (raw or "").strip()
    if len(text) > limits.DASHBOARD_TEXT_CHARS:
        raise InvalidInput(f"A description has at most {limits.DASHBOARD_TEXT_CHARS} characters.", field="description")
    return text


def _measures(raw: object) -> tuple[Measure, ...]:
    names = cast("list[object]", raw) if isinstance(raw, list) else []
    if not names or not all(isinstance(name, str) for name in names):
        raise InvalidInput("Choose what is measured: a list of names of measures.", field="measures")
    if len(names) > limits.WIDGET_MEASURES:
        raise InvalidInput(f"A widget shows at most {limits.WIDGET_MEASURES} measures.", field="measures")
    try:
        return metrics.find_measures(cast("list[str]", names))
    except InvalidInput as error:
        raise InvalidInput(error.message, field="measures") from None


def _check_fit(chart: Chart, measures: Sequence[Measure], group: Dimension | None) -> None:
    """What would be drawn wrongly or not at all. Raises InvalidInput."""
    if chart == "ranking" and group is None:
        raise InvalidInput("A ranking needs a grouping: what is ranked?", field="group_by")
    if chart == "number" and group is not None:
        raise InvalidInput("A number has no groups: choose a table or a ranking.", field="group_by")
    if chart == "bar" and group is not None:
        raise InvalidInput("Bars of groups would hide each other: choose stacked.", field="chart")
    if len(measures) > 1 and (chart == "ranking" or (group is not None and chart in OVER_TIME)):
        raise InvalidInput("With groups it shows one measure. A table of groups shows several.", field="measures")
    if chart in OVER_TIME:
        other = next((one for one in measures if one.unit != measures[0].unit), None)
        if other is not None:
            raise InvalidInput(
                f"{measures[0].label} and {other.label} have no scale in common: choose a table or numbers.",
                field="measures",
            )
    if chart == "stacked":
        wrong = next((one for one in measures if not one.adds), None)
        if wrong is not None:
            raise InvalidInput(f"Parts of {wrong.label} do not add up to a whole: choose a line.", field="chart")
        if group is not None and group.several:
            raise InvalidInput(
                f"One row has several values of {group.label.lower()}, so parts do not add up: choose a line.",
                field="chart",
            )


def _object(raw: object, what: str, known: Sequence[str], prefix: str) -> Mapping[str, object]:
    if not isinstance(raw, dict):
        raise InvalidInput(f"{what} is an object.", field=prefix or None)
    given = cast("dict[str, object]", raw)
    for name in given:
        if name not in known:
            raise InvalidInput(f"{what} has no field {name[:60]!r}. It has {', '.join(known)}.", field=name[:60])
    return given


def _text(given: Mapping[str, object], name: str, most: int) -> str:
    value = given.get(name, "")
    if not isinstance(value, str) or len(value) > most:
        raise InvalidInput(f"{name} is a text of at most {most} characters.", field=name)
    return value.strip() if name == "filter" else " ".join(value.split())


def _choice(given: Mapping[str, object], name: str, known: Sequence[T], usual: T) -> T:
    value = given.get(name, usual)
    found = next((one for one in known if one == value), None)
    if found is None:
        raise InvalidInput(f"{name} is one of {', '.join(known)}.", field=name)
    return found


def _id(raw: object) -> str:
    if raw is None or raw == "":
        return new_id()
    if not isinstance(raw, str) or not ID.fullmatch(raw):
        raise InvalidInput("An id has 4 to 16 small letters and digits; leave it out for a new one.", field="id")
    return raw


def new_id() -> str:
    return secrets.token_hex(4)
