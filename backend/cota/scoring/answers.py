"""Labels as columns of small integers: what the scoring of rules 2 and 4 reads, at 9 to 10 bytes a label.

Promises: rows are ordered by task, then worker, both numbered by code point, whatever order they came in.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cota.errors import BadRequest
from cota.scoring.pieces import pieces
from cota.scoring.rows import DuplicateLabel, Flags, Ints, LabelRow

Small = NDArray[np.int32]
Whole = NDArray[np.signedinteger[Any]]

_ANSWER_BITS = 16


@dataclass(frozen=True, slots=True)
class Answers:
    """Rows as indexes, sorted by task, then worker. `gold[t]` is the class known for a task, or -1."""

    tasks: int
    workers: int
    classes: int
    task: Small
    worker: Small
    answer: NDArray[np.int16]
    gold: NDArray[np.int16]

    @property
    def starts(self) -> Ints:
        """Where each task's rows start, and at the end how many rows there are."""
        return np.searchsorted(self.task, np.arange(self.tasks + 1)).astype(np.int64)

    def per_worker(self, rows: Flags | None = None) -> Ints:
        """How many rows (of those flagged) each worker has."""
        found = np.zeros(self.workers, np.int64)
        for part in pieces(len(self.worker)):
            chosen = self.worker[part] if rows is None else self.worker[part][rows[part]]
            np.add.at(found, chosen.astype(np.int64), 1)
        return found


@dataclass(frozen=True, slots=True)
class Named:
    """Answers with the names that the numbers stand for, and the rows set aside."""

    answers: Answers
    tasks: list[str]
    workers: list[str]
    classes: list[str]
    unknown: dict[str, int] = field(default_factory=dict)
    """Rows per worker whose label is none of the classes; they are in no column."""


def sort_answers(
    task: Small, worker: Small, answer: NDArray[np.int16], gold: NDArray[np.int16], workers: int, classes: int
) -> Answers:
    """Columns in any order -> Answers. Raises DuplicateLabel with the numbers of a row that is there twice."""
    if not _is_sorted(task, worker):
        task, worker, answer = _sorted(task, worker, answer, len(gold), workers)
    twice = np.flatnonzero((task[1:] == task[:-1]) & (worker[1:] == worker[:-1]))
    if len(twice):
        row = int(twice[0])
        raise DuplicateLabel(
            f"worker {worker[row]} answers task {task[row]} twice",
            task=str(task[row]),
            worker=str(worker[row]),
        )
    return Answers(len(gold), workers, classes, task, worker, answer, gold)


def _is_sorted(task: Small, worker: Small) -> bool:
    same = task[1:] == task[:-1]
    return not bool(((task[1:] < task[:-1]) | (same & (worker[1:] < worker[:-1]))).any())


def _sorted(
    task: Small, worker: Small, answer: NDArray[np.int16], tasks: int, workers: int
) -> tuple[Small, Small, NDArray[np.int16]]:
    """The columns by task, then worker. A row is one integer wherever it fits: sorted in place, with no gathering."""
    shift = workers.bit_length() + _ANSWER_BITS
    if tasks.bit_length() + shift > 63:
        order = np.argsort(task.astype(np.int64) * workers + worker, kind="stable")
        return task[order], worker[order], answer[order]
    rows = task.astype(np.int64) << shift
    rows |= worker.astype(np.int64) << _ANSWER_BITS
    rows |= answer.astype(np.int64) + 2 ** (_ANSWER_BITS - 1)
    rows.sort()
    task = (rows >> shift).astype(np.int32)
    worker = ((rows >> _ANSWER_BITS) & (2 ** workers.bit_length() - 1)).astype(np.int32)
    rows &= 2**_ANSWER_BITS - 1
    rows -= 2 ** (_ANSWER_BITS - 1)
    return task, worker, rows.astype(np.int16)


def name_answers(labels: Sequence[LabelRow], gold: Mapping[str, str], classes: Sequence[str]) -> Named:
    """The canonical columns. Raises DuplicateLabel, or BadRequest for classes or gold that cannot be."""
    if not classes or len(set(classes)) != len(classes):
        raise BadRequest("the classes are empty, or one occurs twice")
    place = {name: number for number, name in enumerate(classes)}
    for name, label in gold.items():
        if label not in place:
            raise BadRequest(f"the gold of task {name} is {label!r}, which is none of the classes")
    tasks, workers = sorted({row.task for row in labels}), sorted({row.worker for row in labels})
    answer = np.fromiter((place.get(row.label, -1) for row in labels), np.int16, len(labels))
    known = np.fromiter((place[gold[name]] if name in gold else -1 for name in tasks), np.int16, len(tasks))
    answers, unknown = sort_by_names(labels, answer, known, tasks, workers, len(classes))
    return Named(answers, tasks, workers, list(classes), unknown)


def sort_by_names(
    labels: Sequence[LabelRow],
    answer: NDArray[np.int16],
    gold: NDArray[np.int16],
    tasks: Sequence[str],
    workers: Sequence[str],
    classes: int,
) -> tuple[Answers, dict[str, int]]:
    """The rows with an answer (not -1) in columns, and how many of each worker have none. Raises DuplicateLabel."""
    task_place = {name: number for number, name in enumerate(tasks)}
    worker_place = {name: number for number, name in enumerate(workers)}
    count = len(labels)
    task = np.fromiter((task_place[row.task] for row in labels), np.int32, count)
    worker = np.fromiter((worker_place[row.worker] for row in labels), np.int32, count)
    try:
        every = sort_answers(task, worker, answer, gold, len(workers), classes)
    except DuplicateLabel as refusal:
        name, who = tasks[int(str(refusal.extra["task"]))], workers[int(str(refusal.extra["worker"]))]
        raise DuplicateLabel(f"worker {who} answers task {name} twice", task=name, worker=who) from None
    is_class = every.answer >= 0
    unknown = Counter(workers[w] for w in every.worker[~is_class].tolist())
    answers = Answers(
        len(tasks),
        len(workers),
        classes,
        every.task[is_class],
        every.worker[is_class],
        every.answer[is_class],
        gold,
    )
    return answers, dict(unknown)
