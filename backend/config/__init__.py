"""The composition root. Importing it makes the Celery application the current one, so that `task.delay()` finds it."""

from __future__ import annotations

from backend.config.celery import app as celery_app

__all__ = ["celery_app"]
