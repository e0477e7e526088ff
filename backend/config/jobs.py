"""Which jobs run when, and how Celery is set up. Settings take it from here as `CELERY_…`."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab, schedule

# A job that came up while nobody worked is of no use later: the next one does the same. Hence `expires`.
BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "resolve-prices": {"task": "pricing.resolve_prices", "schedule": schedule(10), "options": {"expires": 10}},
    "watch-intake": {"task": "intake.watch", "schedule": schedule(30), "options": {"expires": 30}},
    "build-examples": {"task": "demo.build_examples", "schedule": schedule(3), "options": {"expires": 3}},
    "make-facts": {"task": "metrics.make_facts", "schedule": schedule(60), "options": {"expires": 60}},
    "sweep-facts": {"task": "metrics.sweep_facts", "schedule": crontab(hour="3", minute="37")},
    "clean-sessions": {"task": "accounts.clean_sessions", "schedule": crontab(hour="3", minute="17")},
}

CELERY: dict[str, Any] = {
    "TASK_IGNORE_RESULT": True,
    "TASK_DEFAULT_QUEUE": "spanhouse",
    "TASK_SERIALIZER": "json",
    "ACCEPT_CONTENT": ["json"],
    "WORKER_POOL": "threads",
    # Jobs wait on databases more than they compute.
    "WORKER_CONCURRENCY": 2,
    "WORKER_PREFETCH_MULTIPLIER": 1,
    "WORKER_HIJACK_ROOT_LOGGER": False,
    "WORKER_REDIRECT_STDOUTS": False,
    "WORKER_ENABLE_REMOTE_CONTROL": False,
    "BROKER_CONNECTION_RETRY_ON_STARTUP": True,
    "BROKER_TRANSPORT_OPTIONS": {"polling_interval": 0.5},
    "TIMEZONE": "UTC",
    "ENABLE_UTC": True,
    "BEAT_SCHEDULE": BEAT_SCHEDULE,
}
