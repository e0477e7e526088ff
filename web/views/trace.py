"""One trace: its head and its tree; the span that is selected stands beside it."""

from __future__ import annotations

import itertools
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from backend.core import limits
from backend.core.errors import NotFound
from backend.traces import services
from backend.traces.view import SpanSources, SpanView, TraceView
from web import tree as trees
from web.access import ProjectRequest, project_view
from web.htmx import render_fragment
from web.panel import panel


@project_view("trace:read")
def trace_page(request: ProjectRequest, trace_id: str) -> HttpResponse:
    return whole_page(request, trace_id, request.GET.get("span", ""))


@project_view("trace:read")
def tree_rows(request: ProjectRequest, trace_id: str) -> HttpResponse:
    """More rows of a large tree, loaded while one scrolls."""
    trace = services.get_trace(request.project.id, trace_id, payloads=False)
    tree = trees.build_tree(trace.spans, trace.start_ns, trace.duration_ns)
    offset = request.GET.get("offset", "")
    start = int(offset) if offset.isdigit() and len(offset) < 10 else 0
    if request.GET.get("before"):
        end, start = start, max(start - limits.TREE_ROWS_MORE, 0)
        window = trees.window(tree, start=start, count=end - start)
    else:
        window = trees.window(tree, start=start, count=limits.TREE_ROWS_MORE)
    context = _tree(request, trace, tree, window, "")
    context["only_before"], context["only_after"] = bool(request.GET.get("before")), not request.GET.get("before")
    return render_fragment(request, "traces/tree.html", **context)


def whole_page(
    request: ProjectRequest, trace_id: str, span_id: str, *, sources: SpanSources | None = None
) -> HttpResponse:
    trace = services.get_trace(request.project.id, trace_id, payloads=False)
    tree = trees.build_tree(trace.spans, trace.start_ns, trace.duration_ns)
    chosen = span_id or tree.first_span_id
    try:
        span = services.get_span(request.project.id, trace_id, chosen)
    except NotFound:
        span = None
    window = trees.window_around(tree, chosen, limits.TREE_ROWS_FIRST)
    context = {**_tree(request, trace, tree, window, chosen), "only_before": False, "only_after": False}
    context.update(panel(request, span) if span else {"span": None})
    context["sources"] = sources
    return render(request, "traces/trace.html", {**context, "asked_span": span_id})


def _named(trace: TraceView, ids: list[str]) -> list[SpanView]:
    """The first spans of these ids, in the order of the trace."""
    wanted = set(ids)
    found = (span for span in trace.spans if span.span_id in wanted)
    return list(itertools.islice(found, limits.SPANS_OF_TOTAL))


def _tree(
    request: ProjectRequest, trace: TraceView, tree: trees.Tree, window: trees.Window, selected: str
) -> dict[str, Any]:
    repeated = set(trace.repeated)
    return {
        "trace": trace,
        "tree": tree,
        "window": window,
        "selected": selected,
        "ticks": trees.ticks(trace.duration_ns),
        "models": sorted({name for s in trace.spans if (name := s.response_model or s.request_model)}),
        "model_calls": sum(1 for s in trace.spans if s.type in ("llm", "embedding") and s.span_id not in repeated),
        "summed": _named(trace, trace.counted),
        "repeated": _named(trace, trace.repeated),
        "root": tree.rows[0].span if tree.rows else None,
        "trace_url": reverse("trace", args=[request.project.slug, trace.trace_id]),
    }
