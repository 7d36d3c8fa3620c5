"""A worker's skill from counts: how often she gave each answer, and how likely it was right -> **s**.

Skill s is like Cohen's kappa: 1 always right, 0 no better than her own habits. An answer of a worker who gives
it with frequency q has likelihood q + s (a - q), a how likely it is right (1 or 0 on gold, else what the other
proven votes say). q and a are rounded to a few levels, so one fixed table of log-likelihoods serves all and a
worker is a few rows of counts. Promises: integers throughout; the prior is uniform and no crowd can move it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cota.scoring.answers import Answers, Small
from cota.scoring.fixed import LOG_ONE, PROB_ONE, exp_weights, log_fixed
from cota.scoring.outward.cells import Groups, group_cells
from cota.scoring.rows import Floats, Ints

POINTS = np.arange(-100, 100, dtype=np.int64)
"""Skills that are tried, in hundredths."""
Q_LEVELS = 128
A_EDGES = 4096
WRONG, RIGHT = 0, 1
"""Levels of a known answer; the others follow."""
_SOFT_STEPS = 12
_SOFT_NATS = 4.5
SOFT = 2
_WORKERS = 256
_AT_ONCE = 32
"""Workers in a piece, and in a product: small products are not spread over threads, which a busy machine makes
wait for each other.
"""
LEVELS = SOFT + 2 * _SOFT_STEPS + 1


@lru_cache(maxsize=1)
def soft_values() -> Floats:
    """The probabilities that the soft levels stand for: log-odds from -4.5 to 4.5 in equal steps."""
    nats = np.abs(np.arange(-_SOFT_STEPS, _SOFT_STEPS + 1)) * (_SOFT_NATS / _SOFT_STEPS)
    zero = np.zeros(len(nats))
    weights = exp_weights(np.stack([zero, np.rint(-nats * LOG_ONE)]))
    larger = weights[0] / (weights[0] + weights[1])
    return np.asarray(np.where(np.arange(len(nats)) < _SOFT_STEPS, 1.0 - larger, larger), np.float64)


@lru_cache(maxsize=4)
def soft_levels(per_mille: int) -> Ints:
    """Level of a probability k / 4096: its log-odds x per_mille / 1000, to the nearest step."""
    p = (np.arange(A_EDGES + 1) + 0.5) / (A_EDGES + 1)
    odds = log_fixed(p) - log_fixed(1.0 - p)
    step = _SOFT_NATS / _SOFT_STEPS * LOG_ONE * 1000
    steps = np.rint(odds * per_mille / step).astype(np.int64)
    return np.clip(steps, -_SOFT_STEPS, _SOFT_STEPS) + SOFT + _SOFT_STEPS


@lru_cache(maxsize=1)
def likelihood_table() -> Floats:
    """(q level, a level, skill): log of q + s (a - q), the slope below 0 shortened where q is small."""
    q = (np.arange(Q_LEVELS) + 0.5)[:, None, None] / Q_LEVELS
    a = np.concatenate([[0.0, 1.0], soft_values()])[None, :, None]
    s = POINTS[None, None, :] / 100
    slope = np.where(s < 0, np.minimum(1.0, q / (1.0 - q)), 1.0)
    value = q + s * slope * (a - q)
    return log_fixed(np.maximum(value, 1e-9)).astype(np.float64)


def class_prior(answers: Answers, pseudo_count: int) -> Floats:
    """Frequencies of the classes in the gold, each a little above 0."""
    known = answers.gold[answers.gold >= 0]
    counts = np.bincount(known, minlength=answers.classes) + pseudo_count
    return np.asarray(counts / counts.sum(), np.float64)


def marginals(answers: Answers, prior: Floats, pseudo_counts: int) -> Ints:
    """(workers, classes) in PROB_ONE: how often each worker gives each answer."""
    cells = answers.worker.astype(np.int64) * answers.classes + answers.answer
    counts = np.bincount(cells, minlength=answers.workers * answers.classes)
    counts = counts.reshape(answers.workers, answers.classes)
    given = counts.sum(axis=1, keepdims=True)
    shares = (counts + pseudo_counts * prior) / (given + pseudo_counts)
    return np.asarray(np.rint(shares * PROB_ONE), np.int64)


def log_likelihoods(counts: Floats | Small, worker: Ints, level: Ints, workers: int) -> Floats:
    """(workers, skills) from counts (groups, levels) of a `worker` each, whose q is of that `level`; no two groups have
    both in common."""
    table = likelihood_table()
    total = np.zeros((workers, len(POINTS)))
    order = np.argsort(level, kind="stable")
    levels, firsts = np.unique(level[order], return_index=True)
    for q, first, end in zip(levels.tolist(), firsts, [*firsts[1:], len(order)], strict=False):
        for part in range(first, end, _AT_ONCE):
            some = order[part : min(part + _AT_ONCE, end)]
            # Integers below 2^53: exact in whatever order a library multiplies them.
            total[worker[some]] += counts[some].astype(np.float64) @ table[q]
    return total


@dataclass(frozen=True, slots=True)
class Posterior:
    """What each worker's rows say of her skill: its mean (-1 to 1), and the quantiles asked for, in hundredths."""

    mean: Floats
    quantiles: dict[int, Ints]
    """By per mille: the first skill that so much of the posterior lies at or below."""


def posterior(counts: Floats, q_level: Ints, per_milles: Sequence[int]) -> Posterior:
    """Of each worker, from counts (workers, classes, levels) and q levels (workers, classes)."""
    workers, classes = q_level.shape
    groups = group_cells(np.repeat(np.arange(workers), classes), q_level.reshape(-1))
    joined = np.zeros((len(groups.worker), LEVELS))
    np.add.at(joined, groups.of_cell, counts.reshape(-1, LEVELS))
    return posterior_of(joined, groups, workers, per_milles)


def posterior_of(
    counts: Floats | Small, groups: Groups, workers: int, per_milles: Sequence[int]
) -> Posterior:
    """Of each worker, from counts (groups, levels), a bounded number of workers at once."""
    mean = np.zeros(workers)
    quantiles = {per_mille: np.zeros(workers, np.int64) for per_mille in per_milles}
    for first in range(0, workers, _WORKERS):
        part = slice(first, min(first + _WORKERS, workers))
        rows = slice(*np.searchsorted(groups.worker, [part.start, part.stop]).tolist())
        logs = log_likelihoods(
            counts[rows], groups.worker[rows] - first, groups.level[rows], part.stop - part.start
        )
        weights = exp_weights(np.ascontiguousarray(logs.T))
        cumulative = np.cumsum(weights, axis=0)
        total = cumulative[-1].copy()
        mean[part] = (weights * POINTS[:, None]).sum(axis=0) / total / 100
        cumulative *= 1000
        for per_mille, found in quantiles.items():
            # As many points as are below come before the first that is not.
            found[part] = POINTS[(cumulative < total * per_mille).sum(axis=0)]
    return Posterior(mean, quantiles)
