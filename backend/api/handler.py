"""DRF's exception handler. Apart from the errors themselves: DRF's views import whatever its settings name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from rest_framework.response import Response
from rest_framework.views import set_rollback

from backend.api.errors import ServerError, as_error
from backend.core.errors import Unauthenticated

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def handle(exc: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler. What nobody foresaw is logged and answered with 500, in the same shape."""
    error = as_error(exc)
    if isinstance(error, ServerError):
        request = context.get("request")
        log.error("request failed", path=getattr(request, "path", ""), exc_info=exc)
    set_rollback()
    headers: dict[str, str] = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="spanhouse"'
    wait = getattr(exc, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(max(1, round(wait)))
    return Response({"error": error.as_dict()}, status=error.status, headers=headers)
