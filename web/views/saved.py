"""Saved views of the traces list: making one of the address that is shown, and changing one."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from backend.core.errors import InvalidInput
from backend.views import services
from backend.views.services import PARTS, Actor
from web.access import ProjectRequest, project_view

# Beginning without a view: an address without parameters would lead to the default one again.
ALL_TRACES = "?range=24h"


@project_view("trace:read")
def view_create(request: ProjectRequest) -> HttpResponse:
    """POST `name`, `shared` and `query`, the query string of the list."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])  # type: ignore[return-value]
    view = services.create_view(
        project=request.project,
        actor=Actor.of(request.user),
        name=request.POST.get("name", ""),
        shared=bool(request.POST.get("shared")),
        state=_state(request),
    )
    messages.success(request, f"Saved as {view.name}.")
    return redirect(reverse("traces", args=[request.project.slug]) + view.query)


@project_view("trace:read")
def view_change(request: ProjectRequest, view_id: uuid.UUID) -> HttpResponse:
    """POST `do`: rename (with `name`), update (with `query`), share, unshare, default, no-default, delete."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])  # type: ignore[return-value]
    done = _change(request, view_id, request.POST.get("do", ""))
    messages.success(request, done)
    listed = reverse("traces", args=[request.project.slug])
    if request.POST.get("do") == "delete":
        return redirect(listed + ALL_TRACES)
    return redirect(listed + services.get_view(request.project, Actor.of(request.user), view_id).query)


def _change(request: ProjectRequest, view_id: uuid.UUID, do: str) -> str:
    """What was done, in words."""
    project, actor = request.project, Actor.of(request.user)
    match do:
        case "rename":
            services.change_view(project=project, actor=actor, view_id=view_id, name=request.POST.get("name", ""))
            return "Renamed."
        case "update":
            services.change_view(project=project, actor=actor, view_id=view_id, state=_state(request))
            return "The view shows this list from now on."
        case "share" | "unshare":
            services.change_view(project=project, actor=actor, view_id=view_id, shared=do == "share")
            return "Everybody in the project sees this view." if do == "share" else "Only you see this view."
        case "default" | "no-default":
            services.set_default(project=project, user=request.user, view_id=view_id if do == "default" else None)
            return "Your list begins with this view." if do == "default" else "Your list begins with all traces."
        case "delete":
            services.delete_view(project=project, actor=actor, view_id=view_id)
            return "The view is deleted."
        case _:
            raise InvalidInput("There is nothing of this name to do.", field="do")


def _state(request: ProjectRequest) -> dict[str, str]:
    """What of the list's address a view keeps; the zone is the reader's."""
    given = QueryDict(request.POST.get("query", "").lstrip("?"))
    state = {part: given[part] for part in PARTS if given.get(part)}
    return state | {"zone": "utc" if request.COOKIES.get("zone") == "utc" else "local"}
