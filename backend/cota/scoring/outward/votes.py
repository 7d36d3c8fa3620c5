"""What the items are by the votes of the proven: rows -> **log scores per item** -> probabilities, and back.

Dawid-Skene (1979) with a Dirichlet prior, gold clamped and each worker's votes weighted, in integers and in
pieces of bounded size. Promises: an exact sum each time, so no order of rows matters; rows of those who are not
proven are never counted.
"""

from collections.abc import Iterator

import numpy as np

from cota.scoring.answers import Answers, Whole
from cota.scoring.fixed import PROB_ONE, exp_weights, log_fixed, probabilities
from cota.scoring.outward.apart import Apart
from cota.scoring.outward.numbers import WEIGHT_ONE, OutwardRules
from cota.scoring.outward.skill import A_EDGES, LEVELS, RIGHT, WRONG, soft_levels
from cota.scoring.rows import Flags, Floats, Ints

PIECE = 2**18
"""Rows, or items, that are worked on at once."""


def pieces(count: int) -> Iterator[slice]:
    for first in range(0, count, PIECE):
        yield slice(first, min(first + PIECE, count))


class Votes:
    """Scores and probabilities of all items by the votes in use."""

    def __init__(self, answers: Answers, prior: Floats) -> None:
        self._answers = answers
        self._prior = prior
        shape = (answers.classes, answers.tasks)
        self.probabilities = np.zeros(shape, np.int32)
        """(classes, tasks) in PROB_ONE; tasks with gold are certain."""
        self.scores = np.zeros(shape, np.int64)
        """(classes, tasks): log scores."""
        self.count = np.zeros(answers.tasks, np.int64)
        """Per task: votes in use."""
        self._own = np.zeros((answers.classes, answers.workers * answers.classes), np.int64)
        self.use: Flags = np.zeros(answers.workers, np.bool_)
        self._starts = answers.starts

    def choose(self, use: Flags) -> None:
        """Whose votes count from here on."""
        self.use = use
        self.count[:] = 0
        for rows in pieces(len(self._answers.task)):
            used = use[self._answers.worker[rows]]
            self._add(self.count, rows, used.astype(np.float64))

    def count_everybody(self) -> None:
        """Probabilities by counting the votes of all: where a crowd without gold starts."""
        answers = self._answers
        self.choose(np.ones(answers.workers, np.bool_))
        given = np.zeros(self.scores.shape, np.int64)
        for rows in pieces(len(answers.task)):
            for c in range(answers.classes):
                self._add(given[c], rows, (answers.answer[rows] == c).astype(np.float64))
        self.probabilities[:] = given * PROB_ONE // np.maximum(self.count, 1)

    def _add(self, total: Ints, rows: slice, values: Floats) -> None:
        task = self._answers.task[rows]
        first, last = int(task[0]), int(task[-1])
        total[first : last + 1] += np.bincount(task - first, weights=values).astype(np.int64)

    def tally(self, own: Ints, prior: Floats) -> None:
        """Scores from `own` (workers, answers, classes), the log-likelihood of each answer under each class."""
        answers = self._answers
        used = np.where(self.use[:, None, None], own, 0)
        self._own = np.ascontiguousarray(used.transpose(2, 0, 1).reshape(answers.classes, -1))
        self.scores[:] = log_fixed(np.maximum(prior, 1e-9))[:, None]
        self._add_votes(self._own)
        self._normalise()

    def assist(self, own: Ints) -> None:
        """Adds votes (as in `tally`) that speak of items which others have settled, and settle none alone."""
        self._add_votes(np.ascontiguousarray(own.transpose(2, 0, 1).reshape(self._answers.classes, -1)))
        self._normalise()

    def _add_votes(self, own: Ints) -> None:
        answers, table = self._answers, own.astype(np.float64)
        for rows in pieces(len(answers.task)):
            cell = answers.worker[rows].astype(np.int64) * answers.classes + answers.answer[rows]
            for c in range(answers.classes):
                self._add(self.scores[c], rows, table[c].take(cell))

    def _normalise(self) -> None:
        for tasks in pieces(self._answers.tasks):
            self.probabilities[:, tasks] = probabilities(self.scores[:, tasks].astype(np.float64))
        known = np.flatnonzero(self._answers.gold >= 0)
        self.probabilities[:, known] = 0
        self.probabilities[self._answers.gold[known], known] = PROB_ONE

    def dawid_skene(self, iterations: int, diagonal: float, off_diagonal: float, weight: Ints) -> None:
        """Confusion matrices from the probabilities, the probabilities from them, and so on."""
        voted = self.count > 0
        if not voted.any():
            shape = (self._answers.workers, self._answers.classes, self._answers.classes)
            self.tally(np.zeros(shape, np.int64), self._prior)
            return
        for _ in range(iterations):
            likelihood = self._confusion(diagonal, off_diagonal)
            total = np.array([int(row[voted].sum(dtype=np.int64)) for row in self.probabilities], np.float64)
            own = log_fixed(likelihood) * weight[:, None, None] // WEIGHT_ONE
            self.tally(own, total / total.sum())

    def _confusion(self, diagonal: float, off_diagonal: float) -> Floats:
        """(workers, answers, classes): how likely each answer is if the class is each."""
        answers = self._answers
        shape = (answers.workers, answers.classes)
        counts = np.zeros((answers.classes, answers.workers * answers.classes))
        for rows in pieces(len(answers.task)):
            cell = answers.worker[rows].astype(np.int64) * answers.classes + answers.answer[rows]
            task = answers.task[rows]
            for c in range(answers.classes):
                weights = self.probabilities[c].take(task).astype(np.float64)
                counts[c] += np.bincount(cell, weights=weights, minlength=counts.shape[1])
        seen = counts.reshape(answers.classes, *shape).transpose(1, 2, 0) / PROB_ONE
        prior = np.full((answers.classes, answers.classes), off_diagonal)
        np.fill_diagonal(prior, diagonal)
        seen = seen + prior
        total = np.cumsum(seen, axis=1)[:, -1:, :]
        return np.asarray(seen / total, np.float64)

    def evidence(self, per_mille: int, apart: Apart | None = None) -> Floats:
        """(workers, classes, levels): each worker's rows by answer and by how likely it is right.

        Gold rows are right or wrong. Of others the votes without her own speak, their log-odds x
        per_mille / 1000; a row on an item without another vote in use is left out. Votes that `apart` sets aside
        do not speak of her.
        """
        answers, levels = self._answers, soft_levels(per_mille)
        voters = None if apart is None else apart.voters(self.use)
        counts = np.zeros(answers.workers * answers.classes * LEVELS)
        for rows in pieces(len(answers.task)):
            task, worker = answers.task[rows], answers.worker[rows]
            answer, known = answers.answer[rows], answers.gold[answers.task[rows]]
            cell = worker.astype(np.int64) * answers.classes + answer
            others, heard = self.scores[:, task] - self._own[:, cell], self.count[task] - self.use[worker]
            if apart is not None and voters is not None:
                for one, other in apart.beside(rows, voters):
                    self._take_off(others, heard, one - rows.start, other)
            level = levels.take(_likely(others, answer))
            level = np.where(known >= 0, np.where(known == answer, RIGHT, WRONG), level)
            speaks = (heard > 0) | (known >= 0)
            counts += np.bincount((cell * LEVELS + level)[speaks], minlength=len(counts))
        return counts.reshape(answers.workers, answers.classes, LEVELS)

    def _take_off(self, others: Ints, heard: Ints, one: Ints, other: Ints) -> None:
        """Takes the votes of the rows `other` off the scores and the numbers of votes beside the rows `one`."""
        answers = self._answers
        cell = answers.worker[other].astype(np.int64) * answers.classes + answers.answer[other]
        heard -= np.bincount(one, minlength=len(heard))
        for c in range(answers.classes):
            own = self._own[c].take(cell).astype(np.float64)
            others[c] -= np.bincount(one, weights=own, minlength=len(heard)).astype(np.int64)

    def decide(self) -> Ints:
        """Per task: the class, the first declared of equals; -1 where nobody in use votes and no gold is."""
        settled = (self.count > 0) | (self._answers.gold >= 0)
        return np.where(settled, self.probabilities.argmax(axis=0), -1)

    def difficulty(self, decided: Ints, rules: OutwardRules) -> Ints:
        """(tasks) per mille: from least to most with the share of votes in use that went wrong."""
        answers = self._answers
        wrong = np.zeros(answers.tasks, np.int64)
        for rows in pieces(len(answers.task)):
            missed = self.use[answers.worker[rows]] & (answers.answer[rows] != decided[answers.task[rows]])
            self._add(wrong, rows, missed.astype(np.float64))
        votes = self.count + rules.difficulty_pseudo_wrong + rules.difficulty_pseudo_right
        span = rules.difficulty_most_per_mille - rules.difficulty_least_per_mille
        return rules.difficulty_least_per_mille + (wrong + rules.difficulty_pseudo_wrong) * span // votes


def _likely(scores: Ints, answer: Whole) -> Ints:
    """Per row: how likely its answer is by these scores (classes, rows), in 1 / A_EDGES."""
    weights = exp_weights(scores.astype(np.float64))
    total = weights[0].copy()
    for row in weights[1:]:
        total += row
    p = weights[answer, np.arange(len(answer))] / total
    return np.asarray(p * A_EDGES, np.int64)
