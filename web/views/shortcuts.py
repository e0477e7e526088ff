"""From a trace id in a log to its page: looks for it in all projects that the reader may see."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from backend.core import limits
from backend.core.errors import NotFound
from backend.projects import services as projects
from backend.traces import services as traces
from web.access import UserRequest, account_view


@account_view
def find_trace(request: UserRequest, trace_id: str, span_id: str = "") -> HttpResponse:
    """Log libraries write a trace id with dashes or in capitals now and then."""
    wanted = trace_id.replace("-", "").lower()
    for project in projects.user_projects(request.user)[: limits.PROJECTS_SEARCHED]:
        may = projects.may(request.user, project, "trace:read")
        if may and traces.has_trace(project.id, wanted):
            page = reverse("trace", args=[project.slug, wanted])
            return redirect(f"{page}?{urlencode({'span': span_id.lower()})}" if span_id else page)
    raise NotFound(f"None of your projects has a trace {wanted} (yet).")
