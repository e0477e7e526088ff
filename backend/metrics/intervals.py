"""Estimates with their 95 % interval, made the same for models with a different mix of work: pure arithmetic.

Post-stratification: the estimate of each stratum is weighted by the stratum's share of all calls compared. Then

- means: normal interval with variance Σ w²·s²/n (Cochran, Sampling Techniques, 3rd ed., section 5A.9);
- shares: Wilson's interval at the effective number of calls n' = 1 / Σ(w²/n) (Wilson, JASA 22, 1927; Kish, 1965);
- quantiles: the weighted distribution at the ends of Wilson's interval of the share q (Woodruff, JASA 47, 1952);
- differences of any two: Zou and Donner's MOVER (Statistics in Medicine 27, 2008), from the two intervals.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# Below this many (effective) calls no difference is called clear: normal intervals are too narrow there.
FEW = 30


@dataclass(frozen=True)
class Part:
    """What one model did in one stratum: `n` calls, their mean and variance, or how many lie on each level."""

    n: int
    mean: float = 0.0
    var: float = 0.0
    levels: Mapping[int, int] = field(default_factory=dict[int, int])


@dataclass(frozen=True)
class Estimate:
    """`rows`: calls it is made of; `effective`: as many calls of a plain sample would tell as much."""

    value: float
    low: float
    high: float
    rows: int
    effective: float


def effective(weights: Sequence[float], counts: Sequence[int]) -> float:
    return 1 / sum(w * w / n for w, n in zip(weights, counts, strict=True))


def wilson(share: float, n: float, z: float) -> tuple[float, float]:
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def mean(parts: Sequence[Part], weights: Sequence[float], z: float) -> Estimate:
    value = sum(w * part.mean for w, part in zip(weights, parts, strict=True))
    error = math.sqrt(sum(w * w * part.var / part.n for w, part in zip(weights, parts, strict=True)))
    return Estimate(value, value - z * error, value + z * error, *_sizes(parts, weights))


def share(parts: Sequence[Part], weights: Sequence[float], z: float) -> Estimate:
    """`mean` of a part is the share in it."""
    value = min(sum(w * part.mean for w, part in zip(weights, parts, strict=True)), 1.0)
    rows, size = _sizes(parts, weights)
    return Estimate(value, *wilson(value, size, z), rows, size)


def quantile(parts: Sequence[Part], weights: Sequence[float], z: float, wanted: float, steps: int) -> Estimate:
    """`steps`: levels of a factor of ten."""
    mass: dict[int, float] = defaultdict(float)
    for w, part in zip(weights, parts, strict=True):
        for level, count in part.levels.items():
            mass[level] += w * count / part.n
    rows, size = _sizes(parts, weights)
    low, high = wilson(wanted, size, z)
    return Estimate(_at(mass, wanted, steps), _at(mass, low, steps), _at(mass, high, steps), rows, size)


def _at(mass: Mapping[int, float], wanted: float, steps: int) -> float:
    before, level = 0.0, 0
    for level in sorted(mass):
        if before + mass[level] >= wanted:
            return 10 ** ((level + (wanted - before) / mass[level]) / steps)
        before += mass[level]
    return 10 ** ((level + 1) / steps)


def _sizes(parts: Sequence[Part], weights: Sequence[float]) -> tuple[int, float]:
    return sum(part.n for part in parts), effective(weights, [part.n for part in parts])


def difference(one: Estimate, other: Estimate) -> tuple[float, float]:
    """The interval of `one − other`."""
    between = one.value - other.value
    return (
        between - math.hypot(one.value - one.low, other.high - other.value),
        between + math.hypot(one.high - one.value, other.value - other.low),
    )


def differs(one: Estimate, other: Estimate) -> bool:
    """Whether the difference is clear at the level of the two intervals."""
    low, high = difference(one, other)
    return (low > 0 or high < 0) and min(one.effective, other.effective) >= FEW
