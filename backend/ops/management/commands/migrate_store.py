"""`manage.py migrate_store [--plan|--check]`: bring ClickHouse to this release."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from backend.core.errors import SpanhouseError
from backend.ops import startup
from backend.store import client, migrate


class Command(BaseCommand):
    help = "Apply the schema changes that ClickHouse lacks. Running it again does nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        only = parser.add_mutually_exclusive_group()
        only.add_argument("--plan", action="store_true", help="List what would be applied, and apply nothing.")
        only.add_argument("--check", action="store_true", help="Exit with 1 when something is missing.")

    def handle(self, *_args: Any, plan: bool, check: bool, **_options: Any) -> None:
        try:
            self._run(plan=plan, check=check)
        except SpanhouseError as error:
            self.stderr.write(error.message)
            sys.exit(1)
        finally:
            client.current().close()

    def _run(self, *, plan: bool, check: bool) -> None:
        store = client.current()
        client.wait_until_available(store, 0 if store.embedded else startup.WAIT_FOR_STORE_S)
        if plan:
            self.stdout.write("\n".join(migrate.plan(store)) or "Nothing to do.")
        elif check:
            migrate.check(store)
            self.stdout.write("ClickHouse is at this release.")
        else:
            applied = migrate.migrate(store)
            self.stdout.write("\n".join(f"applied {name}" for name in applied) or "Nothing to do.")
