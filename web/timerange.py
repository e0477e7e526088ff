"""The time range of a page: read from the URL, written back to it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from backend.core.errors import InvalidInput
from backend.core.limits import SECOND_NS
from web import formats

PRESETS: dict[str, tuple[str, int]] = {
    "15m": ("Last 15 minutes", 15 * formats.MINUTE_NS),
    "1h": ("Last hour", formats.HOUR_NS),
    "24h": ("Last 24 hours", formats.DAY_NS),
    "7d": ("Last 7 days", 7 * formats.DAY_NS),
    "30d": ("Last 30 days", 30 * formats.DAY_NS),
}
DEFAULT_PRESET = "24h"
# Spans whose clock runs ahead are taken up to a day (limits.MAX_FUTURE_NS); a list that ended now would hide the ones
# of a laptop that is a few minutes fast.
PRESET_FUTURE_NS = 10 * formats.MINUTE_NS


@dataclass(frozen=True)
class TimeRange:
    """[start_ns, end_ns). `preset` is "" for an absolute range."""

    start_ns: int
    end_ns: int
    preset: str

    @property
    def label(self) -> str:
        return PRESETS[self.preset][0] if self.preset else "Custom range"

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
        start_ns = parse_moment(start, "from") if start else end_ns - PRESETS[DEFAULT_PRESET][1]
        if start_ns >= end_ns:
            raise InvalidInput("The range ends before it begins.", field="from")
        return TimeRange(start_ns, end_ns, "")
    preset = params.get("range", "") or DEFAULT_PRESET
    if preset not in PRESETS:
        raise InvalidInput(f"Unknown range. Use one of {', '.join(PRESETS)}, or from and to.", field="range")
    return TimeRange(now - PRESETS[preset][1], now + PRESET_FUTURE_NS, preset)


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
