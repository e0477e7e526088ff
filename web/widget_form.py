"""The form of a widget: what it offers, what is chosen, and the widget as JSON that was typed into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.http import QueryDict

from backend.dashboards.document import write_widget
from backend.dashboards.widgets import SPREADS, Widget
from backend.metrics.distribution import QUANTITIES
from backend.metrics.services import DIMENSIONS, FAMILIES, KEYED, MEASURE, MEASURES, dimensions_of

FAMILY_LABELS = {"traces": "Traces", "calls": "Model calls", "spans": "Spans", "scores": "Scores"}
# Not a kind of rows: a histogram or a heatmap shows one number of any of them.
SPREAD = "spread"
SPREAD_CHARTS = {"histogram": ("Histogram", "chart-column-big"), "heatmap": ("Heatmap", "grid-3x3")}
CHARTS = {
    "line": ("Line", "chart-line"),
    "bar": ("Bars", "chart-column"),
    "stacked": ("Stacked", "chart-column-stacked"),
    "ranking": ("Ranking", "chart-bar"),
    "table": ("Table", "table"),
    "number": ("Number", "hash"),
}
SIZES = {"third": "A third", "half": "Half", "full": "Whole width"}
NEW: dict[str, Any] = {"measures": ["traces"], "chart": "line", "size": "half", "top": 8, "group_by": ""}


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    chosen: bool
    icon: str = ""


@dataclass(frozen=True)
class FamilyChoices:
    """What can be asked of one kind of rows."""

    family: Choice
    measures: list[Choice]
    groups: list[Choice]


def typed(params: QueryDict, widget_id: str) -> dict[str, Any]:
    """The widget as document.read_widget takes it; its measures and grouping are those of the chosen family."""
    family = params.get("family", "")
    group, key = params.get(f"group_{family}", ""), params.get("group_key", "").strip()
    top = params.get("top", "").strip()
    return {
        "id": widget_id,
        "title": params.get("title", ""),
        "measures": params.getlist(f"measures_{family}"),
        "group_by": f"{group}.{key}" if group in KEYED else group,
        "top": int(top) if top.isascii() and top.isdigit() and len(top) < 9 else 0,
        "filter": params.get("narrow", ""),
        "chart": params.get("chart_spread" if family == SPREAD else "chart", "line"),
        "size": params.get("size", "half"),
    }


def form_of(raw: Mapping[str, Any] | None, widget: Widget | None) -> dict[str, Any]:
    """What the template shows: of what was typed, else of the widget, else of a new one."""
    now = dict(raw) if raw is not None else write_widget(widget) if widget else NEW
    names = cast("list[str]", now["measures"])
    family: str = next((MEASURE[name].family for name in names if name in MEASURE), "traces")
    if now["chart"] in SPREADS:
        family = SPREAD
    group = str(now["group_by"])
    prefix, dot, key = group.partition(".")
    return {
        "title": now.get("title", ""),
        "filter": now.get("filter", ""),
        "top": now["top"] or "",
        "group_key": key if dot else "",
        "families": [
            *(_family(one, family, names, prefix if dot else group) for one in FAMILIES),
            _spread(family, names, prefix if dot else group),
        ],
        "charts": _charts(CHARTS, now["chart"] if family != SPREAD else "line"),
        "spread_charts": _charts(SPREAD_CHARTS, now["chart"] if family == SPREAD else "histogram"),
        "sizes": [Choice(name, label, name == now["size"]) for name, label in SIZES.items()],
    }


def _charts(known: Mapping[str, tuple[str, str]], chosen: str) -> list[Choice]:
    return [Choice(name, label, name == chosen, icon) for name, (label, icon) in known.items()]


def _spread(chosen: str, names: list[str], group: str) -> FamilyChoices:
    single = [one for one in DIMENSIONS if not one.several]
    return FamilyChoices(
        Choice(SPREAD, "Distribution", chosen == SPREAD),
        [
            Choice(one.name, one.label, one.name in names if chosen == SPREAD else n == 0)
            for n, one in enumerate(QUANTITIES)
        ],
        [Choice("", "nothing", not group), *(Choice(one.name, one.label, one.name == group) for one in single)],
    )


def _family(family: Any, chosen: str, names: list[str], group: str) -> FamilyChoices:
    groups = [Choice("", "nothing", not group)]
    groups += [Choice(one.name, one.label, one.name == group) for one in dimensions_of(family)]
    groups += [Choice(name, f"{one.label} …", name == group) for name, one in KEYED.items() if family in one.families]
    return FamilyChoices(
        Choice(family, FAMILY_LABELS[family], family == chosen),
        [Choice(one.name, one.label, one.name in names) for one in MEASURES if one.family == family],
        groups,
    )
