"""Licensed export -> **checks of single items** -> label checks. Is each item, and its gold, what was committed to?

Checks `items.proofs`, `gold.proofs`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cota.commitments import log_tree
from cota.formats.export import Item
from cota.verify.anchors import Batch
from cota.verify.licensed import Licensed
from cota.verify.report import Tally

ItemCheck = Callable[[Tally, Licensed, int, Item], None]


def _check_item(tally: Tally, sold: Licensed, index: int, item: Item) -> None:
    where = f"item {index} of {sold.name}"
    problem = item.problem()
    tally.true(where, problem is None, "content, salt and reference that fit together", problem)
    is_whole = item.item is None or not item.is_erased
    tally.true(where, is_whole, "no content where there is no salt to prove it", item.item)
    batch = _batch(tally, sold, where, item.batch)
    place = index - batch.first_item
    holds = log_tree.verify(batch.items_root, item.item_ref, place, batch.count, item.proof)
    tally.true(where, holds, "a path to the items root on chain")


def _check_gold(tally: Tally, sold: Licensed, index: int, item: Item) -> None:
    """The gold was committed before the first label, one leaf for every item, and is opened whole."""
    where = f"gold of item {index} of {sold.name}"
    batch = _batch(tally, sold, where, item.batch)
    place = index - batch.first_item
    holds = log_tree.verify(batch.gold_root, item.gold_leaf(), place, batch.count, item.gold.proof)
    tally.true(where, holds, "a path to the gold root on chain")


def _batch(tally: Tally, sold: Licensed, where: str, number: int) -> Batch:
    tally.true(where, number in sold.anchors.batches, "a batch on chain", number)
    return sold.anchors.batches[number]


ITEM_CHECKS: Mapping[str, ItemCheck] = {"items.proofs": _check_item, "gold.proofs": _check_gold}
