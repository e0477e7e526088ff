"""A shared trace, read-only: the tree and the panel of the trace page, without any way to the rest of Spanhouse."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from backend.core import limits
from backend.core.errors import InvalidInput, NotFound
from backend.sharing import services as sharing
from backend.traces.view import SpanView, TraceView
from web import tree as trees
from web.content import present
from web.htmx import render_fragment, wants_partial
from web.shared import SharedRequest, shared_view


@shared_view
def shared_page(request: SharedRequest) -> HttpResponse:
    return _whole_page(request, request.GET.get("span", ""))


@shared_view
def shared_tree_rows(request: SharedRequest) -> HttpResponse:
    """More rows of a large tree, loaded while one scrolls."""
    trace = sharing.shared_trace(request.link)
    tree = trees.build_tree(trace.spans, trace.start_ns, trace.duration_ns)
    offset, before = request.GET.get("offset", ""), bool(request.GET.get("before"))
    start = int(offset) if offset.isdigit() and len(offset) < 10 else 0
    end = start if before else start + limits.TREE_ROWS_MORE
    start = max(start - limits.TREE_ROWS_MORE, 0) if before else start
    window = trees.window(tree, start=start, count=end - start)
    context = _tree(request, trace, tree, window, "")
    return render_fragment(request, "traces/tree.html", **{**context, "only_before": before, "only_after": not before})


@shared_view
def shared_span(request: SharedRequest, span_id: str) -> HttpResponse:
    """The panel alone for htmx; without JavaScript the whole page with that span selected."""
    if not wants_partial(request):
        return _whole_page(request, span_id)
    return render_fragment(request, "traces/panel.html", **_panel(request, sharing.shared_span(request.link, span_id)))


def _whole_page(request: SharedRequest, span_id: str) -> HttpResponse:
    trace = sharing.shared_trace(request.link)
    tree = trees.build_tree(trace.spans, trace.start_ns, trace.duration_ns)
    chosen = span_id or tree.first_span_id
    try:
        panel = _panel(request, sharing.shared_span(request.link, chosen))
    except (NotFound, InvalidInput):
        panel = {**_common(request), "span": None}
    window = trees.window_around(tree, chosen, limits.TREE_ROWS_FIRST)
    context = {**_tree(request, trace, tree, window, chosen), **panel, "asked_span": span_id}
    return render(request, "sharing/shared.html", {**context, "link": request.link})


def _common(request: SharedRequest) -> dict[str, Any]:
    """`shared`: the templates leave out what leads elsewhere (other traces, mapping, scores)."""
    token = request.resolver_match.kwargs["token"] if request.resolver_match else ""
    return {"shared": True, "trace_url": reverse("shared", args=[token])}


def _tree(
    request: SharedRequest, trace: TraceView, tree: trees.Tree, window: trees.Window, selected: str
) -> dict[str, Any]:
    return {
        **_common(request),
        "trace": trace,
        "tree": tree,
        "window": window,
        "selected": selected,
        "ticks": trees.ticks(trace.duration_ns),
        "only_before": False,
        "only_after": False,
    }


def _panel(request: SharedRequest, span: SpanView) -> dict[str, Any]:
    """The context of traces/panel.html. No scores: colleagues comment in them for each other."""
    common = _common(request)
    return {
        **common,
        "span": span,
        "content": present(span, whole=bool(request.GET.get("whole"))),
        "scores": [],
        "span_url": f"{common['trace_url']}spans/{span.span_id}/",
        "structure_only": not request.link.with_content,
    }
