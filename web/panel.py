"""What the panel of one span shows."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from backend.scores import services as scores
from backend.traces.view import SpanView
from web.access import ProjectRequest
from web.content import present


def panel(request: ProjectRequest, span: SpanView) -> dict[str, Any]:
    """The context of traces/panel.html."""
    whole = bool(request.GET.get("whole"))
    url = reverse("span", args=[request.project.slug, span.trace_id, span.span_id])
    about = [s for s in scores.scores_of_trace(request.project.id, span.trace_id) if s.get("span_id") == span.span_id]
    trace_url = reverse("trace", args=[request.project.slug, span.trace_id])
    content = present(span, whole=whole)
    return {"span": span, "content": content, "scores": about, "span_url": url, "trace_url": trace_url}
