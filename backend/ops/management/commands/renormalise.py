"""`manage.py renormalise --from DATE --to DATE [--project SLUG] [--all]`: make the columns of stored spans again."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.conventions.columns import MAPPING_VERSION
from backend.core.errors import SpanhouseError
from backend.core.times import parse_time
from backend.ops import startup
from backend.projects.models import Project
from backend.store import client, migrate, renormalise


class Command(BaseCommand):
    help = (
        "Read the attributes of stored spans again, by the present table of attribute names. Spans that this version "
        "of the table has read are left alone, so the command may be stopped at any time and started again."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="start", required=True, help="Spans that begin at or after: 2026-01-31")
        parser.add_argument("--to", dest="end", required=True, help="Spans that begin before: 2026-02-28, or now")
        parser.add_argument("--project", default="", help="Slug; all projects when left out.")
        parser.add_argument("--all", action="store_true", help="Those that this version of the table has read, too.")

    def handle(self, *_args: Any, start: str, end: str, project: str, **options: Any) -> None:
        now = time.time_ns()
        try:
            from_ns, to_ns = parse_time(start, now), parse_time(end, now)
        except ValueError as error:
            raise CommandError(str(error)) from None
        if from_ns >= to_ns:
            raise CommandError("--from must lie before --to.")
        projects = list(Project.objects.filter(slug=project) if project else Project.objects.order_by("slug"))
        if not projects:
            raise CommandError(f"There is no project {project}." if project else "There is no project.")
        try:
            self._run(projects, from_ns, to_ns, everything=options["all"])
        except SpanhouseError as error:
            self.stderr.write(error.message)
            sys.exit(1)
        except KeyboardInterrupt:
            self.stderr.write("Stopped. Run the same command again to go on.")
            sys.exit(130)
        finally:
            client.current().close()

    def _run(self, projects: list[Project], from_ns: int, to_ns: int, *, everything: bool) -> None:
        store = client.current()
        client.wait_until_available(store, 0 if store.embedded else startup.WAIT_FOR_STORE_S)
        migrate.check(store)
        done = 0
        for project in projects:
            for batch in renormalise.batches(store, project.id, from_ns, to_ns, everything=everything):
                began = time.monotonic()
                renormalise.renormalise(store, batch, everything=everything)
                done += batch.spans
                seconds = max(time.monotonic() - began, 0.001)
                day = time.strftime("%Y-%m-%d %H:%M", time.gmtime(batch.from_ns // 1_000_000_000))
                self.stdout.write(
                    f"{project.slug} {day} UTC: {batch.spans} spans, {batch.spans / seconds:.0f} a second"
                )
                self.stdout.flush()
        self.stdout.write(f"{done} spans are now as version {MAPPING_VERSION} of the table reads them.")
