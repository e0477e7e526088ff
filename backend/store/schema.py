"""Numbered, forward-only migrations of ClickHouse, and generated views that are replaced when their text changes."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

from backend.conventions.columns import MAPPING_VERSION
from backend.conventions.sql import normalising_log_select, normalising_select
from backend.core.errors import StoreRefused, StoreUnavailable
from backend.store.client import Profile, Store
from backend.store.otlp import OTLP_LOGS_COLUMNS, OTLP_TRACES_COLUMNS

FOLDER = Path(__file__).parent / "migrations"
# The oldest release on which everything the migrations and views use was tried.
OLDEST_SERVER = (26, 5)

LEDGER: LiteralString = """
CREATE TABLE IF NOT EXISTS schema_migrations
  (name String, checksum String, applied_at DateTime64(3, 'UTC'), version UInt64)
ENGINE = ReplacingMergeTree(version) ORDER BY name"""
APPLIED: LiteralString = "SELECT name, checksum FROM schema_migrations FINAL ORDER BY name"
VERSION: LiteralString = "SELECT version() AS version"
HAS_TABLE: LiteralString = (
    "SELECT count() AS n FROM system.tables WHERE database = currentDatabase() AND name = {name:String}"
)


@dataclass(frozen=True)
class Step:
    """One thing to do: a numbered file or a generated view."""

    name: str
    checksum: str
    statements: tuple[str, ...]


def checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def placeholders(database: str) -> Mapping[str, str]:
    """What the braces of a migration file stand for. A cluster changes engines and adds ON CLUSTER here only."""
    return {
        "database": database,
        "on_cluster": "",
        "replacing": "ReplacingMergeTree(version)",
        "aggregating": "AggregatingMergeTree",
        "plain": "MergeTree",
        "otlp_traces_columns": OTLP_TRACES_COLUMNS,
        "otlp_logs_columns": OTLP_LOGS_COLUMNS,
    }


def statements_of(text: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """The statements of a file, its comments removed and its braces filled."""
    bare = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
    filled = re.sub(r"\{([a-z_]+)\}", lambda match: values[match[1]], bare)
    return tuple(s.strip() for s in re.split(r";\s*(?:\n|$)", filled) if s.strip())


def file_steps(database: str) -> list[Step]:
    values = placeholders(database)
    return [
        Step(path.stem, checksum(path.read_text()), statements_of(path.read_text(), values))
        for path in sorted(FOLDER.glob("[0-9]*.sql"))
    ]


def view_steps() -> list[tuple[str, str, str]]:
    """(view, table it fills, SELECT)."""
    # Written into the SELECT, not around it: a SELECT * around it costs 4 microseconds a span (measured).
    spans = normalising_select().replace("SELECT", f"SELECT toUInt16({MAPPING_VERSION}) AS mapping_version,", 1)
    return [
        ("otlp_to_spans", "spans", spans),
        ("otlp_to_log_events", "log_events", normalising_log_select()),
    ]


def check_version(store: Store) -> None:
    """Refuse a server too old for what the product uses, in one sentence."""
    version = str(store.read(VERSION, profile=Profile.API)[0]["version"])
    numbers = tuple(int(n) for n in version.split(".")[:2])
    if numbers < OLDEST_SERVER:
        oldest = ".".join(str(n) for n in OLDEST_SERVER)
        raise StoreUnavailable(f"ClickHouse {version} is too old: Spanhouse needs {oldest} or newer.")


def applied(store: Store) -> dict[str, str]:
    if not store.read(HAS_TABLE, {"name": "schema_migrations"}, Profile.API)[0]["n"]:
        return {}
    return {row["name"]: row["checksum"] for row in store.read(APPLIED, profile=Profile.API)}


def plan(store: Store) -> list[Step]:
    """What `migrate` would do, in order. Raises StoreRefused when an applied file was changed afterwards."""
    done = applied(store)
    steps: list[Step] = []
    for step in file_steps(store.database):
        if step.name not in done:
            steps.append(step)
        elif done[step.name] != step.checksum:
            raise StoreRefused(f"Migration {step.name} was changed after it had been applied. Add a new file instead.")
    for view, table, select in view_steps():
        have, want = done.get(view), checksum(select)
        if have is None:
            steps.append(Step(view, want, (f"CREATE MATERIALIZED VIEW IF NOT EXISTS {view} TO {table} AS {select}",)))
        elif have != want:
            # MODIFY QUERY swaps the text at once; a dropped view would lose what arrives before the next one stands.
            steps.append(Step(view, want, (f"ALTER TABLE {view} MODIFY QUERY {select}",)))
    return steps


def migrate(store: Store) -> list[str]:
    """Apply what is missing; the names of what was applied. Running it again does nothing."""
    check_version(store)
    store.command(LEDGER, profile=Profile.MIGRATE)
    names: list[str] = []
    for step in plan(store):
        for statement in step.statements:
            store.command(statement, profile=Profile.MIGRATE)
        now = time.time_ns()
        store.insert(
            "schema_migrations",
            ("name", "checksum", "applied_at", "version"),
            [(step.name, step.checksum, now // 1_000_000, now)],
        )
        names.append(step.name)
    return names
