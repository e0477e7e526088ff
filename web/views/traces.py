"""The traces list."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.traces import services
from backend.traces.view import TracePage, TraceRow
from web import columns, listing, saved, snippets
from web.access import ProjectRequest, project_view
from web.htmx import render_fragment, render_page, wants_partial
from web.listing import ListState
from web.timerange import PRESETS, TimeRange, parse_range

# What htmx swaps, by the id of the element that it names; "Load more" names its own row.
PARTIALS = {"page": "page", "content": "page"}


@project_view("trace:read")
def trace_list(request: ProjectRequest) -> HttpResponse:
    begun = saved.begin(request)
    if begun is not None:
        return begun
    page, problem = TracePage([], None), None
    try:
        state = listing.parse_list(request.GET)
        page = services.list_traces(request.project.id, state.query)
    except InvalidInput as error:
        problem = error
        state = ListState(_range_or_default(request), request.GET.get("filter", ""))
    if request.GET.get("remember"):
        return _remembered(request, state)
    target = request.headers.get("HX-Target", "")
    partial = PARTIALS.get(target, "rows")
    seen = listing.fingerprint(page.results)
    if target == "rows" and request.GET.get("seen") == seen:
        return HttpResponse(status=204)  # a live list asks every few seconds: nothing is new
    newest = _newest(request) if not page.results and not problem and not state.cursor else None
    waiting = not page.results and not problem and not state.cursor and newest is None
    if waiting and target == "content":
        return HttpResponse(status=204)  # the page that waits for the first trace asks again: nothing to swap
    response = render_page(
        request,
        "traces/list.html",
        partial=partial,
        status=400 if problem else 200,
        appended=wants_partial(request) and partial == "rows" and target != "rows",
        state=state,
        presets=PRESETS.items(),
        problem=problem,
        newest=newest,
        first_steps=snippets.first_trace(request) if waiting else None,
        seen=seen,
        **_rows(request, state, page),
        **_addresses(request, state),
        **saved.menu(request, state),
    )
    saved.remember_zone(request, response)
    response["X-Seen"] = seen
    if target == "content":
        response["HX-Retarget"] = "#page"  # the first trace has come: facets and histogram come with it
    patch_vary_headers(response, ("HX-Target",))
    return response


@project_view("trace:read")
def fresh_traces(request: ProjectRequest) -> HttpResponse:
    """How many traces have come since the list was loaded; nothing when none has."""
    state = listing.parse_list(request.GET)
    since = request.GET.get("since", "")
    if not since.isdigit() or len(since) > 19:
        raise InvalidInput("since is a time in nanoseconds.", field="since")
    query = services.TraceQuery(
        start_ns=int(since) + 1, end_ns=max(state.range.end_ns, int(since) + 2), filter=state.filter, limit=99
    )
    count = services.count_newer(request.project.id, query)
    if not count:
        return HttpResponse(status=204)
    return render_fragment(request, "traces/fresh.html", count=count, most=count == query.limit, state=state)


def _rows(request: ProjectRequest, state: ListState, page: TracePage) -> dict[str, Any]:
    """The rows with what is drawn of them, and the ways to more."""
    scale = listing.bar_scale(page.results, request.GET.get("bar", ""))
    asked = columns.chosen(request.GET, request.COOKIES)
    shown = listing.shown_columns(asked, page.results)
    # What is appended must have the columns that are there.
    same = {"bar": str(scale), "cols": columns.written(shown)}
    return {
        "rows": [(row, listing.bar_width(row, scale)) for row in page.results],
        "columns": [(name, label) for name, label in columns.COLUMNS.items() if name in shown],
        "cols": shown,
        "chosen": asked is not None,
        "all_columns": [(name, label, name in shown) for name, label in columns.COLUMNS.items()],
        "next_url": state.next(page.next_cursor),
        "more_url": state.next(page.next_cursor, **same),
        "live_url": state.link(**same) if state.watches else "",
        "newest_ns": max((row.start_ns for row in page.results), default=state.range.start_ns),
    }


def _addresses(request: ProjectRequest, state: ListState) -> dict[str, str]:
    """What stands around the list is asked for after it."""
    around = urlencode({name: value for name, value in state.params.items() if name != "live"})
    names = {"facets_url": "trace-facets", "histogram_url": "trace-histogram", "fresh_url": "traces-fresh"}
    urls = {key: reverse(name, args=[request.project.slug]) + f"?{around}" for key, name in names.items()}
    return urls | {"export_url": reverse("traces-export", args=[request.project.slug])}


def _remembered(request: ProjectRequest, state: ListState) -> HttpResponse:
    """The columns for the next time, in a cookie; and back to an address that does not name them."""
    response = redirect(request.path + state.link(cols=None))
    response.set_cookie(
        columns.COOKIE, state.cols, max_age=columns.COOKIE_AGE_S, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response


def _range_or_default(request: ProjectRequest) -> TimeRange:
    """The range of the address, when it was something else that could not be read."""
    try:
        return parse_range(request.GET)
    except InvalidInput:
        return parse_range({})


def _newest(request: ProjectRequest) -> TraceRow | None:
    """The newest trace of all: whether an empty list means 'not here' or 'nothing yet'."""
    now = time.time_ns()
    query = services.TraceQuery(start_ns=now - limits.MAX_AGE_NS, end_ns=now + limits.MAX_FUTURE_NS, limit=1)
    return next(iter(services.list_traces(request.project.id, query).results), None)
