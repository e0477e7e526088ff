"""How numbers, times and sizes are written on the screen. Nanoseconds stay integers until here."""

from __future__ import annotations

from datetime import UTC, datetime

from backend.core.limits import SECOND_NS

NOT_GIVEN = "—"
MINUTE_NS = 60 * SECOND_NS
HOUR_NS = 60 * MINUTE_NS
DAY_NS = 24 * HOUR_NS


def duration(ns: int | None) -> str:
    """412 ms, 8.42 s, 1 m 36 s. Three digits are what people compare."""
    if ns is None:
        return NOT_GIVEN
    if ns < 0:
        return "−" + duration(-ns)
    if ns == 0:
        return "0 s"
    for below, unit_ns, unit in ((1_000_000, 1_000, "µs"), (SECOND_NS, 1_000_000, "ms"), (MINUTE_NS, SECOND_NS, "s")):
        if ns < below:
            return f"{_three_digits(ns, unit_ns)} {unit}"
    if ns < HOUR_NS:
        return f"{ns // MINUTE_NS} m {ns % MINUTE_NS // SECOND_NS} s"
    if ns < DAY_NS:
        return f"{ns // HOUR_NS} h {ns % HOUR_NS // MINUTE_NS} m"
    return f"{ns // DAY_NS} d {ns % DAY_NS // HOUR_NS} h"


def _three_digits(ns: int, unit_ns: int) -> str:
    whole = ns // unit_ns
    decimals = 0 if whole >= 100 else 1 if whole >= 10 else 2
    return f"{ns / unit_ns:.{decimals}f}"


def count(value: int | float | None) -> str:
    """12,345"""
    return NOT_GIVEN if value is None else f"{value:,}"


def short_count(value: int | None) -> str:
    """310, 2.2k, 412k, 1.3M"""
    if value is None:
        return NOT_GIVEN
    for unit, letter in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if abs(value) >= unit:
            scaled = value / unit
            return f"{scaled:.1f}".removesuffix(".0") + letter if abs(scaled) < 100 else f"{scaled:.0f}{letter}"
    return str(value)


def money(dollars: float | None) -> str:
    """$12.40, $0.0183, $0.0000021: always at least two digits that say something."""
    if dollars is None:
        return NOT_GIVEN
    if dollars == 0:
        return "$0"
    size = abs(dollars)
    decimals = 2 if size >= 1 else 4
    while size < 10 ** -(decimals - 1) and decimals < 10:
        decimals += 1
    return f"{'−' if dollars < 0 else ''}${size:,.{decimals}f}"


def size(value: int | None) -> str:
    """Bytes: 812 B, 4.2 KiB, 1.1 GiB"""
    if value is None:
        return NOT_GIVEN
    scaled = float(value)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if scaled < 1024 or unit == "TiB":
            break
        scaled /= 1024
    return f"{scaled:.0f} {unit}" if unit == "B" or scaled >= 100 else f"{scaled:.1f} {unit}"


def iso(ns: int) -> str:
    """RFC 3339 in UTC with all nine digits of nanoseconds."""
    whole, rest = divmod(ns, SECOND_NS)
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def utc(ns: int, *, millis: bool = True) -> str:
    """2026-11-21 03:12:44.123 UTC: what a reader without JavaScript sees."""
    whole, rest = divmod(ns, SECOND_NS)
    text = f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%d %H:%M:%S}"
    return f"{text}.{rest // 1_000_000:03d} UTC" if millis else f"{text} UTC"
