"""Votes that depend on each other: pairs -> **weight of each worker's votes**, and clusters of copies.

Neither is a fault and neither is ever punished. Promises: only a skill proven by gold explains an agreement away,
for one that saw a bloc's votes would excuse the bloc; discounts touch what the items are, never what a worker is
paid; a cluster of copies is paid once.
"""

import numpy as np

from cota.scoring.answers import Answers, Small
from cota.scoring.fixed import PROB_ONE, ln
from cota.scoring.outward.numbers import WEIGHT_ONE, OutwardRules
from cota.scoring.outward.pairs import Pairs
from cota.scoring.rows import Flags, Floats, Ints


def expected_agreement(pairs: Pairs, skill: Floats, q: Ints) -> Floats:
    """How often two workers of such skills (0 to 1) and habits would agree if they knew nothing of each other."""
    habits = np.zeros(len(pairs.one), np.int64)
    for c in range(q.shape[1]):
        habits += q[pairs.one, c] * q[pairs.other, c]
    both = skill[pairs.one] * skill[pairs.other]
    return np.asarray(both + (1.0 - both) * (habits / PROB_ONE / PROB_ONE), np.float64)


def excesses(pairs: Pairs, expected: Floats, rules: OutwardRules) -> Ints:
    """Per pair, in 1 / WEIGHT_ONE: the agreement that is left when all that may be innocent is taken off."""
    sure = _wilson(pairs.alike, pairs.shared, rules.agreement_errors)
    beyond = (sure - expected) / np.maximum(1.0 - expected, 1e-9) - rules.agreement_slack
    return np.rint(np.clip(beyond, 0.0, 1.0) * WEIGHT_ONE).astype(np.int64)


def _wilson(successes: Ints, trials: Ints, z: float) -> Floats:
    """The lower end of Wilson's score interval (1927), z standard errors wide."""
    share, square = successes / trials, z * z
    middle = share + square / (2.0 * trials)
    width = np.sqrt((share * (1.0 - share) + square / (4.0 * trials)) / trials) * z
    return np.asarray((middle - width) / (1.0 + square / trials), np.float64)


def discounts(pairs: Pairs, excess: Ints, use: Flags) -> Ints:
    """(workers) in 1 / WEIGHT_ONE: 1 / (1 + sum of the excesses over the others in use)."""
    counted = use[pairs.other]
    total = np.bincount(pairs.one[counted], weights=excess[counted], minlength=len(use)).astype(np.int64)
    return np.asarray(WEIGHT_ONE * WEIGHT_ONE // (WEIGHT_ONE + total), np.int64)


def divergence(found: Floats, chance: Floats) -> Floats:
    """Kullback-Leibler divergence of two coins in nats: n of it bounds a tail's log (Chernoff, Hoeffding 1963)."""
    p = np.clip(found, 1e-12, 1.0 - 1e-12)
    q = np.clip(chance, 1e-12, 1.0 - 1e-12)
    return np.asarray(p * ln(p / q) + (1.0 - p) * ln((1.0 - p) / (1.0 - q)), np.float64)


def copies(pairs: Pairs, expected: Floats, rules: OutwardRules) -> Flags:
    """Per pair: are the two one person's answers?

    Either of the items on which one is wrong most are wrong alike, beyond what a coin explains; or nearly all
    answers are the same, beyond what `expected` agreement explains.
    """
    share = pairs.wrong_alike / np.maximum(pairs.wrong, 1)
    coin = np.full(len(share), 0.5)
    errors = (pairs.wrong >= rules.copied_errors) & (share > 0.5)
    errors &= pairs.wrong * divergence(share, coin) >= rules.copied_error_nats
    same = pairs.alike * 1000 >= pairs.shared * rules.copied_per_mille
    return errors | (same & (pairs.shared * -ln(np.clip(expected, 1e-12, 1.0)) >= rules.copied_nats))


def clusters(pairs: Pairs, linked: Flags, workers: int) -> Ints:
    """(workers) the smallest member of each worker's cluster; her own number if she copies nobody."""
    least = np.arange(workers, dtype=np.int64)
    one, other = pairs.one[linked], pairs.other[linked]
    while True:
        before = least.copy()
        np.minimum.at(least, one, least[other])
        least = least[least]
        if np.array_equal(before, least):
            return least


def representatives(cluster: Ints, labels: Ints) -> Ints:
    """(workers) who speaks for each worker's cluster: the member with most labels, the smallest of equals."""
    order = np.lexsort((np.arange(len(cluster)), -labels, cluster))
    firsts = np.flatnonzero(np.diff(cluster[order], prepend=-1))
    speaker = np.zeros(len(cluster), np.int64)
    speaker[cluster[order[firsts]]] = order[firsts]
    return speaker[cluster]


def sharers(answers: Answers, cluster: Ints) -> Small:
    """Per row: how many accounts of her cluster answered the item."""
    alone = np.bincount(cluster, minlength=answers.workers)[cluster] == 1
    found = np.ones(len(answers.task), np.int32)
    rows = np.flatnonzero(~alone[answers.worker])
    key = answers.task[rows].astype(np.int64) * answers.workers + cluster[answers.worker[rows]]
    _, place, count = np.unique(key, return_inverse=True, return_counts=True)
    found[rows] = count[place]
    return found
