"""Jobs that watch what came in."""

from __future__ import annotations

import structlog
from celery import shared_task

from backend.core.errors import StoreUnavailable
from backend.intake import services

log = structlog.get_logger("intake")
_said: set[str] = set()


@shared_task(name="intake.watch", ignore_result=True)
def watch() -> None:
    """Log what keeps spans from being stored. The same sentence is said once, until it stops being true."""
    try:
        warnings = set(services.watch())
    except StoreUnavailable as error:
        warnings = {error.message}
    for warning in warnings - _said:
        log.warning("intake", problem=warning)
    _said.clear()
    _said.update(warnings)
