"""How alike two answers are, in whole steps: **schema, answer, answer** -> 0 to `likeness_steps`.

The measures are those of `scoring.agreement`, rounded down, but for polygons, which are compared on lines. Promises:
integers alone; the work is bounded whatever was drawn or written. Of long lists the best pairing is not looked for, so
whoever compares puts the two answers in one order.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cota.scoring.agreement.likeness import covered, edit_distance
from cota.scoring.agreement.shapes import pair_up
from cota.scoring.open.lines import areas
from cota.scoring.open.numbers import OpenRules

Mark = Mapping[str, Any]
Measure = Callable[[Any, Any], int]
Frame = tuple[int, int, int, int]
"""Left, top, right, bottom."""
OPEN_KINDS = ("text", "spans", "boxes", "polygons")


def measure_of(schema: Mapping[str, Any], rules: OpenRules) -> Measure:
    """The measure of a question. Raises KeyError for a kind whose answers can be listed."""
    most = rules.likeness_steps

    def text(one: str, other: str) -> int:
        longer = max(len(one), len(other))
        return most * (longer - edit_distance(one, other)) // longer if longer else most

    def spans(one: Sequence[Mark], other: Sequence[Mark]) -> int:
        both, total = covered(one, other)
        return most * 2 * both // total if total else most

    def boxes(one: Sequence[Mark], other: Sequence[Mark]) -> int:
        return _paired(one, other, box_frame, _box_areas, rules)

    def polygons(one: Sequence[Mark], other: Sequence[Mark]) -> int:
        def overlap(left: Mark, right: Mark) -> tuple[int, int]:
            return areas(left["points"], right["points"], rules.polygon_lines)

        return _paired(one, other, polygon_frame, overlap, rules)

    found: dict[str, Measure] = {"text": text, "spans": spans, "boxes": boxes, "polygons": polygons}
    return found[schema["kind"]]


def box_frame(mark: Mark) -> Frame:
    return mark["x"], mark["y"], mark["x"] + mark["width"], mark["y"] + mark["height"]


def polygon_frame(mark: Mark) -> Frame:
    columns, rows = zip(*mark["points"], strict=True)
    return min(columns), min(rows), max(columns), max(rows)


def _box_areas(one: Mark, other: Mark) -> tuple[int, int]:
    """(area in both, area in either)."""
    left, top, right, bottom = box_frame(one)
    left_2, top_2, right_2, bottom_2 = box_frame(other)
    both = (min(right, right_2) - max(left, left_2)) * (min(bottom, bottom_2) - max(top, top_2))
    return both, one["width"] * one["height"] + other["width"] * other["height"] - both


def _paired(
    one: Sequence[Mark],
    other: Sequence[Mark],
    frame: Callable[[Mark], Frame],
    overlap: Callable[[Mark, Mark], tuple[int, int]],
    rules: OpenRules,
) -> int:
    """Overlaps of marks of one class, paired best, over the marks in the longer list."""
    longer = max(len(one), len(other))
    if not longer:
        return rules.likeness_steps
    shares: dict[tuple[int, int], int] = {}
    corners = 0
    for i, j in _meeting(one, other, frame):
        corners += _corners(one[i]) + _corners(other[j])
        if corners > rules.most_corners:
            break
        both, either = overlap(one[i], other[j])
        if one[i] == other[j]:  # also where lines miss what both drew
            both = either = 1
        shares[i, j] = rules.likeness_steps * both // either if either else 0
    rows, columns = (sorted({pair[side] for pair, share in shares.items() if share}) for side in (0, 1))
    return int(pair_up([[shares.get((i, j), 0) for j in columns] for i in rows])) // longer


def _corners(mark: Mark) -> int:
    return len(mark.get("points", "four"))


def _meeting(
    one: Sequence[Mark], other: Sequence[Mark], frame: Callable[[Mark], Frame]
) -> Iterator[tuple[int, int]]:
    """Pairs of marks of one class whose frames meet."""
    ends = [(frame(mark), mark["class"]) for mark in other]
    for i, mark in enumerate(one):
        left, top, right, bottom = frame(mark)
        for j, ((left_2, top_2, right_2, bottom_2), kind) in enumerate(ends):
            is_apart = left >= right_2 or left_2 >= right or top >= bottom_2 or top_2 >= bottom
            if kind == mark["class"] and not is_apart:
                yield i, j
