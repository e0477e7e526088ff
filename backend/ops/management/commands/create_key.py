"""`manage.py create_key NAME [--project SLUG] [--scopes ingest,read,write]`: a new API key, printed once."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from backend.core.errors import SpanhouseError
from backend.projects import services


class Command(BaseCommand):
    help = "Make an API key and print it. It is shown this once; only its hash is kept."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="What it is for.")
        parser.add_argument("--project", default="", help="The project's slug; the default project when not given.")
        parser.add_argument("--scopes", default="ingest,read,write", help="Some of: ingest, read, write.")

    def handle(self, *_args: Any, name: str, project: str, scopes: str, **_options: Any) -> None:
        try:
            created = services.create_key(
                project=services.project_by_slug(project),
                actor=None,
                name=name,
                scopes=[scope.strip() for scope in scopes.split(",") if scope.strip()],
            )
        except SpanhouseError as error:
            self.stderr.write(error.message)
            sys.exit(1)
        self.stdout.write(created.secret)
