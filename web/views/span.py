"""One span: its panel, and the attributes that filled its fields."""

from __future__ import annotations

from django.http import HttpResponse

from backend.traces import services
from web.access import ProjectRequest, project_view
from web.htmx import render_fragment, wants_partial
from web.panel import panel
from web.views.trace import whole_page


@project_view("trace:read")
def span_panel(request: ProjectRequest, trace_id: str, span_id: str) -> HttpResponse:
    """The panel alone for htmx; without JavaScript the whole page with that span selected."""
    if not wants_partial(request):
        return whole_page(request, trace_id, span_id)
    span = services.get_span(request.project.id, trace_id, span_id)
    return render_fragment(request, "traces/panel.html", **panel(request, span))


@project_view("trace:read")
def span_mapping(request: ProjectRequest, trace_id: str, span_id: str) -> HttpResponse:
    """Why the span looks as it does: for htmx when its tab is opened, without JavaScript in the whole page."""
    sources = services.get_span_sources(request.project.id, trace_id, span_id)
    if not wants_partial(request):
        return whole_page(request, trace_id, span_id, sources=sources)
    return render_fragment(request, "traces/mapping.html", sources=sources)
