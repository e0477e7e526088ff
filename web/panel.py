"""What the panel of one span shows."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from backend.core.limits import SECOND_NS
from backend.pricing import services as pricing
from backend.scores import services as scores
from backend.traces import calls
from backend.traces.view import SpanView
from web.access import ProjectRequest
from web.content import present
from web.shown import MODES, Mode
from web.stack import stack_lines

PRICED = ("llm", "embedding", "reranker")
TABS = ("content", "errors", "usage", "attributes", "events", "links", "scores", "details", "mapping", "raw")


def panel(request: ProjectRequest, span: SpanView) -> dict[str, Any]:
    """The context of traces/panel.html."""
    project = request.project.id
    mode = asked_mode(request)
    url = span_url(request, span)
    about = [s for s in scores.scores_of_trace(project, span.trace_id) if s.get("span_id") == span.span_id]
    near = calls.neighbours(project, span)
    priced = span.type in PRICED or span.cost.total is not None
    tab = request.GET.get("tab", "")
    stack = stack_lines(span.error.stacktrace if span.error else "")
    return {
        "span": span,
        "content": present(span, base=url, mode=mode, difference=near.difference),
        "scores": about,
        "span_url": url,
        "trace_url": reverse("trace", args=[request.project.slug, span.trace_id]),
        "near": near,
        "formula": pricing.explain_cost(project, span.trace_id, span.span_id, span.start_ns) if priced else None,
        "token_rate": token_rate(span),
        "mode": mode,
        "modes": MODES,
        "stack": stack.lines,
        "stack_cut": stack.cut,
        "tab": tab if tab in TABS else "",
    }


def span_url(request: ProjectRequest, span: SpanView) -> str:
    return reverse("span", args=[request.project.slug, span.trace_id, span.span_id])


def asked_mode(request: ProjectRequest) -> Mode:
    """How values are to be shown; an unknown word means `auto`."""
    asked = request.GET.get("as", "")
    return asked if asked in MODES else "auto"


def token_rate(span: SpanView) -> float | None:
    """Tokens a second from the first token on; over the whole call when the first token's time is not known."""
    tokens, waited = span.usage.output_tokens, span.time_to_first_token_ns or 0
    writing_ns = span.duration_ns - waited if waited < span.duration_ns else span.duration_ns
    return tokens * SECOND_NS / writing_ns if tokens and writing_ns > 0 and span.type == "llm" else None
