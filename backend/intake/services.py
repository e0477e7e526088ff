"""What came in and what became of it."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import structlog

from backend.core.limits import SECOND_NS
from backend.intake.view import IntakePoint, IntakeView, QuarantinedBody, SpoolState
from backend.store import client
from backend.store.client import Row
from backend.store.queries import intake as queries

# Steps a person can read on an axis, in seconds; the chart has at most this many points.
STEPS = (1, 5, 15, 60, 300, 900, 3600, 21600, 86400)
MAX_POINTS = 240
# A spool that waits longer than this is worth a warning: the sender heard 200, the reader sees nothing.
SLOW_SPOOL_S = 60.0
log = structlog.get_logger("intake")


def step_for(seconds: int) -> int:
    return next((step for step in STEPS if seconds <= step * MAX_POINTS), STEPS[-1])


def overview(project_id: UUID, start_ns: int, end_ns: int) -> IntakeView:
    """Counts of spans between the two times, with a series, the spools and the quarantine."""
    store = client.current()
    from_s, to_s = start_ns // SECOND_NS, -(-end_ns // SECOND_NS)
    step = step_for(to_s - from_s)
    rows = queries.intake_series(store, project_id, from_s, to_s, step)
    spans = [row for row in rows if row["signal"] == "traces"]
    rejected: Counter[str] = Counter()
    for row in spans:
        rejected.update(row["rejected"])
    return IntakeView(
        start_ns=start_ns,
        end_ns=end_ns,
        requests=sum(row["requests"] for row in spans),
        received=sum(row["received"] for row in spans),
        stored=sum(row["stored"] for row in spans),
        bytes=sum(row["bytes"] for row in spans),
        rejected=dict(rejected),
        series=_series(spans, from_s, to_s, step),
        spools=[_spool(row) for row in queries.spools(store)],
        quarantine=[_quarantined(row) for row in queries.quarantine(store, project_id)],
        log_events=sum(row["stored"] for row in rows if row["signal"] == "logs"),
        metrics=sum(row["received"] for row in rows if row["signal"] == "metrics"),
    )


def _series(rows: list[Row], from_s: int, to_s: int, step: int) -> list[IntakePoint]:
    """Every step of the range, those without spans too."""
    by_time = {row["at"]: row for row in rows}
    points: list[IntakePoint] = []
    for at in range(from_s // step * step, to_s, step):
        row = by_time.get(at)
        if row:
            points.append(IntakePoint(at * SECOND_NS, row["received"], row["stored"], sum(row["rejected"].values())))
        else:
            points.append(IntakePoint(at * SECOND_NS, 0, 0, 0))
    return points


def _spool(row: Row) -> SpoolState:
    return SpoolState(
        row["process"],
        row["waiting_bytes"],
        row["waiting_segments"],
        row["oldest_waiting_s"],
        row["last_error"],
        row["seen_ns"],
    )


def _quarantined(row: Row) -> QuarantinedBody:
    return QuarantinedBody(row["id"], row["time_ns"], row["reason"], row["items"], row["bytes"], row["path"])


def watch() -> list[str]:
    """Warnings about spools that do not drain and bodies in quarantine, for the log."""
    store = client.current()
    warnings: list[str] = []
    for spool in map(_spool, queries.spools(store)):
        if spool.oldest_waiting_s > SLOW_SPOOL_S:
            warnings.append(
                f"{spool.process}: {spool.waiting_bytes} bytes wait since {spool.oldest_waiting_s:.0f} s."
                f" {spool.last_error}"
            )
    bodies = queries.quarantined_today(store)
    if bodies:
        warnings.append(f"{bodies} bodies went to quarantine in the last day; see the Ingest page.")
    return warnings
