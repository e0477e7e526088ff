"""The traces list."""

from __future__ import annotations

import time

from django.http import HttpResponse

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.traces import services
from backend.traces.view import TracePage, TraceRow
from web import listing, snippets
from web.access import ProjectRequest, project_view
from web.htmx import render_page, wants_partial
from web.timerange import PRESETS, TimeRange, parse_range


@project_view("trace:read")
def trace_list(request: ProjectRequest) -> HttpResponse:
    page, problem = TracePage([], None), None
    try:
        state = listing.parse_list(request.GET)
        page = services.list_traces(request.project.id, state.query)
    except InvalidInput as error:
        problem = error
        state = listing.ListState(_range_or_default(request), request.GET.get("filter", ""), "", ())
    scale = listing.bar_scale(page.results, request.GET.get("bar", ""))
    empty = not page.results and not problem
    appended = wants_partial(request) and request.headers.get("HX-Target") != "content"
    newest = _newest(request) if empty and not state.cursor else None
    waiting = empty and newest is None and not state.cursor
    if waiting and wants_partial(request):
        return HttpResponse(status=204)  # the page that waits for the first trace asks again: nothing to swap
    return render_page(
        request,
        "traces/list.html",
        partial="rows" if appended else "content",
        status=400 if problem else 200,
        appended=appended,
        state=state,
        rows=[(row, listing.bar_width(row, scale)) for row in page.results],
        next_url=state.next(page.next_cursor),
        more_url=state.next(page.next_cursor, bar=str(scale)),
        presets=[(key, label) for key, (label, _) in PRESETS.items()],
        problem=problem,
        newest=newest,
        first_steps=snippets.first_trace(request) if waiting else None,
    )


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
