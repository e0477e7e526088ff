"""The API keys of a project: list, create (the secret is shown once), revoke."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from backend.core.errors import Forbidden
from backend.projects import services
from web.access import ProjectRequest, project_view
from web.forms import SCOPES, KeyForm
from web.htmx import render_page


@project_view("key:read")
def key_list(request: ProjectRequest) -> HttpResponse:
    """Who may see the keys need not be allowed to make one."""
    may_write = services.may(request.user, request.project, "key:manage")
    if request.method == "POST" and not may_write:
        raise Forbidden("Your role does not include making API keys.")
    form = KeyForm(request.POST or None)
    created = None
    if request.method == "POST" and form.is_valid():
        created = services.create_key(
            project=request.project,
            actor=request.user,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
        )
    failed = request.method == "POST" and created is None
    return render_page(
        request,
        "keys/keys.html",
        partial="content",
        form=form,
        created=created,
        may_write=may_write,
        keys=services.list_keys(request.project),
        scopes=SCOPES,
        chosen=request.POST.getlist("scopes") if failed else services.SCOPES,
    )


@project_view("key:manage")
@require_POST
def key_revoke(request: ProjectRequest, key_id: UUID) -> HttpResponse:
    """The page asked before it sent this."""
    key = services.revoke_key(project=request.project, actor=request.user, key_id=key_id)
    messages.success(request, f"The key “{key.name}” is revoked.")
    return redirect("keys", project=request.project.slug)
