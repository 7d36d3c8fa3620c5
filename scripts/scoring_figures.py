"""What the scoring reaches on the public label sets: prints the table of docs/scoring-rules-1.md.

    .venv/bin/python -m scripts.scoring_figures

Per set: a tenth of the known tasks (20 on bluebirds) is gold, spread over the sorted tasks; accuracy is over
the other known tasks, an unsettled one counting as the most frequent class of the gold; r is Pearson's, of
skill with true accuracy, over workers with ten known answers or more. Sets not at hand are fetched or left.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from cota.scoring import LabelRow, score
from cota.scoring.crowd import crowd_consensus, majority
from cota.scoring.files import read_gold, read_labels
from scripts.crowd_data import SETS, find

Labels = Mapping[str, str | None]


def choose_gold(truth: Mapping[str, str], count: int) -> dict[str, str]:
    """`count` tasks, spread evenly over the sorted ones."""
    tasks = sorted(truth)
    return {task: truth[task] for task in (tasks[place * len(tasks) // count] for place in range(count))}


def accuracy(found: Labels, truth: Mapping[str, str], gold: Mapping[str, str]) -> float:
    """Over known tasks that are not gold."""
    frequent = Counter(gold.values()).most_common(1)[0][0]
    asked = [task for task in truth if task not in gold]
    return sum((found[task] or frequent) == truth[task] for task in asked) / len(asked)


def correlation(skill: Mapping[str, int], rows: Sequence[LabelRow], truth: Mapping[str, str]) -> float:
    """Pearson's r of skill with true accuracy."""
    known = [row for row in rows if row.task in truth]
    asked = Counter(row.worker for row in known)
    right = Counter(row.worker for row in known if row.label == truth[row.task])
    workers = [worker for worker, count in asked.items() if count >= 10]
    given = [float(skill[worker]) for worker in workers]
    return float(np.corrcoef(given, [right[worker] / asked[worker] for worker in workers])[0, 1])


def print_set(name: str) -> None:
    folder = find(name)
    if folder is None:
        return
    rows, _ = read_labels(folder / "labels.csv")
    truth = read_gold(folder / "gold.csv")
    classes = sorted({row.label for row in rows})
    gold = choose_gold(truth, 20 if name == "bluebirds" else len(truth) // 10)
    started = time.perf_counter()
    scores = score(rows, gold, classes)
    seconds = time.perf_counter() - started
    crowd, agreement = crowd_consensus(rows, classes)
    reached = [accuracy(labels, truth, gold) for labels in (majority(rows, classes), crowd, scores.consensus)]
    open_items = sum(label is None for label in scores.consensus.values())
    print(
        f"| {name} | {len(rows):,} | {len(gold)} | "
        + " | ".join(f"{value:.3f}" for value in reached)
        + f" | {correlation(agreement, rows, truth):.3f} | {correlation(scores.skill, rows, truth):.3f}"
        + f" | {sum(scores.proven.values())} of {len(scores.proven)} | {open_items:,} | {seconds:.2f} |"
    )


def main() -> None:
    print(
        "| set | labels | gold | majority | crowd | rules 1 | r crowd | r rules 1 | proven | open items | s |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for name in SETS:
        print_set(name)


if __name__ == "__main__":
    main()
