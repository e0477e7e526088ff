"""`manage.py seed_demo [--email NAME] [--now TIME] [--scale 1] [--serve]`: make the example project."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from backend.accounts.models import User
from backend.config.environment import Environment
from backend.core.errors import SpanhouseError, StoreUnavailable
from backend.core.times import parse_time
from backend.demo import services
from backend.demo.services import Progress
from backend.ops import startup
from backend.projects.models import Organisation, Project
from backend.projects.services import project_by_slug
from backend.store import client

MANAGE = Path(__file__).resolve().parents[4] / "manage.py"
POLL_S = 0.5
# A running server looks for wishes every few seconds; one that does not begin has no jobs.
BEGIN_S = 30.0


class Command(BaseCommand):
    help = (
        "Make the project 'Example: Acme support' with two weeks of traces. Running it again adds nothing. "
        "When a server runs on the data folder, that server makes it."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--email", default="", help="The user who gets it; the default project's organisation when left out."
        )
        parser.add_argument("--now", default="now", help="The end of the two weeks: 2026-05-01T12:00:00Z")
        parser.add_argument("--scale", type=float, default=1.0, help="0.02 makes a small one.")
        parser.add_argument("--serve", action="store_true", help="Then start the server, unless one runs.")

    def handle(self, *_args: Any, email: str, now: str, scale: float, serve: bool, **_options: Any) -> None:
        environment: Environment = settings.SPANHOUSE
        if not 0 < scale <= 10:
            raise CommandError("--scale must lie between 0 and 10.")
        try:
            now_ns = parse_time(now, time.time_ns())
        except ValueError as error:
            raise CommandError(str(error)) from None
        began = Path.cwd()
        try:
            own = self._run(environment, email, now_ns, scale)
        except SpanhouseError as error:
            self.stderr.write(error.message)
            sys.exit(1)
        finally:
            client.current().close()
            os.chdir(began)
        if serve and own:
            connections.close_all()
            os.execv(sys.executable, [sys.executable, str(MANAGE), "up"])

    def _run(self, environment: Environment, email: str, now_ns: int, scale: float) -> bool:
        """Whether this process made it; False when a running server did."""
        environment.data_dir.mkdir(parents=True, exist_ok=True)
        # The embedded ClickHouse keeps format schemas in the working directory.
        os.chdir(environment.data_dir)
        try:
            startup.migrate_everything()
        except StoreUnavailable:
            if not client.current().embedded:
                raise
            self._ask_server(self._wish(email, now_ns, scale))
            return False
        made = startup.first_start(environment)
        if made is not None:
            self.stdout.write(startup.first_start_text(made))
        project = self._wish(email, now_ns, scale)
        services.build(project.id, say=self._say)
        self._finish(project, f"Open http://{environment.host}:{environment.port} (`make run` starts the server)")
        return True

    def _wish(self, email: str, now_ns: int, scale: float) -> Project:
        user = User.objects.filter(email=email).first() if email else None
        if email and user is None:
            raise CommandError(f"There is no user {email}.")
        if user is not None:
            organisation = Organisation.objects.filter(memberships__user=user).order_by("created_at").first()
        else:
            organisation = project_by_slug().organisation
        if organisation is None:
            raise CommandError(f"{email} belongs to no organisation.")
        return services.make_example(organisation=organisation, by=user, now_ns=now_ns, scale=scale)

    def _ask_server(self, project: Project) -> None:
        """The data folder belongs to a running server: it finds the wish in the database."""
        self.stdout.write("A server is running on this data folder; the example project is made there.")
        give_up = time.monotonic() + BEGIN_S
        shown = -1
        while True:
            progress = services.progress_of(project.organisation)
            if progress is None or progress.is_over:
                break
            if progress.percent > shown and progress.state == "running":
                self._say(progress)
                shown = progress.percent
            if progress.state == "waiting" and time.monotonic() > give_up:
                raise StoreUnavailable("The running server has not begun. Is it `manage.py up` or a worker with beat?")
            time.sleep(POLL_S)
        if progress is not None and progress.state == "failed":
            raise StoreUnavailable(progress.problem)
        self._finish(project, "Open the running server")

    def _say(self, progress: Progress) -> None:
        self.stdout.write(f"  {progress.percent:>3} %  {progress.traces:,} traces, {progress.spans:,} spans")
        self.stdout.flush()

    def _finish(self, project: Project, hint: str) -> None:
        progress = services.progress_of(project.organisation)
        if progress is not None:
            self.stdout.write(f"{project.name}: {progress.traces:,} traces, {progress.spans:,} spans.")
        self.stdout.write(f"{hint} and choose the project “{project.name}”.")
