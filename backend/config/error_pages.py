"""Errors that no view caught: JSON below /api/, a page elsewhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from backend.api import errors as api
from backend.core.errors import Forbidden, InvalidInput, NotFound
from web.views import errors as pages


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return api.as_response(InvalidInput("The server cannot read this request."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if _is_api(request):
        return api.as_response(Forbidden("This is not allowed."))
    return pages.forbidden(request, exception)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if _is_api(request):
        return api.as_response(NotFound(f"Nothing is at {request.path}."))
    return pages.not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    return api.as_response(api.ServerError()) if _is_api(request) else pages.server_error(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if _is_api(request):
        return api.as_response(Forbidden("The CSRF token is missing or wrong."))
    return pages.csrf_failure(request, reason)
