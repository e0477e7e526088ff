"""The form of a widget: adding one to a dashboard, changing one, and a preview of what is being typed."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from backend.core.errors import Forbidden, InvalidInput, SpanhouseError
from backend.dashboards import services
from backend.dashboards.document import read_widget
from backend.dashboards.services import Actor
from backend.dashboards.widgets import Widget
from web.access import ProjectRequest, project_view
from web.htmx import render_page
from web.widget_form import form_of, typed
from web.widgets import drawn, page_of_widgets, window_of


@project_view("trace:read")
def widget_new(request: ProjectRequest, dashboard_id: uuid.UUID) -> HttpResponse:
    return _form(request, dashboard_id, None)


@project_view("trace:read")
def widget_edit(request: ProjectRequest, dashboard_id: uuid.UUID, widget_id: str) -> HttpResponse:
    dashboard = services.get_dashboard(request.project, Actor.of(request.user), dashboard_id)
    return _form(request, dashboard_id, services.widget_of(dashboard, widget_id))


def _form(request: ProjectRequest, dashboard_id: uuid.UUID, widget: Widget | None) -> HttpResponse:
    actor = Actor.of(request.user)
    dashboard = services.get_dashboard(request.project, actor, dashboard_id)
    if not services.may_write(request.project, actor):
        raise Forbidden("Your role may look at dashboards, not change them.")
    back = reverse("dashboard", args=[request.project.slug, dashboard_id])
    query = request.GET.copy()
    query["edit"] = "1"
    problem: InvalidInput | None = None
    raw = typed(request.POST, widget.key if widget else "") if request.method == "POST" else None
    if raw is not None:
        try:
            made = read_widget(raw)
            services.put_widget(project=request.project, actor=actor, dashboard_id=dashboard_id, widget=made)
            return redirect(f"{back}?{query.urlencode()}#widget-{made.key}")
        except InvalidInput as error:
            problem = error
    page = page_of_widgets(request.GET)
    return render_page(
        request,
        "dashboards/widget_form.html",
        partial="content",
        status=400 if problem else 200,
        dashboard=dashboard,
        widget=widget,
        back=f"{back}?{query.urlencode()}",
        problem=problem,
        preview_url=f"{reverse('widget-preview', args=[request.project.slug])}?{page['fixed']}",
        form=form_of(raw, widget),
    )


@project_view("trace:read")
def widget_preview(request: ProjectRequest) -> HttpResponse:
    """The widget that the parameters describe, or what is wrong with it. The page's own filter is `filter`."""
    context: dict[str, Any] = {}
    widget: Widget | None = None
    try:
        widget = read_widget(typed(request.GET, "preview"))
        window, _ = window_of(request.project.id, request.GET)
        context = drawn(request.project.slug, widget, window)
    except SpanhouseError as error:
        context = {"wrong": error.message}
    return render_page(
        request,
        "dashboards/widget.html",
        partial="inside",
        widget=widget or {"key": "preview", "title": "Preview"},
        **context,
    )
