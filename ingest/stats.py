"""Counts of what came in and what became of it, as rows of `ingest_stats`.

Stored spans are counted with their segment and under its name, so a segment inserted twice is counted once. Refusals
have no segment; they are held here and written every second under the process's name and a running number.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import LiteralString
from uuid import UUID

from backend.store.client import Store
from ingest.client_drops import ClientDrops
from ingest.spool import Tallies

TABLE: LiteralString = "ingest_stats"
COLUMNS = ("project_id", "second", "signal", "source", "requests", "bytes", "received", "stored", "rejected", "version")
NO_PROJECT = UUID(int=0)  # refused before the key told a project
StatRow = tuple[object, ...]
MAX_HELD_DROPS = 10_000


@dataclass
class _Held:
    requests: int = 0
    bytes: int = 0
    items: int = 0
    rejected: Counter[str] = field(default_factory=Counter[str])


class Stats:
    """Thread-safe."""

    def __init__(self, process: str) -> None:
        self.process = process
        self._run = time.time_ns()  # a restarted process must not replace the counts of its predecessor
        self._number = 0
        self._lock = threading.Lock()
        self._held: dict[tuple[UUID, str, int], _Held] = {}
        self._drops: list[StatRow] = []

    def count(
        self,
        signal: str,
        project_id: UUID | None,
        *,
        items: int = 0,
        rejected: Mapping[str, int] | None = None,
        requests: int = 0,
        size: int = 0,
    ) -> None:
        """What has no segment: rejected and refused items, and requests of which nothing was stored."""
        key = (project_id or NO_PROJECT, signal, time.time_ns() // 1_000_000_000)
        with self._lock:
            held = self._held.setdefault(key, _Held())
            held.requests += requests
            held.bytes += size
            held.items += items
            held.rejected.update(rejected or {})

    def count_client_drops(self, project_id: UUID, drops: Iterable[ClientDrops]) -> None:
        """Spans that never arrived. The row's key is the report's, so the same report again replaces it."""
        with self._lock:
            for drop in drops:
                if len(self._drops) < MAX_HELD_DROPS:
                    reasons = dict(drop.reasons)
                    self._drops.append((project_id, drop.second, "traces", drop.source, 0, 0, 0, 0, reasons, 1))
                else:  # ClickHouse is away: they add up, and one that comes twice counts twice
                    held = self._held.setdefault((project_id, "traces", time.time_ns() // 1_000_000_000), _Held())
                    held.rejected.update(drop.reasons)

    def flush(self, store: Store) -> None:
        """Write what is held; it is kept for the next flush when ClickHouse does not take it."""
        with self._lock:
            held, self._held = self._held, {}
            drops, self._drops = self._drops, []
        if not held and not drops:
            return
        self._number += 1
        source = f"{self.process}/{self._run}/{self._number}"
        rows: list[StatRow] = [
            (project, second, signal, source, h.requests, h.bytes, h.items, 0, dict(h.rejected), self._number)
            for (project, signal, second), h in held.items()
        ]
        try:
            store.insert(TABLE, COLUMNS, rows + drops)
        except Exception:
            self._give_back(held, drops)
            raise

    def _give_back(self, held: dict[tuple[UUID, str, int], _Held], drops: list[StatRow]) -> None:
        with self._lock:
            self._drops += drops
            for key, old in held.items():
                now = self._held.setdefault(key, _Held())
                now.requests += old.requests
                now.bytes += old.bytes
                now.items += old.items
                now.rejected.update(old.rejected)


def segment_rows(name: str, signal: str, tallies: Tallies, lost: Mapping[tuple[UUID, int], int]) -> list[StatRow]:
    """Rows of one inserted segment. `lost`: items of it that went into quarantine."""
    return [
        (
            project,
            second,
            signal,
            name,
            tally.requests,
            tally.bytes,
            tally.items,
            tally.items - lost.get((project, second), 0),
            {"refused_by_clickhouse": lost[project, second]} if (project, second) in lost else {},
            time.time_ns(),
        )
        for (project, second), tally in tallies.items()
    ]
