"""An epoch's file -> **the leaves that it lists** -> proof of a fault.

The file's own reader takes only leaves that the units make, one an account; whoever shows a fault has a file that
breaks just that. Here nothing counts but the lines of type leaf, and they are believed by the root that they make.
Promises: each leaf is hashed anew, whatever its line says of its hash; memory is bounded by `MAX_LEAVES`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from cota.errors import BadRequest
from cota.formats.lines import read_lines, refuse
from cota.settlement.epoch_file import MAX_ROWS
from cota.settlement.epoch_lines import LEAF
from cota.settlement.leaves import Epoch, Leaf, make_leaf, tree_of

MAX_LEAVES = 2 * MAX_ROWS
"""Honest files have at most a leaf a row."""


class ListedLeaves:
    """Leaves in the order of their lines; no two are the same one. Raises BadRequest."""

    def __init__(self, leaves: Iterable[Leaf]) -> None:
        self.leaves = list(leaves)
        self._tree = tree_of(self.leaves)

    @property
    def root(self) -> bytes:
        """The settlement root that they make."""
        return self._tree.root

    def prove(self, place: int) -> tuple[bytes, ...]:
        """The proof of the leaf at a place of `leaves`, which need not be its index."""
        return tuple(self._tree.prove(place))

    def beyond(self, total: int) -> list[int]:
        """Places of the fewest leaves that have more than `total` units together, in ascending order of their
        indexes; none if all of them have no more."""
        chosen: dict[int, int] = {}
        left = total
        for place in sorted(range(len(self.leaves)), key=lambda one: -self.leaves[one].units):
            leaf = self.leaves[place]
            if leaf.index in chosen:
                continue  # the contract takes one leaf an index: two there are another fault
            chosen[leaf.index] = place
            left -= leaf.units
            if left < 0:
                return [chosen[index] for index in sorted(chosen)]
        return []

    def twins(self) -> tuple[int, int] | None:
        """Places of two leaves of one account, or at one index; None where every leaf stands alone."""
        accounts: dict[str, int] = {}
        indexes: dict[int, int] = {}
        for place, leaf in enumerate(self.leaves):
            before = accounts.setdefault(leaf.account, place), indexes.setdefault(leaf.index, place)
            if before != (place, place):
                return min(before), place
        return None


def read_listed_leaves(source: BinaryIO, epoch: Epoch) -> ListedLeaves:
    """The leaves of a file, as those of `epoch`. Raises MalformedFile, BadRequest."""
    leaves: list[Leaf] = []
    for line in read_lines(source):
        if line.value["type"] != LEAF.name:
            continue
        if len(leaves) == MAX_LEAVES:
            refuse(line.number, f"an epoch has at most {MAX_LEAVES} leaves")
        try:
            told = LEAF.read(line.value)
            leaves.append(make_leaf(epoch, told.index, told.account, told.units, told.penalty))
        except BadRequest as error:
            refuse(line.number, error.detail)
    return ListedLeaves(leaves)
