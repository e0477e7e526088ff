"""The menu of saved views, and beginning with one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect

from backend.views import services
from backend.views.services import Actor
from web.access import ProjectRequest
from web.htmx import wants_partial
from web.listing import ListState

ZONE_AGE_S = 365 * 86_400


def begin(request: ProjectRequest) -> HttpResponse | None:
    """The default view, when the address asks for nothing."""
    if request.GET or wants_partial(request):
        return None
    view = services.default_view(request.project, request.user)
    return redirect(request.path + view.query) if view else None


def menu(request: ProjectRequest, state: ListState) -> dict[str, Any]:
    """The context of templates/traces/saved.html."""
    actor = Actor.of(request.user)
    views = services.list_views(request.project, actor)
    current = next((view for view in views if str(view.id) == state.view), None)
    default = services.default_view(request.project, request.user)
    return {
        "saved_views": views,
        "current_view": current,
        "default_view_id": default.id if default else None,
        "may_change_view": current is not None and services.may_change(current, request.project, actor),
    }


def remember_zone(request: ProjectRequest, response: HttpResponse) -> None:
    """A view says in which zone its times are; the choice is a cookie that the scripts read."""
    zone = request.GET.get("zone")
    if zone == "utc":
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie("zone", "utc", max_age=ZONE_AGE_S, samesite="Lax", secure=secure)
    elif zone == "local":
        response.delete_cookie("zone")
