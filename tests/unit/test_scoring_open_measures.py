"""Likenesses that are paid by: whole steps, near the exact measures, in bounded time whatever was drawn or written."""

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from cota.scoring.agreement import likeness
from cota.scoring.agreement.likeness import covered, edit_distance
from cota.scoring.open.lines import areas
from cota.scoring.open.measures import OPEN_KINDS, measure_of
from cota.scoring.open.numbers import OPEN
from tests.unit.scoring_open_crowd import SCHEMAS, near, truth_of
from tests.unit.test_agreement import SQUARE, box, polygon, span

STEPS = OPEN.likeness_steps


def alike(kind: str, one: Any, other: Any) -> int:
    return measure_of({"kind": kind}, OPEN)(one, other)


@pytest.mark.parametrize(
    ("kind", "one", "other", "steps"),
    [
        ("text", "kitten", "sitting", 256 * 4 // 7),
        ("text", "", "", 256),
        ("spans", [span(0, 8)], [span(0, 3)], 256 * 6 // 11),
        ("spans", [], [], 256),
        ("boxes", [box(0, 0, 4, 4)], [box(2, 0, 4, 4)], 256 // 3),
        ("boxes", [box(0, 0, 4, 4), box(9, 9, 2, 2)], [box(0, 0, 4, 4)], 128),
        ("boxes", [box(0, 0, 4, 4)], [box(0, 0, 4, 4, "cat")], 0),
        ("boxes", [], [], 256),
        ("boxes", [], [box(0, 0, 1, 1)], 0),
        ("polygons", [SQUARE], [polygon((0, 0), (4, 0), (4, 4))], 128),
        ("polygons", [SQUARE], [SQUARE], 256),
    ],
)
def test_measure__cases_of_the_documentation__in_steps(kind: str, one: Any, other: Any, steps: int) -> None:
    assert alike(kind, one, other) == steps == alike(kind, other, one)


@pytest.mark.parametrize("kind", OPEN_KINDS)
def test_measure__made_up_answers__are_the_exact_likeness_rounded_down(kind: str) -> None:
    """Polygons are looked at on lines: sides that cross within a row of pixels make a small difference."""
    draw = random.Random(kind)
    for number in range(60):
        truth = truth_of(kind, number)
        answer = near(kind, truth, draw, 80)
        exact = float(likeness(SCHEMAS[kind], truth, answer)) * STEPS
        slack = 5 if kind == "polygons" else 1 + 3 * (kind == "boxes")
        assert exact - slack <= alike(kind, truth, answer) <= exact + (5 if kind == "polygons" else 0)


def test_areas__polygon_drawn_otherwise__is_the_same() -> None:
    points = [[3, 5], [90, 11], [70, 400], [31, 250]]
    other = [[0, 0], [60, 0], [60, 300], [0, 300]]
    wanted = areas(points, other, 128)
    assert areas(points[::-1], other, 128) == areas(points[2:] + points[:2], other, 128) == wanted
    assert areas(other, points, 128) == wanted


def test_areas__more_rows_than_lines__are_near_the_exact_ones() -> None:
    one, other = [[0, 0], [1000, 0], [0, 1000]], [[0, 0], [1000, 0], [1000, 1000]]
    both, either = areas(one, other, 128)
    assert both / either == pytest.approx(1 / 3, abs=0.01)


def test_areas__concave__only_what_lies_inside_counts() -> None:
    u = [[0, 0], [6, 0], [6, 6], [4, 6], [4, 2], [2, 2], [2, 6], [0, 6]]
    assert areas(u, [[2, 2], [4, 2], [4, 6], [2, 6]], 128)[0] == 0
    both, either = areas(u, [[0, 0], [6, 0], [6, 6], [0, 6]], 128)
    assert both * 36 == either * 28


def test_edit_distance__random_texts__is_what_the_table_says() -> None:
    draw = random.Random(7)
    for _ in range(200):
        one, other = (
            "".join(draw.choice("ab\u00e7") for _ in range(draw.randrange(0, 90))) for _ in range(2)
        )
        assert edit_distance(one, other) == edit_distance(other, one) == by_table(one, other)


def by_table(one: str, other: str) -> int:
    """Levenshtein's table, row by row."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        below = [i]
        for j, against in enumerate(other, 1):
            below.append(min(below[-1] + 1, row[j] + 1, row[j - 1] + (letter != against)))
        row = below
    return row[-1]


def test_covered__random_spans_on_each_other__is_what_counting_says() -> None:
    draw = random.Random(3)
    for _ in range(100):
        sides = [
            [span(at, at + draw.randrange(1, 9), draw.choice("xy")) for at in draw.sample(range(30), 4)]
            for _ in range(2)
        ]
        one, other = (
            Counter((at, mark["class"]) for mark in marks for at in range(mark["start"], mark["end"]))
            for marks in sides
        )
        assert covered(*sides) == ((one & other).total(), one.total() + other.total())


@pytest.mark.timeout(60)
def test_measure__the_longest_answers__end_in_time() -> None:
    draw = random.Random(1)
    texts = ["".join(draw.choice("abcdefgh ") for _ in range(10_000)) for _ in range(2)]
    assert 0 < alike("text", *texts) < STEPS
    boxes = [[box(draw.randrange(50), draw.randrange(50), 400, 300) for _ in range(1000)] for _ in range(2)]
    assert 0 < alike("boxes", *boxes) < STEPS
    rings = [[polygon(*ring(draw)) for _ in range(12)] for _ in range(2)]
    assert 0 < alike("polygons", *rings) < STEPS
    spans = [[span(at, at + 10**6) for at in range(shift, 2000 + shift, 2)] for shift in (0, 1)]
    assert 0 < alike("spans", *spans) < STEPS


def ring(draw: random.Random) -> list[tuple[int, int]]:
    """A thousand corners about a middle, uneven."""
    left = [(500_000 - draw.randrange(1, 400_000), 2_000 * row) for row in range(500)]
    right = [(500_000 + draw.randrange(1, 400_000), 2_000 * row) for row in range(499, -1, -1)]
    return left + right


def test_measure__more_corners_than_are_looked_at__the_rest_counts_as_apart() -> None:
    few = replace(OPEN, most_corners=5 * 8)
    many, moved = ([box(40 * at + shift, 0, 20, 10) for at in range(10)] for shift in (0, 1))
    assert measure_of({"kind": "boxes"}, few)(many, moved) == alike("boxes", many, moved) // 2
