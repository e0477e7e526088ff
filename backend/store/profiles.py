"""Who asks ClickHouse, and what each may spend: the settings of a handle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Profile(Enum):
    """Who asks, and what the engine may spend on it. Reader profiles are read-only."""

    UI = "ui"
    API = "api"
    EXPORT = "export"
    WRITE = "write"
    MIGRATE = "migrate"


@dataclass(frozen=True)
class Budget:
    """`seconds` of run time, `memory` in bytes, `handles` open at once, and whether the handle may write."""

    seconds: int
    memory: int
    handles: int
    reader: bool = True


GIB = 1 << 30
BUDGETS: Mapping[Profile, Budget] = {
    # A page that needs more than 15 s is not a page; 4 at once keep two cores busy.
    Profile.UI: Budget(seconds=15, memory=2 * GIB, handles=4),
    Profile.API: Budget(seconds=30, memory=2 * GIB, handles=4),
    Profile.EXPORT: Budget(seconds=600, memory=4 * GIB, handles=2),
    # Two: the writer inserts while counters and scores are written.
    Profile.WRITE: Budget(seconds=120, memory=0, handles=3, reader=False),
    Profile.MIGRATE: Budget(seconds=0, memory=0, handles=1, reader=False),
}


def reader_settings(budget: Budget) -> dict[str, str]:
    """What every reading handle carries, so that one query can't starve the rest."""
    return {
        "max_execution_time": str(budget.seconds),
        "max_memory_usage": str(budget.memory),
        "max_bytes_before_external_sort": str(budget.memory // 2),
        "max_bytes_before_external_group_by": str(budget.memory // 2),
        # Rows of one key never lie in two partitions, so FINAL need not look across them.
        "do_not_merge_across_partitions_select_final": "1",
        # The skip indexes stand on columns that all versions of a span share; no need to look again at what they skip.
        "use_skip_indexes_if_final_exact_mode": "0",
        # A query that keeps few rows of many granules works in blocks of these few: by default of one granule each, and
        # the work of a block is more than that of its rows (a page of users: 330 ms, with this 235).
        "preferred_block_size_bytes": str(16 << 20),
        # Compiling costs the third run of each statement 50 to 400 ms, and no statement here is faster afterwards.
        "compile_expressions": "0",
        "compile_aggregate_expressions": "0",
        "compile_sort_description": "0",
    }
