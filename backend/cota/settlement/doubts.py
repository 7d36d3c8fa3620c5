"""Before a checkpoint: unlogged rows -> scoring -> **which items are to get one more seat** -> tasks.

Items that nobody proven voted on, or whose answer is not sure enough, are looked at by one more person before they
settle. As many gold items in proportion get a seat, too: otherwise whoever is given an item late would know that it
is none. Promises: pure, so the same rows ask for the same seats.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from cota.commitments.words import keccak
from cota.settlement.inputs import Inputs
from cota.settlement.row_queries import LogRow
from cota.settlement.scored import score_rows


def items_in_doubt(found: Inputs) -> list[bytes]:
    """References of the items, the doubtful and the gold among them, in no order that tells which is which."""
    scores = score_rows(found.question, found.rows, found.gold, found.past)
    doubtful = {bytes.fromhex(task[2:]) for task in scores.more_seats}
    return sorted(doubtful | set(_decoys(len(doubtful), found.rows, found.gold)))


def _decoys(doubtful: int, rows: Sequence[LogRow], gold: Mapping[bytes, Any]) -> list[bytes]:
    """Gold items of these rows: of all that get a seat the share that gold has of all, rounded up."""
    labels = Counter(row.item_ref for row in rows)
    known = [item for item in labels if item in gold]
    others = len(labels) - len(known)
    if not doubtful or not others:
        return []
    count = -(-doubtful * len(known) // others)
    # Another choice each time one of them was labelled again.
    return sorted(known, key=lambda item: keccak(item + labels[item].to_bytes(4)))[:count]
