"""Overlap of boxes and polygons, exactly, and the best pairing of two lists: integers in, fractions out.

The overlap of polygons is computed in horizontal slabs between all heights at which an edge begins, ends or crosses
another; inside a slab every shape is a row of trapezoids whose order does not change, so areas are exact.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any, TypeVar, cast

Point = tuple[Fraction, Fraction]
Edge = tuple[Point, Point]
Share = TypeVar("Share", int, Fraction)
MOST_EXACT = 8
"""Lists up to this length are paired in the best way, longer ones the largest overlap first."""


def box_overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> Fraction:
    """Intersection / union of two boxes of `x, y, width, height`."""
    width = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
    height = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
    both = max(0, width) * max(0, height)
    either = one["width"] * one["height"] + other["width"] * other["height"] - both
    return Fraction(both, either)


def polygon_overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> Fraction:
    """Intersection / union of two simple polygons of `points`; what lies inside is told by the even-odd rule."""
    edges = [_edges(one["points"]), _edges(other["points"])]
    heights = sorted(_heights(edges[0] + edges[1]))
    both = either = Fraction(0)
    for low, high in zip(heights, heights[1:], strict=False):
        middle = (low + high) / 2
        spans = [_inside(shape, middle) for shape in edges]
        both += _length(_common(*spans)) * (high - low)
        either += (_length(spans[0]) + _length(spans[1])) * (high - low)
    either -= both
    return both / either if either else Fraction(0)


def _edges(points: Sequence[Sequence[int]]) -> list[Edge]:
    corners = [(Fraction(x), Fraction(y)) for x, y in points]
    return [(a, b) for a, b in zip(corners, corners[1:] + corners[:1], strict=True) if a[1] != b[1]]


def _heights(edges: Sequence[Edge]) -> set[Fraction]:
    found = {point[1] for edge in edges for point in edge}
    for one, other in combinations(edges, 2):
        crossing = _crossing(one, other)
        if crossing is not None:
            found.add(crossing)
    return found


def _crossing(one: Edge, other: Edge) -> Fraction | None:
    """The height at which two edges cross."""
    low = max(min(one[0][1], one[1][1]), min(other[0][1], other[1][1]))
    high = min(max(one[0][1], one[1][1]), max(other[0][1], other[1][1]))
    if low >= high:
        return None
    first, last = (_at(one, y) - _at(other, y) for y in (low, high))
    if first * last >= 0:
        return None
    return low + (high - low) * first / (first - last)


def _at(edge: Edge, y: Fraction) -> Fraction:
    (x0, y0), (x1, y1) = edge
    return x0 + (x1 - x0) * (y - y0) / (y1 - y0)


def _inside(edges: Sequence[Edge], y: Fraction) -> list[tuple[Fraction, Fraction]]:
    """The parts of a line at a height between corners that lie inside. A slab's middle gives its mean width, since
    both sides of a trapezoid are straight."""
    cuts = sorted(
        _at(edge, y) for edge in edges if min(edge[0][1], edge[1][1]) < y < max(edge[0][1], edge[1][1])
    )
    return list(zip(cuts[::2], cuts[1::2], strict=False))


def _common(
    one: Sequence[tuple[Fraction, Fraction]], other: Sequence[tuple[Fraction, Fraction]]
) -> list[tuple[Fraction, Fraction]]:
    pairs = ((max(a[0], b[0]), min(a[1], b[1])) for a in one for b in other)
    return [(left, right) for left, right in pairs if left < right]


def _length(parts: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    return sum((right - left for left, right in parts), Fraction(0))


def pair_up(shares: Sequence[Sequence[Share]]) -> Share | int:
    """The largest sum of a pairing of rows with columns, each at most once."""
    if not shares or not shares[0]:
        return 0
    if len(shares) < len(shares[0]):
        shares = [list(column) for column in zip(*shares, strict=True)]
    if len(shares[0]) <= MOST_EXACT:
        return _best(shares)
    return _greedy(shares)


def _best(shares: Sequence[Sequence[Share]]) -> Share | int:
    """Over all subsets of the columns, row by row (Held and Karp's way)."""
    columns = range(len(shares[0]))
    best: dict[int, Any] = {0: 0}
    for row in shares:
        after = dict(best)
        for used, total in best.items():
            for column in columns:
                if not used >> column & 1:
                    taken = used | 1 << column
                    after[taken] = max(after.get(taken, Fraction(0)), total + row[column])
        best = after
    return cast(Share, max(best.values()))


def _greedy(shares: Sequence[Sequence[Share]]) -> Share | int:
    every = sorted(
        ((share, i, j) for i, row in enumerate(shares) for j, share in enumerate(row) if share),
        key=lambda one: (-one[0], one[1], one[2]),
    )
    rows: set[int] = set()
    columns: set[int] = set()
    total: Share | int = 0
    for share, i, j in every:
        if i not in rows and j not in columns:
            rows.add(i)
            columns.add(j)
            total += share
    return total
