"""What the template of the transcript needs: each step with its messages made ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from backend.core import limits
from backend.traces import transcript
from backend.traces.outlines import TraceOutline
from backend.traces.transcript import Step
from backend.traces.view import SpanView
from web.access import ProjectRequest
from web.content import SpanContent, present

# Deeper sections are not moved further to the right: the column must stay readable.
MAX_DEPTH = 4


@dataclass(frozen=True)
class ShownStep:
    span: SpanView
    content: SpanContent | None  # None for a heading, and for a payload that was not read
    depth: int
    cut: bool
    failed: bool
    span_url: str
    below_cost: float | None

    @property
    def is_section(self) -> bool:
        return self.span.type == transcript.SECTION

    @property
    def quiet(self) -> bool:
        """Worth a line, not a card: it says nothing itself."""
        return not self.is_section and not self.cut and not (self.content and self.content.says_something)


def transcript_context(request: ProjectRequest, trace: TraceOutline) -> dict[str, Any]:
    """The context of traces/transcript.html."""
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isdecimal() and len(asked) < 10 else 0
    page = transcript.read_page(request.project.id, trace, start)
    return {
        "steps": [_shown(request, trace, step) for step in page.steps],
        "page": page,
        "earlier": _link(max(page.start - limits.TRANSCRIPT_STEPS, 0)) if page.start else "",
        "later": _link(page.end) if page.end < page.total else "",
    }


def _link(start: int) -> str:
    return "?" + urlencode({"view": "transcript", **({"from": start} if start else {})})


def _shown(request: ProjectRequest, trace: TraceOutline, step: Step) -> ShownStep:
    span, rows = step.span, trace.rows
    heading = span.type == transcript.SECTION and rows.ends[step.row] > step.row + 1
    # Attributes and events are the panel's business.
    light = replace(span, attributes={}, resource_attributes={}, events=[], tool_definitions=[])
    below = rows.below_costs[step.row]
    return ShownStep(
        span=span,
        content=None if heading or step.cut else present(light),
        depth=min(step.depth, MAX_DEPTH),
        cut=step.cut,
        failed=span.status.code == "error" or span.error is not None,
        span_url=reverse("span", args=[request.project.slug, span.trace_id, span.span_id]),
        below_cost=below if below >= 0 else None,
    )
