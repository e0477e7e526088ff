"""Traces over time: as many bars as a screen can show, each of a round interval."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from backend.core.errors import InvalidInput
from backend.core.limits import DAY_NS, SECOND_NS
from backend.store import client
from backend.store.filters import compile_filter
from backend.store.queries import histogram as queries

MINUTE_NS, HOUR_NS = 60 * SECOND_NS, 3_600 * SECOND_NS
STEPS_NS: tuple[int, ...] = (
    *(n * SECOND_NS for n in (1, 2, 5, 10, 15, 30)),
    *(n * MINUTE_NS for n in (1, 2, 5, 10, 15, 30)),
    *(n * HOUR_NS for n in (1, 2, 3, 6, 12)),
    *(n * DAY_NS for n in (1, 2, 7, 14, 28)),
)
MOST_BARS = 100


@dataclass(frozen=True, slots=True)
class Interval:
    """Traces that begin in [start_ns, end_ns); `failed` of them have a span that failed."""

    start_ns: int
    end_ns: int
    traces: int
    failed: int


@dataclass(frozen=True)
class Histogram:
    intervals: list[Interval]
    step_ns: int

    @property
    def traces(self) -> int:
        return sum(one.traces for one in self.intervals)

    @property
    def failed(self) -> int:
        return sum(one.failed for one in self.intervals)


def step_for(length_ns: int) -> int:
    """The smallest round interval of which at most MOST_BARS cover this length."""
    return next((step for step in STEPS_NS if length_ns <= step * (MOST_BARS - 1)), STEPS_NS[-1])


def traces_over_time(project_id: UUID, start_ns: int, end_ns: int, filter_text: str = "") -> Histogram:
    """Every interval of the window, also those without traces. Raises InvalidInput."""
    if start_ns >= end_ns:
        raise InvalidInput("The time range ends before it begins.", field="from")
    matching = compile_filter(filter_text, of="traces") if filter_text.strip() else None
    step = step_for(end_ns - start_ns)
    first = start_ns - start_ns % step
    rows = queries.traces_over_time(
        client.current(), project_id, start_ns, end_ns, origin_ns=first, step_ns=step, matching=matching
    )
    found = {int(row["bucket"]): row for row in rows}
    intervals: list[Interval] = []
    for number in range((end_ns - first - 1) // step + 1):
        row = found.get(number, {"traces": 0, "failed": 0})
        begins = first + number * step
        intervals.append(Interval(begins, begins + step, int(row["traces"]), int(row["failed"])))
    return Histogram(intervals, step)
