"""Crowd's data -> **crowd** -> demo. The real labels that the story is played with, and what is known of
the truth.

Promises: which items are gold is a deterministic choice (every n-th task), made before anything is
committed and from the task list alone; a worker's labels are those of the data, none is left out or
corrected.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cota.scoring import LabelRow
from cota.scoring.crowd import majority
from scripts.crowd_data import find_or_sample

GOLD_ITEMS = 20


@dataclass(frozen=True)
class Crowd:
    """One label set: who answered what, the truth, and which truths the publisher commits as gold."""

    name: str
    question: str
    classes: tuple[str, ...]
    labels: tuple[LabelRow, ...]
    truth: Mapping[str, str]

    @property
    def tasks(self) -> list[str]:
        return sorted({row.task for row in self.labels})

    @property
    def workers(self) -> list[str]:
        return sorted({row.worker for row in self.labels})

    @property
    def seats(self) -> int:
        """Labels wanted per item: as many as the item with most has."""
        counts: dict[str, int] = {}
        for row in self.labels:
            counts[row.task] = counts.get(row.task, 0) + 1
        return max(counts.values())

    def schema(self) -> dict[str, Any]:
        return {"kind": "choice", "question": self.question, "classes": list(self.classes)}

    def item(self, task: str) -> dict[str, str]:
        """What an annotator is shown."""
        return {"photo": task, "question": self.question}

    def gold(self) -> dict[str, str]:
        """The items whose truth is committed, spread over the task list."""
        known = [task for task in self.tasks if task in self.truth]
        count = min(GOLD_ITEMS, len(known) // 2)
        chosen = [known[place * len(known) // count] for place in range(count)]
        return {task: self.truth[task] for task in chosen}

    def answers_of(self, worker: str) -> dict[str, str]:
        return {row.task: row.label for row in self.labels if row.worker == worker}

    def accuracy(self, consensus: Mapping[str, str | None]) -> float:
        """Over the items without gold; an unsettled one counts as the most frequent class of the gold."""
        gold = self.gold()
        fallback = max(self.classes, key=lambda name: (list(gold.values()).count(name), name))
        judged = [task for task in self.tasks if task in self.truth and task not in gold]
        right = sum((consensus.get(task) or fallback) == self.truth[task] for task in judged)
        return right / len(judged)

    def majority_accuracy(self) -> float:
        """What counting votes would have reached on the same items."""
        return self.accuracy(majority(self.labels, self.classes))


def find_crowd() -> Crowd:
    """Bluebirds where it can be had, else the made-up sample."""
    name, folder = find_or_sample("bluebirds")
    question = _QUESTIONS[name]
    return read_crowd(folder, name, question)


def read_crowd(folder: Path, name: str, question: str) -> Crowd:
    """A label set as `labels.csv` (task,worker,label) and `gold.csv` (task,label)."""
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        labels = tuple(LabelRow(row["task"], row["worker"], row["label"]) for row in csv.DictReader(file))
    with (folder / "gold.csv").open(encoding="utf-8", newline="") as file:
        truth = {row["task"]: row["label"] for row in csv.DictReader(file)}
    classes = tuple(sorted({row.label for row in labels} | set(truth.values())))
    return Crowd(name, question, classes, labels, truth)


_QUESTIONS = {
    "bluebirds": "Does the photo show the one species (1) or the other (0): Indigo Bunting or Blue Grosbeak?",
    "sample": "Which colour is the object?",
}
