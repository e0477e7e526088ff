"""The overview of a project: tiles and charts, each loaded by itself; together they share their scans."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse

from backend.core.errors import NotFound
from backend.dashboards import widgets
from backend.dashboards.services import Actor, may_write
from backend.dashboards.widgets import OVERVIEW, Tile, Window
from backend.metrics.services import MEASURE
from web.access import ProjectRequest, project_view
from web.figures import units, words
from web.htmx import render_fragment, render_page
from web.timerange import TimeRange
from web.widgets import drawn, is_compared, page_of_widgets, window_of


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
    here = reverse("overview", args=[request.project.slug])
    page = page_of_widgets(request.GET)
    return render_page(
        request,
        "dashboards/overview.html",
        partial="page",
        status=400 if page["problem"] else 200,
        tiles_url=f"{here}tiles/?{page['fixed']}",
        widgets=[(one, f"{here}{one.key}/?{page['fixed']}") for one in OVERVIEW],
        may_write=may_write(request.project, Actor.of(request.user)),
        **page,
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
    return render_page(
        request,
        "dashboards/widget.html",
        partial="inside",
        widget=found,
        range=chosen,
        **drawn(request.project.slug, found, window, compare=is_compared(request.GET)),
    )


def _shown(tile: Tile) -> ShownTile:
    unit = MEASURE[tile.measure].unit
    now, before = tile.now.totals.get(tile.measure), tile.before.totals.get(tile.measure)
    written = units.change(now, before, unit)
    good = units.is_good(now, before, unit, tile.better)
    spark = words.sparkline(tile.now.values.get(tile.measure, []))
    return ShownTile(tile, units.text(now, unit), units.text(before, unit), written, good, spark)


def _window(request: ProjectRequest) -> tuple[Window, TimeRange]:
    return window_of(request.project.id, request.GET)
