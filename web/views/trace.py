"""One trace: its tree, and the panel of the span that is selected."""

from __future__ import annotations

import itertools
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from backend.core import limits
from backend.core.errors import NotFound
from backend.scores import services as scores
from backend.traces import services
from backend.traces.view import SpanSources, SpanView, TraceView
from web import tree as trees
from web.access import ProjectRequest, project_view
from web.content import present
from web.htmx import render_page, wants_partial


@project_view("trace:read")
def trace_page(request: ProjectRequest, trace_id: str) -> HttpResponse:
    return _whole_page(request, trace_id, request.GET.get("span", ""))


@project_view("trace:read")
def span_panel(request: ProjectRequest, trace_id: str, span_id: str) -> HttpResponse:
    """The panel alone for htmx; without JavaScript the whole page with that span selected."""
    if not wants_partial(request):
        return _whole_page(request, trace_id, span_id)
    span = services.get_span(request.project.id, trace_id, span_id)
    return render_page(request, "traces/trace.html", partial="panel", **_panel(request, span))


@project_view("trace:read")
def span_mapping(request: ProjectRequest, trace_id: str, span_id: str) -> HttpResponse:
    """Why the span looks as it does: for htmx when its tab is opened, without JavaScript in the whole page."""
    sources = services.get_span_sources(request.project.id, trace_id, span_id)
    if not wants_partial(request):
        return _whole_page(request, trace_id, span_id, sources=sources)
    return render_page(request, "traces/trace.html", partial="mapping", sources=sources)


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
    return render_page(request, "traces/trace.html", partial="rows", **context)


def _whole_page(
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
    context.update(_panel(request, span) if span else {"span": None})
    context["sources"] = sources
    return render_page(request, "traces/trace.html", partial="page", status=200, asked_span=span_id, **context)


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


def _panel(request: ProjectRequest, span: SpanView) -> dict[str, Any]:
    whole = bool(request.GET.get("whole"))
    url = reverse("span", args=[request.project.slug, span.trace_id, span.span_id])
    about = [s for s in scores.scores_of_trace(request.project.id, span.trace_id) if s.get("span_id") == span.span_id]
    return {"span": span, "content": present(span, whole=whole), "scores": about, "span_url": url}
