"""A dashboard as JSON: what is stored, sent by the API, exported and imported. Checked whole; errors name the field."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.dashboards.fit import check_fit
from backend.dashboards.widgets import CHARTS, SIZES, SPREADS, Chart, Widget
from backend.metrics import services as metrics
from backend.metrics.distribution import Quantity, find_quantity
from backend.metrics.services import Dimension, Measure

VERSION = 1
WIDGET_FIELDS = ("id", "title", "measures", "group_by", "top", "filter", "chart", "size")
FIELDS = ("version", "name", "description", "widgets")
ID = re.compile(r"[0-9a-z]{4,16}")

T = TypeVar("T", bound=str)


@dataclass(frozen=True)
class Document:
    """A dashboard without its owner."""

    name: str
    description: str
    widgets: tuple[Widget, ...]


def read_document(raw: object) -> Document:
    """Raises InvalidInput with the field (widgets[2].measures) and, in words, the widget."""
    given = _object(raw, "A dashboard", FIELDS)
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
    given = _object(raw, "A widget", WIDGET_FIELDS)
    chart: Chart = _choice(given, "chart", CHARTS, "line")
    group_by = _text(given, "group_by", limits.MAX_FILTER_CHARS)
    names = _names(given.get("measures"))
    measures = (_quantity(names),) if chart in SPREADS else _measures(names)
    group, _ = metrics.find_group(group_by, measures[0].family)
    top: object = given.get("top", 8)
    if not isinstance(top, int) or isinstance(top, bool) or not 1 <= top <= limits.METRIC_GROUPS:
        raise InvalidInput(f"top is a number from 1 to {limits.METRIC_GROUPS}.", field="top")
    text = _text(given, "filter", limits.MAX_FILTER_CHARS)
    metrics.check_filter(text)
    check_fit(chart, measures, group)
    return Widget(
        key=_id(given.get("id")),
        title=_text(given, "title", limits.WIDGET_TITLE_CHARS) or title_of(measures, group, group_by),
        measures=tuple(one.name for one in measures),
        chart=chart,
        group_by=group_by,
        top=top,
        size=_choice(given, "size", SIZES, "half"),
        filter=text,
    )


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


def title_of(measures: Sequence[Measure | Quantity], group: Dimension | None, group_by: str) -> str:
    """For a widget that got none: Cost by model."""
    label = ", ".join(one.label if n == 0 else one.label.lower() for n, one in enumerate(measures))
    by = "" if group is None else f" by {group_by.partition('.')[2] or group.label.lower()}"
    return (label + by)[: limits.WIDGET_TITLE_CHARS]


def read_name(raw: object) -> str:
    name = " ".join(raw.split()) if isinstance(raw, str) else ""
    if not 0 < len(name) <= limits.DASHBOARD_NAME_CHARS or "\0" in name:
        raise InvalidInput(f"A dashboard needs a name of 1 to {limits.DASHBOARD_NAME_CHARS} characters.", field="name")
    return name


def read_text(raw: object) -> str:
    if raw is not None and not isinstance(raw, str):
        raise InvalidInput("description is a text.", field="description")
    text = (raw or "").strip()
    if len(text) > limits.DASHBOARD_TEXT_CHARS or "\0" in text:
        raise InvalidInput(f"A description has at most {limits.DASHBOARD_TEXT_CHARS} characters.", field="description")
    return text


def _names(raw: object) -> list[str]:
    names = cast("list[object]", raw) if isinstance(raw, list) else []
    if not names or not all(isinstance(name, str) for name in names):
        raise InvalidInput("Choose what is measured: a list of names of measures.", field="measures")
    if len(names) > limits.WIDGET_MEASURES:
        raise InvalidInput(f"A widget shows at most {limits.WIDGET_MEASURES} measures.", field="measures")
    return cast("list[str]", names)


def _measures(names: list[str]) -> tuple[Measure, ...]:
    try:
        return metrics.find_measures(names)
    except InvalidInput as error:
        raise InvalidInput(error.message, field="measures") from None


def _quantity(names: list[str]) -> Quantity:
    """Of histograms and heatmaps: the one number whose spread they show."""
    if len(names) > 1:
        raise InvalidInput("A histogram or a heatmap shows one number.", field="measures")
    try:
        return find_quantity(names[0])
    except InvalidInput as error:
        raise InvalidInput(error.message, field="measures") from None


def _object(raw: object, what: str, known: Sequence[str]) -> Mapping[str, object]:
    if not isinstance(raw, dict):
        raise InvalidInput(f"{what} is an object.")
    given = cast("dict[str, object]", raw)
    for name in given:
        if name not in known:
            raise InvalidInput(f"{what} has no field {name[:60]!r}. It has {', '.join(known)}.", field=name[:60])
    return given


def _text(given: Mapping[str, object], name: str, most: int) -> str:
    value = given.get(name, "")
    if not isinstance(value, str) or len(value) > most:
        raise InvalidInput(f"{name} is a text of at most {most} characters.", field=name)
    if "\0" in value:  # PostgreSQL keeps none
        raise InvalidInput("This holds a character that is no text.", field=name)
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
