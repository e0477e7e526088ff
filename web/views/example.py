"""The example project: one click makes it, a line shows how far it is and ends in its traces."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from backend.demo import services as demo
from backend.demo.services import Progress
from backend.projects import services as projects
from web.access import ProjectRequest, project_view
from web.htmx import render_fragment, wants_partial


@project_view("project:manage")
@require_POST
def example_make(request: ProjectRequest) -> HttpResponse:
    """A second click makes no second one."""
    demo.make_example(organisation=request.project.organisation, by=request.user)
    if not wants_partial(request):
        return redirect("start", project=request.project.slug)
    return _shown(request, demo.progress_of(request.project.organisation))


@project_view("trace:read")
def example_progress(request: ProjectRequest) -> HttpResponse:
    """Asked every second while it is made; when it is done, the browser is led to its traces."""
    progress = demo.progress_of(request.project.organisation)
    if progress and progress.state == "done":
        response = HttpResponse(status=204)
        response["HX-Redirect"] = traces_of(progress)
        return response
    return _shown(request, progress)


def traces_of(progress: Progress) -> str:
    """The list over the two weeks of the example: its last hours may be quiet ones."""
    return reverse("traces", args=[progress.project.slug]) + "?range=30d"


def _shown(request: ProjectRequest, progress: Progress | None) -> HttpResponse:
    may = projects.may(request.user, request.project, "project:manage")
    return render_fragment(request, "start/example.html", example=progress, may_make_example=may)
