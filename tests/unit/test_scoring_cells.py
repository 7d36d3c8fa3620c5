"""What is counted by pairs (worker, answer) that occur is what whole tables would say, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from cota.scoring.answers import Answers, sort_answers
from cota.scoring.fixed import PROB_ONE, log_fixed
from cota.scoring.independent import INDEPENDENT
from cota.scoring.outward import skill
from cota.scoring.outward.cells import find_cells, group_cells
from cota.scoring.outward.numbers import WEIGHT_ONE
from cota.scoring.outward.rounds import judge
from cota.scoring.outward.votes import Votes


def crowd(seed: int, tasks: int, workers: int, classes: int, share: float) -> Answers:
    """Answers of which the first classes are far more usual than the last."""
    draw = np.random.default_rng(seed)
    chosen = np.flatnonzero(draw.random(tasks * workers) < share)
    answer = np.minimum(draw.geometric(0.3, len(chosen)) - 1, classes - 1)
    gold = np.where(draw.random(tasks) < 0.2, draw.integers(classes, size=tasks), -1)
    return sort_answers(
        (chosen // workers).astype(np.int32),
        (chosen % workers).astype(np.int32),
        answer.astype(np.int16),
        gold.astype(np.int16),
        workers,
        classes,
    )


def test_find_cells__a_crowd__has_each_pair_once_in_order_and_each_row_its_own() -> None:
    answers = crowd(1, 50, 12, 9, 0.4)
    cells = find_cells(answers)
    pairs = list(zip(cells.worker.tolist(), cells.answer.tolist(), strict=True))
    rows = list(zip(answers.worker.tolist(), answers.answer.tolist(), strict=True))
    assert pairs == sorted(set(rows))
    assert [pairs[cell] for cell in cells.of_row.tolist()] == rows


@pytest.mark.parametrize("size", [2**16, 5])
@pytest.mark.parametrize("seed", range(3))
def test_confusion__pairs_that_occur__have_the_bits_of_whole_tables(
    monkeypatch: pytest.MonkeyPatch, seed: int, size: int
) -> None:
    """The prior is added in the order of the answers, those that a worker never gave included: 0.1 + 0.1 + ... is
    rounded, so another order would be another number."""
    monkeypatch.setattr("cota.scoring.pieces.PIECE", size)
    answers, classes = crowd(seed, 80, 14, 17, 0.5), 17
    draw, cells = np.random.default_rng(seed), find_cells(answers)
    votes = Votes(answers, cells, np.full(classes, 1 / classes))
    votes.probabilities[:] = draw.integers(PROB_ONE, size=votes.probabilities.shape)
    weight = draw.integers(1, WEIGHT_ONE + 1, size=answers.workers)
    counts = np.zeros((answers.workers, classes, classes), np.int64)
    for task, worker, answer in zip(answers.task, answers.worker, answers.answer, strict=True):
        counts[worker, answer] += votes.probabilities[:, task]
    seen = counts / PROB_ONE + np.where(np.eye(classes), 1.0, 0.1)
    whole = log_fixed(seen / np.cumsum(seen, axis=1)[:, -1:, :]) * weight[:, None, None] // WEIGHT_ONE
    found = votes._confusion(1.0, 0.1, weight)
    assert np.array_equal(found, whole[cells.worker, cells.answer].T)


def test_posterior__answers_that_are_equally_usual__say_what_each_would() -> None:
    draw = np.random.default_rng(2)
    counts = draw.integers(0, 4, size=(7, 5, skill.LEVELS)).astype(np.float64)
    levels = draw.integers(0, 3, size=(7, 5))
    found = skill.posterior(counts, levels, [10, 200])
    table = skill.likelihood_table()
    logs = np.array([sum(counts[w, c] @ table[levels[w, c]] for c in range(5)) for w in range(7)])
    groups = group_cells(np.repeat(np.arange(7), 5), levels.reshape(-1))
    joined = np.zeros((len(groups.worker), skill.LEVELS))
    np.add.at(joined, groups.of_cell, counts.reshape(-1, skill.LEVELS))
    assert np.array_equal(skill.log_likelihoods(joined, groups.worker, groups.level, 7), logs)
    alone = [skill.posterior(counts[[w]], levels[[w]], [10, 200]) for w in range(7)]
    assert found.quantiles[200].tolist() == [int(one.quantiles[200][0]) for one in alone]


def test_posterior__one_worker_with_millions_of_answers__is_still_told() -> None:
    """So many nats outgrow 32 bits: skills far from hers are just as good as impossible."""
    counts = np.zeros((1, 2, skill.LEVELS))
    counts[0, :, skill.RIGHT], counts[0, :, skill.WRONG] = 9_000_000, 1_000_000
    found = skill.posterior(counts, np.full((1, 2), 64), [10, 200])
    assert found.quantiles[10].tolist() == found.quantiles[200].tolist() == [80]


def test_judge__a_thousand_classes__needs_no_table_of_all_confusions() -> None:
    """300 workers x 1,000 answers x 1,000 classes would be 2.4 GB; what occurs is a hundredth of it."""
    answers = crowd(3, 60, 300, 1000, 0.3)
    found = judge(answers, INDEPENDENT)
    assert (found.decided >= -1).all()
    assert len(find_cells(answers)) * 50 < 300 * 1000
