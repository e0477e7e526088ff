"""Send traces: addresses and snippets, a key on request, and the line that waits for the first trace."""

from __future__ import annotations

import time

from django.http import HttpResponse

from backend.core.errors import Forbidden
from backend.projects import services as projects
from web.access import ProjectRequest, project_view
from web.htmx import render_fragment, wants_partial
from web.snippets import arrived, first_trace


@project_view("trace:read")
def start_page(request: ProjectRequest) -> HttpResponse:
    """POST makes a key that may only send, and shows the same page with it filled in."""
    created = None
    if request.method == "POST":
        if not projects.may(request.user, request.project, "key:manage"):
            raise Forbidden("Your role does not include making API keys.")
        name = f"First steps, {time.strftime('%Y-%m-%d %H:%M', time.gmtime())}"
        created = projects.create_key(project=request.project, actor=request.user, name=name, scopes=("ingest",))
    newest = next(iter(arrived(request, 0)), None)
    steps = first_trace(request, created=created, after=newest.start_ns if newest else 0)
    template = "start/code.html" if wants_partial(request) else "start/start.html"
    return render_fragment(request, template, first_steps=steps)


@project_view("trace:read")
def start_wait(request: ProjectRequest) -> HttpResponse:
    """Asked every two seconds: nothing to swap until a trace is there."""
    given = request.GET.get("after", "0")
    after = int(given) if given.isdigit() and len(given) < 20 else 0
    found = arrived(request, after)
    if not found:
        return HttpResponse(status=204)
    return render_fragment(request, "start/wait.html", arrived=found, after=after)
