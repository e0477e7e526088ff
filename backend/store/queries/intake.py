"""What came in: sums and a series of `ingest_stats`, the state of the spools, the quarantine."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

from backend.store.client import Row, Store

SERIES: LiteralString = """
SELECT intDiv(toUnixTimestamp(second), {step:UInt32}) * {step:UInt32} AS at, signal,
       sum(requests) AS requests, sum(bytes) AS bytes, sum(received) AS received, sum(stored) AS stored,
       sumMap(rejected) AS rejected
FROM ingest_stats FINAL
WHERE project_id = {project_id:UUID}
  AND second >= toDateTime({from_s:Int64}, 'UTC') AND second < toDateTime({to_s:Int64}, 'UTC')
GROUP BY at, signal ORDER BY at"""

QUARANTINE: LiteralString = """
SELECT id, toUnixTimestamp64Nano(time) AS time_ns, signal, reason, items, bytes, path
FROM ingest_quarantine FINAL
WHERE project_id = {project_id:UUID} ORDER BY time DESC LIMIT 100"""

SPOOLS: LiteralString = """
SELECT process, toUnixTimestamp64Nano(seen) AS seen_ns, waiting_bytes, waiting_segments, oldest_waiting_s, last_error
FROM ingest_spools FINAL WHERE seen > now() - INTERVAL 10 MINUTE ORDER BY process"""

STORED: LiteralString = """
SELECT sum(stored) AS stored FROM ingest_stats FINAL
WHERE project_id = {project_id:UUID} AND signal = 'traces' AND second >= toDateTime({from_s:Int64}, 'UTC')"""

QUARANTINED: LiteralString = "SELECT count() AS bodies FROM ingest_quarantine FINAL WHERE time > now() - INTERVAL 1 DAY"


def intake_series(store: Store, project_id: UUID, from_s: int, to_s: int, step: int) -> list[Row]:
    """Sums by step of `step` seconds and signal."""
    return store.read(SERIES, {"project_id": project_id, "from_s": from_s, "to_s": to_s, "step": step})


def quarantine(store: Store, project_id: UUID) -> list[Row]:
    return store.read(QUARANTINE, {"project_id": project_id})


def spools(store: Store) -> list[Row]:
    """The last word of each receiving process that spoke in the last ten minutes."""
    return store.read(SPOOLS)


def stored_since(store: Store, project_id: UUID, from_s: int) -> int:
    """Spans stored since `from_s` (seconds since 1970)."""
    return int(store.read(STORED, {"project_id": project_id, "from_s": from_s})[0]["stored"])


def quarantined_today(store: Store) -> int:
    """Bodies of all projects; for the watch job."""
    return int(store.read(QUARANTINED)[0]["bodies"])
