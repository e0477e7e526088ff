"""How buckets of a distribution are named, and its numbers for people who prefer reading."""

from __future__ import annotations

import math
from collections.abc import Sequence

from backend.metrics.distribution import Bucket, Distribution, Quantity
from web import formats
from web.figures.units import text
from web.figures.words import Table

ROWS = {"traces": "traces", "calls": "calls", "spans": "spans"}


def edge(value: float, unit: str) -> str:
    """412 ms, $0.0018, 1.2k"""
    if unit == "ns":
        return formats.duration(round(value))
    if unit == "usd":
        return formats.money(float(f"{value:.3g}"))
    return formats.short_count(round(value)) if value >= 100 else f"{value:.3g}"


def name(bucket: Bucket, unit: str) -> str:
    low = edge(bucket.low, unit)
    return low if bucket.high == bucket.low else f"{low} to {edge(bucket.high, unit)}"


def ticks(buckets: Sequence[Bucket], most: int) -> list[int]:
    """Which buckets are named at the axis: those that begin at a power of ten if there are some, else every so many."""
    round_ones = [n for n, one in enumerate(buckets) if one.low > 0 and _is_power_of_ten(one.low)]
    if 3 <= len(round_ones) <= most:
        return round_ones
    return list(range(0, len(buckets), max(math.ceil(len(buckets) / most), 1)))


def _is_power_of_ten(value: float) -> bool:
    return abs(math.log10(value) - round(math.log10(value))) < 1e-6


def condition(quantity: Quantity, bucket: Bucket) -> str:
    """The filter that finds what lies in the bucket; "" where no field of a span says the number."""
    if not quantity.field:
        return ""
    of = {"traces": "is:root ", "calls": "type:llm,embedding,reranker "}.get(quantity.family, "")
    if bucket.high == bucket.low:
        return f"{of}{quantity.field}<=0"
    low, high = (_written(value, quantity.unit) for value in (bucket.low, bucket.high))
    return f"{of}{quantity.field}>={low} {quantity.field}<{high}"


def _written(value: float, unit: str) -> str:
    if unit == "ns":
        return f"{round(value)}ns"
    return f"{value:.12f}".rstrip("0").rstrip(".")


def quantile(buckets: Sequence[Bucket], counts: Sequence[int], share: float) -> float | None:
    """Where this share of the rows lies below, as if numbers lay evenly on the logarithmic scale of their bucket."""
    wanted = share * sum(counts)
    before = 0
    for bucket, count in zip(buckets, counts, strict=True):
        if count and before + count >= wanted:
            if bucket.low <= 0:
                return bucket.low
            return bucket.low * (bucket.high / bucket.low) ** ((wanted - before) / count)
        before += count
    return None


def table(found: Distribution) -> Table:
    """Over time: a row an interval, the latest first. Without time: a row a bucket."""
    unit, rows = found.quantity.unit, ROWS[found.quantity.family]
    if not found.starts:
        counts = found.total.counts[0]
        whole = sum(counts) or 1
        cells = [
            (name(b, unit), [formats.count(n), text(n / whole, "share")])
            for b, n in zip(found.buckets, counts, strict=True)
        ]
        return Table([rows, "share"], [(None, label, row) for label, row in cells])
    lines: list[tuple[int | None, str, list[str]]] = []
    for start, counts in zip(found.starts, found.total.counts, strict=True):
        if not any(counts):
            continue
        held = [b for b, n in zip(found.buckets, counts, strict=True) if n]
        middle = [quantile(found.buckets, counts, share) for share in (0.5, 0.95)]
        written = ["about " + edge(value or 0, unit) for value in middle]
        lines.append(
            (start, "", [formats.count(sum(counts)), *written, edge(held[0].low, unit), edge(held[-1].high, unit)])
        )
    return Table([rows, "median", "p95", "from", "to"], lines[::-1])
