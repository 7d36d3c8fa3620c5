"""Rules 2 for rows with names: labels and hidden gold -> columns -> verdict -> **scores by name**."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from cota.scoring.answers import Named, name_answers
from cota.scoring.fixed import PROB_ONE
from cota.scoring.outward.numbers import OutwardRules
from cota.scoring.outward.rounds import Verdict, judge
from cota.scoring.rows import Flags, LabelRow
from cota.scoring.scores import HUNDREDTH, Leaked, Scores, reasons_of


def score_outward(
    labels: Sequence[LabelRow],
    gold: Mapping[str, str],
    classes: Sequence[str],
    rules: OutwardRules,
    past: Sequence[LabelRow] = (),
) -> Scores:
    """Scores an epoch, with rows of earlier epochs to tell of skills and items. Raises DuplicateLabel, or
    BadRequest for classes or gold that cannot be.
    """
    if not labels:
        return Scores()
    named = name_answers([*labels, *past], gold, classes)
    if not past:
        return _tell(named, judge(named.answers, rules), rules)
    now = _rows_of(named, labels)
    found = _tell(named, judge(named.answers, rules, now), rules)
    return _only(found, {row.task for row in labels}, {row.worker for row in labels}, named, labels)


def _rows_of(named: Named, labels: Sequence[LabelRow]) -> Flags:
    """Which rows of the columns are the given ones."""
    answers = named.answers
    task = {name: number for number, name in enumerate(named.tasks)}
    worker = {name: number for number, name in enumerate(named.workers)}
    wanted = np.fromiter(
        (task[row.task] * len(worker) + worker[row.worker] for row in labels), np.int64, len(labels)
    )
    return np.isin(answers.task.astype(np.int64) * len(worker) + answers.worker, wanted)


def _only(
    found: Scores, tasks: set[str], workers: set[str], named: Named, labels: Sequence[LabelRow]
) -> Scores:
    """What concerns the epoch's own tasks and workers; what is unknown or unsettled is counted in its rows."""
    classes = set(named.classes)
    known: Counter[str] = Counter(row.worker for row in labels if row.label in classes)
    total = Counter(row.worker for row in labels)
    return replace(
        found,
        consensus={task: label for task, label in found.consensus.items() if task in tasks},
        skill={worker: skill for worker, skill in found.skill.items() if worker in workers},
        proven={worker: proven for worker, proven in found.proven.items() if worker in workers},
        counted={worker: count for worker, count in found.counted.items() if worker in workers},
        weight={worker: weight for worker, weight in found.weight.items() if worker in workers},
        reasons={
            worker: reasons_of(known[worker] - found.counted[worker], total[worker] - known[worker])
            for worker in found.reasons
            if worker in workers
        },
        difficulty={task: value for task, value in found.difficulty.items() if task in tasks},
        more_seats=tuple(task for task in found.more_seats if task in tasks),
        faults=tuple(worker for worker in found.faults if worker in workers),
    )


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
        skill=dict(zip(workers, (verdict.skill * HUNDREDTH).tolist(), strict=True)),
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
