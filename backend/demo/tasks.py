"""The job that makes example projects."""

from __future__ import annotations

import structlog
from celery import shared_task

from backend.core.errors import StoreUnavailable
from backend.demo import services

log = structlog.get_logger("demo")


@shared_task(name="demo.build_examples", ignore_result=True)
def build_examples() -> None:
    """Make what was asked for. It asks the database, so that a wish survives a restart and may come from a command."""
    for project_id in services.waiting():
        try:
            services.build(project_id)
        except StoreUnavailable as error:
            log.warning("example_not_made", problem=error.message)
