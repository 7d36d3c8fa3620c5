"""How alike two answers to one item are, from 0 to 1, by kind of question: **schema, answer, answer** -> share.

Answers are in the one form of cota.datasets.labels. Exact fractions, so that equal means equal: no measure depends
on the order of the two, of marks in a list, or on a machine.

| kind | measure |
| --- | --- |
| choice, preference | 1 if equal |
| choices | Jaccard (1901): classes in both / classes in either; two empty answers are alike |
| rating | 1 - distance / (most - least) |
| text | 1 - edit distance (Levenshtein 1966) / longer length, in code points |
| spans | F1 of characters, each with the class that it was given (Dice 1945) |
| boxes, polygons | intersection / union of marks of one class, paired best, summed / marks in the longer list |
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from cota.scoring.agreement.shapes import box_overlap, pair_up, polygon_overlap

ONE, NONE = Fraction(1), Fraction(0)


def likeness(schema: Mapping[str, Any], one: Any, other: Any) -> Fraction:
    """How alike two answers to the same item are. Raises KeyError for a kind that is none."""
    return LIKENESS[schema["kind"]](schema, one, other)


def _equal(_schema: Mapping[str, Any], one: Any, other: Any) -> Fraction:
    return ONE if one == other else NONE


def _jaccard(_schema: Mapping[str, Any], one: Sequence[str], other: Sequence[str]) -> Fraction:
    either = set(one) | set(other)
    return Fraction(len(set(one) & set(other)), len(either)) if either else ONE


def _rating(schema: Mapping[str, Any], one: int, other: int) -> Fraction:
    return 1 - Fraction(abs(one - other), schema["most"] - schema["least"])


def _text(_schema: Mapping[str, Any], one: str, other: str) -> Fraction:
    longer = max(len(one), len(other))
    return 1 - Fraction(edit_distance(one, other), longer) if longer else ONE


def edit_distance(one: str, other: str) -> int:
    """Insertions, deletions and replacements of single code points that turn one text into the other.

    A column of the table at a time, its differences as the bits of two integers (Myers 1999, in the form of Hyyrö
    2003): the longest two answers take milliseconds.
    """
    if len(one) < len(other):
        one, other = other, one
    if not other:
        return len(one)
    places: dict[str, int] = {}
    for i, letter in enumerate(other):
        places[letter] = places.get(letter, 0) | 1 << i
    every, last = (1 << len(other)) - 1, 1 << (len(other) - 1)
    up, down, distance = every, 0, len(other)
    for letter in one:
        same = places.get(letter, 0)
        level = same | down
        across = (((same & up) + up) ^ up) | same
        rises = (down | ~(across | up)) & every
        falls = up & across
        distance += bool(rises & last) - bool(falls & last)
        rises = (rises << 1 | 1) & every
        up = (falls << 1 | ~(level | rises)) & every
        down = rises & level
    return distance


def covered(spans: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """(characters that both cover with the same class, characters of the one and of the other together). Spans that
    lie on each other count as often as they do; the work grows with the spans and not with the text."""
    steps: dict[str, list[tuple[int, int, int]]] = {}
    for side, marks in enumerate((spans, other)):
        for mark in marks:
            steps.setdefault(mark["class"], []).extend(
                ((mark["start"], side, 1), (mark["end"], side, -1)),
            )
    both = total = 0
    for of_class in steps.values():
        depth, before = [0, 0], 0
        for at, side, change in sorted(of_class):
            both += min(depth) * (at - before)
            total += sum(depth) * (at - before)
            depth[side] += change
            before = at
    return both, total


def _spans(
    _schema: Mapping[str, Any], one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]
) -> Fraction:
    both, total = covered(one, other)
    return Fraction(2 * both, total) if total else ONE


def _regions(
    overlap: Callable[[Mapping[str, Any], Mapping[str, Any]], Fraction],
) -> Callable[[Mapping[str, Any], Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]], Fraction]:
    def measure(
        _schema: Mapping[str, Any], one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]
    ) -> Fraction:
        longer = max(len(one), len(other))
        if not longer:
            return ONE
        shares = [[overlap(a, b) if a["class"] == b["class"] else NONE for b in other] for a in one]
        return Fraction(pair_up(shares)) / longer

    return measure


LIKENESS: Mapping[str, Callable[[Mapping[str, Any], Any, Any], Fraction]] = {
    "choice": _equal,
    "preference": _equal,
    "choices": _jaccard,
    "rating": _rating,
    "text": _text,
    "spans": _spans,
    "boxes": _regions(box_overlap),
    "polygons": _regions(polygon_overlap),
}
"""By kind of question."""
