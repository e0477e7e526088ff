"""What the commands call: bring ClickHouse to this release, or say what is missing."""

from __future__ import annotations

from backend.core.errors import StoreUnavailable
from backend.store import schema
from backend.store.client import Store


def migrate(store: Store) -> list[str]:
    """Apply what is missing; names of the applied steps."""
    return schema.migrate(store)


def plan(store: Store) -> list[str]:
    """Names of the steps that `migrate` would apply."""
    return [step.name for step in schema.plan(store)]


def check(store: Store) -> None:
    """Raise StoreUnavailable when ClickHouse is not at this release."""
    missing = plan(store)
    if missing:
        raise StoreUnavailable(
            f"ClickHouse lacks {len(missing)} schema changes ({', '.join(missing)}). Run `manage.py migrate_store`."
        )
