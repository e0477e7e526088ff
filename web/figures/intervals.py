"""An estimate with its interval as a short line with a dot: numbers for an SVG of a hundred units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.metrics.intervals import Estimate


@dataclass(frozen=True)
class Whisker:
    """From `low` to `high` with a dot at `value`, in 2 to 98 of 100 units that all models of a measure share."""

    low: str
    value: str
    high: str


def whiskers(estimates: Sequence[Estimate | None]) -> list[Whisker | None]:
    """The scale begins at 0, so that a line twice as far to the right is twice as much."""
    known = [one for one in estimates if one is not None]
    least = min([0.0, *(one.low for one in known if one.value < 0)])
    most = max((one.high for one in known), default=0.0)
    width = (most - least) or 1.0

    def at(value: float) -> str:
        return f"{2 + 96 * (max(value, least) - least) / width:.1f}"

    return [None if one is None else Whisker(at(one.low), at(one.value), at(one.high)) for one in estimates]
