"""Which rows a preview shows: **a beacon that came after the root** -> indexes. Pure; service and buyer compute it
alike.

The beacon is the hash of the block after the checkpoint's: when the log's root was fixed, nobody knew it, so
nobody chose the rows that look best. Row j of the draw is H(seed, j) mod the rows, leaving out what was drawn
before.
"""

from __future__ import annotations

from cota.commitments.words import hash_words, keccak, word_uint

BEACON_DELAY = 1
"""Blocks between the checkpoint and its beacon."""
MOST_ROWS = 20
SHARE = 20
"""At most one row in so many is shown, and at least one."""
_TAG = keccak(b"cota preview 1")


def rows_shown(count: int) -> int:
    """How many of a checkpoint's rows a preview shows."""
    return min(MOST_ROWS, max(1, count // SHARE)) if count else 0


def draw(dataset: bytes, epoch: int, beacon: bytes, count: int) -> list[int]:
    """Different numbers below `count`, in the order of the draw."""
    seed = hash_words(_TAG, dataset, word_uint(epoch), beacon)
    drawn: list[int] = []
    step = 0
    while len(drawn) < rows_shown(count):
        number = int.from_bytes(hash_words(seed, word_uint(step)), "big") % count
        if number not in drawn:
            drawn.append(number)
        step += 1
    return drawn
