"""A worker's skill from how well her answers agree with what is known: rows -> **posterior of s** -> pay.

Skill s is like Cohen's kappa: 1 always right, 0 no better than her own habits (answering one class earns
0), below 0 worse. An answer of a worker with marginal q has likelihood q + s (a - q), where a says how
likely the answer is right: 1 or 0 on gold, else what the others' votes say. s lies on a fixed grid with a
uniform prior that no crowd can move. Promises: sums run in the table's order; quantiles are taken from
posteriors rounded to integers.
"""

from dataclasses import dataclass

import numpy as np

from cota.scoring.rows import Flags, Floats, Ints, Table
from cota.scoring.rules import Rules

_CHUNK = 2048
_FACTORS = 16
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Skills:
    """Per worker: the posterior mean of s, and two of its quantiles in hundredths."""

    mean: Floats
    low: Ints
    """Above 0 it makes a worker proven."""
    paid: Ints


def class_prior(table: Table, rules: Rules) -> Floats:
    """Frequencies of the classes in the gold, each a little above 0."""
    known = table.gold[table.gold >= 0]
    counts = np.bincount(known, minlength=len(table.classes)) + rules.class_prior_pseudo_count
    return np.asarray(counts / counts.sum(), np.float64)


def marginals(table: Table, prior: Floats, rules: Rules) -> Floats:
    """(workers, classes): how often each worker gives each answer."""
    shape = (len(table.workers), len(table.classes))
    counts = np.bincount(table.worker * shape[1] + table.answer, minlength=shape[0] * shape[1]).reshape(shape)
    pseudo = rules.marginal_pseudo_counts
    return np.asarray((counts + pseudo * prior) / (counts.sum(axis=1, keepdims=True) + pseudo), np.float64)


class SkillGrid:
    """The grid of skills that are tried, in hundredths, and what rows say of each."""

    def __init__(self, rules: Rules) -> None:
        self.points: Ints = np.arange(rules.grid_first, rules.grid_last + 1, dtype=np.int64)
        self._s = self.points / 100
        self._below = int(np.searchsorted(self.points, 0))
        self._rules = rules

    def _likelihoods(self, q: Floats, a: Floats) -> Floats:
        """(rows, grid)."""
        result = (a - q)[:, None] * self._s
        # Below 0 the slope is shortened where the answer is rare, or the likelihood would leave [0, 1].
        result[:, : self._below] *= np.minimum(1.0, q / np.maximum(1.0 - q, _TINY))[:, None]
        result += q[:, None]
        return np.maximum(result, _TINY, out=result)

    def log_likelihoods(self, table: Table, q: Floats, a: Floats, use: Flags) -> Floats:
        """(workers, grid): summed over each worker's rows in use."""
        total = np.zeros((len(table.workers), len(self.points)))
        worker, q_used, a_used = table.worker[use], q[use], a[use]
        for start in range(0, len(worker), _CHUNK):
            part = slice(start, start + _CHUNK)
            who = worker[part]
            firsts = np.flatnonzero(np.diff(who, prepend=-1))
            # One logarithm for up to _FACTORS rows: their product stays far above the smallest float.
            groups = np.union1d(firsts, np.arange(0, len(who), _FACTORS))
            products = np.multiply.reduceat(self._likelihoods(q_used[part], a_used[part]), groups, axis=0)
            sums = np.add.reduceat(np.log(products), np.searchsorted(groups, firsts), axis=0)
            total[who[firsts]] += sums
        return total

    def _quantile(self, cumulative: Ints, per_mille: int) -> Ints:
        wanted = per_mille * 10**self._rules.posterior_decimals
        return np.asarray(self.points[np.argmax(cumulative * 1000 >= wanted, axis=1)], np.int64)

    def summarise(self, logs: Floats) -> Skills:
        """Mean and quantiles of each worker's posterior under the uniform prior."""
        weight = np.exp(logs - logs.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        one = 10**self._rules.posterior_decimals
        cumulative = np.rint(np.cumsum(weight, axis=1) * one).astype(np.int64)
        cumulative[:, -1] = one  # rounding may leave the end a little short
        return Skills(
            np.asarray((weight * self._s).sum(axis=1), np.float64),
            self._quantile(cumulative, self._rules.proven_quantile_per_mille),
            self._quantile(cumulative, self._rules.skill_quantile_per_mille),
        )
