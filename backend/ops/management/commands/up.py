"""`manage.py up [all|web|ingest|worker|beat]`: start Spanhouse, or one part of it."""

from __future__ import annotations

import os
import sys
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from backend.config.environment import Environment
from backend.core.errors import SpanhouseError
from backend.ops import jobs, serve, startup
from backend.store import client

ROLES = {
    "all": "everything in one process (the default)",
    "web": "pages, REST API and OTLP/HTTP on the web port",
    "ingest": "the OTLP receivers",
    "worker": "jobs",
    "beat": "the clock of the jobs; exactly one",
}


class Command(BaseCommand):
    help = "Start Spanhouse: " + "; ".join(f"{role}: {what}" for role, what in ROLES.items()) + "."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", nargs="?", default="all", choices=list(ROLES))

    def handle(self, *_args: Any, role: str, **_options: Any) -> None:
        environment: Environment = settings.SPANHOUSE
        try:
            if role in ("worker", "beat"):
                self._run_jobs(role, environment)
            else:
                self._listen(role, environment)
        except SpanhouseError as error:
            self.stderr.write(error.message)
            sys.exit(1)

    def _run_jobs(self, role: str, environment: Environment) -> None:
        startup.check_jobs(environment)
        startup.check_migrated()
        if role == "worker":
            jobs.run_worker()
        else:
            jobs.run_beat(environment.data_dir)

    def _listen(self, role: str, environment: Environment) -> None:
        web, receivers = role in ("all", "web"), role in ("all", "ingest")
        uvloop.run(serve.check_ports(environment, web=web, receivers=receivers))
        environment.data_dir.mkdir(parents=True, exist_ok=True)
        # The embedded ClickHouse keeps format schemas in the working directory, which may belong to somebody else.
        os.chdir(environment.data_dir)
        try:
            if role == "all":
                startup.migrate_everything()
            else:
                startup.check_migrated()
            made = startup.first_start(environment) if web else None
            if made is not None:
                self._say(startup.first_start_text(made))
            connections.close_all()  # the threads that serve open their own
            uvloop.run(
                serve.serve(
                    environment,
                    web=web,
                    receivers=receivers,
                    jobs=jobs.Jobs(environment.data_dir) if role == "all" else None,
                    ready=lambda: self._say(ready_text(environment, web=web, receivers=receivers)),
                )
            )
        finally:
            client.current().close()

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def ready_text(environment: Environment, *, web: bool, receivers: bool) -> str:
    """Where the process listens, for the person who started it."""
    host = environment.host
    shown = f"[{host}]" if ":" in host else host
    lines = ["Spanhouse is running. Ctrl+C stops it."]
    if web:
        lines.append(f"  Web        {environment.public_url or f'http://{shown}:{environment.port}'}")
    if receivers:
        lines.append(f"  OTLP/HTTP  http://{shown}:{environment.otlp_http_port}")
        lines.append(f"  OTLP/gRPC  {shown}:{environment.otlp_grpc_port}")
    if environment.one_process:
        lines.append(f"  Data       {environment.data_dir}")
    return "\n".join(lines)
