"""One trace: its head, and its tree, graph or transcript; the span that is selected stands beside it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from backend.core import limits
from backend.core.errors import NotFound
from backend.scores import services as scores
from backend.traces import outlines, services
from backend.traces.outlines import TraceOutline
from backend.traces.view import SpanSources
from web import formats, skeleton, tree
from web.access import ProjectRequest, project_view
from web.flows import graph_context
from web.panel import panel
from web.transcripts import transcript_context
from web.views.tree import inline, rows_context

VIEWS = {"tree": "Tree", "graph": "Graph", "transcript": "Transcript"}


@project_view("trace:read")
def trace_page(request: ProjectRequest, trace_id: str) -> HttpResponse:
    return whole_page(request, trace_id, request.GET.get("span", ""))


def whole_page(
    request: ProjectRequest, trace_id: str, span_id: str, *, sources: SpanSources | None = None
) -> HttpResponse:
    trace = outlines.get_outline(request.project.id, trace_id)
    chosen = span_id or trace.rows.span_id(0)
    try:
        span = services.get_span(request.project.id, trace_id, chosen)
    except NotFound:
        span = None
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "tree"
    context = {
        **head(request, trace),
        "first_span": trace.rows.span_id(0),
        "views": VIEWS,
        "view": view,
        **_left_side(request, trace, view, chosen),
        **(panel(request, span) if span else {"span": None}),
        "sources": sources,
        "asked_span": span_id,
    }
    return render(request, "traces/trace.html", context)


def _left_side(request: ProjectRequest, trace: TraceOutline, view: str, chosen: str) -> dict[str, Any]:
    if view == "graph":
        return graph_context(trace)
    if view == "transcript":
        return transcript_context(request, trace)
    return tree_context(request, trace, chosen)


def head(request: ProjectRequest, trace: TraceOutline) -> dict[str, Any]:
    """The context of traces/head.html."""
    rows = trace.rows
    listed = reverse("traces", args=[request.project.slug])
    return {
        "trace": trace,
        "trace_url": reverse("trace", args=[request.project.slug, trace.trace_id]),
        "shown_spans": len(rows),
        "model_calls": rows.model_calls,
        "counted": len(rows.counted),
        "repeated": len(rows.repeated),
        "summed": tree.Rows(trace).of([tree.Item(row) for row in rows.counted[: limits.SPANS_OF_TOTAL]]),
        "left_out": tree.Rows(trace).of([tree.Item(row) for row in rows.repeated[: limits.SPANS_OF_TOTAL]]),
        "scores": scores.scores_of_trace(request.project.id, trace.trace_id),
        "user_link": _list_link(listed, trace, "user", trace.user_id),
        "session_link": _list_link(listed, trace, "session", trace.session_id),
        "environment_link": _list_link(listed, trace, "environment", trace.environment),
        "release_link": _list_link(listed, trace, "release", trace.release),
        "tag_links": [(tag, _list_link(listed, trace, "tag", tag)) for tag in trace.tags],
        "model_links": [(model, _list_link(listed, trace, "model", model)) for model in trace.models],
    }


def _list_link(listed: str, trace: TraceOutline, field: str, value: str) -> str:
    """The list of traces with the same value, in a range in which this trace lies."""
    quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    age_ns = time.time_ns() - trace.start_ns
    span = "" if age_ns < formats.DAY_NS else "7d" if age_ns < 7 * formats.DAY_NS else "30d"
    return f"{listed}?{urlencode({'filter': f'{field}:{quoted}', **({'range': span} if span else {})})}"


def tree_context(request: ProjectRequest, trace: TraceOutline, chosen: str) -> dict[str, Any]:
    """The context of traces/lines.html: the first lines, or those around the chosen span."""
    rows = trace.rows
    row = rows.row_of(chosen) or 0
    every = request.GET.get("runs") == "open"
    open_runs = None if every else tree.runs_around(rows, row)
    asked = request.GET.get("from", "")
    small = len(rows) <= limits.TREE_ROWS_WHOLE
    if asked.isdecimal() and len(asked) < 10:  # without JavaScript: page by page
        window = tree.window(tree.lines(rows, open_runs), start=int(asked), count=limits.TREE_ROWS_PAGE)
    elif small:
        window = tree.window(tree.lines(rows, open_runs), start=0, count=2 * len(rows))
    else:
        window = tree.window_around(rows, open_runs, row, limits.TREE_ROWS_FIRST)
    return {
        **rows_context(trace, window.items, chosen, open_runs),
        "window": window,
        "window_more": _link(request, start=window.end) if window.more else "",
        "window_before": _link(request, start=max(window.start - limits.TREE_ROWS_PAGE, 0)) if window.start else "",
        "chosen_row": row,
        "open_runs": ",".join(str(run) for run in sorted(open_runs or ())),
        "every_run": every,
        "skeleton": inline(trace) if small else "",
        "type_names": ",".join(skeleton.type_names(rows)),
        "types": _types(rows.types),
        "ticks": tree.ticks(trace.duration_ns),
    }


def _types(types: Sequence[str]) -> list[tuple[str, int]]:
    """(type, how many), the most frequent first."""
    return Counter(types).most_common()


def _link(request: ProjectRequest, *, start: int) -> str:
    params = {name: value for name, value in request.GET.items() if name in ("span", "runs")}
    return "?" + urlencode({**params, "from": start})
