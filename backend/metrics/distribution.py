"""Distributions: a question in, counts by interval and by size out; a histogram has no intervals."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from uuid import UUID

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.metrics import facts
from backend.metrics.scans import shared
from backend.metrics.services import find_group, interval_ns, wanted_key
from backend.store import client
from backend.store.client import Row
from backend.store.filter_fields import suggestion
from backend.store.filters import compile_filter
from backend.store.quantities import QUANTITIES, QUANTITY, Quantity
from backend.store.queries import distribution as queries
from backend.store.queries.distribution import FINE, NOT_GIVEN, ZERO
from backend.store.queries.metrics import OTHER, Wanted

__all__ = ["OTHER", "QUANTITIES", "Quantity"]

# Buckets of a factor of ten that whole numbers of the fine ones make up.
RESOLUTIONS = tuple(n for n in range(FINE, 0, -1) if FINE % n == 0)


@dataclass(frozen=True)
class SpreadQuestion:
    """How `quantity` is spread over what begins in [start_ns, end_ns). `interval`: none gives a histogram.

    `top`: so many groups apart, the rest together. Raises where a row has several values (tags).
    """

    project_id: UUID
    start_ns: int
    end_ns: int
    quantity: str
    interval: str = "auto"
    filter: str = ""
    group_by: str = ""
    top: int = 6


@dataclass(frozen=True)
class Bucket:
    """Numbers in [low, high), in nanoseconds, dollars or tokens. 0 has a bucket of its own: [0, 0]."""

    low: float
    high: float


@dataclass(frozen=True)
class Spread:
    """`counts[interval][bucket]`; a histogram has one interval. `group` is OTHER for all others together."""

    group: str
    counts: list[list[int]]

    @property
    def rows(self) -> int:
        return sum(map(sum, self.counts))


@dataclass(frozen=True)
class Distribution:
    """`starts`: of each interval; empty for a histogram. `missing`: rows of which nobody gave the number."""

    quantity: Quantity
    group_by: str
    step_ns: int
    starts: list[int]
    buckets: list[Bucket]
    series: list[Spread]
    total: Spread
    missing: int


def distribution(question: SpreadQuestion) -> Distribution:
    """Raises InvalidInput with the wrong parameter: measure, group_by, interval, filter, from, top."""
    quantity = find_quantity(question.quantity)
    wanted = wanted_of(question, quantity)
    if not 1 <= question.top <= limits.METRIC_GROUPS:
        raise InvalidInput(f"top must be a number from 1 to {limits.METRIC_GROUPS}.", field="top")
    if wanted.group is not None and wanted.group.several:
        raise InvalidInput(f"A row can have several values of {question.group_by}: filter by one.", field="group_by")
    rows = shared(
        (question.project_id, "levels", quantity.name, wanted_key(wanted)),
        lambda: queries.levels(
            client.current(), question.project_id, facts.used_for(question.project_id, wanted), quantity
        ),
    )
    if len(rows) > queries.MOST_CELLS:
        raise InvalidInput(f"{question.group_by} has too many values here: choose a narrower filter.", field="group_by")
    return _answer(question, quantity, wanted, rows)


def find_quantity(name: str) -> Quantity:
    if name not in QUANTITY:
        hint = suggestion(name, list(QUANTITY)) or f" Known: {', '.join(QUANTITY)}."
        raise InvalidInput(f'There is no distribution of "{name[:60]}".{hint}', field="measure")
    return QUANTITY[name]


def wanted_of(question: SpreadQuestion, quantity: Quantity) -> Wanted:
    """Raises InvalidInput."""
    if question.start_ns >= question.end_ns:
        raise InvalidInput("The time range ends before it begins.", field="from")
    group, key = find_group(question.group_by, quantity.family)
    step = interval_ns(question.interval, question.end_ns - question.start_ns)
    text = question.filter.strip()
    return Wanted(
        family=quantity.family,
        measures=(),
        group=group,
        group_key=key,
        matching=compile_filter(text, "traces" if quantity.family == "traces" else "spans") if text else None,
        from_ns=max(question.start_ns, 0),
        to_ns=question.end_ns,
        origin_ns=question.start_ns - question.start_ns % step if step else 0,
        step_ns=step,
    )


def _answer(question: SpreadQuestion, quantity: Quantity, wanted: Wanted, rows: list[Row]) -> Distribution:
    given = [row for row in rows if row["v"] != NOT_GIVEN]
    levels = [int(row["v"]) for row in given if row["v"] != ZERO]
    width = FINE // resolution(min(levels, default=0), max(levels, default=0))
    has_zero = len(levels) < len(given)
    buckets = [Bucket(0, 0)] if has_zero else []
    first = min(levels, default=0) // width
    if levels:
        last = max(levels) // width
        buckets += [Bucket(edge(n * width), edge((n + 1) * width)) for n in range(first, last + 1)]
    starts = list(range(wanted.origin_ns, question.end_ns, wanted.step_ns)) if wanted.step_ns else []
    total = _empty(starts, buckets)
    parts: dict[str, list[list[int]]] = {}
    names = _top(given, question.top) if question.group_by else None
    for row in given:
        place = 0 if row["v"] == ZERO else int(row["v"]) // width - first + has_zero
        total[int(row["b"])][place] += int(row["n"])
        if names is not None:
            name = str(row["g"]) if str(row["g"]) in names else OTHER
            parts.setdefault(name, _empty(starts, buckets))[int(row["b"])][place] += int(row["n"])
    whole = Spread("", total)
    order = [name for name in [*(names or []), OTHER] if name in parts]
    series = [Spread(name, parts[name]) for name in order] if names is not None else [whole]
    missing = sum(int(row["n"]) for row in rows) - whole.rows
    return Distribution(quantity, question.group_by, wanted.step_ns, starts, buckets, series, whole, missing)


def _empty(starts: list[int], buckets: list[Bucket]) -> list[list[int]]:
    return [[0] * len(buckets) for _ in range(max(len(starts), 1))]


def _top(rows: list[Row], most: int) -> list[str]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[str(row["g"])] += int(row["n"])
    return [name for name, _ in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:most]]


def resolution(lowest: int, highest: int) -> int:
    """Buckets of a factor of ten, so that all numbers together have few enough to be looked at."""
    for per_ten in RESOLUTIONS:
        width = FINE // per_ten
        if highest // width - lowest // width < limits.SPREAD_BUCKETS:
            return per_ten
    return RESOLUTIONS[-1]


def edge(level: int) -> float:
    """Where the fine bucket of this number begins, to six digits: as it is written in addresses."""
    return float(f"{math.pow(10, level / FINE):.6g}")


def as_histogram(found: Distribution) -> Distribution:
    """The same without time: a page with a heatmap needs no second scan."""

    def flat(one: Spread) -> Spread:
        return replace(one, counts=[[sum(column) for column in zip(*one.counts, strict=True)]])

    return replace(found, step_ns=0, starts=[], series=[flat(one) for one in found.series], total=flat(found.total))
