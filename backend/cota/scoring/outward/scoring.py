"""Rules 2 for rows with names: labels and hidden gold -> columns -> verdict -> **scores by name**."""

from collections.abc import Mapping, Sequence

import numpy as np

from cota.scoring.answers import Named, name_answers
from cota.scoring.fixed import PROB_ONE
from cota.scoring.outward.numbers import OutwardRules
from cota.scoring.outward.rounds import Verdict, judge
from cota.scoring.rows import LabelRow
from cota.scoring.scores import Leaked, Scores, reasons_of

_BILLIONTHS = 10**7
"""A hundredth of skill in billionths."""


def score_outward(
    labels: Sequence[LabelRow], gold: Mapping[str, str], classes: Sequence[str], rules: OutwardRules
) -> Scores:
    """Scores an epoch. Raises DuplicateLabel, or BadRequest for classes or gold that cannot be."""
    named = name_answers(labels, gold, classes)
    if not named.workers:
        return Scores()
    return _tell(named, judge(named.answers, rules), rules)


def _tell(named: Named, verdict: Verdict, rules: OutwardRules) -> Scores:
    tasks, workers = named.tasks, named.workers
    names: list[str | None] = [*named.classes, None]  # -1, unsettled, is the last
    decided = verdict.decided
    given = named.answers.per_worker()
    unsettled = (given - verdict.counted).tolist()
    doubtful = (decided < 0) | (verdict.probability * 1000 < rules.settled_per_mille * PROB_ONE)
    doubtful &= named.answers.gold < 0
    copied = np.flatnonzero(verdict.cluster != np.arange(len(workers))).tolist()
    return Scores(
        consensus={task: names[c] for task, c in zip(tasks, decided.tolist(), strict=True)},
        skill=dict(zip(workers, (verdict.skill * _BILLIONTHS).tolist(), strict=True)),
        proven=dict(zip(workers, verdict.proven.tolist(), strict=True)),
        counted=dict(zip(workers, verdict.counted.tolist(), strict=True)),
        reasons={
            worker: reasons_of(count, named.unknown.get(worker, 0))
            for worker, count in zip(workers, unsettled, strict=True)
        },
        weight=dict(zip(workers, verdict.weight.tolist(), strict=True)),
        difficulty=dict(zip(tasks, verdict.difficulty.tolist(), strict=True)),
        more_seats=tuple(tasks[t] for t in np.flatnonzero(doubtful).tolist()),
        copies_of={workers[w]: workers[int(verdict.cluster[w])] for w in copied},
        faults=tuple(workers[w] for w in np.flatnonzero(verdict.faults).tolist()),
        leaked=Leaked(
            verdict.leak.halt,
            round(verdict.leak.errors * 1000),
            tuple(workers[w] for w in np.flatnonzero(verdict.leak.workers).tolist()),
        ),
    )
