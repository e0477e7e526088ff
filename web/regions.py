"""A region of a heatmap in an address: two moments and two numbers, as people write them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from backend.core.errors import InvalidInput
from backend.metrics.differences import Region
from backend.metrics.distribution import Quantity
from web import formats
from web.timerange import TimeRange, parse_moment

NAMES = ("region_from", "region_to", "low", "high")
NO_END = 1e300
NUMBER = re.compile(r"\$?\s*(\d{1,15}(?:\.\d{1,15})?|\.\d{1,15})(e-\d{1,2})?\s*([a-zµ]*)", re.IGNORECASE)
UNITS_NS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": formats.MINUTE_NS,
    "min": formats.MINUTE_NS,
    "h": formats.HOUR_NS,
}
THOUSANDS = {"": 1, "k": 1_000, "m": 1_000_000}


def parse_region(params: Mapping[str, str], quantity: Quantity, window: TimeRange) -> Region | None:
    """None when none of the four is given; an edge that is not given is that of the window, or no edge."""
    written = {name: params.get(name, "").strip() for name in NAMES}
    if not any(written.values()):
        return None
    start = parse_moment(written["region_from"], "region_from") if written["region_from"] else window.start_ns
    end = parse_moment(written["region_to"], "region_to") if written["region_to"] else window.end_ns
    low = parse_amount(written["low"], quantity.unit, "low") if written["low"] else 0.0
    high = parse_amount(written["high"], quantity.unit, "high") if written["high"] else NO_END
    if start >= end:
        raise InvalidInput("The region ends before it begins.", field="region_to")
    if low >= high:
        raise InvalidInput("The upper edge of the region must be above its lower edge.", field="high")
    return Region(start, end, low, high)


def parse_amount(text: str, unit: str, field: str) -> float:
    """2s, 150ms, $0.01, 1.2k: nanoseconds, dollars or tokens."""
    found = NUMBER.fullmatch(text)
    units = UNITS_NS if unit == "ns" else THOUSANDS
    if found is None or found[3].lower() not in units:
        example = {"ns": "a length such as 150ms or 2s", "usd": "an amount such as 0.01"}.get(
            unit, "a number such as 1200"
        )
        raise InvalidInput(f"Write {example}.", field=field)
    return float(found[1] + (found[2] or "")) * units[found[3].lower()]


def written_amount(value: float, unit: str) -> str:
    """As it can be typed again, to six digits; "" for no edge."""
    if value >= NO_END:
        return ""
    if unit == "ns":
        return f"{value / 1_000_000:.6g}ms"
    return f"{float(f'{value:.6g}'):.14f}".rstrip("0").rstrip(".")


def region_params(region: Region, quantity: Quantity) -> dict[str, str]:
    return {
        "region_from": formats.iso(region.start_ns),
        "region_to": formats.iso(region.end_ns),
        "low": written_amount(region.low, quantity.unit),
        "high": written_amount(region.high, quantity.unit),
    }


def region_filter(region: Region, quantity: Quantity) -> str:
    """The region's numbers as terms of a filter; "" when the filter language has no such field."""
    if not quantity.field:
        return ""
    terms = ["is:root"] if quantity.family == "traces" else []
    for operator, value in ((">=", region.low), ("<", region.high)):
        if 0 < value < NO_END:
            terms.append(f"{quantity.field}{operator}{written_amount(value, quantity.unit)}")
    return " ".join(terms)
