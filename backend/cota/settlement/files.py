"""Stored epoch files: content store -> **parsed epoch** -> leaves, proofs.

Promises: a file is parsed once and kept by its hash; a leaf proven from here is one that the file's own
checks accepted.
"""

import asyncio
import io
from dataclasses import dataclass

from cota.commitments.settlement_tree import SettlementTree
from cota.http.services import Services
from cota.settlement.epoch_file import EpochFile, read_epoch_file
from cota.settlement.leaves import Leaf, tree_of
from cota.units import Address


@dataclass(frozen=True)
class SettledEpoch:
    """An epoch's leaves by account, and their tree."""

    leaves: dict[Address, Leaf]
    tree: SettlementTree

    def prove(self, account: Address) -> tuple[Leaf, list[bytes]] | None:
        """The account's leaf and proof; None when it earned nothing in this epoch."""
        leaf = self.leaves.get(account)
        return (leaf, self.tree.prove(leaf.index)) if leaf else None


def settle_file(content: EpochFile) -> SettledEpoch:
    return SettledEpoch({leaf.account: leaf for leaf in content.leaves}, tree_of(content.leaves))


async def settled_epoch(services: Services, content_key: str) -> SettledEpoch:
    """The epoch of a stored file. Raises ContentMissing, ContentCorrupt, MalformedFile."""

    def parse() -> SettledEpoch:
        return settle_file(read_epoch_file(io.BytesIO(services.content.get(content_key))))

    async def make() -> SettledEpoch:
        return await asyncio.to_thread(parse)

    return await services.kept.get(("epoch", content_key), make)
