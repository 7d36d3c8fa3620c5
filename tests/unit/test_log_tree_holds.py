"""A tree that was made says of a row and its proof what `verify` says against its root."""

from __future__ import annotations

import pytest

from cota.commitments import log_tree
from cota.commitments.log_tree import LogTree
from cota.commitments.words import keccak


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13])
def test_holds__any_row_place_and_proof__as_verify(count: int) -> None:
    rows = [keccak(b"%d" % n) for n in range(count)]
    tree = LogTree(rows)
    proofs = [tree.prove(n) for n in range(count)]
    bent = [[*proofs[0], rows[0]], proofs[-1][:-1], [bytes(32) for _ in proofs[0]], proofs[0][::-1]]
    said = []
    for index in (-1, *range(count), count):
        for row in (*rows, bytes(32)):
            for proof in (*proofs, *bent):
                said.append(tree.holds(row, index, tuple(proof)))
                assert said[-1] == log_tree.verify(tree.root, row, index, count, proof)
    assert said.count(True) >= count
