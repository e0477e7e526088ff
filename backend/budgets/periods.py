"""Calendar days, weeks and months in a time zone, as nanoseconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from backend.core.limits import SECOND_NS

Kind = Literal["day", "week", "month"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# A forecast looks this far back: four of each weekday.
HISTORY_DAYS = 28
HOUR_NS = 3600 * SECOND_NS


@dataclass(frozen=True)
class Day:
    """[start_ns, end_ns): 23 or 25 hours when the clocks change."""

    date: date
    start_ns: int
    end_ns: int


@dataclass(frozen=True)
class Period:
    """The days of one day, week (from Monday) or month."""

    kind: Kind
    days: tuple[Day, ...]

    @property
    def start_ns(self) -> int:
        return self.days[0].start_ns

    @property
    def end_ns(self) -> int:
        return self.days[-1].end_ns

    @property
    def first(self) -> date:
        return self.days[0].date

    @property
    def last(self) -> date:
        return self.days[-1].date


def is_zone(name: str) -> bool:
    """Whether it is a name such as Europe/Berlin of the IANA time zone database."""
    return name in available_timezones()


def zone_names() -> list[str]:
    """What a form offers: UTC first, then cities; no historical or technical names."""
    cities = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return ["UTC", *cities]


def today(now_ns: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(now_ns // SECOND_NS, UTC).astimezone(zone).date()


def day(on: date, zone: ZoneInfo) -> Day:
    return Day(on, _midnight_ns(on, zone), _midnight_ns(on + timedelta(days=1), zone))


def period_of(kind: Kind, on: date, zone: ZoneInfo) -> Period:
    """The period that holds a day."""
    if kind == "day":
        first, last = on, on
    elif kind == "week":
        first = on - timedelta(days=on.weekday())
        last = first + timedelta(days=6)
    else:
        first = on.replace(day=1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return Period(kind, days_from(first, last, zone))


def days_from(first: date, last: date, zone: ZoneInfo) -> tuple[Day, ...]:
    """Both included."""
    return tuple(day(first + timedelta(days=n), zone) for n in range((last - first).days + 1))


def history_from(on: date) -> date:
    """The first day that any budget of this day looks at: its month, or what a forecast is made of."""
    return min(on.replace(day=1), on - timedelta(days=HISTORY_DAYS))


def hours_of(one: Day) -> list[int]:
    """When each hour of a day begins."""
    return list(range(one.start_ns, one.end_ns, HOUR_NS))


def _midnight_ns(on: date, zone: ZoneInfo) -> int:
    """Where a day has no midnight, the moment at which its clocks jump; of two midnights the first."""
    return int(datetime.combine(on, time(), zone).timestamp()) * SECOND_NS
