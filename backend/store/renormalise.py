"""Stored spans made again from their raw attributes after the table of attribute names changed, a batch at a time.

A batch is one INSERT … SELECT that writes each span with a later version; killed at any moment it may be run again.
What arrives meanwhile has a later version still, and stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from backend.conventions.columns import MAPPING_VERSION
from backend.conventions.renormalise_sql import renormalised_columns, renormalising_select
from backend.core.limits import DAY_NS, RENORMALISED_AT_ONCE
from backend.store.client import Profile, Store
from backend.store.otlp import SPAN_TYPE

OUTDATED: LiteralString = """
SELECT toUnixTimestamp(toStartOfMinute(start_time)) AS minute, count() AS spans
FROM spans FINAL
WHERE project_id = {project_id:UUID}
  AND start_time >= fromUnixTimestamp64Nano({from_ns:Int64}) AND start_time < fromUnixTimestamp64Nano({to_ns:Int64})
  AND toStartOfMinute(start_time) >= toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}))
  AND toStartOfMinute(start_time) <= toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}))
  AND ({all:UInt8} OR mapping_version != {mapping_version:UInt16})
GROUP BY minute ORDER BY minute"""

# Small blocks: a row may hold a prompt of megabytes.
SETTINGS = (
    "max_block_size = 1024, max_threads = 1, max_insert_threads = 1, min_insert_block_size_bytes = 67108864,"
    " do_not_merge_across_partitions_select_final = 1"
)


@dataclass(frozen=True)
class Batch:
    """Spans of one project that begin in [from_ns, to_ns), and how many they are."""

    project_id: UUID
    from_ns: int
    to_ns: int
    spans: int


def batches(store: Store, project_id: UUID, from_ns: int, to_ns: int, *, everything: bool = False) -> Iterator[Batch]:
    """What is to be made again, oldest first: whole minutes of one day, about RENORMALISED_AT_ONCE spans.

    `everything`: spans of this version of the table, too.
    """
    for day_ns in range(from_ns - from_ns % DAY_NS, to_ns, DAY_NS):
        low, high = max(from_ns, day_ns), min(to_ns, day_ns + DAY_NS)
        params = {
            "project_id": project_id,
            "from_ns": low,
            "to_ns": high,
            "all": int(everything),
            "mapping_version": MAPPING_VERSION,
        }
        start, spans = low, 0
        for row in store.read(OUTDATED, params, Profile.MIGRATE):
            minute_ns = int(row["minute"]) * 1_000_000_000
            if spans and spans + int(row["spans"]) > RENORMALISED_AT_ONCE:
                yield Batch(project_id, start, max(minute_ns, low), spans)
                start, spans = max(minute_ns, low), 0
            spans += int(row["spans"])
        if spans:
            yield Batch(project_id, start, high, spans)


def renormalise(store: Store, batch: Batch, *, everything: bool = False) -> None:
    """Write the spans of a batch again. Repeating it changes nothing more."""
    columns = ", ".join(renormalised_columns())
    sql = f"INSERT INTO spans ({columns}) {renormalising_select(SPAN_TYPE)} SETTINGS {SETTINGS}"
    params = {
        "project_id": batch.project_id,
        "from_ns": batch.from_ns,
        "to_ns": batch.to_ns,
        "all": int(everything),
    }
    store.command(sql, params, Profile.MIGRATE)
