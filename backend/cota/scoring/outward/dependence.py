"""Votes that depend on each other: pairs -> **weight of each worker's votes**, and clusters of copies.

Neither is a fault and neither is ever punished. Promises: only a skill proven by gold explains an agreement away,
for one that saw a bloc's votes would excuse the bloc; discounts touch what the items are, never what a worker is
paid; a cluster of copies is paid once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cota.scoring.answers import Answers, Small
from cota.scoring.fixed import PROB_ONE, ln
from cota.scoring.outward.numbers import WEIGHT_ONE, OutwardRules
from cota.scoring.outward.pairs import Pairs
from cota.scoring.pieces import pieces
from cota.scoring.rows import Flags, Floats, Ints


@dataclass(frozen=True, slots=True)
class Ties:
    """Pairs of workers, each once, whose answers depend on each other."""

    one: Small
    other: Small
    excess: Small
    """In 1 / WEIGHT_ONE, above 0."""


@dataclass(frozen=True, slots=True)
class Links:
    """Pairs of workers, each once, who gave one person's answers."""

    one: Small
    other: Small


def find_ties(blocks: Iterable[Pairs], skill: Floats, q: Ints, rules: OutwardRules) -> tuple[Ties, Links]:
    """What is to be known of all pairs, from some at a time: of most there is nothing."""
    tied, linked = [], []
    for pairs in blocks:
        expected = expected_agreement(pairs, skill, q)
        excess = excesses(pairs, expected, rules)
        tied.append(_chosen(excess > 0, pairs.one, pairs.other, excess))
        linked.append(_chosen(copies(pairs, expected, rules), pairs.one, pairs.other))
    return Ties(*_joined(tied, 3)), Links(*_joined(linked, 2))


def find_links(blocks: Iterable[Pairs], rules: OutwardRules) -> Links:
    """The same where no equal answers are unexplained, only equal errors."""
    found = [
        _chosen(copies(pairs, np.ones(len(pairs.one)), rules), pairs.one, pairs.other) for pairs in blocks
    ]
    return Links(*_joined(found, 2))


def _chosen(rows: Flags, *columns: Ints) -> tuple[Small, ...]:
    return tuple(column[rows].astype(np.int32) for column in columns)


def _joined(parts: Sequence[tuple[Small, ...]], columns: int) -> list[Small]:
    none = np.zeros(0, np.int32)
    return [np.concatenate([none, *(part[column] for part in parts)]) for column in range(columns)]


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


def discounts(ties: Ties, use: Flags) -> Ints:
    """(workers) in 1 / WEIGHT_ONE: 1 / (1 + sum of the excesses over the others in use)."""
    total = np.zeros(len(use), np.int64)
    for part in pieces(len(ties.one)):
        one, other = ties.one[part].astype(np.int64), ties.other[part].astype(np.int64)
        for her, him in ((one, other), (other, one)):
            np.add.at(total, her, np.where(use.take(him), ties.excess[part], 0).astype(np.int64))
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


def clusters(links: Links, workers: int) -> Ints:
    """(workers) the smallest member of each worker's cluster; her own number if she copies nobody."""
    least = np.arange(workers, dtype=np.int64)
    one, other = links.one.astype(np.int64), links.other.astype(np.int64)
    while True:
        before = least.copy()
        np.minimum.at(least, one, least[other])
        np.minimum.at(least, other, least[one])
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
