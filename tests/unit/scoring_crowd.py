"""A made-up crowd of three classes for the tests of the scoring; the same at every call."""

import random
from collections.abc import Iterable

from cota.scoring import LabelRow

CLASSES = ["blue", "green", "red"]


def answer(worker: str, task: int, right: str, percent: int) -> LabelRow:
    """The right answer in `percent` of a hundred cases, else one of the others; the same each time."""
    draw = random.Random(f"{worker}/{task}")
    label = right if draw.randrange(100) < percent else draw.choice([c for c in CLASSES if c != right])
    return LabelRow(f"t{task:03d}", worker, label)


TRUTH = {f"t{n:03d}": random.Random(n).choice(CLASSES) for n in range(150)}
GOLD = {task: label for n, (task, label) in enumerate(TRUTH.items()) if n % 5 == 0}


def crowd(*percents: int) -> list[LabelRow]:
    return [
        answer(f"w{w}", n, right, percent)
        for w, percent in enumerate(percents)
        for n, right in enumerate(TRUTH.values())
    ]


ROWS = crowd(90, 85, 80, 75, 60, 45, 33, 33)


def accuracy(consensus: dict[str, str | None], tasks: Iterable[str]) -> float:
    asked = [task for task in tasks if task not in GOLD]
    return sum(consensus[task] == TRUTH[task] for task in asked) / len(asked)


MIXED = [
    *ROWS,
    *(row._replace(worker="few") for row in crowd(95) if row.task < "t059"),
    *(row._replace(worker="copy") for row in ROWS if row.worker == "w2"),
    *(LabelRow(task, "lazy", "blue") for task in TRUTH),
    LabelRow("t999", "odd", "bleu"),
]
"""The crowd with a newcomer, a copy, somebody lazy and an unknown label: every step has something to do."""


def camouflage(size: int) -> list[LabelRow]:
    """Right on every other item as often as the able, one shared random answer on the rest."""
    draw = random.Random(5)
    shared = {task: draw.choice(CLASSES) for task in TRUTH}
    return [
        LabelRow(
            task, f"x{n}", (right if draw.random() < 0.8 else draw.choice(CLASSES)) if k % 2 else shared[task]
        )
        for n in range(size)
        for k, (task, right) in enumerate(TRUTH.items())
    ]


CAMOUFLAGED = [*MIXED, *camouflage(8)]
"""The same with a bloc: rules 4 have something to leave out."""
