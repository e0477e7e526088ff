"""A shared trace, read-only: its steps and the panel of a span, without any way to the rest of Spanhouse.

The steps are a list of its own, not the tree of the trace page: what else that page has cannot be reached with a link.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from backend.core import limits
from backend.core.errors import InvalidInput, NotFound
from backend.sharing import services as sharing
from backend.traces.view import SpanView, TraceView
from web.content import present
from web.htmx import render_fragment, wants_partial
from web.panel import token_rate
from web.shared import SharedRequest, shared_view
from web.stack import stack_lines
from web.steps import Step, in_order

INDENT_PX = 14
MAX_INDENT_PX = 8 * INDENT_PX


@dataclass(frozen=True)
class SharedRow:
    """x and width are per cent of the trace's duration."""

    span: SpanView
    indent: int
    x: float
    width: float

    @property
    def failed(self) -> bool:
        return self.span.status.code == "error"


@shared_view
def shared_page(request: SharedRequest) -> HttpResponse:
    return _whole_page(request, request.GET.get("span", ""))


@shared_view
def shared_span(request: SharedRequest, span_id: str) -> HttpResponse:
    """The panel alone for htmx; without JavaScript the whole page with that span selected."""
    if not wants_partial(request):
        return _whole_page(request, span_id)
    return render_fragment(request, "traces/panel.html", **_panel(request, sharing.shared_span(request.link, span_id)))


def _whole_page(request: SharedRequest, span_id: str) -> HttpResponse:
    trace = sharing.shared_trace(request.link)
    steps = in_order(trace.spans)
    chosen = span_id or steps[0].span.span_id
    try:
        panel = _panel(request, sharing.shared_span(request.link, chosen))
    except (NotFound, InvalidInput):
        panel = {**_common(request), "span": None}
    context = {
        "link": request.link,
        "trace": trace,
        "selected": chosen,
        "asked_span": span_id,
        **_page_of(request, trace, steps, chosen),
        **panel,
    }
    return render(request, "sharing/shared.html", context)


def _page_of(request: SharedRequest, trace: TraceView, steps: list[Step], chosen: str) -> dict[str, Any]:
    """The rows from `from` on, or those of the page on which the chosen span is."""
    size = limits.TREE_ROWS_WHOLE
    asked = request.GET.get("from", "")
    if asked.isdigit() and len(asked) < 10:
        start = min(int(asked), len(steps))
    else:
        start = next((i for i, step in enumerate(steps) if step.span.span_id == chosen), 0) // size * size
    end = min(start + size, len(steps))
    return {
        "rows": [_row(step, trace) for step in steps[start:end]],
        "earlier": f"?from={max(start - size, 0)}" if start else "",
        "later": f"?from={end}" if end < len(steps) else "",
        "more": len(steps) - end,
    }


def _row(step: Step, trace: TraceView) -> SharedRow:
    whole = max(trace.duration_ns, 1)
    x = min(max((step.span.start_ns - trace.start_ns) * 100 / whole, 0.0), 100.0)
    width = min(step.span.duration_ns * 100 / whole, 100.0 - x)
    return SharedRow(step.span, min((step.level - 1) * INDENT_PX, MAX_INDENT_PX), round(x, 2), round(width, 2))


def _common(request: SharedRequest) -> dict[str, Any]:
    """`shared`: the templates leave out what leads elsewhere (other traces, mapping, scores)."""
    token = request.resolver_match.kwargs["token"] if request.resolver_match else ""
    return {"shared": True, "trace_url": reverse("shared", args=[token])}


def _panel(request: SharedRequest, span: SpanView) -> dict[str, Any]:
    """The context of traces/panel.html. No scores: colleagues comment in them for each other."""
    common = _common(request)
    stack = stack_lines(span.error.stacktrace if span.error else "")
    return {
        **common,
        "span": span,
        "content": present(span),
        "scores": [],
        "span_url": f"{common['trace_url']}spans/{span.span_id}/",
        "token_rate": token_rate(span),
        "stack": stack.lines,
        "stack_cut": stack.cut,
        "structure_only": not request.link.with_content,
    }
