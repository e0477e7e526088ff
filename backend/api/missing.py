"""The reply for addresses below /api/ that do not exist."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from backend.api.errors import as_response
from backend.core.errors import NotFound


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    """404 in the API's error shape. It does nothing, so it needs no CSRF token."""
    hint = " Leave out the slash at the end." if request.path.endswith("/") and request.path != "/api/" else ""
    return as_response(NotFound(f"Nothing is at {request.path[:200]}.{hint} The addresses are listed at /api/docs/."))
