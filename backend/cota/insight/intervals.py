"""How sure a rate is: counts -> **95 % intervals**. Pure.

Sources: Wilson 1927 for independent trials; for trials that come in groups (labels of one item) the ratio
estimator with its linearised variance (Cochran, Sampling Techniques, 3rd ed., ch. 6), widened by Student's t,
because many pairs of few items are few pieces of evidence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Z = 1.959964
_T = (
    12.706,
    4.303,
    3.182,
    2.776,
    2.571,
    2.447,
    2.365,
    2.306,
    2.262,
    2.228,
    2.201,
    2.179,
    2.160,
    2.145,
    2.131,
)
"""Student's t at 97.5 % for 1 to 15 degrees of freedom; from 16 on Z * (1 + 1 / (2 df)) is close enough above."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`right` of `of`, and between which rates the true one lies with 95 %."""

    right: int
    of: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Groups:
    """Sums over groups: how many groups, right ones r, all n, r^2, r n, n^2."""

    count: int
    right: int
    of: int
    right_squared: int
    cross: int
    of_squared: int


def wilson(right: int, of: int) -> Rate | None:
    """Independent trials; None of none."""
    if not of:
        return None
    p, z2 = right / of, Z * Z
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z / (1 + z2 / of) * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    # At the ends the formula is exact and floating point is not.
    low = 0.0 if right == 0 else max(0.0, middle - half)
    high = 1.0 if right == of else min(1.0, middle + half)
    return Rate(right, of, p, low, high)


def grouped(sums: Groups) -> Rate | None:
    """Trials in groups; None of none. One group, or groups that all agree, fall back to one trial a group."""
    if not sums.of:
        return None
    rate = sums.right / sums.of
    spread = sums.right_squared - 2 * rate * sums.cross + rate * rate * sums.of_squared
    if sums.count < 2 or spread <= 1e-12 * sums.of_squared:
        # No variance seen says little: as if each group were one trial.
        found = wilson(round(rate * sums.count), sums.count)
        assert found is not None
        return Rate(sums.right, sums.of, rate, min(found.low, rate), max(found.high, rate))
    error = math.sqrt(sums.count / (sums.count - 1) * spread) / sums.of
    half = _student(sums.count - 1) * error
    return Rate(sums.right, sums.of, rate, max(0.0, rate - half), min(1.0, rate + half))


def _student(freedom: int) -> float:
    return _T[freedom - 1] if freedom <= len(_T) else Z * (1 + 0.65 / freedom)
