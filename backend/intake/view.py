"""What the Ingest page shows: what came in, what was stored, what was not and why."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class IntakePoint:
    """One step of the chart; `start_ns` is its beginning."""

    start_ns: int
    received: int
    stored: int
    rejected: int


@dataclass(frozen=True)
class SpoolState:
    """One receiving process: what waits on its disk."""

    process: str  # host:slot
    waiting_bytes: int
    waiting_segments: int
    oldest_waiting_s: float
    last_error: str  # "" when the last insert worked
    seen_ns: int


@dataclass(frozen=True)
class QuarantinedBody:
    id: str
    time_ns: int
    reason: str
    spans: int
    bytes: int
    path: str


@dataclass(frozen=True)
class IntakeView:
    start_ns: int
    end_ns: int
    requests: int
    received: int  # spans and log records
    stored: int
    bytes: int
    rejected: dict[str, int]  # reason -> spans
    series: list[IntakePoint] = field(default_factory=list[IntakePoint])
    spools: list[SpoolState] = field(default_factory=list[SpoolState])
    quarantine: list[QuarantinedBody] = field(default_factory=list[QuarantinedBody])
    log_events: int = 0
    metrics: int = 0
