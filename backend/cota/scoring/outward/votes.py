"""What the items are by the votes of the proven: rows -> **log scores per item** -> probabilities, and back.

Dawid-Skene (1979) with a Dirichlet prior, gold clamped and each worker's votes weighted, in integers and in
pieces of bounded size. Promises: an exact sum each time, so no order of rows matters; rows of those who are not
proven are never counted; time and memory grow with the rows, for nothing is as large as workers x answers x classes.
"""

import numpy as np

from cota.scoring.answers import Answers, Small, Whole
from cota.scoring.fixed import PROB_ONE, exp_weights, log_fixed, probabilities
from cota.scoring.outward.apart import Apart
from cota.scoring.outward.cells import Cells, Groups
from cota.scoring.outward.numbers import WEIGHT_ONE, OutwardRules
from cota.scoring.outward.skill import A_EDGES, LEVELS, RIGHT, WRONG, soft_levels
from cota.scoring.pieces import pieces
from cota.scoring.rows import Flags, Floats, Ints


class Votes:
    """Scores and probabilities of all items by the votes in use."""

    def __init__(self, answers: Answers, cells: Cells, prior: Floats) -> None:
        self._answers, self._cells = answers, cells
        self._prior = prior
        shape = (answers.classes, answers.tasks)
        self.probabilities = np.zeros(shape, np.int32)
        """(classes, tasks) in PROB_ONE; tasks with gold are certain."""
        self.scores = np.zeros(shape, np.int64)
        """(classes, tasks): log scores."""
        self.count = np.zeros(answers.tasks, np.int64)
        """Per task: votes in use."""
        self._own = np.zeros((answers.classes, len(cells)), np.int32)
        self.use: Flags = np.zeros(answers.workers, np.bool_)

    def choose(self, use: Flags) -> None:
        """Whose votes count from here on."""
        self.use = use
        self.count[:] = 0
        for rows in pieces(len(self._answers.task)):
            used = use.take(self._answers.worker[rows]).astype(np.int64)
            np.add.at(self.count, self._answers.task[rows].astype(np.int64), used)

    def count_everybody(self) -> None:
        """Probabilities by counting the votes of all: where a crowd without gold starts."""
        answers = self._answers
        self.choose(np.ones(answers.workers, np.bool_))
        given = np.zeros(self.scores.shape, np.int64)
        for rows in pieces(len(answers.task)):
            np.add.at(
                given.reshape(-1), answers.answer[rows] * np.int64(answers.tasks) + answers.task[rows], 1
            )
        self.probabilities[:] = given * PROB_ONE // np.maximum(self.count, 1)

    def tally(self, own: Small, prior: Floats) -> None:
        """Scores from `own` (classes, cells), the log-likelihood of each answer under each class."""
        self._own = np.where(self.use[self._cells.worker], own, np.int32(0))
        self.scores[:] = log_fixed(np.maximum(prior, 1e-9))[:, None]
        self._add_votes(self._own)
        self._normalise()

    def assist(self, own: Small) -> None:
        """Adds votes (as in `tally`) that speak of items which others have settled, and settle none alone."""
        self._add_votes(own)
        self._normalise()

    def _add_votes(self, own: Small) -> None:
        answers = self._answers
        for rows in pieces(len(answers.task)):
            cell, task = self._cells.of_row[rows].astype(np.int64), answers.task[rows].astype(np.int64)
            for scores, table in zip(self.scores, own, strict=True):
                # Of one type, or it is ten times slower.
                np.add.at(scores, task, table.take(cell).astype(np.int64))

    def _normalise(self) -> None:
        for tasks in pieces(self._answers.tasks, self._answers.classes):
            self.probabilities[:, tasks] = probabilities(self.scores[:, tasks])
        known = np.flatnonzero(self._answers.gold >= 0)
        self.probabilities[:, known] = 0
        self.probabilities[self._answers.gold[known], known] = PROB_ONE

    def dawid_skene(self, iterations: int, diagonal: float, off_diagonal: float, weight: Ints) -> None:
        """Confusion matrices from the probabilities, the probabilities from them, and so on."""
        voted = self.count > 0
        if not voted.any():
            self.tally(np.zeros_like(self._own), self._prior)
            return
        for _ in range(iterations):
            own = self._confusion(diagonal, off_diagonal, weight)
            total = np.array([int(row[voted].sum(dtype=np.int64)) for row in self.probabilities], np.float64)
            self.tally(own, total / total.sum())

    def _confusion(self, diagonal: float, off_diagonal: float, weight: Ints) -> Small:
        """(classes, cells): the log of how likely each answer is if the class is each, times the worker's weight."""
        answers, cells = self._answers, self._cells
        counts = np.zeros((answers.classes, len(cells)), np.int64)
        for rows in pieces(len(answers.task)):
            cell, task = cells.of_row[rows].astype(np.int64), answers.task[rows].astype(np.int64)
            for count, probable in zip(counts, self.probabilities, strict=True):
                np.add.at(count, cell, probable.take(task).astype(np.int64))
        own = np.empty(counts.shape, np.int32)
        starts = np.searchsorted(cells.worker, np.arange(answers.workers + 1))
        for workers in pieces(answers.workers, answers.classes, least=1):
            first, last = int(starts[workers.start]), int(starts[workers.stop])
            who, answer = cells.worker[first:last] - workers.start, cells.answer[first:last]
            seen: Floats = counts[:, first:last].T / PROB_ONE + off_diagonal
            right = counts[answer, np.arange(first, last)]
            seen[np.arange(last - first), answer] = right / PROB_ONE + diagonal
            total = _over_answers(seen, who, answer, workers.stop - workers.start, off_diagonal, diagonal)
            for part in pieces(last - first, answers.classes):
                log = log_fixed(seen[part] / total[who[part]])
                log *= weight[workers.start + who[part]][:, None]
                own[:, first + part.start : first + part.stop] = (log // WEIGHT_ONE).T
        return own

    def evidence(self, per_mille: int, groups: Groups, apart: Apart | None = None) -> Small:
        """(groups, levels): rows by how likely their answer is right.

        Gold rows are right or wrong. Of others the votes without her own speak, their log-odds x
        per_mille / 1000; a row on an item without another vote in use is left out. Votes that `apart` sets aside
        do not speak of her.
        """
        answers, levels = self._answers, soft_levels(per_mille)
        voters = None if apart is None else apart.voters(self.use)
        counts = np.zeros(len(groups.worker) * LEVELS, np.int32)
        first = groups.of_cell * LEVELS
        for rows in pieces(len(answers.task), answers.classes):
            task, cell = answers.task[rows].astype(np.int64), self._cells.of_row[rows].astype(np.int64)
            answer, known = answers.answer[rows], answers.gold.take(task)
            others = np.empty((answers.classes, len(task)), np.int64)
            for c in range(answers.classes):
                self.scores[c].take(task, out=others[c], mode="clip")
                others[c] -= self._own[c].take(cell)
            heard = self.count.take(task) - self.use.take(answers.worker[rows])
            if apart is not None and voters is not None:
                for one, other in apart.beside(rows, voters):
                    self._take_off(others, heard, one - rows.start, other)
                for one, other, tied in apart.crowds(rows, voters):
                    self._take_off_crowd(others, heard, one - rows.start, other, tied)
            level = levels.take(_likely(others, answer))
            level = np.where(known >= 0, np.where(known == answer, RIGHT, WRONG), level)
            speaks = (heard > 0) | (known >= 0)
            np.add.at(counts, (first.take(cell) + level)[speaks], np.int32(1))
        return counts.reshape(-1, LEVELS)

    def _take_off(self, others: Ints, heard: Ints, one: Ints, other: Ints) -> None:
        """Takes the votes of the rows `other` off the scores and the numbers of votes beside the rows `one`."""
        cell = self._cells.of_row[other].astype(np.int64)
        np.subtract.at(heard, one, 1)
        for scores, own in zip(others, self._own, strict=True):
            np.subtract.at(scores, one, own.take(cell).astype(np.int64))

    def _take_off_crowd(self, others: Ints, heard: Ints, one: Ints, other: Ints, tied: Floats) -> None:
        """The same where row i of `one` is to lose the votes of the rows j of `other` with tied[i, j] = 1."""
        heard[one] -= tied.sum(axis=1).astype(np.int64)
        # Integers below 2^53: exact in whatever order a library multiplies them.
        own = self._own.take(self._cells.of_row[other], axis=1).astype(np.float64)
        others[:, one] -= (own @ tied.T).astype(np.int64)

    def decide(self) -> Ints:
        """Per task: the class, the first declared of equals; -1 where nobody in use votes and no gold is."""
        settled = (self.count > 0) | (self._answers.gold >= 0)
        return np.where(settled, self.probabilities.argmax(axis=0), -1)

    def difficulty(self, decided: Ints, rules: OutwardRules) -> Ints:
        """(tasks) per mille: from least to most with the share of votes in use that went wrong."""
        answers = self._answers
        wrong = np.zeros(answers.tasks, np.int64)
        for rows in pieces(len(answers.task)):
            task = answers.task[rows].astype(np.int64)
            missed = self.use.take(answers.worker[rows]) & (answers.answer[rows] != decided.take(task))
            np.add.at(wrong, task, missed.astype(np.int64))
        votes = self.count + rules.difficulty_pseudo_wrong + rules.difficulty_pseudo_right
        span = rules.difficulty_most_per_mille - rules.difficulty_least_per_mille
        return rules.difficulty_least_per_mille + (wrong + rules.difficulty_pseudo_wrong) * span // votes


def _over_answers(
    seen: Floats, who: Ints, answer: Ints, workers: int, off_diagonal: float, diagonal: float
) -> Floats:
    """(workers, classes): the sum over all answers, in their order, of `seen` (cells, classes) where the worker `who`
    gave that `answer`, else of the prior. Floats: another order would give other bits."""
    total = np.zeros((workers, seen.shape[1]))
    order = np.argsort(answer, kind="stable")
    bounds = np.searchsorted(answer[order], np.arange(seen.shape[1] + 1)).tolist()
    for c in range(seen.shape[1]):
        given = order[bounds[c] : bounds[c + 1]]
        mine = total[who[given]] + seen[given]
        right = total[:, c] + diagonal
        total += off_diagonal
        total[:, c] = right
        total[who[given]] = mine
    return total


def _likely(scores: Ints, answer: Whole) -> Ints:
    """Per row: how likely its answer is by these scores (classes, rows), in 1 / A_EDGES."""
    weights = exp_weights(scores)
    p = weights[answer, np.arange(len(answer))] / weights.sum(axis=0)
    return np.asarray(p * A_EDGES, np.int64)
