"""What tells browser tabs apart: the icon, and a title that begins with what is special about the page."""

from __future__ import annotations

from django import template
from django.templatetags.static import static

from backend.traces.outlines import TraceOutline
from backend.traces.view import SpanView, TraceView

register = template.Library()

KINDS = frozenset({"overview", "traces", "ok", "failed", "running", "compare", "ingest", "settings", "shared"})
NO_NAME = "(no name)"


@register.simple_tag
def favicon(kind: str) -> str:
    """The address of a tab icon: a white sign on a coloured square, to be seen on a light and on a dark tab."""
    return static(f"img/tabs/{kind}.svg" if kind in KINDS else "img/spanhouse.svg")


@register.filter
def trace_state(trace: TraceView | TraceOutline) -> str:
    """failed, running (its root has not arrived) or ok."""
    if trace.status == "error":
        return "failed"
    has_root = trace.has_root if isinstance(trace, TraceOutline) else any(not s.parent_span_id for s in trace.spans)
    return "ok" if has_root else "running"


@register.simple_tag
def trace_title(trace: TraceView | TraceOutline, span: SpanView | None = None) -> str:
    """Error: refund-agent; refund-agent · running; and of a span that the address names, its name first."""
    name, state = trace.name or NO_NAME, trace_state(trace)
    text = f"Error: {name}" if state == "failed" else f"{name} · {state}"
    if span is None or not span.parent_span_id:
        return text
    failed = "Error: " if span.status.code == "error" else ""
    return f"{failed}{span.name or NO_NAME} · {name}"
