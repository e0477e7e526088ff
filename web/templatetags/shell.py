"""The side bar: where one is, which projects one has."""

from __future__ import annotations

from typing import Any, cast

from django import template
from django.http import HttpRequest
from django.template import Context

from backend.accounts.models import User
from backend.demo import services as demo
from backend.projects import services as projects
from backend.projects.models import Project
from web.navigation import ENTRIES, GROUPS

register = template.Library()


@register.inclusion_tag("parts/nav.html", takes_context=True)
def side_bar(context: Context) -> dict[str, Any]:
    request: HttpRequest = context["request"]
    match = request.resolver_match
    mine = projects.user_projects(cast(User, request.user)) if request.user.is_authenticated else []
    project = getattr(request, "project", None) or next(iter(mine), None)
    return {
        "request": request,
        "user": request.user,
        "project": project,
        "projects": mine,
        "offer_example": project is not None and _offer_example(cast(User, request.user), project),
        "groups": GROUPS,
        "here": match.url_name if match else "",
        "csrf_token": context.get("csrf_token", ""),
    }


def _offer_example(user: User, project: Project) -> bool:
    """Once it is there, it is one of the projects."""
    return projects.may(user, project, "project:manage") and demo.progress_of(project.organisation) is None


@register.inclusion_tag("parts/go_keys.html")
def go_keys() -> dict[str, Any]:
    return {"entries": ENTRIES}
