"""Logarithms, exponentials and probabilities as integers: the ground on which rules 2 and 4 give the same bits.

Floats differ between machines in two ways: sums depend on their order, and `exp` and `log` on who wrote
them. Here every addend is an integer before it is added, so sums are exact in any order, and logarithm and
exponential are made of + - x / alone, which IEEE 754 rounds in one way. Promises: no function of the
mathematics library is called on data; integers kept in floats stay below 2^53.
"""

from functools import lru_cache

import numpy as np

from cota.scoring.rows import Floats, Ints

LOG_ONE = 2**16
"""One nat."""
PROB_ONE = 2**20
"""Probability 1."""

_LN_2 = 0.6931471805599453
_SQRT_HALF = 0.7071067811865476
_ODD = (1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11, 1 / 13, 1 / 15)
_STEPS_PER_NAT = 1024
_NATS = 18
_EXP_ONE = 2**24
_FACTORIALS = (1.0, 1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5040.0)


def ln(x: Floats) -> Floats:
    """Natural logarithm of positive floats, to about 1e-12: 2 atanh((m - 1) / (m + 1)) + e ln 2, x = m 2^e."""
    mantissa, exponent = np.frexp(x)
    small = mantissa < _SQRT_HALF
    mantissa = np.where(small, mantissa * 2.0, mantissa)
    exponent = exponent - small
    z = (mantissa - 1.0) / (mantissa + 1.0)
    square = z * z
    series = np.zeros_like(z)
    for term in reversed(_ODD):
        series = (series + term) * square
    return np.asarray(exponent * _LN_2 + 2.0 * z * (1.0 + series), np.float64)


def log_fixed(x: Floats) -> Ints:
    """`ln` in units of 1 / LOG_ONE nats."""
    return np.rint(ln(x) * LOG_ONE).astype(np.int64)


@lru_cache(maxsize=1)
def exp_table() -> Floats:
    """exp(-k / 1024) x 2^24 as integers for k = 0 ... 18 x 1024, and 0 after it."""
    part = np.arange(_STEPS_PER_NAT, dtype=np.float64) / _STEPS_PER_NAT / 4.0
    series = np.zeros_like(part)
    for power in range(len(_FACTORIALS) - 1, -1, -1):
        series = series * -part + 1.0 / _FACTORIALS[power]
    square = series * series
    one_nat = square * square
    table = np.empty(_NATS * _STEPS_PER_NAT + 1)
    factor = 1.0
    for nat in range(_NATS):
        table[nat * _STEPS_PER_NAT : (nat + 1) * _STEPS_PER_NAT] = one_nat * factor
        factor = factor * 0.36787944117144233
    table[-1] = 0.0
    return np.rint(table * _EXP_ONE)


def exp_weights(logs: Floats | Ints) -> Floats:
    """exp(x - max) x 2^24 along the first axis, x in 1 / LOG_ONE nats (integers, in floats or not)."""
    below = logs.max(axis=0) - logs
    last = _NATS * _STEPS_PER_NAT
    if below.dtype.kind == "i":
        below >>= LOG_ONE.bit_length() - _STEPS_PER_NAT.bit_length()
        return np.asarray(exp_table().take(below, mode="clip"), np.float64)
    steps = np.minimum(below * (_STEPS_PER_NAT / LOG_ONE), last).astype(np.int32)
    return np.asarray(np.take(exp_table(), steps), np.float64)


def probabilities(logs: Floats | Ints) -> Floats:
    """Log scores (classes, n) to probabilities in PROB_ONE, rounded one by one."""
    weights = exp_weights(logs)
    total = weights.sum(axis=0)  # of integers: exact
    weights *= PROB_ONE
    weights /= total
    return np.rint(weights, out=weights)
