"""The time range of a page: read from the URL, written back to it."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.core.limits import SECOND_NS
from web import formats

PRESETS: dict[str, str] = {
    "15m": "Last 15 minutes",
    "1h": "Last hour",
    "6h": "Last 6 hours",
    "24h": "Last 24 hours",
    "3d": "Last 3 days",
    "7d": "Last 7 days",
    "14d": "Last 14 days",
    "30d": "Last 30 days",
}
DEFAULT_PRESET = "24h"
# What may be typed: 45m, 45 min, last 2 hours.
RELATIVE = re.compile(r"(?:last\s+)?(\d{1,6})?\s*([a-z]+)", re.IGNORECASE)
UNITS: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "m": ("minute", formats.MINUTE_NS, ("m", "min", "mins", "minute", "minutes")),
    "h": ("hour", formats.HOUR_NS, ("h", "hour", "hours", "hr", "hrs")),
    "d": ("day", formats.DAY_NS, ("d", "day", "days")),
    "w": ("week", 7 * formats.DAY_NS, ("w", "week", "weeks")),
}
# Spans whose clock runs ahead are taken up to a day (limits.MAX_FUTURE_NS); a list that ended now would hide the ones
# of a laptop that is a few minutes fast.
PRESET_FUTURE_NS = 10 * formats.MINUTE_NS


@dataclass(frozen=True)
class TimeRange:
    """[start_ns, end_ns). `preset` is "" for an absolute range, else a length such as 24h that ends now."""

    start_ns: int
    end_ns: int
    preset: str

    @property
    def label(self) -> str:
        if not self.preset:
            return "Custom range"
        if self.preset in PRESETS:
            return PRESETS[self.preset]
        count, unit = int(self.preset[:-1]), UNITS[self.preset[-1]][0]
        return f"Last {unit}" if count == 1 else f"Last {count:,} {unit}s"

    @property
    def is_common(self) -> bool:
        """Whether the menu has it; else it was typed."""
        return self.preset in PRESETS

    @property
    def params(self) -> dict[str, str]:
        """The URL parameters that give this range again."""
        if self.preset:
            return {} if self.preset == DEFAULT_PRESET else {"range": self.preset}
        return {"from": formats.iso(self.start_ns), "to": formats.iso(self.end_ns)}


def parse_range(params: Mapping[str, str], now_ns: int | None = None) -> TimeRange:
    """`from` and `to` win over `range`; a missing `to` means now."""
    now = time.time_ns() if now_ns is None else now_ns
    start, end = params.get("from", "").strip(), params.get("to", "").strip()
    if start or end:
        end_ns = parse_moment(end, "to") if end else now
        start_ns = parse_moment(start, "from") if start else end_ns - formats.DAY_NS
        if start_ns >= end_ns:
            raise InvalidInput("The range ends before it begins.", field="from")
        return TimeRange(start_ns, end_ns, "")
    preset, length_ns = parse_length(params.get("range", "").strip() or DEFAULT_PRESET)
    return TimeRange(now - length_ns, now + PRESET_FUTURE_NS, preset)


def parse_length(text: str) -> tuple[str, int]:
    """How far back, as it is written in addresses, and in nanoseconds: "last 45 minutes" is ("45m", …)."""
    found = RELATIVE.fullmatch(text)
    unit = next((key for key, (_, _, words) in UNITS.items() if found and found[2].lower() in words), "")
    count = int(found[1] or 1) if found else 0
    if not unit or count == 0:
        raise InvalidInput("Not a length of time. Write it like 45m, 6h, 3d or 2w.", field="range")
    length_ns = count * UNITS[unit][1]
    if length_ns > limits.MAX_AGE_NS:
        raise InvalidInput("Nothing older than a year is kept.", field="range")
    return f"{count}{unit}", length_ns


def parse_moment(text: str, field: str) -> int:
    """RFC 3339; a time without a zone is UTC. Nanoseconds since 1970; digits after the ninth are dropped."""
    whole, dot, rest = text.partition(".")
    digits = ""
    zone = ""
    if dot:
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        zone = rest[len(digits) :]
    try:
        moment = datetime.fromisoformat((whole + zone).replace(" ", "+") if zone.startswith(" ") else whole + zone)
    except ValueError:
        raise InvalidInput("Not a time. Write it like 2026-11-21T03:12:44Z.", field=field) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp()) * SECOND_NS + int((digits + "0" * 9)[:9])
