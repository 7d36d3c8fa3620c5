"""How much is worked on at once: what fits a processor's own memory, whatever the size of an epoch."""

from collections.abc import Iterator

PIECE = 2**16
"""Numbers (rows or items, times classes) that are worked on at once."""
_LEAST = 2**12
"""Rows or items that a piece has at least: with fewer, starting on them costs more than they do."""


def pieces(count: int, width: int = 1, least: int = _LEAST) -> Iterator[slice]:
    """Slices of `count` rows or items with `width` numbers each."""
    step = max(PIECE // width, min(PIECE, least))
    for first in range(0, count, step):
        yield slice(first, min(first + step, count))
