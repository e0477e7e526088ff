"""Times as integers in nanoseconds since 1970, and their text: RFC 3339 in UTC, no nanosecond lost."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from backend.core.limits import DAY_NS, SECOND_NS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNITS_NS = {
    "s": SECOND_NS,
    "m": 60 * SECOND_NS,
    "h": 3600 * SECOND_NS,
    "d": DAY_NS,
    "w": 7 * DAY_NS,
}
RELATIVE = re.compile(r"now(?:-(\d{1,6})([smhdw]))?")
# A `+` that was not escaped in a URL arrives as a space.
RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9})\d*)?)?([Zz]|[+ -]\d\d:?\d\d)?)?", re.ASCII
)


def rfc3339(time_ns: int) -> str:
    """2026-05-01T12:00:00.123456789Z: always nine digits, so that texts sort like times."""
    seconds, nanoseconds = divmod(time_ns, SECOND_NS)
    return f"{(EPOCH + timedelta(seconds=seconds)).strftime('%Y-%m-%dT%H:%M:%S')}.{nanoseconds:09d}Z"


def parse_time(text: str, now_ns: int) -> int:
    """RFC 3339 (a date alone is its midnight, no zone is UTC) or `now`, `now-15m`, `now-2d`. ValueError otherwise."""
    relative = RELATIVE.fullmatch(text)
    if relative:
        count, unit = relative.groups()
        return now_ns - (int(count) * UNITS_NS[unit] if count else 0)
    match = RFC3339.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no time; write 2026-05-01T12:00:00Z or now-1h")
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        parts = [int(part or 0) for part in (year, month, day, hour, minute, second)]
        moment = datetime(*parts, tzinfo=UTC)  # pyright: ignore[reportArgumentType] - six integers
    except ValueError as error:
        raise ValueError(f"{text!r} is no time: {error}") from None
    whole = (moment - EPOCH) // timedelta(seconds=1) - _offset_s(zone)
    return whole * SECOND_NS + int((fraction or "").ljust(9, "0"))


def _offset_s(zone: str | None) -> int:
    if zone is None or zone in "Zz":
        return 0
    sign = -1 if zone[0] == "-" else 1
    return sign * (int(zone[1:3]) * 3600 + int(zone[-2:]) * 60)
