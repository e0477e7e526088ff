"""Who may see a page: every view is wrapped by exactly one of these, and a test walks the URLs to hold it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from backend.accounts.models import User
from backend.core.errors import SpanhouseError
from backend.projects import services as projects
from backend.projects.models import Project
from web.failures import failure

P = ParamSpec("P")


class UserRequest(HttpRequest):
    """A request of somebody who is logged in."""

    user: User  # type: ignore[assignment]  # never anonymous behind the decorators


class ProjectRequest(UserRequest):
    """A request inside a project that its sender may see."""

    project: Project
    permission: str


def project_view(
    permission: str,
) -> Callable[
    [Callable[Concatenate[ProjectRequest, P], HttpResponse]], Callable[Concatenate[HttpRequest, str, P], HttpResponse]
]:
    """Login, then membership, then the role's permission. Outsiders get 404: they do not learn what exists."""

    def decorate(
        view: Callable[Concatenate[ProjectRequest, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
        @wraps(view)
        def checked(request: HttpRequest, project: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return login_first(request)
            inside = cast(ProjectRequest, request)
            try:
                inside.project = projects.project_for(inside.user, project, permission)
                inside.permission = permission
                return private(view(inside, *args, **kwargs))
            except SpanhouseError as error:
                return private(failure(request, error))

        checked.access = permission  # type: ignore[attr-defined]
        return checked

    return decorate


def account_view(
    view: Callable[Concatenate[UserRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Login only: pages about oneself."""

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return login_first(request)
        try:
            return private(view(cast(UserRequest, request), *args, **kwargs))
        except SpanhouseError as error:
            return private(failure(request, error))

    checked.access = "account"  # type: ignore[attr-defined]
    return checked


def login_first(request: HttpRequest) -> HttpResponse:
    """To the login page and back. htmx is told to load it as a page, not to paste it into one."""
    if request.headers.get("HX-Request"):
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = f"{here.path or '/'}?{here.query}".rstrip("?")
        return HttpResponse(status=204, headers={"HX-Redirect": redirect_to_login(back).url})
    return redirect_to_login(request.get_full_path())


def private(response: HttpResponse) -> HttpResponse:
    """Traces are nobody else's business: no cache keeps a page."""
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response
