"""Intervals that hold what they promise, and a draw that nobody chose."""

from __future__ import annotations

import random

import pytest

from cota.commitments.words import keccak
from cota.insight.drawing import MOST_ROWS, draw, rows_shown
from cota.insight.intervals import Groups, grouped, wilson


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    # Reference values of the Wilson score interval without continuity correction.
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_wilson__reference_values(right: int, of: int, low: float, high: float) -> None:
    found = wilson(right, of)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    assert wilson(0, 0) is None


def sums(groups: list[tuple[int, int]]) -> Groups:
    return Groups(
        len(groups), sum(r for r, _ in groups), sum(n for _, n in groups), sum(r * r for r, _ in groups),
        sum(r * n for r, n in groups), sum(n * n for _, n in groups),
    )  # fmt: skip


def test_grouped__dependent_trials__interval_covers_the_truth() -> None:
    """Labels of one item stand and fall together: an interval for independent trials would be far too narrow."""
    generator = random.Random(7)
    covered = naive = 0
    rounds = 400
    for _ in range(rounds):
        hard = [generator.random() < 0.3 for _ in range(40)]
        groups = [(sum(generator.random() < (0.2 if one else 0.95) for _ in range(10)), 10) for one in hard]
        truth = 0.3 * 0.2 + 0.7 * 0.95
        found = grouped(sums(groups))
        alone = wilson(sum(r for r, _ in groups), 400)
        assert found is not None
        assert alone is not None
        covered += found.low <= truth <= found.high
        naive += alone.low <= truth <= alone.high
    assert covered / rounds > 0.91
    assert naive / rounds < 0.75


def test_grouped__no_variance_seen__is_not_certainty() -> None:
    found = grouped(sums([(3, 3)] * 4))
    assert found is not None
    assert (found.rate, found.high) == (1.0, 1.0)
    assert found.low < 0.6
    assert grouped(sums([])) is None
    single = grouped(sums([(2, 3)]))
    assert single is not None
    assert single.high - single.low > 0.5


def test_draw__different_rows__that_the_beacon_alone_decides() -> None:
    dataset = keccak(b"dataset")
    first = draw(dataset, 1, keccak(b"beacon"), 1_000)
    assert len(set(first)) == len(first) == MOST_ROWS
    assert all(0 <= number < 1_000 for number in first)
    assert first == draw(dataset, 1, keccak(b"beacon"), 1_000)
    for other in (draw(dataset, 2, keccak(b"beacon"), 1_000), draw(dataset, 1, keccak(b"other"), 1_000)):
        assert len(set(first) & set(other)) < 5
    assert [rows_shown(count) for count in (0, 1, 19, 40, 399, 400, 10**6)] == [0, 1, 1, 2, 19, 20, 20]
    spread = [number for beacon in range(200) for number in draw(dataset, 1, keccak(b"%d" % beacon), 100)]
    assert max(spread.count(number) for number in range(100)) < 30
