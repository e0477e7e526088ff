"""Celery's worker and beat: as threads of this process, or as this process."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from celery import signals
from celery.beat import Service
from celery.exceptions import SecurityWarning
from celery.worker import WorkController, state

from backend.config.celery import app

log: structlog.stdlib.BoundLogger = structlog.get_logger("jobs")

# Beat looks at its clock this often; it is also how long it takes to stop.
BEAT_TICK_S = 1
# A job is seconds of work; one that hangs is left behind, and a later run does the same.
STOP_S = 3.0
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")


@signals.setup_logging.connect(weak=False)
def keep_logging(**_kwargs: Any) -> None:
    """Being connected is the point: Celery leaves logging as Django's settings made it."""


def schedule_file(data_dir: Path) -> str:
    """Where beat remembers when daily jobs ran: a laptop that sleeps at night runs them in the morning."""
    return str(data_dir / "beat-schedule")


class Jobs:
    """Worker and beat as threads. `stop` returns when both have ended, at the latest after STOP_S seconds each."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._beat: Service | None = None
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Not in a thread that runs an event loop: Celery closes Django's connections, which Django forbids there."""
        app.finalize()
        app.set_default()
        worker = WorkController(
            app=app, pool="threads", without_heartbeat=True, without_mingle=True, without_gossip=True, quiet=True
        )
        self._beat = Service(app, max_interval=BEAT_TICK_S, schedule_filename=schedule_file(self._data_dir))
        for name, target in (("jobs-worker", worker.start), ("jobs-beat", self._beat.start)):
            thread = threading.Thread(target=self._run, args=(target,), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def _run(self, target: Callable[[], object]) -> None:
        app.set_current()
        try:
            target()
        except SystemExit:  # how Celery's worker leaves its loop
            return
        except Exception:
            log.exception("jobs stopped; restart the server to run them again")

    def ask_to_stop(self) -> None:
        """Returns at once. Both look every second or two."""
        if self._beat is not None:
            self._beat.stop()
        state.should_stop = 0  # the worker's loop looks at it and leaves with this exit code

    def stop(self) -> None:
        self.ask_to_stop()
        for thread in self._threads:
            thread.join(STOP_S)
        state.should_stop = None


def say_what_runs(**_kwargs: Any) -> None:
    """In processes of their own each job is a log line. Set late: Celery sets Django, and with it logging, up again."""
    logging.getLogger("celery").setLevel(logging.INFO)


def run_worker() -> None:
    """Celery's worker until a signal ends it."""
    signals.worker_init.connect(say_what_runs)
    # It warns of root because of pickle; only JSON is read here.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    app.start(["--quiet", "worker", "--pool=threads", *QUIET])


def run_beat(data_dir: Path) -> None:
    """Celery's beat until a signal ends it. Exactly one may run."""
    signals.beat_init.connect(say_what_runs)
    data_dir.mkdir(parents=True, exist_ok=True)
    app.start(["--quiet", "beat", f"--schedule={schedule_file(data_dir)}", "--pidfile="])
