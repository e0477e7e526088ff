"""How measures are written: a number as text, and the scale of an axis."""

from __future__ import annotations

from backend.metrics.view import Value
from web import formats

# Unit of an axis: (nanoseconds, suffix); the largest value chooses.
SCALES = (
    (3_600_000_000_000, " h"),
    (60_000_000_000, " min"),
    (1_000_000_000, " s"),
    (1_000_000, " ms"),
    (1_000, " µs"),
)


def text(value: Value, unit: str) -> str:
    """412 ms, $12.40, 1.9 %, 2.2k; a dash when nobody gave the numbers."""
    if value is None:
        return formats.NOT_GIVEN
    if unit == "ns":
        return formats.duration(round(value))
    if unit == "usd":
        return formats.money(float(value))
    if unit == "share":
        return f"{value * 100:.2f} %" if 0 < value < 0.1 else f"{value * 100:.1f} %"
    if unit == "tokens_per_second":
        return f"{value:.1f}"
    if unit == "score":
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.1f}"
    return formats.count(int(value)) if abs(value) < 100_000 else formats.short_count(int(value))


def change(now: Value, before: Value, unit: str) -> str:
    """+4.1 %, −0.4 s, +0.8 pt; "" when there is nothing to compare with."""
    if now is None or before is None:
        return ""
    difference = now - before
    if unit == "share":
        return f"{_signed(difference * 100, 1)} pt"
    if unit == "score":
        return _signed(difference, 3)
    if unit == "ns":
        return ("+" if difference > 0 else "") + text(round(difference), "ns")
    if not before:
        return ""
    return f"{_signed(difference * 100 / before, 1)} %" if now < 10 * before else f"×{now / before:,.0f}"


def better(measure: str) -> str:
    """Which way is good: up, down, or "" when neither is."""
    if "latency" in measure or measure.startswith(("failed_", "ttft_", "cost", "unpriced_")) or "error_rate" in measure:
        return "down"
    return "up" if measure in ("tokens_per_second", "score_avg", "score_p50") else ""


def is_good(now: Value, before: Value, unit: str, way: str) -> bool | None:
    """Whether a change is to the better; None when neither, or no change."""
    written = change(now, before, unit)
    if now is None or before is None or now == before or written.startswith("±") or not way:
        return None
    return (now > before) == (way == "up")


def _signed(value: float, digits: int) -> str:
    written = f"{abs(value):.{digits}f}"
    if float(written) == 0:
        return f"±{written}"
    return ("+" if value > 0 else "−") + written


def axis(unit: str, largest: float) -> tuple[float, dict[str, object]]:
    """What values are divided by, and the ticks of a Plotly axis."""
    if unit == "ns":
        size, suffix = next(((size, suffix) for size, suffix in SCALES if largest >= size), (1_000_000, " ms"))
        return float(size), {"ticksuffix": suffix}
    if unit == "usd":
        return 1.0, {"tickprefix": "$"}
    if unit == "share":
        return 1.0, {"tickformat": ".0%"}
    return 1.0, {"tickformat": "~s"} if largest >= 1000 else {}
