"""The scoring on real crowds, or on a made-up one where they cannot be had: at least as right as counting."""

import csv
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from cota.scoring import LabelRow, score
from cota.scoring.crowd import majority
from cota.scoring.files import read_gold, read_labels
from scripts.crowd_data import find_or_sample


def load(name: str) -> tuple[str, list[LabelRow], dict[str, str]]:
    name, folder = find_or_sample(name, online=False)
    rows, _ = read_labels(folder / "labels.csv")
    return name, rows, read_gold(folder / "gold.csv")


def spread(tasks: list[str], count: int) -> list[str]:
    """A deterministic choice over the sorted tasks."""
    return [tasks[place * len(tasks) // count] for place in range(count)]


class Trial:
    """A set scored with `count` of its known tasks as gold, judged on the others."""

    def __init__(self, name: str, count: int) -> None:
        self.name, self.rows, self.truth = load(name)
        self.gold = {task: self.truth[task] for task in spread(sorted(self.truth), count)}
        self.classes = sorted({row.label for row in self.rows})
        self.scores = score(self.rows, self.gold, self.classes)
        self.frequent = Counter(self.gold.values()).most_common(1)[0][0]

    def accuracy(self, consensus: Mapping[str, str | None]) -> float:
        """An unsettled item counts as the most frequent class of the gold."""
        asked = [task for task in self.truth if task not in self.gold]
        return sum((consensus[task] or self.frequent) == self.truth[task] for task in asked) / len(asked)

    def skill_correlation(self) -> float:
        """Pearson's r of skill with true accuracy, workers with at least ten known answers."""
        known = [row for row in self.rows if row.task in self.truth]
        asked = Counter(row.worker for row in known)
        right = Counter(row.worker for row in known if row.label == self.truth[row.task])
        workers = [worker for worker, count in asked.items() if count >= 10]
        skill = [float(self.scores.skill[worker]) for worker in workers]
        return float(np.corrcoef(skill, [right[worker] / asked[worker] for worker in workers])[0, 1])


def test_score__bluebirds_with_20_gold__is_far_better_than_counting_votes() -> None:
    trial = Trial("bluebirds", 20)
    reached, counted = (
        trial.accuracy(trial.scores.consensus),
        trial.accuracy(majority(trial.rows, trial.classes)),
    )
    assert reached >= counted
    assert trial.skill_correlation() > 0.85
    if trial.name == "bluebirds":
        assert len(trial.rows) == 4212
        assert counted < 0.79
        assert reached > 0.86


def test_score__weather_with_a_tenth_as_gold__is_no_worse_than_counting_votes() -> None:
    trial = Trial("weather_amt", 30)
    counted = trial.accuracy(majority(trial.rows, trial.classes))
    # One binomial standard error is 2 points on these 270 items.
    assert trial.accuracy(trial.scores.consensus) >= counted - 0.02
    assert trial.skill_correlation() > 0.8


def test_score__bluebirds_half_of_them_copies_of_a_wrong_answer__keeps_its_accuracy() -> None:
    trial = Trial("bluebirds", 20)
    first, second = trial.classes[:2]
    wrong = {task: second if label == first else first for task, label in trial.truth.items()}
    workers = len({row.worker for row in trial.rows})
    bloc = [LabelRow(task, f"x{n:03d}", wrong[task]) for n in range(workers) for task in trial.truth]
    found = score([*trial.rows, *bloc], trial.gold, trial.classes)
    assert trial.accuracy(found.consensus) == trial.accuracy(trial.scores.consensus)
    assert all(found.skill[f"x{n:03d}"] == 0 for n in range(workers))


def test_score__four_thousand_labels__take_less_than_a_second() -> None:
    _, rows, truth = load("bluebirds")
    classes = sorted({row.label for row in rows})
    spent = []
    for _ in range(3):
        start = time.process_time()
        score(rows, {task: truth[task] for task in spread(sorted(truth), 20)}, classes)
        spent.append(time.process_time() - start)
    assert min(spent) < 1


@pytest.mark.parametrize("name", ["bluebirds", "weather_amt", "adult2", "sentiment_sp"])
def test_crowd_sets__files_found__hold_what_they_promise(name: str) -> None:
    found, folder = find_or_sample(name, online=False)
    with Path(folder / "labels.csv").open(encoding="utf-8") as source:
        assert next(csv.reader(source))[:3] == ["task", "worker", "label"]
    assert found in (name, "sample")
