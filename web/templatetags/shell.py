"""The side bar: where one is, which projects one has."""

from __future__ import annotations

from typing import Any, cast

from django import template
from django.http import HttpRequest
from django.template import Context

from backend.accounts.models import User
from backend.projects import services as projects
from web.navigation import ENTRIES, GROUPS

register = template.Library()


@register.inclusion_tag("parts/nav.html", takes_context=True)
def side_bar(context: Context) -> dict[str, Any]:
    request: HttpRequest = context["request"]
    match = request.resolver_match
    mine = projects.user_projects(cast(User, request.user)) if request.user.is_authenticated else []
    return {
        "request": request,
        "user": request.user,
        "project": getattr(request, "project", None) or next(iter(mine), None),
        "projects": mine,
        "groups": GROUPS,
        "here": match.url_name if match else "",
        "csrf_token": context.get("csrf_token", ""),
    }


@register.inclusion_tag("parts/go_keys.html")
def go_keys() -> dict[str, Any]:
    return {"entries": ENTRIES}
