"""Share links of a project: made from a trace, listed, revoked, switched on and off."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from backend.core.errors import Forbidden
from backend.projects import services as projects
from backend.sharing import services
from web.access import ProjectRequest, project_view
from web.forms import LIFETIMES, ShareForm
from web.htmx import render_page


@project_view("share:read")
def sharing_page(request: ProjectRequest) -> HttpResponse:
    """Who may see which links there are need not be allowed to make one."""
    may_manage = projects.may(request.user, request.project, "share:manage")
    if request.method == "POST":
        if not may_manage:
            raise Forbidden("Your role does not include share links.")
        enabled = request.POST.get("enabled") == "on"
        services.set_sharing(project=request.project, actor=request.user, enabled=enabled)
        messages.success(request, "Share links are switched on." if enabled else "Share links are off. None works now.")
        return redirect("sharing", project=request.project.slug)
    return render_page(
        request,
        "sharing/settings.html",
        partial="content",
        enabled=services.sharing_enabled(request.project),
        may_manage=may_manage,
        links=services.list_links(request.project),
    )


@project_view("share:manage")
@require_POST
def link_revoke(request: ProjectRequest, link_id: UUID) -> HttpResponse:
    """The page asked before it sent this."""
    link = services.revoke_link(project=request.project, actor=request.user, link_id=link_id)
    messages.success(request, f"The link to “{link.trace_name or link.trace_id}” is revoked.")
    return redirect("sharing", project=request.project.slug)


@project_view("share:manage")
def share_trace(request: ProjectRequest, trace_id: str) -> HttpResponse:
    """The dialog of the trace page; without JavaScript a page. The link is shown once."""
    form = ShareForm(request.POST or None)
    created = None
    if request.method == "POST" and form.is_valid():
        created = services.create_link(
            project=request.project,
            actor=request.user,
            trace_id=trace_id,
            lifetime=form.cleaned_data["lifetime"],
            with_content=form.cleaned_data["with_content"],
        )
    return render_page(
        request,
        "sharing/share.html",
        partial="content",
        trace_id=trace_id,
        enabled=services.sharing_enabled(request.project),
        form=form,
        lifetimes=LIFETIMES,
        created=created,
        address=public_address(request, reverse("shared", args=[created.token])) if created else "",
    )


def public_address(request: HttpRequest, path: str) -> str:
    """The whole address under which others reach this page."""
    public: str = settings.SPANHOUSE.public_url
    return public.rstrip("/") + path if public else request.build_absolute_uri(path)
