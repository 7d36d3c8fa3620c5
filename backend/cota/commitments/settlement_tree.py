"""The tree of one epoch's shares: units -> leaf -> **sorted tree** -> settlement root on chain.

OpenZeppelin's StandardMerkleTree: double-hashed leaves in ascending order, pairs hashed in sorted order,
so a claim is checked by MerkleProof.sol. The double hash (and a leaf of eight words) keeps inner nodes
from passing for leaves. An epoch in which nobody earned has 32 zero bytes as its root: no claim meets it.
"""

from collections.abc import Sequence

from cota.commitments.words import (
    NONE32,
    UINT32_MAX,
    UINT64_MAX,
    UINT128_MAX,
    hash_words,
    keccak,
    word_address,
    word_bytes32,
    word_uint,
)
from cota.errors import BadRequest
from cota.units import Address


def leaf(
    chain_id: int,
    ledger: Address,
    dataset: bytes,
    epoch: int,
    index: int,
    account: Address,
    units: int,
    penalty: int,
) -> bytes:
    """keccak(keccak(abi.encode(uint256, address, bytes32, uint64, uint32, address, uint64, uint128)))."""
    inner = hash_words(
        word_uint(chain_id),
        word_address(ledger),
        word_bytes32(dataset),
        word_uint(epoch, UINT64_MAX),
        word_uint(index, UINT32_MAX),
        word_address(account),
        word_uint(units, UINT64_MAX),
        word_uint(penalty, UINT128_MAX),
    )
    return keccak(inner)


def _pair(one: bytes, other: bytes) -> bytes:
    return keccak(one + other if one < other else other + one)


class SettlementTree:
    """The tree of some leaves; `prove` takes a leaf's place in the sequence given (the leaf's own index)."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        if len(set(leaves)) != len(leaves):
            raise BadRequest("two leaves of a settlement are equal")
        size = 2 * len(leaves) - 1
        by_hash = sorted(range(len(leaves)), key=lambda place: leaves[place])
        nodes = [NONE32] * max(size, 1)
        self._at: dict[int, int] = {}
        for rank, place in enumerate(by_hash):
            nodes[size - 1 - rank] = word_bytes32(leaves[place])
            self._at[place] = size - 1 - rank
        for i in range(len(leaves) - 2, -1, -1):
            nodes[i] = _pair(nodes[2 * i + 1], nodes[2 * i + 2])
        self._nodes = nodes
        self.root = nodes[0]

    def prove(self, leaf_index: int) -> list[bytes]:
        """Siblings from the leaf upwards. Raises BadRequest."""
        if leaf_index not in self._at:
            raise BadRequest(f"the settlement has no leaf {leaf_index}")
        node, proof = self._at[leaf_index], []
        while node > 0:
            proof.append(self._nodes[node + 1 if node % 2 else node - 1])
            node = (node - 1) // 2
        return proof


def verify(root: bytes, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """True when the proof leads from leaf to root. As on chain, an empty proof means a tree of one leaf."""
    if len(leaf) != 32 or any(len(step) != 32 for step in proof):
        return False
    node = leaf
    for step in proof:
        node = _pair(node, step)
    return node == root
