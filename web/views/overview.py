"""The overview of a project: tiles and charts, each loaded by itself; together they share their scans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from backend.core.errors import InvalidInput, NotFound
from backend.dashboards import widgets
from backend.dashboards.widgets import OVERVIEW, Tile, Widget, Window
from backend.metrics import services as metrics
from backend.metrics.services import MEASURE, narrowed
from backend.metrics.view import Answer
from backend.traces import services as traces
from web import formats
from web.access import ProjectRequest, project_view
from web.figures import over_time, units, words
from web.htmx import render_fragment, render_page
from web.timerange import PRESETS, TimeRange, parse_range

# What a click on a point of this measure adds to the filter.
CLICKED = {"failed_traces": "status:error", "failed_calls": "status:error", "failed_spans": "status:error"}


@dataclass(frozen=True)
class ShownTile:
    """`good`: whether the change is to the better; None when neither or no change."""

    tile: Tile
    now: str
    before: str
    change: str
    good: bool | None
    spark: str


@project_view("trace:read")
def overview_page(request: ProjectRequest) -> HttpResponse:
    problem: InvalidInput | None = None
    text = request.GET.get("filter", "").strip()
    try:
        chosen = parse_range(request.GET)
        metrics.check_filter(text)
    except InvalidInput as error:
        problem = error
        chosen = parse_range({} if error.field in ("range", "from", "to") else request.GET)
    here = reverse("overview", args=[request.project.slug])
    # Moments, not "the last day": charts that ask a second later ask for the same.
    fixed = urlencode({"from": formats.iso(chosen.start_ns), "to": formats.iso(chosen.end_ns), "filter": text})
    return render_page(
        request,
        "dashboards/overview.html",
        partial="page",
        status=400 if problem else 200,
        range=chosen,
        presets=PRESETS.items(),
        filter=text,
        keep=[(name, value) for name, value in chosen.params.items()],
        problem=problem,
        tiles_url=f"{here}tiles/?{fixed}",
        widgets=[(one, f"{here}{one.key}/?{fixed}") for one in OVERVIEW],
    )


@project_view("trace:read")
def overview_tiles(request: ProjectRequest) -> HttpResponse:
    found = widgets.tiles(_window(request)[0])
    return render_fragment(request, "dashboards/tiles.html", tiles=[_shown(tile) for tile in found])


@project_view("trace:read")
def overview_widget(request: ProjectRequest, widget: str) -> HttpResponse:
    """One widget; without htmx a page of its own, for reading without JavaScript."""
    found = widgets.overview_widget(widget)
    if found is None:
        raise NotFound("There is no such chart.")
    window, chosen = _window(request)
    answer = widgets.answer(found, window)
    return render_page(
        request,
        "dashboards/widget.html",
        partial="inside",
        widget=found,
        range=chosen,
        **drawn(request, found, answer, window),
    )


def drawn(request: ProjectRequest, widget: Widget, answer: Answer, window: Window) -> dict[str, Any]:
    """What a template needs to draw a widget and its table."""
    list_url = reverse("traces", args=[request.project.slug])
    if widget.chart == "ranking":
        ranks = words.ranking(answer)
        named = _names(window, ranks) if widget.group_by == "trace" else {}
        return {
            "ranks": [
                (rank, named.get(rank.group or "", rank.label), _link(list_url, widget, window, rank)) for rank in ranks
            ]
        }
    figure = over_time.over_time(answer, widget.chart, label=widget.title)
    figure["url"] = list_url
    for trace, measure in zip(figure["data"], answer.measures, strict=False):
        if not answer.group_by:
            trace["meta"]["filter"] = _joined(window.filter, CLICKED.get(measure.name, ""))
    for trace in figure["data"]:
        if answer.group_by:
            trace["meta"]["filter"] = (
                narrowed(window.filter, answer.group_by, trace["meta"]["group"] or "") or window.filter
            )
    empty = not any(value for trace in figure["data"] for value in trace["y"])
    legend = [(trace["name"], (trace.get("line") or trace["marker"])["color"].strip("-")) for trace in figure["data"]]
    return {"figure": figure, "table": words.table(answer), "legend": legend, "empty": empty}


def _joined(text: str, more: str) -> str:
    if not more or not text:
        return text or more
    return f"({text}) {more}"


def _link(list_url: str, widget: Widget, window: Window, rank: words.Rank) -> str:
    if not rank.group:
        return ""
    if widget.group_by == "trace":
        return f"{list_url}{rank.group}/"
    text = narrowed(window.filter, widget.group_by, rank.group)
    if text is None:
        return ""
    times = {"from": formats.iso(window.start_ns), "to": formats.iso(window.end_ns), "filter": text}
    return f"{list_url}?{urlencode(times)}"


def _names(window: Window, ranks: list[words.Rank]) -> dict[str, str]:
    """trace id → name of these traces."""
    ids = [rank.group for rank in ranks if rank.group]
    if not ids:
        return {}
    query = traces.TraceQuery(start_ns=window.start_ns, end_ns=window.end_ns, filter=f"trace:{','.join(ids)}")
    return {row.trace_id: row.name for row in traces.list_traces(window.project_id, query).results}


def _shown(tile: Tile) -> ShownTile:
    unit = MEASURE[tile.measure].unit
    now, before = tile.now.totals.get(tile.measure), tile.before.totals.get(tile.measure)
    written = units.change(now, before, unit)
    moved = None if now is None or before is None or written.startswith("±") or now == before else now > before
    good = None if moved is None or not tile.better else moved == (tile.better == "up")
    spark = words.sparkline(tile.now.values.get(tile.measure, []))
    return ShownTile(tile, units.text(now, unit), units.text(before, unit), written, good, spark)


def _window(request: ProjectRequest) -> tuple[Window, TimeRange]:
    chosen = parse_range(request.GET)
    text = request.GET.get("filter", "").strip()
    return Window(request.project.id, chosen.start_ns, chosen.end_ns, text), chosen
