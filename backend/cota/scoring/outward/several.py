"""Questions with several answers at once (`choices`): each class of an item is a question of its own, yes or no.

A label is the canonical JSON of a list of classes. The item's answer is the list of classes that are yes; it is open if
one of them is open. Promises: as of rules 2; skill is over all the yes and no, a label is paid once, and the numbers
that count labels or standard errors are widened by the number of classes, for the parts of one label are not
independent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from math import sqrt

from cota.commitments.canonical import canonical, parse_json
from cota.errors import BadRequest
from cota.scoring.outward.numbers import OutwardRules
from cota.scoring.outward.scoring import score_outward
from cota.scoring.rows import DuplicateLabel, LabelRow
from cota.scoring.scores import Scores, reasons_of

NO, YES = "no", "yes"


def score_several(
    labels: Sequence[LabelRow],
    gold: Mapping[str, str],
    classes: Sequence[str],
    rules: OutwardRules,
    past: Sequence[LabelRow] = (),
) -> Scores:
    """Scores an epoch. Raises DuplicateLabel, or BadRequest for classes or gold that cannot be."""
    if not classes or len(set(classes)) != len(classes):
        raise BadRequest("the classes are empty, or one occurs twice")
    _refuse_duplicates(chain(labels, past))
    known = {task: _chosen(label, classes) for task, label in gold.items()}
    for task, chosen in known.items():
        if chosen is None:
            raise BadRequest(f"the gold of task {task} is {gold[task]!r}, which is no list of the classes")
    parts = score_outward(
        _split(labels, classes),
        {
            _part(task, c): YES if c in chosen else NO
            for task, chosen in known.items()
            if chosen is not None
            for c in classes
        },
        [NO, YES],
        _widened(rules, len(classes)),
        _split(past, classes),
    )
    return _join(parts, labels, classes)


def _widened(rules: OutwardRules, classes: int) -> OutwardRules:
    return replace(
        rules,
        proven_labels=rules.proven_labels * classes,
        pair_labels=rules.pair_labels * classes,
        pair_items=rules.pair_items * classes,
        copied_errors=rules.copied_errors * classes,
        copied_error_nats=rules.copied_error_nats * classes,
        copied_nats=rules.copied_nats * classes,
        fault_nats=rules.fault_nats * classes,
        leak_errors=rules.leak_errors * sqrt(classes),
        leak_worker_errors=rules.leak_worker_errors * sqrt(classes),
        leak_worker_gold=rules.leak_worker_gold * classes,
    )


def _refuse_duplicates(rows: Iterable[LabelRow]) -> None:
    seen: set[tuple[str, str]] = set()
    for task, worker, _ in rows:
        if (task, worker) in seen:
            raise DuplicateLabel(f"worker {worker} answers task {task} twice", task=task, worker=worker)
        seen.add((task, worker))


def _chosen(label: str, classes: Sequence[str]) -> frozenset[str] | None:
    """The classes of a label; None if it is no list of them, each once."""
    try:
        found = parse_json(label.encode())
    except (BadRequest, ValueError):
        return None
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        return None
    chosen = frozenset(found)
    return chosen if len(chosen) == len(found) and chosen <= set(classes) else None


def _part(task: str, label: str) -> str:
    return f"{task}\n{label}"


def _split(rows: Sequence[LabelRow], classes: Sequence[str]) -> list[LabelRow]:
    found: list[LabelRow] = []
    for row in rows:
        chosen = _chosen(row.label, classes)
        for c in classes:
            answer = "" if chosen is None else YES if c in chosen else NO
            found.append(LabelRow(_part(row.task, c), row.worker, answer))
    return found


def _join(parts: Scores, labels: Sequence[LabelRow], classes: Sequence[str]) -> Scores:
    tasks = sorted({row.task for row in labels})
    consensus: dict[str, str | None] = {}
    for task in tasks:
        found = [parts.consensus[_part(task, c)] for c in classes]
        chosen = [c for c, answer in zip(classes, found, strict=True) if answer == YES]
        consensus[task] = None if None in found else canonical(list(chosen)).decode()
    unknown = {
        worker: reasons.get("unknown-label", 0) // len(classes) for worker, reasons in parts.reasons.items()
    }
    counted, weight = dict.fromkeys(parts.skill, 0), dict.fromkeys(parts.skill, 0)
    given = dict.fromkeys(parts.skill, 0)
    difficulty = {
        task: sum(parts.difficulty[_part(task, c)] for c in classes) // len(classes) for task in tasks
    }
    for row in labels:
        given[row.worker] += 1
        if consensus[row.task] is not None and _chosen(row.label, classes) is not None:
            counted[row.worker] += 1
    for worker, total in parts.weight.items():
        weight[worker] = total // len(classes) if counted[worker] else 0
    doubtful = {part.partition("\n")[0] for part in parts.more_seats}
    return replace(
        parts,
        consensus=consensus,
        counted=counted,
        weight=weight,
        difficulty=difficulty,
        reasons={w: reasons_of(given[w] - counted[w] - unknown[w], unknown[w]) for w in parts.reasons},
        more_seats=tuple(task for task in tasks if task in doubtful),
    )
