"""A widget as its template draws it: figure, table, ranking or numbers, each with links to the traces behind it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from backend.core.errors import InvalidInput
from backend.dashboards import widgets
from backend.dashboards.widgets import Widget, Window, joined
from backend.metrics import services as metrics
from backend.metrics.services import narrowed
from backend.metrics.view import Answer
from backend.traces import services as traces
from web import formats
from web.figures import heatmap, histogram, over_time, spread, words
from web.timerange import PRESETS, TimeRange, parse_range

# What a click on this measure adds to the filter.
CLICKED = {"failed_traces": "status:error", "failed_calls": "status:error", "failed_spans": "status:error"}


def is_compared(params: Mapping[str, str]) -> bool:
    """Whether the address asks for the time before beside the present one."""
    return params.get("compare", "") == "previous"


def window_of(project_id: UUID, params: Mapping[str, str]) -> tuple[Window, TimeRange]:
    """What the address of a page, or of one of its widgets, looks at. Raises InvalidInput."""
    chosen = parse_range(params)
    return Window(project_id, chosen.start_ns, chosen.end_ns, params.get("filter", "").strip()), chosen


def page_of_widgets(params: Mapping[str, str]) -> dict[str, Any]:
    """The head of a page of widgets: range, filter, what is wrong with them, and `fixed`, what each widget is asked."""
    problem: InvalidInput | None = None
    text = params.get("filter", "").strip()
    try:
        chosen = parse_range(params)
        metrics.check_filter(text)
    except InvalidInput as error:
        problem = error
        chosen = parse_range({} if error.field in ("range", "from", "to") else params)
    compare = {"compare": "previous"} if is_compared(params) else {}
    # Moments, not "the last day": charts that ask a second later ask for the same.
    times = {"from": formats.iso(chosen.start_ns), "to": formats.iso(chosen.end_ns), "filter": text}
    return {
        "range": chosen,
        "presets": PRESETS.items(),
        "filter": text,
        "keep": [*chosen.params.items(), *compare.items()],
        "problem": problem,
        "compared": bool(compare),
        "fixed": urlencode(times | compare),
    }


def drawn(project: str, widget: Widget, window: Window, *, compare: bool = False) -> dict[str, Any]:
    """What a template needs. `project`: its slug. Raises InvalidInput and the errors of the store."""
    if widget.chart in widgets.SPREADS:
        return _spread(project, widget, window)
    answer = widgets.answer(widget, window)
    earlier = window.before(time.time_ns()) if compare else None
    before = widgets.answer(widget, earlier) if earlier else None
    links = _Links(reverse("traces", args=[project]), widget, window.narrowed(widget.filter))
    if widget.chart == "ranking":
        return {"ranks": _ranks(answer, before, links)}
    if widget.chart == "number":
        return {"numbers": [(one, links.of_measure(one.measure)) for one in words.numbers(answer, before)]}
    table = words.table(answer, before, widget.chart)
    groups = [one.group for one in answer.series]
    rows = [
        (start, name, cells, links.of_interval(start, answer.step_ns) if start else links.of_group(_nth(groups, n)))
        for n, (start, name, cells) in enumerate(table.rows)
    ]
    found: dict[str, Any] = {"head": table.head, "rows": rows, "first": "From" if answer.starts else "Group"}
    if widget.chart == "table":
        return found
    shift = window.start_ns - earlier.start_ns if earlier else 0
    return found | _figure(widget, answer, before, shift, links)


def _figure(widget: Widget, answer: Answer, before: Answer | None, shift_ns: int, links: _Links) -> dict[str, Any]:
    figure = over_time.over_time(answer, widget.chart, label=widget.title, before=before, shift_ns=shift_ns)
    figure["url"] = links.list_url
    for n, trace in enumerate(figure["data"]):
        group = trace["meta"]["group"]
        more = "" if answer.group_by else CLICKED.get(answer.measures[n % len(answer.measures)].name, "")
        text = links.narrowed(group) if group else None
        trace["meta"]["filter"] = text or joined_words(links.window.filter, more)
    own = [one for one in figure["data"] if "shift" not in one["meta"]]
    legend = [(one["name"], (one.get("line") or one["marker"])["color"].strip("-")) for one in own]
    empty = not any(value for trace in figure["data"] for value in trace["y"])
    return {"figure": figure, "legend": legend, "empty": empty, "has_before": before is not None}


def _spread(project: str, widget: Widget, window: Window) -> dict[str, Any]:
    """Histograms and heatmaps: what is drawn, its numbers, and the traces behind each of its fields."""
    found = widgets.spread(widget, window)
    links = _Links(reverse("traces", args=[project]), widget, window.narrowed(widget.filter))
    draw = heatmap.heatmap if widget.chart == "heatmap" else histogram.histogram
    figure = draw(found, label=widget.title)
    figure |= {"url": links.list_url, "from": window.start_ns // over_time.MS, "to": window.end_ns // over_time.MS}
    of_buckets = [spread.condition(found.quantity, bucket) for bucket in found.buckets]
    for trace in figure["data"]:
        group = trace["meta"]["group"]
        text = (links.narrowed(group) if group else None) or links.window.filter
        trace["meta"]["filters"] = [joined_words(text, one) for one in of_buckets]
        trace["meta"]["shift"] = figure["step"] // 2  # of a heatmap, x is the middle of an interval
    if widget.chart == "heatmap":
        figure["layout"] |= {"dragmode": "zoom"}
        figure["layout"]["xaxis"]["fixedrange"] = False
    table = spread.table(found)
    ways = [links.of_words(one) for one in of_buckets]
    rows = [
        (start, name, cells, links.of_interval(start, found.step_ns) if start else _nth(ways, n))
        for n, (start, name, cells) in enumerate(table.rows)
    ]
    legend = [(one["name"], one["marker"]["color"].strip("-")) for one in figure["data"] if "marker" in one]
    first = "From" if found.starts else found.quantity.label
    return {
        "figure": figure, "legend": legend, "empty": not found.total.rows, "head": table.head, "rows": rows,
        "first": first,
    }  # fmt: skip


def _ranks(answer: Answer, before: Answer | None, links: _Links) -> list[tuple[words.Rank, str, str]]:
    ranks = words.ranking(answer, before)
    named = _names(links.window, ranks) if links.widget.group_by == "trace" else {}
    return [(rank, named.get(rank.group or "", rank.label), links.of_group(rank.group)) for rank in ranks]


def joined_words(text: str, more: str) -> str:
    """As `joined`, for a word that needs no brackets."""
    return f"({text}) {more}" if text and more else joined(text, more)


class _Links:
    """Where the numbers of a widget lead: the list of traces, narrowed as the number is."""

    def __init__(self, list_url: str, widget: Widget, window: Window) -> None:
        self.list_url, self.widget, self.window = list_url, widget, window

    def narrowed(self, group: str) -> str | None:
        return narrowed(self.window.filter, self.widget.group_by, group)

    def of_group(self, group: str | None) -> str:
        """ "" where the filter bar can't say it."""
        if not group:
            return ""
        if self.widget.group_by == "trace":
            return f"{self.list_url}{group}/"
        text = self.narrowed(group)
        return self._list(self.window.start_ns, self.window.end_ns, text) if text is not None else ""

    def of_interval(self, start_ns: int, step_ns: int) -> str:
        return self._list(start_ns, start_ns + step_ns, self.window.filter)

    def of_measure(self, measure: str) -> str:
        return self.of_words(CLICKED.get(measure, ""))

    def of_words(self, more: str) -> str:
        """With words more in the filter."""
        return self._list(self.window.start_ns, self.window.end_ns, joined_words(self.window.filter, more))

    def _list(self, start_ns: int, end_ns: int, text: str) -> str:
        times = {"from": formats.iso(start_ns), "to": formats.iso(end_ns)}
        return f"{self.list_url}?{urlencode(times | ({'filter': text} if text else {}))}"


def _nth(groups: list[str], n: int) -> str | None:
    """None for all others together, which stand last."""
    return groups[n] if n < len(groups) else None


def _names(window: Window, ranks: list[words.Rank]) -> dict[str, str]:
    """trace id → name of these traces."""
    ids = [rank.group for rank in ranks if rank.group]
    if not ids:
        return {}
    query = traces.TraceQuery(start_ns=window.start_ns, end_ns=window.end_ns, filter=f"trace:{','.join(ids)}")
    return {row.trace_id: row.name for row in traces.list_traces(window.project_id, query).results}
