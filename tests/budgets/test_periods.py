"""Calendar periods in time zones, over changes of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.budgets.periods import (
    HOUR_NS,
    KINDS,
    days_from,
    history_from,
    hours_of,
    is_zone,
    period_of,
    today,
    zone_names,
)

ZONES = ["UTC", "Europe/Berlin", "America/Havana", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Auckland"]
BERLIN = ZoneInfo("Europe/Berlin")


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.sampled_from(ZONES), st.sampled_from(KINDS))
def test_a_period_holds_its_day_without_a_gap(on, name, kind):
    zone = ZoneInfo(name)
    found = period_of(kind, on, zone)
    assert on in [one.date for one in found.days]
    assert [a.end_ns for a in found.days[:-1]] == [b.start_ns for b in found.days[1:]]
    assert all(today(one.start_ns, zone) == one.date == today(one.end_ns - 1, zone) for one in found.days)
    assert period_of(kind, found.last, zone) == found


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_the_history_holds_every_period_of_the_day(on):
    assert history_from(on) <= min(period_of(kind, on, ZoneInfo("UTC")).first for kind in KINDS)
    assert (on - history_from(on)).days in range(28, 31)


def test_days_are_as_long_as_the_clocks_say():
    spring, autumn = (days_from(on, on, BERLIN)[0] for on in (date(2026, 3, 29), date(2026, 10, 25)))
    assert [len(hours_of(one)) for one in (spring, autumn)] == [23, 25]
    assert autumn.end_ns - autumn.start_ns == 25 * HOUR_NS


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        ("day", date(2026, 2, 28), date(2026, 2, 28)),
        ("week", date(2026, 2, 23), date(2026, 3, 1)),
        ("month", date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_weeks_begin_on_monday_and_months_on_the_first(kind, first, last):
    found = period_of(kind, date(2026, 2, 28), BERLIN)
    assert (found.first, found.last) == (first, last)


def test_today_is_that_of_the_zone():
    night = int(datetime(2026, 11, 21, 23, 30, tzinfo=UTC).timestamp()) * 1_000_000_000
    assert [today(night, ZoneInfo(name)).day for name in ("UTC", "Europe/Berlin", "America/New_York")] == [21, 22, 21]


def test_zones_are_known_by_name():
    assert [is_zone(name) for name in ("UTC", "Europe/Berlin", "Mars/Olympus", "../etc/passwd")] == [
        True,
        True,
        False,
        False,
    ]
    assert zone_names()[0] == "UTC"
