"""Overlap of two polygons on horizontal lines: corners -> **lengths inside one, the other, both** -> areas.

Corners are whole pixels, so between two rows of pixels no side begins or ends: a line through the middle of a row
cuts off its mean width. Up to `lines` rows every row is looked at, of more so many, evenly spread. Integers alone.
"""

from collections.abc import Sequence

import numpy as np

from cota.scoring.rows import Ints

_PARTS = 256
"""Places on a line are rounded down to this part of a pixel."""
_NOWHERE = np.int64(2**62)
_ONE, _OTHER = 1, 2
_BOTH = _ONE | _OTHER


def areas(one: Sequence[Sequence[int]], other: Sequence[Sequence[int]], lines: int) -> tuple[int, int]:
    """(in both, in either) of two polygons, in one unit; what lies inside is told by the even-odd rule."""
    rows = _rows([y for _, y in (*one, *other)], lines)
    places, sides = [], []
    for polygon, side in ((one, _ONE), (other, _OTHER)):
        cuts = _cuts(np.array(polygon, np.int64), rows)
        places.append(cuts)
        sides.append(np.where(cuts < _NOWHERE, side, 0))
    place = np.concatenate(places)
    order = np.argsort(place, axis=0, kind="stable")
    place = np.take_along_axis(place, order, axis=0)
    inside = np.bitwise_xor.accumulate(np.take_along_axis(np.concatenate(sides), order, axis=0), axis=0)[:-1]
    width = np.where(inside > 0, place[1:] - place[:-1], 0)
    return int(width[inside == _BOTH].sum()), int(width.sum())


def _rows(heights: Sequence[int], lines: int) -> Ints:
    """The rows of pixels that are looked at."""
    top, height = min(heights), max(heights) - min(heights)
    if height <= lines:
        return np.arange(top, top + height, dtype=np.int64)
    return top + (2 * np.arange(lines, dtype=np.int64) + 1) * height // (2 * lines)


def _cuts(corners: Ints, rows: Ints) -> Ints:
    """(sides, rows): where each side cuts the middle of each row, or nowhere."""
    following = np.roll(corners, -1, axis=0)
    upward = corners[:, 1] > following[:, 1]
    high = np.where(upward[:, None], following, corners)
    low = np.where(upward[:, None], corners, following)
    height = (low[:, 1] - high[:, 1])[:, None]
    below = rows[None, :] - high[:, 1][:, None]
    crosses = (below >= 0) & (below < height)
    shift = (2 * below + 1) * (low[:, 0] - high[:, 0])[:, None] * (_PARTS // 2)
    return np.asarray(
        np.where(crosses, high[:, 0][:, None] * _PARTS + shift // np.maximum(height, 1), _NOWHERE), np.int64
    )
