"""What must be looked at before an epoch is settled: leaked gold, and proven faults.

Gold was drawn at random, so unless somebody knows it, votes agree on it as they do on other items, and so does
each worker with what the items are. Promises: an alarm halts and never punishes; a fault is what blind
answering would do at most at the published level, so no honest guess is one.
"""

from dataclasses import dataclass

import numpy as np

from cota.scoring.answers import Answers
from cota.scoring.fixed import PROB_ONE
from cota.scoring.outward.dependence import divergence
from cota.scoring.outward.numbers import OutwardRules
from cota.scoring.pieces import pieces
from cota.scoring.rows import Flags, Floats, Ints

_CENTILE = 2.3263
"""What a normal number exceeds once in a hundred times."""


@dataclass(frozen=True, slots=True)
class Leak:
    """Signs that somebody knows the gold."""

    errors: float
    """Standard errors by which votes agree more on gold than elsewhere."""
    workers: Flags
    """(workers) who agree far more with the gold than with the items otherwise."""
    halt: bool


def find_leak(answers: Answers, decided: Ints, rules: OutwardRules) -> Leak:
    """Looks for leaked gold, over all items and at each worker."""
    rates, gold = _agreement(answers)
    workers = _know_gold(answers, decided, rules)
    return Leak(choice_errors(rates, gold), workers, stands_out(rates, gold, rules) or bool(workers.any()))


def _agreement(answers: Answers) -> tuple[Ints, Flags]:
    """Mean pairwise agreement on each item with two votes or more, in PROB_ONE, and whether it is gold."""
    votes = np.zeros(answers.tasks, np.int64)
    alike = np.zeros(answers.tasks, np.int64)
    for c in range(answers.classes):
        given = np.bincount(answers.task[answers.answer == c], minlength=answers.tasks)
        votes += given
        alike += given * (given - 1)
    several = votes >= 2
    pairs = votes[several] * (votes[several] - 1)
    rates = np.rint(alike[several] / pairs * PROB_ONE).astype(np.int64)
    return rates, answers.gold[several] >= 0


def stands_out(rates: Ints, gold: Flags, rules: OutwardRules) -> bool:
    """Whether the items' rates are higher on gold than a random choice of gold explains."""
    if int(gold.sum()) < rules.leak_worker_gold:
        return False  # two gold items may well be among the few that are agreed on
    return choice_errors(rates, gold) >= max(rules.leak_errors, _one_in_a_hundred(rates, gold))


def choice_errors(rates: Ints, gold: Flags) -> float:
    """By how much the items' rates, in PROB_ONE, are higher on gold than elsewhere, in standard errors of a random
    choice of gold (the normal approximation of a permutation test)."""
    count, known = len(gold), int(gold.sum())
    if known < 2 or count - known < 2:
        return 0.0
    middle = int(rates.sum()) // count
    spread = float(((rates - middle) ** 2).sum()) / (count - 1)
    if spread == 0:
        return 0.0
    gap = int(rates[gold].sum()) / known - int(rates[~gold].sum()) / (count - known)
    return float(gap / np.sqrt(spread * (1 / known + 1 / (count - known))))


def _one_in_a_hundred(rates: Ints, gold: Flags) -> float:
    """The standard errors that a random choice of gold exceeds once in a hundred times, also where few items are agreed
    on and the gap is far from normal: Cornish and Fisher's (1938) first term, with the skewness of a mean of items
    drawn without putting back."""
    count, known = len(gold), int(gold.sum())
    # In 2^-12, so that cubes of millions of items add up exactly.
    beyond = (rates - int(rates.sum()) // max(count, 1)) >> 8
    square, cube = float((beyond**2).sum()) / max(count, 1), float((beyond**3).sum()) / max(count, 1)
    if square == 0 or known == count:
        return 0.0
    of_mean = (count - 2 * known) / float(np.sqrt(count * known * (count - known)))
    return _CENTILE + (_CENTILE**2 - 1.0) / 6.0 * of_mean * cube / float(square * np.sqrt(square))


def _know_gold(answers: Answers, decided: Ints, rules: OutwardRules) -> Flags:
    asked, right = np.zeros((2, 2, answers.workers), np.int64)
    for rows in pieces(len(answers.task)):
        task, worker = answers.task[rows].astype(np.int64), answers.worker[rows].astype(np.int64)
        verdict = decided.take(task)
        known, agrees = answers.gold.take(task) >= 0, verdict == answers.answer[rows]
        for side, chosen in enumerate((known, ~known & (verdict >= 0))):
            np.add.at(asked[side], worker[chosen], 1)
            np.add.at(right[side], worker[chosen & agrees], 1)
    return far_better_on_gold(asked.astype(np.float64), right.astype(np.float64), rules)


def far_better_on_gold(asked: Floats, right: Floats, rules: OutwardRules) -> Flags:
    """(workers) from how much of each was asked and right, (2, workers): on gold, elsewhere."""
    seen = np.maximum(asked, 1)
    both = (right[0] + right[1]) / (seen[0] + seen[1])
    gap = right[0] / seen[0] - right[1] / seen[1]
    error = np.sqrt(both * (1.0 - both) * (1.0 / seen[0] + 1.0 / seen[1]))
    enough = (asked >= rules.leak_worker_gold).all(axis=0) & (gap * 1000 >= rules.leak_worker_gap_per_mille)
    return np.asarray(enough & (gap >= rules.leak_worker_errors * error), np.bool_)


def find_faults(answers: Answers, q: Ints, rules: OutwardRules) -> Flags:
    """(workers) who failed so much gold that answering blindly, by their own habits, does not explain it."""
    rows = np.flatnonzero(answers.gold[answers.task] >= 0)
    worker, known = answers.worker[rows], answers.gold[answers.task[rows]]
    asked = np.bincount(worker, minlength=answers.workers)
    right = np.bincount(worker[known == answers.answer[rows]], minlength=answers.workers)
    blind = np.bincount(worker, weights=q[worker, known], minlength=answers.workers) / PROB_ONE
    seen = np.maximum(asked, 1)
    worse = right < blind
    evidence: Floats = seen * divergence(right / seen, blind / seen)
    return np.asarray(worse & (evidence >= rules.fault_nats), np.bool_)
