"""Two shares and what is certain of their difference: pure arithmetic.

The interval is that of Agresti and Caffo (The American Statistician 54(4), 2000, pages 280 to 288): one success and
one failure are added to either side; then the normal approximation holds for few rows and for shares near 0 and 1, too.
Among m values the widest is no surprise, so each is asked at 1 − 0.05/m (Bonferroni).
"""

from __future__ import annotations

import math
from statistics import NormalDist

LEVEL = 0.95


def z_of(comparisons: int = 1) -> float:
    """Of the two-sided interval, for so many comparisons at once."""
    return NormalDist().inv_cdf(1 - (1 - LEVEL) / (2 * max(comparisons, 1)))


def certain_difference(hits: int, rows: int, other_hits: int, other_rows: int, z: float) -> float:
    """The end of the interval of `share − other share` that is nearer to 0; 0 when the interval holds 0."""
    one, other = (hits + 1) / (rows + 2), (other_hits + 1) / (other_rows + 2)
    error = math.sqrt(one * (1 - one) / (rows + 2) + other * (1 - other) / (other_rows + 2))
    difference = one - other
    return math.copysign(max(abs(difference) - z * error, 0.0), difference)
