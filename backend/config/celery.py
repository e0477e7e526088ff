"""The Celery application. `up` runs its worker inside the process, `up worker` and `up beat` as processes."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery, signals
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")

app = Celery("spanhouse")
app.config_from_object("django.conf:settings", namespace="CELERY")  # read when first needed
app.autodiscover_tasks(["backend.pricing", "backend.intake", "backend.accounts", "backend.demo", "backend.metrics"])


@signals.task_prerun.connect(weak=False)
@signals.task_postrun.connect(weak=False)
def close_stale_connections(**_kwargs: Any) -> None:
    """A worker's thread lives for ever; its database connection must not."""
    close_old_connections()
