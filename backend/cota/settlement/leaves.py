"""An epoch's leaves: units and penalties -> **leaves** -> settlement root, claimed on chain by proof.

One leaf per account with units or a penalty, in ascending order of the address' bytes; a leaf's index is
its place in that order. Promises: the same units give the same root, whatever order they come in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cota.commitments import settlement_tree
from cota.commitments.settlement_tree import SettlementTree
from cota.units import Address

CORRECTION = 1 << 63
"""Set in the number of an epoch that corrects one account after an upheld appeal: one leaf, index 0, no penalty,
an empty proof. All other epochs bear their checkpoint's number."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """What an epoch's leaves are bound to."""

    chain_id: int
    ledger: Address
    dataset: bytes
    number: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """One account's claim on an epoch: share base units, and a penalty in COTA base units."""

    index: int
    account: Address
    units: int
    penalty: int
    hash: bytes


def build_leaves(
    epoch: Epoch, units: Mapping[Address, int], penalties: Mapping[Address, int] | None = None
) -> list[Leaf]:
    """The leaves of all accounts that have units or a penalty, by index. Raises BadRequest."""
    penalties = penalties or {}
    accounts = sorted(set(units) | set(penalties), key=str.lower)
    earned = [(a, units.get(a, 0), penalties.get(a, 0)) for a in accounts]
    listed = [entry for entry in earned if entry[1] or entry[2]]
    return [make_leaf(epoch, index, *entry) for index, entry in enumerate(listed)]


def make_leaf(epoch: Epoch, index: int, account: Address, units: int, penalty: int) -> Leaf:
    """One leaf with its hash. Raises BadRequest for a value that does not fit its type."""
    digest = settlement_tree.leaf(
        epoch.chain_id, epoch.ledger, epoch.dataset, epoch.number, index, account, units, penalty
    )
    return Leaf(index, account, units, penalty, digest)


def tree_of(leaves: Sequence[Leaf]) -> SettlementTree:
    """The settlement's tree: `.root` goes on chain, `.prove(leaf.index)` claims."""
    return SettlementTree([leaf.hash for leaf in leaves])
