"""Rules 3 for answers that cannot be listed: labels, hidden gold -> items, skills, votes -> **scores by name**."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cota.scoring.answers import Answers, sort_by_names
from cota.scoring.open.items import Items, compare_answers
from cota.scoring.open.numbers import OpenRules
from cota.scoring.open.votes import decide, find_copies, skill_by_gold
from cota.scoring.open.watch import find_leak
from cota.scoring.outward import dependence
from cota.scoring.rows import Flags, Ints, LabelRow
from cota.scoring.scores import HUNDREDTH, Leaked, Scores, reasons_of


def score_open(
    labels: Sequence[LabelRow],
    gold: Mapping[str, str],
    schema: Mapping[str, Any],
    rules: OpenRules,
    past: Sequence[LabelRow] = (),
) -> Scores:
    """Scores an epoch, with rows of earlier epochs to tell of skills and items. Raises DuplicateLabel, or BadRequest
    for gold that cannot be."""
    if not labels:
        return Scores()
    rows = [*labels, *past]
    items = compare_answers(rows, gold, schema, rules)
    workers = sorted({row.worker for row in rows})
    answers = _columns(rows, items, workers)
    found = skill_by_gold(answers, items, rules)
    cluster = find_copies(answers, rules)
    given = answers.per_worker()
    speaker = dependence.representatives(cluster, given)
    speaks = speaker == np.arange(len(workers))
    paid = np.maximum(found.quantiles[rules.skill_quantile_per_mille], 0)
    proven = speaks & (given >= rules.proven_labels)
    proven &= found.quantiles[rules.proven_quantile_per_mille] > 0
    decision = decide(answers, items, np.where(speaks, paid, 0), proven, rules)
    leak = find_leak(answers, items, decision, rules)
    settled = (decision.answer >= 0) | (answers.gold >= 0)
    weight = decision.difficulty[answers.task] // dependence.sharers(answers, cluster)
    now = _rows_of(labels, items, workers, answers) & settled[answers.task]
    own = sorted({row.worker for row in labels})
    place = {name: number for number, name in enumerate(workers)}
    paid = np.minimum(paid, paid[speaker])
    doubtful = (answers.gold < 0) & (decision.sure < rules.settled_per_mille)
    touched = {row.task for row in labels}
    tasks = [(number, name) for number, name in enumerate(items.names) if name in touched]
    counted = answers.per_worker(now)
    weighed = np.bincount(answers.worker, weights=np.where(now, weight, 0), minlength=len(workers))
    return Scores(
        consensus={name: _consensus(items, name, number, decision.answer) for number, name in tasks},
        skill={worker: int(paid[place[worker]]) * HUNDREDTH for worker in own},
        proven={worker: bool(proven[place[worker]]) for worker in own},
        counted={worker: int(counted[place[worker]]) for worker in own},
        reasons=_reasons(labels, items, {worker: int(counted[place[worker]]) for worker in own}),
        weight={worker: int(weighed[place[worker]]) for worker in own},
        difficulty={name: int(decision.difficulty[number]) for number, name in tasks},
        more_seats=tuple(name for number, name in tasks if doubtful[number]),
        copies_of={
            workers[w]: workers[int(cluster[w])]
            for w in np.flatnonzero(cluster != np.arange(len(workers))).tolist()
        },
        leaked=Leaked(
            leak.halt,
            round(leak.errors * 1000),
            tuple(workers[w] for w in np.flatnonzero(leak.workers).tolist()),
        ),
    )


def _columns(rows: Sequence[LabelRow], items: Items, workers: Sequence[str]) -> Answers:
    """The rows that answer the question, each answer as its place in its item. The gold's place is one behind the last
    where nobody gave that very answer. Raises DuplicateLabel."""
    places = [{text: place for place, text in enumerate(item.texts)} for item in items.items]
    gold = [
        places[number].get(items.gold[name], len(places[number])) if name in items.gold else -1
        for number, name in enumerate(items.names)
    ]
    task = {name: number for number, name in enumerate(items.names)}
    answer = np.array([places[task[row.task]].get(row.label, -1) for row in rows], np.int16)
    return sort_by_names(rows, answer, np.array(gold, np.int16), items.names, workers, 1)[0]


def _rows_of(labels: Sequence[LabelRow], items: Items, workers: Sequence[str], answers: Answers) -> Flags:
    """Which rows of the columns are the given ones."""
    task = {name: number for number, name in enumerate(items.names)}
    worker = {name: number for number, name in enumerate(workers)}
    wanted = np.array([task[row.task] * len(worker) + worker[row.worker] for row in labels], np.int64)
    return np.isin(answers.task.astype(np.int64) * len(worker) + answers.worker, wanted)


def _consensus(items: Items, name: str, number: int, chosen: Ints) -> str | None:
    if name in items.gold:
        return items.gold[name]
    place = int(chosen[number])
    return items.items[number].texts[place] if place >= 0 else None


def _reasons(
    labels: Sequence[LabelRow], items: Items, counted: Mapping[str, int]
) -> dict[str, dict[str, int]]:
    total = Counter(row.worker for row in labels)
    unknown = Counter(row.worker for row in labels if (row.task, row.label) in items.unknown)
    return {
        worker: reasons_of(total[worker] - unknown[worker] - count, unknown[worker])
        for worker, count in counted.items()
    }
