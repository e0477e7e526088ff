"""Web servers and job queues that fork their workers from a process that has already made spans."""

from __future__ import annotations

import subprocess
import sys

from tests.sdk.application import PROGRAMS, Application
from tests.support.processes import free_port, http, wait_for


def test_gunicorn_with_preload(application: Application) -> None:
    port = free_port()
    program = application.serve(
        "gunicorn", "--preload", "--workers", "2", "--no-control-socket", "--bind", f"127.0.0.1:{port}", "web_app:app"
    )
    address = f"http://127.0.0.1:{port}/"
    try:
        program.wait_until(lambda: http("GET", address).status == 200)
        for _ in range(9):
            assert http("GET", address).status == 200
    finally:
        assert program.terminate() == 0
    assert application.made == 21
    application.settle()


def test_celery_prefork(application: Application) -> None:
    subprocess.run(
        [sys.executable, str(PROGRAMS / "jobs.py")], env=application.environment(), cwd=application.folder, check=True,
        timeout=60,
    )  # fmt: skip
    program = application.serve(
        "celery", "-A", "jobs", "worker", "--pool", "prefork", "--concurrency", "2", "--without-gossip",
        "--without-mingle", "--without-heartbeat",
    )  # fmt: skip
    try:
        wait_for(lambda: application.made == 14, why="six jobs of two spans, one of the sender, one of the worker")
    finally:
        program.terminate()
    application.settle()
