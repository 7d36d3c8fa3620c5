"""Crowds as columns: the public sets, and made-up ones that no number was ever chosen on.

Of a (task, worker) that is there twice equal answers count once and contradictory ones not at all, as in
`cota score`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cota.scoring.answers import Answers, sort_answers
from cota.scoring.files import read_gold, read_labels
from scripts.crowd_data import find

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


class NotAtHand(Exception):
    """A public set can neither be found nor fetched."""


@dataclass(frozen=True)
class Crowd:
    """Columns of labels, and the true class of each task, -1 where nobody knows it."""

    name: str
    task: Whole
    worker: Whole
    answer: Whole
    truth: Whole
    workers: int
    classes: int

    def answers(self, gold: Whole) -> Answers:
        return as_answers(self.task, self.worker, self.answer, gold, self.workers, self.classes)

    def true_accuracy(self) -> tuple[Whole, Floats]:
        """Per worker: answers whose truth is known, and how many of them are right."""
        known = self.truth[self.task] >= 0
        right = known & (self.truth[self.task] == self.answer)
        asked = np.bincount(self.worker[known], minlength=self.workers)
        return asked, np.bincount(self.worker[right], minlength=self.workers) / np.maximum(asked, 1)


def as_answers(task: Whole, worker: Whole, answer: Whole, gold: Whole, workers: int, classes: int) -> Answers:
    return sort_answers(
        task.astype(np.int32),
        worker.astype(np.int32),
        answer.astype(np.int16),
        gold.astype(np.int16),
        workers,
        classes,
    )


def load(name: str) -> Crowd:
    """A public set. Raises NotAtHand."""
    folder = find(name)
    if folder is None:
        raise NotAtHand(f"{name} can neither be found nor fetched")
    rows, contradicted = read_labels(folder / "labels.csv")
    truth = read_gold(folder / "gold.csv")
    tasks = sorted({row.task for row in rows} | {task for task, _ in contradicted})
    workers = sorted({row.worker for row in rows} | {worker for _, worker in contradicted})
    classes = sorted({row.label for row in rows} | set(truth.values()))
    place = [{value: number for number, value in enumerate(values)} for values in (tasks, workers, classes)]
    task, worker, answer = (np.array([place[k][row[k]] for row in rows], np.int64) for k in range(3))
    known = np.array([place[2][truth[task]] if task in truth else -1 for task in tasks], np.int64)
    return Crowd(name, task, worker, answer, known, len(workers), len(classes))


def draw_gold(crowd: Crowd, seed: int, share: float = 0.1) -> Whole:
    """A random tenth of the known tasks; -1 elsewhere."""
    known = np.flatnonzero(crowd.truth >= 0)
    chosen = np.random.default_rng(seed).choice(known, round(len(known) * share), replace=False)
    gold = np.full(len(crowd.truth), -1, np.int64)
    gold[chosen] = crowd.truth[chosen]
    return gold


def make_crowd(classes: int, seed: int, tasks: int = 1000, workers: int = 120, seats: int = 9) -> Crowd:
    """Workers of beta-distributed skill who mix up neighbouring classes on items of uneven difficulty."""
    draw = np.random.default_rng(seed)
    truth = draw.choice(classes, tasks, p=draw.dirichlet(np.full(classes, 6.0)))
    skill, ease = draw.beta(4, 2, workers), draw.beta(5, 2, tasks)
    busy = draw.pareto(1.5, workers) + 0.3
    chosen = [draw.choice(workers, seats, replace=False, p=busy / busy.sum()) for _ in range(tasks)]
    task, worker = np.repeat(np.arange(tasks), seats), np.concatenate(chosen)
    knows = draw.random(len(task)) < skill[worker] * (0.5 + 0.5 * ease[task])
    near = (truth[task] + draw.choice([-1, 1], len(task))) % classes
    guess = np.where(draw.random(len(task)) < 0.6, near, draw.integers(classes, size=len(task)))
    return Crowd(
        f"made-up {classes}", task, worker, np.where(knows, truth[task], guess), truth, workers, classes
    )


def accuracy(decided: Whole, crowd: Crowd, gold: Whole) -> float:
    """Over known tasks that are not gold; an open one counts as the most frequent class of the gold."""
    asked = np.flatnonzero((crowd.truth >= 0) & (gold < 0))
    frequent = int(np.bincount(gold[gold >= 0], minlength=crowd.classes).argmax())
    found = np.where(decided[asked] < 0, frequent, decided[asked])
    return float((found == crowd.truth[asked]).mean())
