"""What can be said without gold: majority vote, and Dawid-Skene over everybody. To compare, never to pay.

Both follow whoever holds half the votes. `majority` is what the demo compares with; `crowd_consensus` serves
`cota score` for files that come without gold.
"""

from collections.abc import Sequence

import numpy as np

from cota.scoring.answers import name_answers
from cota.scoring.consensus import Voters
from cota.scoring.outward.crowd import judge_crowd
from cota.scoring.outward.numbers import OutwardRules
from cota.scoring.rows import Floats, LabelRow, Table, make_table
from cota.scoring.rules import rules_of

ITERATIONS = 100


def _vote_shares(table: Table) -> Floats:
    """(tasks, classes): the share of the votes; all 0 where there is none."""
    shape = (len(table.tasks), len(table.classes))
    cells = table.task * shape[1] + table.answer
    votes = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
    return np.asarray(votes / np.maximum(votes.sum(axis=1, keepdims=True), 1), np.float64)


def majority(labels: Sequence[LabelRow], classes: Sequence[str]) -> dict[str, str | None]:
    """The most frequent answer per task, ties to the first declared class; null where no answer is a class.

    Raises DuplicateLabel.
    """
    table = make_table(labels, {}, classes)
    shares = _vote_shares(table)
    return {
        task: table.classes[int(row.argmax())] if row.any() else None
        for task, row in zip(table.tasks, shares, strict=True)
    }


def crowd_consensus(
    labels: Sequence[LabelRow], classes: Sequence[str], rules: int = 1
) -> tuple[dict[str, str | None], dict[str, int]]:
    """Dawid-Skene without gold: (consensus by task, skill by worker in billionths).

    Skill is her mean leave-one-out agreement, log-odds tempered as in the rules: 0 to 10^9, not corrected for
    chance. Raises DuplicateLabel, or BadRequest.
    """
    numbers = rules_of(rules)
    if isinstance(numbers, OutwardRules):
        return _outward(labels, classes, numbers)
    table = make_table(labels, {}, classes)
    everybody = np.ones(len(table.task), np.bool_)
    voters = Voters(table, everybody, np.full(len(classes), 1 / len(classes)), numbers)
    voters.dawid_skene(ITERATIONS, _vote_shares(table))
    agreement = voters.leave_one_out()
    known = ~np.isnan(agreement)
    workers = len(table.workers)
    total = np.bincount(table.worker[known], weights=agreement[known], minlength=workers)
    count = np.bincount(table.worker[known], minlength=workers)
    skill = np.rint(total / np.maximum(count, 1) * 1e9).astype(np.int64)
    names = [*classes, None]
    consensus = {task: names[c] for task, c in zip(table.tasks, voters.decide().tolist(), strict=True)}
    return consensus, dict(zip(table.workers, skill.tolist(), strict=True))


def _outward(
    labels: Sequence[LabelRow], classes: Sequence[str], rules: OutwardRules
) -> tuple[dict[str, str | None], dict[str, int]]:
    named = name_answers(labels, {}, classes)
    decided, skill = judge_crowd(named.answers, rules)
    names = [*classes, None]
    consensus = {task: names[c] for task, c in zip(named.tasks, decided.tolist(), strict=True)}
    return consensus, dict(zip(named.workers, skill.tolist(), strict=True))
