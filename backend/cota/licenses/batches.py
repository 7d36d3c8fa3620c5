"""Trees of an uploaded batch: item references and gold leaves -> **positional trees** -> proofs in an export.

Promises: a tree whose root is not the one on chain is never used.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from cota.commitments import hashes
from cota.commitments.log_tree import LogTree
from cota.http.services import Services
from cota.licenses import queries


class BatchMismatch(RuntimeError):
    """The stored items or gold are not those whose roots are on chain."""


@dataclass(frozen=True)
class BatchTrees:
    items: LogTree
    gold: LogTree


async def batch_trees(services: Services, row: Any) -> BatchTrees:
    """The trees of the batch that an item row stands in; built once and kept."""
    batch, first_item = row.batch_id, int(row.first_item)
    roots = bytes(row.items_root), bytes(row.gold_root)

    async def build() -> BatchTrees:
        async with services.database.read() as session:
            leaves = await queries.batch_leaves(session, batch)
        trees = await asyncio.to_thread(_build, leaves, first_item)
        if (trees.items.root, trees.gold.root) != roots:
            raise BatchMismatch(f"batch {batch} does not make its roots on chain")
        return trees

    return await services.kept.get(("batch", *roots, first_item), build)


def _build(leaves: Any, first_item: int) -> BatchTrees:
    gold = [
        hashes.gold_leaf(
            first_item + place,
            None if leaf.gold_label is None else hashes.label_hash(leaf.gold_label),
            bytes(leaf.gold_salt),
        )
        for place, leaf in enumerate(leaves)
    ]
    return BatchTrees(LogTree([bytes(leaf.item_ref) for leaf in leaves]), LogTree(gold))
