"""What a period will have cost at its end, told from the days before. Pure; docs/budgets.md says the formulas."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Method = Literal["weekday", "mean", "none"]

# Two of each weekday at least: with fewer, a mean of one Monday would be that Monday.
WEEKDAY_DAYS = 14
# Days for a band around one mean: five working days know nothing of a weekend.
BAND_DAYS = 7
# Nothing is foretold from less than an hour.
LEAST_DAYS = 1 / 24
# 0.9 quantiles of Student's t with 1, 2, … degrees of freedom: four of five periods end inside the band.
_T90 = (
    3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.350, 1.345, 1.341, 1.337,
    1.333, 1.330, 1.328, 1.325, 1.323, 1.321, 1.319, 1.318, 1.316, 1.315, 1.314, 1.313, 1.311, 1.310,
)  # fmt: skip


@dataclass(frozen=True)
class Past:
    """A whole day that is over. `weekday`: 0 is Monday."""

    weekday: int
    spent: float


@dataclass(frozen=True)
class Piece:
    """A part of a day that is still to come: `share` of that day, 1 for all of it."""

    weekday: int
    share: float


@dataclass(frozen=True)
class Ahead:
    """What will have been spent at the end of a piece; `low` and `high` are None when nobody can tell."""

    expected: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Forecast:
    """`ahead`: one a piece; empty when there is nothing to tell from, or nothing to come."""

    method: Method
    ahead: tuple[Ahead, ...]

    @property
    def end(self) -> Ahead | None:
        return self.ahead[-1] if self.ahead else None


@dataclass(frozen=True)
class _Rates:
    """Dollars a day by weekday, each from `days` of them. `spread`: how far one day is from its mean, as a part of the
    band (the quantile is in it); None: unknown."""

    method: Method
    mean: tuple[float, ...]
    days: tuple[float, ...]
    spread: float | None


def forecast(
    spent: float, past: Sequence[Past], today_spent: float, today_share: float, rest: Sequence[Piece]
) -> Forecast:
    """`spent`: in the period up to now. `past`: whole days before today, oldest first, those before the period too.

    `today_share`: how much of today is over.
    """
    rates = _rates(_since_first_use(past), today_spent, today_share)
    if rates is None:
        return Forecast("none", ())
    ahead: list[Ahead] = []
    expected, lowest = spent, spent
    shares: list[float] = [0.0] * 7
    for piece in rest:
        expected += rates.mean[piece.weekday] * piece.share
        shares[piece.weekday] += piece.share
        margin = _margin(rates, shares)
        if margin is None:
            ahead.append(Ahead(expected, None, None))
            continue
        # What is spent stays spent: the lower edge never falls.
        lowest = max(lowest, expected - margin)
        ahead.append(Ahead(expected, min(lowest, expected), expected + margin))
    return Forecast(rates.method, tuple(ahead))


def crossing(before: float, points: Sequence[float], limit: float) -> tuple[int, float] | None:
    """Where a rising line first reaches the limit: (number of the step, share of the step); None when it does not."""
    for number, value in enumerate(points):
        if value >= limit:
            rise = value - before
            return number, (limit - before) / rise if rise > 0 and limit > before else 0.0
        before = value
    return None


def _since_first_use(past: Sequence[Past]) -> Sequence[Past]:
    """Days before anything was spent are no sign of little use."""
    first = next((n for n, one in enumerate(past) if one.spent > 0), len(past))
    return past[first:]


def _rates(past: Sequence[Past], today_spent: float, today_share: float) -> _Rates | None:
    if len(past) >= WEEKDAY_DAYS:
        return _by_weekday(past)
    length = len(past) + today_share
    total = sum(one.spent for one in past) + today_spent
    if length < LEAST_DAYS or total <= 0:
        return None
    mean = total / length
    spread = _spread([one.spent for one in past]) if len(past) >= BAND_DAYS else None
    return _Rates("mean", (mean,) * 7, (length,) * 7, spread)


def _by_weekday(past: Sequence[Past]) -> _Rates:
    sums, days = [0.0] * 7, [0] * 7
    for one in past:
        sums[one.weekday] += one.spent
        days[one.weekday] += 1
    mean = [total / count for total, count in zip(sums, days, strict=True)]
    residuals = [one.spent - mean[one.weekday] for one in past]
    freedom = len(past) - 7
    spread = _T90[min(freedom, len(_T90)) - 1] * math.sqrt(sum(one**2 for one in residuals) / freedom)
    weeks = [sum(one.spent for one in past[end - 7 : end]) for end in range(len(past), 6, -7)]
    # Busy days come in rows, and use grows: then weeks differ more than seven independent days would.
    spread = max(spread, _spread(weeks) / math.sqrt(7))
    return _Rates("weekday", tuple(mean), tuple(float(count) for count in days), spread)


def _spread(values: Sequence[float]) -> float:
    """Standard deviation around their mean, times the quantile of the band."""
    middle = sum(values) / len(values)
    freedom = len(values) - 1
    return _T90[min(freedom, len(_T90)) - 1] * math.sqrt(sum((one - middle) ** 2 for one in values) / freedom)


def _margin(rates: _Rates, shares: Sequence[float]) -> float | None:
    """Half the band's width: the days to come vary, and the means themselves are uncertain."""
    if rates.spread is None:
        return None
    if rates.method == "mean":  # one mean for all weekdays
        to_come = sum(shares)
        variance = to_come + to_come**2 / rates.days[0]
    else:
        variance = sum(share + share**2 / days for share, days in zip(shares, rates.days, strict=True))
    return rates.spread * math.sqrt(variance)
