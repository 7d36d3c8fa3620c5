"""The positional tree over rows of the log, over items and over gold: digest -> **tree** -> root on chain.

Shape of RFC 9162 (an odd last node goes up unchanged, so no leaf is ever doubled):

    leaf = keccak(0x00 || row)    node = keccak(0x01 || left || right)
    root = keccak(0x02 || uint64be(count) || top)    top of an empty tree = 32 zero bytes

Promises: a proof fixes the row *and* its index among exactly
`count` rows; an inner node never passes for a row; a proof with one element too many or too few is no
proof. The Solidity twin is contracts/libraries/LogTree.sol; both read tests/vectors/log_tree.json.
"""

from collections.abc import Sequence

from cota.commitments.words import NONE32, UINT64_MAX, keccak, word_bytes32
from cota.errors import BadRequest


def _leaf(row: bytes) -> bytes:
    return keccak(b"\x00" + word_bytes32(row))


def _node(left: bytes, right: bytes) -> bytes:
    return keccak(b"\x01" + left + right)


def _root(count: int, top: bytes) -> bytes:
    return keccak(b"\x02" + count.to_bytes(8, "big") + top)


class LogTree:
    """The tree of some rows, its levels computed once. `root` is 32 bytes; `prove(i)` lists siblings."""

    def __init__(self, rows: Sequence[bytes]) -> None:
        levels = [[_leaf(row) for row in rows]]
        while len(levels[-1]) > 1:
            below = levels[-1]
            level = [_node(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
            if len(below) % 2:
                level.append(below[-1])
            levels.append(level)
        self._levels = levels
        self.count = len(rows)
        self.root = _root(self.count, levels[-1][0] if rows else NONE32)

    def prove(self, index: int) -> list[bytes]:
        """Siblings from the leaf upwards; a level where the node has none adds nothing. Raises BadRequest."""
        if not 0 <= index < self.count:
            raise BadRequest(f"the tree has {self.count} rows and no index {index}")
        proof = []
        for level in self._levels[:-1]:
            sibling = index ^ 1
            if sibling < len(level):
                proof.append(level[sibling])
            index //= 2
        return proof

    def holds(self, row: bytes, index: int, proof: Sequence[bytes]) -> bool:
        """Whether `row` stands at `index` and `proof` is the tree's own: what `verify` says against its root, for one
        hash a row in place of one a level."""
        return (
            0 <= index < self.count and self._levels[0][index] == _leaf(row) and [*proof] == self.prove(index)
        )


class GrowingRoot:
    """The root of rows that come one after another, as `LogTree` has it; memory holds one digest a level."""

    def __init__(self) -> None:
        self.count = 0
        self._tops: list[bytes] = []

    def add(self, row: bytes) -> None:
        node, size = _leaf(row), self.count
        while size % 2:
            node, size = _node(self._tops.pop(), node), size // 2
        self._tops.append(node)
        self.count += 1

    @property
    def root(self) -> bytes:
        top = self._tops[-1] if self._tops else NONE32
        for left in reversed(self._tops[:-1]):
            top = _node(left, top)
        return _root(self.count, top)


def root(rows: Sequence[bytes]) -> bytes:
    """The root of the rows' tree."""
    return LogTree(rows).root


def prove(rows: Sequence[bytes], index: int) -> list[bytes]:
    """The proof of one row; make a LogTree for more than one."""
    return LogTree(rows).prove(index)


def verify(root: bytes, row: bytes, index: int, count: int, proof: Sequence[bytes]) -> bool:
    """True when `row` stands at `index` among exactly `count` rows; every element of the proof is used."""
    if len(row) != 32 or not 0 <= index < count <= UINT64_MAX or any(len(step) != 32 for step in proof):
        return False
    node, last, used = _leaf(row), count - 1, 0
    while last > 0:
        # The last node of an odd level has no sibling: it goes up unchanged.
        if index % 2 or index < last:
            if used == len(proof):
                return False
            node = _node(proof[used], node) if index % 2 else _node(node, proof[used])
            used += 1
        index, last = index // 2, last // 2
    return used == len(proof) and _root(count, node) == root
