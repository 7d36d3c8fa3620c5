"""Rules 1, the scoring of one epoch: labels and hidden gold -> **consensus, skill, settled labels** -> units.

Gold alone proves the first workers; their votes and Dawid-Skene say what the other items are; that proves
more workers; six rounds. What a crowd agrees on never proves anyone by itself. docs/scoring-rules-1.md says
why, and what happens to the odd cases. Promises: no randomness; the same rows in any order give the same bits;
whatever decides money has been rounded to integers.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from cota.scoring.consensus import Voters
from cota.scoring.rows import Flags, Floats, Ints, LabelRow, Table, make_table
from cota.scoring.rules import Rules
from cota.scoring.scores import WHOLE_LABEL, Scores, reasons_of
from cota.scoring.skill import SkillGrid, Skills, class_prior, marginals

_BILLIONTHS = 10**7
"""A grid step in billionths."""


def score_votes(
    labels: Sequence[LabelRow], gold: Mapping[str, str], classes: Sequence[str], numbers: Rules
) -> Scores:
    """Scores an epoch by rules of the first family. Raises DuplicateLabel, or BadRequest for classes or gold that
    cannot be.
    """
    table = make_table(labels, gold, classes)
    if not table.workers:
        return Scores()
    run = _Run(table, numbers)
    run.seed()
    for number in range(1, numbers.rounds + 1):
        run.round(numbers.last_iterations if number == numbers.rounds else numbers.iterations)
    return _collect(table, run)


class _Run:
    """The state that goes from round to round."""

    def __init__(self, table: Table, rules: Rules) -> None:
        self._table, self._rules, self._grid = table, rules, SkillGrid(rules)
        self._prior = class_prior(table, rules)
        self._marginals = marginals(table, self._prior, rules)
        self._q: Floats = self._marginals[table.worker, table.answer]
        self._enough: Flags = np.bincount(table.worker, minlength=len(table.workers)) >= rules.proven_labels
        right = (table.gold[table.task] == table.answer).astype(np.float64)
        self._gold_logs = self._grid.log_likelihoods(table, self._q, right, table.is_gold)
        self.voters: Voters
        self.skills: Skills
        self.proven: Flags
        self.voting: Flags

    def seed(self) -> None:
        """Round 0: hidden gold only, then a vote by those whom it proves."""
        self._judge(self._gold_logs)
        self.voters = self._proven_voters()
        self.voters.vote(self._marginals, self.skills.mean)

    def round(self, iterations: int) -> None:
        """Items by the proven, then the skills of all by those items."""
        posterior = self.voters.posterior
        self.voters = self._proven_voters()
        self.voters.dawid_skene(iterations, posterior)
        agreement = self.voters.leave_one_out()
        known = ~self._table.is_gold & ~np.isnan(agreement)
        self._judge(self._gold_logs + self._grid.log_likelihoods(self._table, self._q, agreement, known))

    def _judge(self, logs: Floats) -> None:
        self.skills = self._grid.summarise(logs)
        self.proven = (self.skills.low > 0) & self._enough

    def _proven_voters(self) -> Voters:
        self.voting = self.proven
        return Voters(self._table, self.voting[self._table.worker], self._prior, self._rules)


def _counts(table: Table, rows: Flags) -> Ints:
    return np.bincount(table.worker[rows], minlength=len(table.workers))


def _collect(table: Table, run: _Run) -> Scores:
    decided = run.voters.decide()
    settled = decided[table.task] >= 0
    counted, unsettled = _counts(table, settled), _counts(table, ~settled)
    paid = np.maximum(run.skills.paid, 0) * _BILLIONTHS
    reasons: dict[str, dict[str, int]] = {}
    for worker, open_rows in zip(table.workers, unsettled.tolist(), strict=True):
        reasons[worker] = reasons_of(open_rows, table.unknown.get(worker, 0))
    names = [*table.classes, None]  # -1, unsettled, is the last
    return Scores(
        {task: names[c] for task, c in zip(table.tasks, decided.tolist(), strict=True)},
        dict(zip(table.workers, paid.tolist(), strict=True)),
        dict(zip(table.workers, run.voting.tolist(), strict=True)),
        dict(zip(table.workers, counted.tolist(), strict=True)),
        reasons,
        dict(zip(table.workers, (counted * WHOLE_LABEL).tolist(), strict=True)),
    )
