"""Measures of agreement against cases worked by hand."""

from fractions import Fraction as F
from typing import Any

import pytest

from cota.scoring.agreement import LIKENESS, alpha, alpha_of, confusion, likeness
from cota.scoring.agreement.alpha import interval, nominal, ordinal, ratio
from cota.scoring.agreement.likeness import edit_distance
from cota.scoring.agreement.shapes import MOST_EXACT, box_overlap, pair_up, polygon_overlap


def box(x: int, y: int, width: int, height: int, kind: str = "bird") -> dict[str, Any]:
    return {"x": x, "y": y, "width": width, "height": height, "class": kind}


def polygon(*points: tuple[int, int], kind: str = "bird") -> dict[str, Any]:
    return {"points": [list(point) for point in points], "class": kind}


def span(start: int, end: int, kind: str = "person") -> dict[str, Any]:
    return {"start": start, "end": end, "class": kind, "text": "x" * (end - start)}


SQUARE = polygon((0, 0), (4, 0), (4, 4), (0, 4))
CASES = [
    ({"kind": "choice"}, "heron", "heron", F(1)),
    ({"kind": "choice"}, "heron", "ibis", F(0)),
    ({"kind": "preference"}, "a", "tie", F(0)),
    ({"kind": "choices"}, ["heron", "ibis"], ["ibis", "stork"], F(1, 3)),
    ({"kind": "choices"}, [], [], F(1)),
    ({"kind": "choices"}, [], ["ibis"], F(0)),
    ({"kind": "rating", "least": 1, "most": 5}, 2, 5, F(1, 4)),
    ({"kind": "text"}, "kitten", "sitting", F(4, 7)),
    ({"kind": "text"}, "", "", F(1)),
    # "Ana Lima" against "Ana": 3 of 8 + 3 characters twice.
    ({"kind": "spans"}, [span(0, 8)], [span(0, 3)], F(6, 11)),
    ({"kind": "spans"}, [span(0, 8)], [span(0, 8, "place")], F(0)),
    ({"kind": "spans"}, [], [], F(1)),
    # 2 x 4 of 4 x 4 + 4 x 4 - 2 x 4.
    ({"kind": "boxes"}, [box(0, 0, 4, 4)], [box(2, 0, 4, 4)], F(1, 3)),
    ({"kind": "boxes"}, [box(0, 0, 4, 4), box(9, 9, 2, 2)], [box(0, 0, 4, 4)], F(1, 2)),
    ({"kind": "boxes"}, [box(0, 0, 4, 4)], [box(0, 0, 4, 4, "cat")], F(0)),
    ({"kind": "boxes"}, [], [box(0, 0, 1, 1)], F(0)),
    ({"kind": "polygons"}, [SQUARE], [SQUARE], F(1)),
    # The triangle below the diagonal is half of the square.
    ({"kind": "polygons"}, [SQUARE], [polygon((0, 0), (4, 0), (4, 4))], F(1, 2)),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "one", "other", "wanted"), CASES)
def test_likeness__cases_worked_by_hand(schema: dict[str, Any], one: Any, other: Any, wanted: F) -> None:
    assert likeness(schema, one, other) == wanted == likeness(schema, other, one)


def test_likeness__every_kind_of_question__has_a_measure_and_a_case() -> None:
    from cota.datasets.question import check_schema  # the kinds are told by what it takes

    assert {schema["kind"] for schema, *_ in CASES} == set(LIKENESS)
    with pytest.raises(Exception, match="kind"):
        check_schema({"kind": "none", "question": "?"})


def test_edit_distance__letters_beyond_the_basic_plane__are_one_each() -> None:
    assert edit_distance("a\U0001f99c", "a") == 1
    assert edit_distance("acao", "a\u00e7\u00e3o") == 2


def test_polygon_overlap__edges_cross__area_is_exact() -> None:
    """Two triangles over one base that mirror each other: the common triangle has a half of the height."""
    left, right = polygon((0, 0), (8, 0), (0, 8)), polygon((0, 0), (8, 0), (8, 8))
    assert polygon_overlap(left, right) == F(16, 32 + 32 - 16)


def test_polygon_overlap__concave__only_what_lies_inside_counts() -> None:
    u = polygon((0, 0), (6, 0), (6, 6), (4, 6), (4, 2), (2, 2), (2, 6), (0, 6))
    assert polygon_overlap(u, polygon((2, 2), (4, 2), (4, 6), (2, 6))) == 0
    assert polygon_overlap(u, polygon((0, 0), (6, 0), (6, 6), (0, 6))) == F(28, 36)


def test_box_overlap__apart_or_touching__is_none() -> None:
    assert box_overlap(box(0, 0, 2, 2), box(2, 0, 2, 2)) == 0


def test_pair_up__greedy_would_lose__the_best_pairing_is_found() -> None:
    """The largest first gives .9 + 0; the best is .8 + .8."""
    shares = [[F(9, 10), F(8, 10)], [F(8, 10), F(0)]]
    assert pair_up(shares) == F(16, 10)
    assert pair_up([list(column) for column in zip(*shares, strict=True)]) == F(16, 10)


def test_pair_up__long_lists__end_in_bounded_time() -> None:
    many = MOST_EXACT * 20
    assert pair_up([[F(i == j) for j in range(many)] for i in range(many)]) == many


# Krippendorff's own example (Computing Krippendorff's Alpha-Reliability, 2011, section C): four observers, twelve
# units of which the last has one value.
OBSERVED = [
    [1, 1, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4], [4, 4, 4, 4], [1, 1, 2, 1],
    [2, 2, 2, 2], [5, 5, 5], [1, 1], [3],
]  # fmt: skip


def test_alpha__krippendorffs_example__has_his_values_on_every_scale() -> None:
    found = {
        "nominal": alpha(OBSERVED, nominal), "ordinal": alpha(OBSERVED, ordinal(OBSERVED)),
        "interval": alpha(OBSERVED, interval), "ratio": alpha(OBSERVED, ratio),
    }  # fmt: skip
    assert {scale: round(float(value or 0), 3) for scale, value in found.items()} == {
        "nominal": 0.743, "ordinal": 0.815, "interval": 0.849, "ratio": 0.797,
    }  # fmt: skip


def test_alpha__nobody_disagrees_or_nothing_to_compare__is_not_defined() -> None:
    assert alpha([["a", "a"], ["a"]], nominal) is None
    assert alpha([["a"], ["b"]], nominal) is None
    assert alpha([], nominal) is None


def test_alpha__chance_and_worse__are_about_zero_and_below() -> None:
    assert alpha([["a", "b"], ["a", "b"]], nominal) == F(-1, 2)


def test_alpha_of__each_kind__takes_the_distance_that_fits() -> None:
    assert alpha_of({"kind": "choice"}, [["x", "x"], ["y", "y"]]) == 1
    assert alpha_of({"kind": "rating", "least": 1, "most": 5}, OBSERVED) == alpha(OBSERVED, ordinal(OBSERVED))
    apart = alpha_of({"kind": "boxes"}, [[[box(0, 0, 4, 4)], [box(2, 0, 4, 4)]], [[box(20, 0, 4, 4)]] * 2])
    assert apart == 1 - F(3 * 2 * 2, 3) / (2 * (F(2, 3) + 4))


def test_confusion__answers__are_counted_by_what_it_is() -> None:
    found = confusion(["a", "b"], [("a", "a"), ("a", "b"), ("b", "b"), ("b", "b"), ("b", "?")])
    assert found.counts == ((1, 1), (0, 2))
    assert (found.asked, found.right) == (4, 3)
    recall = found.recall("a")
    assert recall is not None
    assert (recall.right, recall.of, round(recall.low, 4), round(recall.high, 4)) == (1, 2, 0.0945, 0.9055)
    assert confusion(["a"], []).recall("a") is None
