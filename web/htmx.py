"""A page and its fragment are one template: htmx gets the partial, everybody else the page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def wants_partial(request: HttpRequest) -> bool:
    """htmx asks for a fragment, except when it restores a page of the history."""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-History-Restore-Request")


def render_page(
    request: HttpRequest, template: str, *, partial: str, status: int = 200, **context: object
) -> HttpResponse:
    """Render `template`, or its partial `partial` when htmx asks."""
    name = f"{template}#{partial}" if wants_partial(request) else template
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ("HX-Request",))
    return response


def render_fragment(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    """Render a template that holds a fragment alone; the page includes the same file."""
    response = render(request, template, context)
    patch_vary_headers(response, ("HX-Request",))
    return response
