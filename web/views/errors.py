"""The pages for addresses that do not exist, requests that are not allowed, and our own mistakes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from backend.core import errors
from web.failures import failure


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return failure(request, errors.NotFound("There is no such page."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return failure(request, errors.Forbidden("You may not do this."))


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open for too long, or a browser that keeps no cookies."""
    error = errors.Forbidden("The form is too old, or your browser sent no cookie. Load the page again and retry.")
    return failure(request, error)
