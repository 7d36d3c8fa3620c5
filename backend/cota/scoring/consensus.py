"""What the items are, by the votes in use: answers -> **posterior per item** -> consensus, and back to skill.

A vote by skill starts it; Dawid-Skene iterations (one confusion matrix a worker, Dirichlet prior, gold
clamped) refine it. Only the rows in use, those of proven workers, are ever counted: an estimate that
starts from the crowd follows whatever bloc holds half the votes. Promises: sums run in the table's order.
"""

import numpy as np

from cota.scoring.rows import Flags, Floats, Ints, Table
from cota.scoring.rules import Rules

_TINY = 1e-12


class Voters:
    """The rows in use and the item posteriors that they lead to."""

    def __init__(self, table: Table, use: Flags, prior: Floats, rules: Rules) -> None:
        self._table, self._prior, self._rules = table, prior, rules
        self.use = use
        self.task, self.worker, self.answer = table.task[use], table.worker[use], table.answer[use]
        self.votes: Ints = np.bincount(self.task, minlength=len(table.tasks))
        """Per task: rows in use."""
        self._own = np.zeros((len(self.task), len(prior)))
        self._scores = np.tile(np.log(prior), (len(table.tasks), 1))

    @property
    def posterior(self) -> Floats:
        """(tasks, classes); tasks with gold are certain."""
        result = normalise(self._scores)
        known = self._table.gold >= 0
        result[known] = 0.0
        result[known, self._table.gold[known]] = 1.0
        return result

    def vote(self, q: Floats, skill: Floats) -> None:
        """Naive Bayes: a worker gives an answer with probability (1 - s) q, plus s if it is right."""
        s = skill[self.worker]
        own = np.repeat(((1.0 - s) * q[self.worker, self.answer])[:, None], len(self._prior), axis=1)
        own[np.arange(len(s)), self.answer] += s
        self._tally(np.log(np.maximum(own, _TINY)), self._prior)

    def dawid_skene(self, iterations: int, posterior: Floats) -> None:
        """Confusion matrices from the posterior, the posterior from them, and so on."""
        voted = self.votes > 0
        if not voted.any():
            return
        for _ in range(iterations):
            confusion = self._confusion(posterior)
            prior = posterior[voted].mean(axis=0)
            self._tally(np.log(confusion[self.worker, self.answer]), prior)
            posterior = self.posterior

    def _confusion(self, posterior: Floats) -> Floats:
        """(workers, answers, classes): how likely each answer is if the class is each."""
        shape = (len(self._table.workers), len(self._prior))
        cells = self.worker * shape[1] + self.answer
        counts = np.full((*shape, shape[1]), self._rules.confusion_off_diagonal)
        for c in range(shape[1]):
            counts[:, c, c] = self._rules.confusion_diagonal
            weights = posterior[self.task, c]
            counts[:, :, c] += np.bincount(cells, weights=weights, minlength=shape[0] * shape[1]).reshape(
                shape
            )
        return np.asarray(counts / counts.sum(axis=1, keepdims=True), np.float64)

    def _tally(self, own: Floats, prior: Floats) -> None:
        self._own = own
        self._scores = np.tile(np.log(np.maximum(prior, _TINY)), (len(self._table.tasks), 1))
        for c in range(own.shape[1]):
            self._scores[:, c] += np.bincount(self.task, weights=own[:, c], minlength=len(self._table.tasks))

    def leave_one_out(self) -> Floats:
        """Per row of the table: how likely its answer is right by the votes of the others, log-odds tempered.

        Where the others cast no vote it is not a number: nothing is known.
        """
        table = self._table
        scores = self._scores[table.task]
        scores[self.use] -= self._own
        p = normalise(scores)[np.arange(len(table.task)), table.answer]
        others = self.votes[table.task] - self.use
        return np.where(others > 0, self._temper(p), np.nan)

    def _temper(self, p: Floats) -> Floats:
        right, wrong = p**self._rules.log_odds_factor, (1.0 - p) ** self._rules.log_odds_factor
        return np.asarray(right / (right + wrong), np.float64)

    def decide(self) -> Ints:
        """Per task: the class, the first declared of equals; -1 where nobody in use votes and no gold is."""
        rounded = np.rint(self.posterior * 10**self._rules.posterior_decimals).astype(np.int64)
        settled = (self.votes > 0) | (self._table.gold >= 0)
        return np.where(settled, rounded.argmax(axis=1), -1)


def normalise(scores: Floats) -> Floats:
    """Log scores to probabilities, row by row."""
    weight = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True), np.float64)
