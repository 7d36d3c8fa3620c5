"""What honest crowds get: right labels, pay that follows effort, no penalty.

Chance-corrected accuracy of a worker: (accuracy - blind) / (1 - blind), blind what her own habits would reach
without looking.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cota.scoring.fixed import PROB_ONE
from cota.scoring.independent import INDEPENDENT
from cota.scoring.outward import skill
from cota.scoring.outward.crowd import judge_crowd
from cota.scoring.outward.rounds import Verdict, judge
from scripts.bench.scoring.crowds import Crowd, Flags, Floats, Whole, accuracy, as_answers, draw_gold

CLICKS = 60
"""Labels of the random clicker."""
STEP = 2


def summary(values: Sequence[float], worst: float | None = None) -> dict[str, float]:
    """Mean, median and worst; the worst is the largest unless it is given."""
    return {
        "mean": float(np.mean(values)),
        "median": float(np.median(values)),
        "worst": float(max(values) if worst is None else worst),
    }


def earned(verdict: Verdict) -> Whole:
    """Pay of each worker up to one factor for all."""
    return verdict.skill**2 * verdict.weight


def without_gold(crowd: Crowd) -> tuple[Whole, float, float]:
    """(class by task, accuracy, r of skill with true accuracy over workers with ten known answers)."""
    none = np.full(len(crowd.truth), -1, np.int64)
    decided, agreement = judge_crowd(crowd.answers(none), INDEPENDENT)
    asked, right = crowd.true_accuracy()
    enough = asked >= 10
    known = np.flatnonzero(crowd.truth >= 0)
    r = float(np.corrcoef(agreement[enough], right[enough])[0, 1])
    return decided, float((decided[known] == crowd.truth[known]).mean()), r


def measure(crowd: Crowd, seeds: int) -> dict[str, Any]:
    """All that a crowd without attackers shows, over `seeds` choices of a tenth as gold."""
    alone, reached, r = without_gold(crowd)
    labels: Floats = np.bincount(crowd.worker, minlength=crowd.workers).astype(np.float64)
    plain, golden, tops, unpaid, clicks = [], [], [], [], []
    faulty: Flags = np.zeros(crowd.workers, np.bool_)
    false_alarms = 0
    oracle = _oracle(crowd)
    halves, able = _halves(crowd), able_workers(crowd)
    for seed in range(seeds):
        gold = draw_gold(crowd, seed)
        verdict = judge(crowd.answers(gold), INDEPENDENT)
        plain.append(accuracy(alone, crowd, gold))
        golden.append(accuracy(verdict.decided, crowd, gold))
        tops.append(_per_label(earned(verdict), labels, halves))
        unpaid.append(float((verdict.skill[able] == 0).mean()))
        clicks += click(crowd, gold, seed)
        faulty |= verdict.faults
        false_alarms += verdict.leak.halt
    known = int((crowd.truth >= 0).sum())
    gain = np.array(golden) - np.array(plain)
    return {
        "accuracy": reached,
        "skill_r": r,
        "gold10": {
            "without": float(np.mean(plain)),
            "with": float(np.mean(golden)),
            "gain": summary(gain.tolist(), worst=float(gain.min())),
            "standard_error": float(np.sqrt(np.mean(plain) * (1 - np.mean(plain)) / (0.9 * known))),
        },
        "effort": {
            "top_to_bottom": _ratio(tops),
            "oracle_top_to_bottom": _ratio([_per_label(oracle * labels, labels, halves)]),
            "random_to_average": float(np.mean(clicks)),
            "random_to_average_worst": float(max(clicks)),
            "able": int(able.sum()),
            "able_paid_zero": float(np.mean(unpaid)),
            "able_paid_zero_worst": float(max(unpaid)),
        },
        "honest_penalised": float(faulty.mean()),
        "false_leak_alarms": false_alarms,
    }


def _blind(crowd: Crowd) -> Floats:
    """Per worker: the accuracy of her habits alone."""
    known = crowd.truth[crowd.truth >= 0]
    classes = np.bincount(known, minlength=crowd.classes) / len(known)
    cells = np.bincount(crowd.worker * crowd.classes + crowd.answer, minlength=crowd.workers * crowd.classes)
    habits = cells.reshape(crowd.workers, crowd.classes)
    return np.asarray((habits @ classes) / np.maximum(habits.sum(axis=1), 1), np.float64)


def _oracle(crowd: Crowd) -> Floats:
    _, right = crowd.true_accuracy()
    blind = _blind(crowd)
    return np.asarray(np.maximum(right - blind, 0) / np.maximum(1 - blind, 1e-9), np.float64)


def _halves(crowd: Crowd) -> tuple[Whole, Whole]:
    """Workers with ten known answers, the better and the worse half by true accuracy."""
    asked, right = crowd.true_accuracy()
    order = [w for w in np.lexsort((np.arange(crowd.workers), -right)).tolist() if asked[w] >= 10]
    middle = len(order) // 2
    return np.array(order[:middle]), np.array(order[-middle:])


def _per_label(pay: Whole | Floats, labels: Floats, halves: tuple[Whole, Whole]) -> tuple[float, float]:
    top, bottom = (float(pay[half].sum() / labels[half].sum()) for half in halves)
    return top, bottom


def _ratio(pays: Sequence[tuple[float, float]]) -> float:
    """Of the sums over all seeds, so that one seed that pays the worse half nothing is no infinity."""
    return sum(top for top, _ in pays) / max(sum(bottom for _, bottom in pays), 1e-9)


def able_workers(crowd: Crowd) -> Flags:
    """Workers whose true accuracy is above chance at p < .05, by the exact binomial tail."""
    asked, right = crowd.true_accuracy()
    blind, found = _blind(crowd), np.zeros(crowd.workers, np.bool_)
    for worker in np.flatnonzero(asked).tolist():
        n, hits, p = int(asked[worker]), round(float(right[worker] * asked[worker])), float(blind[worker])
        found[worker] = _tail(n, hits, p) < 0.05
    return found


def _tail(n: int, hits: int, p: float) -> float:
    """P(at least `hits` of `n`)."""
    if p <= 0 or p >= 1:
        return float(hits <= n * p)
    places = np.arange(1, n + 1)
    choose = np.concatenate([[0.0], np.cumsum(np.log(n - places + 1) - np.log(places))])
    k = np.arange(n + 1)
    return float(np.exp(choose + k * np.log(p) + (n - k) * np.log1p(-p))[hits:].sum())


def click(crowd: Crowd, gold: Whole, seed: int, clickers: int = 1) -> list[float]:
    """Pay per label of people who each click at random on 60 items, against the average label's."""
    draw = np.random.default_rng([seed, 3])
    given = [
        (draw.choice(len(crowd.truth), CLICKS, replace=False), draw.integers(crowd.classes, size=CLICKS))
        for _ in range(clickers)
    ]
    answers = as_answers(
        np.concatenate([crowd.task, *(task for task, _ in given)]),
        np.concatenate([crowd.worker, crowd.workers + np.repeat(np.arange(clickers), CLICKS)]),
        np.concatenate([crowd.answer, *(answer for _, answer in given)]),
        gold,
        crowd.workers + clickers,
        crowd.classes,
    )
    pay = earned(judge(answers, INDEPENDENT))
    average = pay[: crowd.workers].sum() / len(crowd.task)
    return [float(one / CLICKS / average) for one in pay[crowd.workers :]]


def newcomer(classes: int, seeds: int, most: int = 120) -> int:
    """Gold answers after which one of accuracy .9 is paid 80 % of what she is in the long run, on average."""
    long_run = np.mean([_paid_after(classes, 4000, seed) for seed in range(3)])
    for count in range(STEP, most, STEP):
        if np.mean([_paid_after(classes, count, seed) for seed in range(seeds)]) >= 0.8 * long_run:
            return count
    return most


def _paid_after(classes: int, count: int, seed: int) -> float:
    draw = np.random.default_rng([seed, classes])
    truth = draw.integers(classes, size=count)
    wrong = (truth + draw.integers(1, classes, size=count)) % classes
    answer = np.where(draw.random(count) < 0.9, truth, wrong)
    answers = as_answers(np.arange(count), np.zeros(count, np.int64), answer, truth, 1, classes)
    prior = skill.class_prior(answers, INDEPENDENT.class_prior_pseudo_count)
    q = skill.marginals(answers, prior, INDEPENDENT.marginal_pseudo_counts)
    level = np.minimum(q * skill.Q_LEVELS // PROB_ONE, skill.Q_LEVELS - 1)
    cells = answers.answer.astype(np.int64) * skill.LEVELS + (answers.answer == answers.gold)
    counts = np.bincount(cells, minlength=classes * skill.LEVELS).astype(np.float64)
    wanted = INDEPENDENT.skill_quantile_per_mille
    found = skill.posterior(counts.reshape(1, classes, skill.LEVELS), level, [wanted])
    return float(max(int(found.quantiles[wanted][0]), 0) ** 2)
