"""Ways to be paid without honest work: a crowd, its gold, a share of all votes -> **the crowd with the bloc in it**.

A bloc's accounts answer every item (`half_honest_split`: 30 or 60 items in a block of 300, as the draw gives
them). `half_honest` is right on one half of the items as often as the median honest worker and shares random
answers on the other. `sybil_copies` are exact copies of one able worker, `late_copies` of half of her labels.
`leaked_gold` knows the gold and shares wrong answers elsewhere.
"""

from dataclasses import dataclass

import numpy as np

from cota.scoring.answers import Answers
from scripts.bench.scoring.crowds import Crowd, Whole, as_answers

SHARES = (0.1, 0.3, 0.5, 0.6)
BLIND = ("one_class", "shared_random", "shared_wrong", "shared_wrong_noise15", "independent_random")
COPIES = ("sybil_copies", "late_copies")
BLOCK = 300


@dataclass(frozen=True)
class Attacked:
    """Accounts from `first` on are the bloc's; `copied` is whom they copy."""

    answers: Answers
    first: int
    copied: int | None = None


def attack(crowd: Crowd, gold: Whole, kind: str, share: float, seed: int, labels: int = 0) -> Attacked:
    """`labels` an account, 0 for every item. The same seed gives the same bloc."""
    draw = np.random.default_rng([seed, 7])
    wanted = share / (1 - share) * len(crowd.task)
    if labels:
        accounts = round(wanted / labels)
        blocks = draw.integers(len(crowd.truth) // BLOCK, size=accounts)
        task = np.concatenate([BLOCK * b + draw.choice(BLOCK, labels, replace=False) for b in blocks])
        worker = np.repeat(np.arange(accounts), labels)
    else:
        accounts = max(1, round(wanted / len(crowd.truth)))
        task = np.tile(np.arange(len(crowd.truth)), accounts)
        worker = np.repeat(np.arange(accounts), len(crowd.truth))
    return _join(crowd, gold, task, worker, _answer(crowd, gold, kind, task, draw), accounts)


def _join(
    crowd: Crowd,
    gold: Whole,
    task: Whole,
    worker: Whole,
    answer: Whole,
    accounts: int,
    copied: int | None = None,
) -> Attacked:
    answers = as_answers(
        np.concatenate([crowd.task, task]),
        np.concatenate([crowd.worker, crowd.workers + worker]),
        np.concatenate([crowd.answer, answer]),
        gold,
        crowd.workers + accounts,
        crowd.classes,
    )
    return Attacked(answers, crowd.workers, copied)


def _whole_truth(crowd: Crowd) -> Whole:
    """The true classes, made up where nobody knows them: an answer is one of the classes."""
    made_up = np.random.default_rng(13).integers(crowd.classes, size=len(crowd.truth))
    return np.where(crowd.truth < 0, made_up, crowd.truth)


def _answer(crowd: Crowd, gold: Whole, kind: str, task: Whole, draw: np.random.Generator) -> Whole:
    classes, items, truth = crowd.classes, len(crowd.truth), _whole_truth(crowd)
    noise = draw.integers(classes, size=len(task))
    shared = draw.integers(classes, size=items)
    wrong = (truth + draw.integers(1, classes, size=items)) % classes
    if kind == "one_class":
        return np.full(len(task), np.bincount(crowd.truth[crowd.truth >= 0]).argmax())
    if kind == "independent_random":
        return noise
    if kind == "shared_random":
        return shared[task]
    if kind == "shared_wrong":
        return wrong[task]
    if kind == "shared_wrong_noise15":
        return np.where(draw.random(len(task)) < 0.15, noise, wrong[task])
    if kind == "leaked_gold":
        return np.where(gold[task] >= 0, truth[task], wrong[task])
    asked, right = crowd.true_accuracy()
    able = draw.random(len(task)) < np.median(right[asked >= 10])
    own_wrong = (truth[task] + draw.integers(1, classes, size=len(task))) % classes
    good = draw.permutation(items) < items // 2
    return np.where(good[task], np.where(able, truth[task], own_wrong), shared[task])


def copy(crowd: Crowd, gold: Whole, kind: str, share: float, seed: int, able: Whole) -> Attacked:
    """Copies of one of the `able` workers, at least two."""
    draw = np.random.default_rng([seed, 11])
    copied = int(draw.choice(able))
    rows = np.flatnonzero(crowd.worker == copied)
    if kind == "late_copies":
        rows = draw.permutation(rows)[: len(rows) // 2]
    accounts = max(2, round(share / (1 - share) * len(crowd.task) / len(rows)))
    worker = np.repeat(np.arange(accounts), len(rows))
    return _join(
        crowd,
        gold,
        np.tile(crowd.task[rows], accounts),
        worker,
        np.tile(crowd.answer[rows], accounts),
        accounts,
        copied,
    )
