"""When things happen: two weeks that end at the anchor, with days and nights, one incident and one day of drift."""

from __future__ import annotations

import bisect
import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from backend.core.limits import SECOND_NS

HOUR_NS = 3600 * SECOND_NS
DAY_NS = 24 * HOUR_NS
DAYS = 14
# Share of the busiest hour, by hour (UTC): customers in Europe first, America in the evening, Japan at night.
BY_HOUR = (
    0.16, 0.14, 0.13, 0.13, 0.14, 0.18, 0.30, 0.50, 0.75, 0.95, 1.0, 0.97,
    0.85, 0.92, 0.96, 0.93, 0.85, 0.75, 0.66, 0.60, 0.52, 0.42, 0.30, 0.22,
)  # fmt: skip
# The last day is busier, so that the list's default window is full.
LAST_DAY = 1.7


def round_down(now_ns: int) -> int:
    """The anchor: the full hour before."""
    return now_ns // HOUR_NS * HOUR_NS


def weekday(at_ns: int) -> int:
    """0 is Monday. The first of January 1970 was a Thursday."""
    return (at_ns // DAY_NS + 3) % 7


def date_text(at_ns: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at_ns // SECOND_NS)).strftime("%-d %B")


@dataclass(frozen=True)
class Calendar:
    anchor_ns: int

    @property
    def start_ns(self) -> int:
        return self.anchor_ns - DAYS * DAY_NS

    @property
    def incident(self) -> tuple[int, int]:
        """Six days ago, 14:00 to 15:30 UTC."""
        day = self.anchor_ns // DAY_NS * DAY_NS - 6 * DAY_NS
        return day + 14 * HOUR_NS, day + 15 * HOUR_NS + HOUR_NS // 2

    @property
    def drift(self) -> tuple[int, int]:
        """Two days ago, from 6:00 UTC for a day: prompt version 14 is live, then it is taken back."""
        start = self.anchor_ns // DAY_NS * DAY_NS - 2 * DAY_NS + 6 * HOUR_NS
        return start, start + DAY_NS

    def in_incident(self, at_ns: int) -> bool:
        start, end = self.incident
        return start <= at_ns < end

    def in_drift(self, at_ns: int) -> bool:
        start, end = self.drift
        return start <= at_ns < end

    def prompt_version(self, at_ns: int) -> int:
        """12, from the fifth day on 13; 14 on the day of drift only."""
        if self.in_drift(at_ns):
            return 14
        return 12 if at_ns < self.start_ns + 5 * DAY_NS else 13

    def release(self, at_ns: int) -> str:
        if self.in_drift(at_ns):
            return "2.9.0"
        if at_ns >= self.drift[1]:
            return "2.9.1"
        return {12: "2.7.3", 13: "2.8.0"}[self.prompt_version(at_ns)]

    def times(self, name: str, count: int, *, weekend: float) -> list[int]:
        """`count` times in order, spread by the rhythm; `weekend` is the share of a weekday."""
        random = Random(f"times/{name}")
        hours = [self.start_ns + n * HOUR_NS for n in range(DAYS * 24)]
        weights = [self._weight(hour, weekend) for hour in hours]
        sums = [0.0, *itertools.accumulate(weights)]
        found: list[int] = []
        for n in range(count):
            place = (n + random.random()) / count * sums[-1]
            hour = min(bisect.bisect_right(sums, place) - 1, len(hours) - 1)
            found.append(hours[hour] + int(HOUR_NS * 0.97 * min(1, (place - sums[hour]) / weights[hour])))
        return found

    def _weight(self, hour_ns: int, weekend: float) -> float:
        recent = LAST_DAY if hour_ns >= self.anchor_ns - DAY_NS else 1.0
        return BY_HOUR[hour_ns // HOUR_NS % 24] * (weekend if weekday(hour_ns) >= 5 else 1.0) * recent

    def between(self, name: str, count: int, window: tuple[int, int]) -> list[int]:
        random = Random(f"between/{name}")
        start, end = window
        return [start + int((end - start) * (n + random.random()) / count) for n in range(count)]

    def nights(self) -> list[int]:
        """02:00 UTC of each night that is over."""
        first = self.start_ns // DAY_NS * DAY_NS + 2 * HOUR_NS
        return [at for at in range(first, self.anchor_ns - HOUR_NS, DAY_NS) if at >= self.start_ns]
