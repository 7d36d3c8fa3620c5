"""Leaves as a file lists them: believed by their root, and what they show together."""

import io
from collections.abc import Sequence

import pytest

from cota.errors import BadRequest
from cota.formats.lines import MalformedFile, write_line
from cota.settlement import listed_leaves
from cota.settlement.epoch_lines import LEAF
from cota.settlement.leaves import Epoch, Leaf, make_leaf, tree_of
from cota.settlement.listed_leaves import ListedLeaves, read_listed_leaves
from cota.units import address_of

EPOCH = Epoch(31_337, address_of(b"\x11" * 20), b"\x22" * 32, 1)


def leaf(index: int, account: int, units: int) -> Leaf:
    return make_leaf(EPOCH, index, address_of(bytes([account] * 20)), units, 0)


def file_of(leaves: Sequence[Leaf], **changes: object) -> io.BytesIO:
    return io.BytesIO(b"".join(write_line({**LEAF.write(one), **changes}) for one in leaves))


def test_leaves__out_of_order_and_with_false_hashes__make_the_root_of_what_they_say() -> None:
    leaves = [leaf(1, 2, 5), leaf(0, 1, 7)]
    listed = read_listed_leaves(file_of(leaves, leaf="0x" + "00" * 32), EPOCH)
    assert listed.leaves == leaves
    assert listed.root == tree_of(leaves).root
    assert [listed.prove(place) for place in (0, 1)] == [(leaves[1].hash,), (leaves[0].hash,)]


@pytest.mark.parametrize(
    "changes",
    [
        {"units": "-1"},
        {"units": str(2**64)},
        {"index": 2**32},
        {"index": -1},
        {"account": "0x12"},
        {"penalty": 1},
    ],
    ids=str,
)
def test_leaf__that_no_contract_takes__is_refused_by_line(changes: dict[str, object]) -> None:
    with pytest.raises(MalformedFile, match="line 1: "):
        read_listed_leaves(file_of([leaf(0, 1, 7)], **changes), EPOCH)


def test_leaves__more_than_memory_is_given_for__are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed_leaves, "MAX_LEAVES", 2)
    with pytest.raises(MalformedFile, match="line 3: an epoch has at most 2 leaves"):
        read_listed_leaves(file_of([leaf(n, n, 1) for n in range(3)]), EPOCH)


def test_beyond__shows_the_fewest_in_order_of_their_indexes_and_one_an_index() -> None:
    listed = ListedLeaves([leaf(0, 1, 1), leaf(1, 2, 6), leaf(2, 3, 5), leaf(3, 4, 9), leaf(3, 5, 8)])
    assert listed.beyond(14) == [1, 3]
    assert listed.beyond(15) == [1, 2, 3]
    assert listed.beyond(20) == [0, 1, 2, 3]
    assert listed.beyond(21) == []


def test_twins__of_one_account_or_at_one_index() -> None:
    assert ListedLeaves([leaf(0, 1, 1), leaf(1, 2, 6), leaf(2, 1, 5)]).twins() == (0, 2)
    assert ListedLeaves([leaf(0, 1, 1), leaf(1, 2, 6), leaf(1, 3, 6)]).twins() == (1, 2)
    assert ListedLeaves([leaf(0, 1, 1), leaf(0, 1, 2)]).twins() == (0, 1)
    assert ListedLeaves([leaf(0, 1, 1), leaf(1, 2, 6)]).twins() is None
    assert ListedLeaves([]).twins() is None


def test_leaf__listed_twice__makes_no_tree() -> None:
    with pytest.raises(BadRequest, match="two leaves of a settlement are equal"):
        ListedLeaves([leaf(0, 1, 1), leaf(0, 1, 1)])
