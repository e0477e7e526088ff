"""The front door."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from backend.projects import services as projects
from web.access import UserRequest, account_view


@account_view
def home(request: UserRequest) -> HttpResponse:
    """To the traces of one's first project."""
    project = next(iter(projects.user_projects(request.user)), None)
    if project is None:
        return render(request, "account/no_project.html")
    return redirect("traces", project=project.slug)
