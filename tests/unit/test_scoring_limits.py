"""The limits that docs/scoring.md states: against hand counts, brute force, and the rule that runs."""

from itertools import pairwise

import numpy as np
import pytest

from scripts.scoring_limits import (
    SHAPES,
    answers_for_floor,
    answers_for_ratio,
    best_clicker,
    binomial,
    by_rule,
    clicker_floor,
    clickers_paid,
    false_alarms,
    made_epoch,
    newcomer,
    pay_by_rule,
    shared_items,
)


def test_binomial__counts__are_probabilities() -> None:
    assert binomial(2, 0.5).tolist() == [0.25, 0.5, 0.25]
    assert binomial(60, 0.9).sum() == pytest.approx(1)


def test_clicker_floor__any_rule__pays_at_least_that() -> None:
    assert clicker_floor(6, 0.75) == pytest.approx((2 / 3) ** 6)
    draw = np.random.default_rng(3)
    for _ in range(200):
        pay = draw.random(7) * (draw.random(7) < 0.5)
        if pay.any():
            ratio = (binomial(6, 0.5) @ pay) / (binomial(6, 0.75) @ pay)
            assert ratio >= clicker_floor(6, 0.75) - 1e-12
    assert answers_for_floor(0.75, 0.02) == 10
    assert clicker_floor(10, 0.75) <= 0.02 < clicker_floor(9, 0.75)


def test_clickers_paid__one_answer__is_counted_by_hand() -> None:
    """Who pays all but one in twenty of accuracy .8 must pay most of the wrong answers too: .05 of .2 may be left."""
    assert clickers_paid(1, 0.8, 0.05) == pytest.approx(1 - 0.5 * 0.05 / 0.2)
    assert clickers_paid(1, 0.8, 0.2) == pytest.approx(0.5)
    shares = [clickers_paid(n, 0.7, 0.05) for n in range(1, 120)]
    assert all(one >= other - 1e-12 for one, other in pairwise(shares))


def test_pay_by_rule__right_answers__are_paid_as_docs_say() -> None:
    """Ana of docs/scoring.md: 54 of 60 right is paid as .71, 30 of 60 as nothing."""
    pay = pay_by_rule(60)
    assert pay[54] == pytest.approx(0.71**2, abs=0.015)
    assert pay[30] == 0
    assert all(one <= other for one, other in pairwise(pay.tolist()))


def test_newcomer__quantile__is_reached_in_time_by_20_per_cent_and_not_by_15() -> None:
    assert newcomer(200) <= 70 < newcomer(150)


def test_by_rule__more_answers__pay_clickers_less() -> None:
    pays = [by_rule(n, 200, 0.75)[0] for n in (6, 20, 60)]
    assert pays[0] > clicker_floor(6, 0.75)
    assert pays[0] > pays[1] > pays[2]


def test_answers_for_ratio__clicker__is_paid_so_little_from_there_on_and_not_before() -> None:
    found = answers_for_ratio(0.02, 0.75)
    assert all(by_rule(n, 200, 0.75)[0] <= 0.02 for n in range(found, found + 30))
    assert by_rule(found - 1, 200, 0.75)[0] > 0.02


def test_best_clicker__of_many__is_what_draws_say() -> None:
    pay, draw = pay_by_rule(36), np.random.default_rng(2)
    best = pay[draw.binomial(36, 0.5, (20000, 20))].max(axis=1).mean()
    assert best_clicker(36, 0.75) == pytest.approx(best / (binomial(36, 0.75) @ pay), rel=0.02)
    assert best_clicker(36, 0.75, clickers=1) == pytest.approx(by_rule(36, 200, 0.75)[0])


def test_shared_items__more_gold_or_more_care__needs_fewer() -> None:
    assert shared_items(0.8, 60) < shared_items(0.8, 6)
    assert shared_items(1.0, 6) < shared_items(0.8, 6)


def test_made_epoch__a_shape__has_its_gold_and_its_workers() -> None:
    epoch = made_epoch((40, 7, (1.0, 0.0), 4), 3)
    assert (int((epoch.gold >= 0).sum()), len(epoch.task), epoch.workers) == (7, 80, 2)
    known = epoch.gold[epoch.task]
    right = known == epoch.answer
    assert right[(known >= 0) & (epoch.worker == 0)].all()
    assert not right[epoch.worker == 1].any()


@pytest.mark.parametrize("shape", [SHAPES[0], SHAPES[3]])
def test_false_alarms__two_gold_items__tell_nothing_and_halt_nothing(
    shape: tuple[int, int, tuple[float, ...], int],
) -> None:
    """Both may be among the few that two workers agree on: by the normal approximation alone one epoch in seventy."""
    assert false_alarms(shape, 150) == 0


def test_false_alarms__small_honest_epochs__are_hardly_ever_halted() -> None:
    """Three of 300 are one in a hundred, the most that is aimed at."""
    assert sum(false_alarms(shape, 50) for shape in SHAPES[1:3] + SHAPES[4:6] + SHAPES[7:]) * 50 <= 3
