"""Every job of the schedule exists, and Celery is set up for threads in one process."""

from __future__ import annotations

from backend.config.celery import app
from backend.config.jobs import BEAT_SCHEDULE


def test_every_scheduled_job_exists() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in BEAT_SCHEDULE.values()} <= set(app.tasks)


def test_it_runs_in_threads_and_keeps_no_results() -> None:
    assert app.conf.worker_pool == "threads"
    assert app.conf.task_ignore_result
    assert app.conf.broker_url.startswith("memory://")
    assert not app.conf.worker_hijack_root_logger
