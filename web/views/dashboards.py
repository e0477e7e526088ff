"""Dashboards of a project: the list, one of them with its widgets, what is done to it, export and import."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from backend.core import limits
from backend.core.errors import Forbidden, InvalidInput, SpanhouseError
from backend.dashboards import services
from backend.dashboards.models import Dashboard
from backend.dashboards.plan import planned
from backend.dashboards.services import Actor
from web.access import ProjectRequest, project_view
from web.htmx import render_page, wants_partial
from web.widgets import drawn, is_compared, page_of_widgets, window_of


@project_view("trace:read")
def dashboard_list(request: ProjectRequest) -> HttpResponse:
    actor = Actor.of(request.user)
    return render_page(
        request,
        "dashboards/list.html",
        partial="content",
        dashboards=services.list_dashboards(request.project, actor),
        may_write=services.may_write(request.project, actor),
    )


@project_view("trace:read")
def dashboard_page(request: ProjectRequest, dashboard_id: uuid.UUID) -> HttpResponse:
    """`?edit=1` shows what can be changed."""
    actor = Actor.of(request.user)
    dashboard = services.get_dashboard(request.project, actor, dashboard_id)
    may_write = services.may_write(request.project, actor)
    page = page_of_widgets(request.GET)
    here = reverse("dashboard", args=[request.project.slug, dashboard.id])
    editing = may_write and request.GET.get("edit") == "1"
    if editing:
        page["keep"].append(("edit", "1"))
    return render_page(
        request,
        "dashboards/dashboard.html",
        partial="page",
        status=400 if page["problem"] else 200,
        dashboard=dashboard,
        widgets=[(one, f"{here}widgets/{one.key}/?{page['fixed']}") for one in services.widgets_of(dashboard)],
        may_write=may_write,
        may_own=services.may_own(dashboard, request.project, actor),
        editing=editing,
        **page,
    )


@project_view("trace:read")
def dashboard_widget(request: ProjectRequest, dashboard_id: uuid.UUID, widget_id: str) -> HttpResponse:
    """One widget; what is wrong with it is said in its place. Without htmx a page of its own."""
    dashboard = services.get_dashboard(request.project, Actor.of(request.user), dashboard_id)
    services.widget_of(dashboard, widget_id)
    widget = next(one for one in planned(services.widgets_of(dashboard)) if one.key == widget_id)
    window, chosen = window_of(request.project.id, request.GET)
    status, context = 200, dict[str, Any]()
    try:
        context = drawn(request.project.slug, widget, window, compare=is_compared(request.GET))
    except SpanhouseError as error:
        context, status = {"wrong": error.message}, error.status
    return render_page(
        request,
        "dashboards/widget.html",
        partial="inside",
        # htmx puts nothing in place of what failed, and the reason belongs there.
        status=200 if wants_partial(request) else status,
        widget=widget,
        range=chosen,
        **context,
    )


@project_view("trace:read")
def dashboard_new(request: ProjectRequest) -> HttpResponse:
    """POST `name`, `description`, `shared` and `begin`: empty or overview."""
    actor = Actor.of(request.user)
    if not services.may_write(request.project, actor):
        raise Forbidden("Your role may look at dashboards, not make them.")
    problem: InvalidInput | None = None
    if request.method == "POST":
        try:
            made = services.create_dashboard(
                project=request.project,
                actor=actor,
                name=request.POST.get("name", ""),
                description=request.POST.get("description", ""),
                widgets=services.overview_widgets() if request.POST.get("begin") == "overview" else (),
                shared=bool(request.POST.get("shared")),
            )
            return _to(request, made, edit=True)
        except InvalidInput as error:
            problem = error
    return _new_page(request, problem)


@project_view("trace:read")
@require_POST
def dashboard_import(request: ProjectRequest) -> HttpResponse:
    """POST `file` or `text`: a dashboard as JSON."""
    actor = Actor.of(request.user)
    file = request.FILES.get("file")
    text = request.POST.get("text", "")
    try:
        if file is not None and (file.size or 0) > limits.MAX_DASHBOARD_BYTES:
            raise InvalidInput("This file is too large to be a dashboard.", field="file")
        body = file.read() if file is not None else text.encode("utf-8", "replace")
        made = services.import_dashboard(project=request.project, actor=actor, raw=_parsed(body))
    except InvalidInput as error:
        return _new_page(request, None, wrong_import=error, text=text)
    messages.success(request, f"{made.name} is imported.")
    return _to(request, made)


def _parsed(body: bytes) -> object:
    if not body.strip():
        raise InvalidInput("Choose a file, or paste what was exported.", field="text")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(
            f"This is not JSON: {error.msg} in line {error.lineno}, column {error.colno}.", field="text"
        ) from None


def _new_page(request: ProjectRequest, problem: InvalidInput | None, **more: Any) -> HttpResponse:
    begin = request.POST.get("begin") or request.GET.get("begin", "")
    return render_page(
        request,
        "dashboards/new.html",
        partial="content",
        status=400 if problem or more else 200,
        problem=problem,
        begin=begin,
        name=request.POST.get("name", "Overview, copied" if begin == "overview" else ""),
        description=request.POST.get("description", ""),
        shared=request.method != "POST" or bool(request.POST.get("shared")) or bool(more),
        **more,
    )


@project_view("trace:read")
@require_POST
def dashboard_change(request: ProjectRequest, dashboard_id: uuid.UUID) -> HttpResponse:
    """POST `do`: rename (name, description, shared), move (widget, by), remove (widget), copy, delete."""
    actor = Actor.of(request.user)
    of: dict[str, Any] = {"project": request.project, "actor": actor, "dashboard_id": dashboard_id}
    widget = request.POST.get("widget", "")
    match request.POST.get("do", ""):
        case "rename":
            changed = services.change_dashboard(
                **of,
                name=request.POST.get("name", ""),
                description=request.POST.get("description", ""),
                shared=bool(request.POST.get("shared")) if request.POST.get("owned") else None,
            )
            messages.success(request, "Saved.")
            return _to(request, changed, edit=True)
        case "move":
            by = 1 if request.POST.get("by") == "1" else -1
            return _to(request, services.move_widget(**of, widget_id=widget, by=by), edit=True, widget=widget)
        case "remove":
            return _to(request, services.remove_widget(**of, widget_id=widget), edit=True)
        case "copy":
            return _to(request, services.copy_dashboard(**of), edit=True)
        case "delete":
            services.delete_dashboard(**of)
            messages.success(request, "The dashboard is deleted.")
            return redirect("dashboards", request.project.slug)
        case _:
            raise InvalidInput("There is nothing of this name to do.", field="do")


@project_view("trace:read")
def dashboard_export(request: ProjectRequest, dashboard_id: uuid.UUID) -> HttpResponse:
    """A file that can be imported elsewhere."""
    dashboard = services.get_dashboard(request.project, Actor.of(request.user), dashboard_id)
    body = orjson.dumps(services.export_dashboard(dashboard), option=orjson.OPT_INDENT_2)
    name = f"{slugify(dashboard.name) or 'dashboard'}.dashboard.json"
    return HttpResponse(
        body, content_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _to(request: ProjectRequest, dashboard: Dashboard, *, edit: bool = False, widget: str = "") -> HttpResponse:
    """To its page, with range and filter as they were."""
    query = request.GET.copy()
    if edit:
        query["edit"] = "1"
    else:
        query.pop("edit", None)
    address = reverse("dashboard", args=[request.project.slug, dashboard.id])
    return redirect(f"{address}?{query.urlencode()}".rstrip("?") + (f"#widget-{widget}" if widget else ""))
