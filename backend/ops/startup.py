"""What happens before anything listens: both databases at this release, and the first login once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import structlog
from django.core.management import call_command
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from backend.config.environment import Environment, InvalidSetting
from backend.core.errors import SpanhouseError, StoreUnavailable
from backend.projects import services as projects
from backend.projects.services import Bootstrap
from backend.store import client, migrate

log: structlog.stdlib.BoundLogger = structlog.get_logger("up")

# A ClickHouse or PostgreSQL that starts together with this process needs some seconds.
WAIT_FOR_STORE_S = 30.0
# Any number that no other program uses for a lock in the same PostgreSQL database.
MIGRATION_LOCK = 0x5350414E


class NotReady(SpanhouseError):
    """The process cannot start; the message says what to do."""

    code = "not_ready"


@contextlib.contextmanager
def database_errors() -> Iterator[None]:
    """Failures of the driver as one sentence that names the variable."""
    try:
        yield
    except DatabaseError as error:
        first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise NotReady(f"DATABASE_URL: the database cannot be used: {first_line}") from error


def migrate_everything() -> None:
    """The one process brings both databases to this release by itself. The store comes first: opening it tells whether
    another process has the data folder."""
    store = client.current()
    migrate_store_when_available(0 if store.embedded else WAIT_FOR_STORE_S)
    with database_errors(), one_at_a_time():
        call_command("migrate", verbosity=0, interactive=False)


def migrate_store_when_available(seconds: float) -> list[str]:
    store = client.current()
    client.wait_until_available(store, seconds)
    return migrate.migrate(store)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two processes that start at once do not migrate at once. SQLite locks by itself."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def check_migrated() -> None:
    """For processes that do not migrate. ClickHouse may be away: a receiver then spools, and pages say so."""
    with database_errors():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise NotReady("The Django database is not at this release. Run `manage.py migrate`.")
    try:
        missing = migrate.plan(client.current())
    except StoreUnavailable as error:
        if client.current().embedded:
            raise
        log.warning("started without ClickHouse", problem=error.message)
        return
    if missing:
        raise NotReady(f"ClickHouse lacks {len(missing)} schema changes. Run `manage.py migrate_store`.")


def check_jobs(environment: Environment) -> None:
    """`worker` and `beat` need what other processes can reach, too."""
    if environment.broker_url.startswith("memory:"):
        raise InvalidSetting(
            "CELERY_BROKER_URL is memory://, which ends at this process. "
            "Set redis://HOST:6379/0 for worker and beat, or use `manage.py up`, which runs jobs inside."
        )
    if environment.clickhouse_url.startswith("chdb:"):
        raise InvalidSetting(
            "CLICKHOUSE_URL is the embedded ClickHouse, which belongs to one process. "
            "Set http://HOST:8123/spanhouse for worker and beat, or use `manage.py up`, which runs jobs inside."
        )


def first_start(environment: Environment) -> Bootstrap | None:
    """The first user, project and key, when there are none."""
    with database_errors():
        return projects.bootstrap(
            environment.init_email, environment.init_password, environment.init_project, environment.init_api_key
        )


def first_start_text(made: Bootstrap) -> str:
    """What is printed once. What a person set is not repeated."""
    lines = [
        "",
        "First start: these are shown once.",
        f"  Login     {made.email}",
        f"  Password  {made.password or '(the one in SPANHOUSE_INIT_PASSWORD)'}",
        f"  API key   {made.secret or '(the one in SPANHOUSE_INIT_API_KEY)'}",
        f"  Public id {made.public_id}   (for clients that send a pair)",
        "",
    ]
    return "\n".join(lines)
