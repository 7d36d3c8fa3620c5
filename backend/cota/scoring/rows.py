"""Labels as arrays: rows in any order -> **canonical table** -> skill, consensus.

Promises: the table of the same rows is the same whatever order they come in (workers and tasks sorted by
code point, rows by worker, then task), so every float sum later runs in one order. A worker who answers a
task twice is refused by name; a label outside the declared classes is set aside and counted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cota.errors import BadRequest

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class DuplicateLabel(BadRequest):
    """`task` and `worker` name the row that is there twice."""


class LabelRow(NamedTuple):
    """One answer of one worker to one task."""

    task: str
    worker: str
    label: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as indexes, sorted by worker, then task. `gold[t]` is the class known for a task, or -1."""

    tasks: list[str]
    workers: list[str]
    classes: list[str]
    task: Ints
    worker: Ints
    answer: Ints
    gold: Ints
    unknown: dict[str, int]
    """Rows per worker whose label is none of the classes; they are in no array."""

    @property
    def starts(self) -> Ints:
        """Where each worker's rows start, and at the end how many rows there are."""
        return np.searchsorted(self.worker, np.arange(len(self.workers) + 1)).astype(np.int64)

    @property
    def is_gold(self) -> Flags:
        """Per row: is its task's class known?"""
        return self.gold[self.task] >= 0


def _index(values: Sequence[str], names: list[str]) -> Ints:
    place = {name: i for i, name in enumerate(names)}
    return np.fromiter((place[value] for value in values), np.int64, len(values))


def _refuse_duplicates(table_order: Ints, task: Ints, worker: Ints, rows: Sequence[LabelRow]) -> None:
    same = (np.diff(task) == 0) & (np.diff(worker) == 0)
    if same.any():
        row = rows[int(table_order[int(np.argmax(same)) + 1])]
        raise DuplicateLabel(
            f"worker {row.worker} answers task {row.task} twice", task=row.task, worker=row.worker
        )


def _gold_classes(gold: Mapping[str, str], tasks: list[str], classes: list[str]) -> Ints:
    place = {name: i for i, name in enumerate(classes)}
    for task, label in gold.items():
        if label not in place:
            raise BadRequest(f"the gold of task {task} is {label!r}, which is none of the classes")
    return np.array([place[gold[task]] if task in gold else -1 for task in tasks], np.int64)


def make_table(labels: Sequence[LabelRow], gold: Mapping[str, str], classes: Sequence[str]) -> Table:
    """The canonical table. Raises DuplicateLabel, or BadRequest for classes or gold that cannot be."""
    if not classes or len(set(classes)) != len(classes):
        raise BadRequest("the classes are empty, or one occurs twice")
    tasks = sorted({row.task for row in labels})
    workers = sorted({row.worker for row in labels})
    task = _index([row.task for row in labels], tasks)
    worker = _index([row.worker for row in labels], workers)
    place = {name: i for i, name in enumerate(classes)}
    answer = np.fromiter((place.get(row.label, -1) for row in labels), np.int64, len(labels))
    order = np.lexsort((task, worker))
    task, worker, answer = task[order], worker[order], answer[order]
    _refuse_duplicates(order, task, worker, labels)
    known = answer >= 0
    unknown = Counter(workers[w] for w in worker[~known].tolist())
    return Table(
        tasks,
        workers,
        list(classes),
        task[known],
        worker[known],
        answer[known],
        _gold_classes(gold, tasks, list(classes)),
        dict(unknown),
    )
