"""Trees and digests: a proof means one thing only (B21)."""

from typing import Any

import pytest
from eth_abi import encode  # type: ignore[attr-defined]
from hypothesis import given
from hypothesis import strategies as st

from cota.commitments import hashes, log_tree, settlement_tree
from cota.commitments.log_tree import GrowingRoot, LogTree
from cota.commitments.settlement_tree import SettlementTree
from cota.commitments.words import hash_words, keccak, word_address, word_bytes32, word_uint
from cota.errors import BadRequest
from cota.settlement.leaves import Epoch, build_leaves, tree_of
from cota.units import address_of

ROWS = [keccak(i.to_bytes(32, "big")) for i in range(1000)]
LEDGER = address_of(b"\x11" * 20)
PEOPLE = [address_of(keccak(b"%d" % i)[12:]) for i in range(9)]


def test_log_tree_b21__every_index_of_many_sizes__is_proven_at_its_place_only() -> None:
    for count in [*range(1, 34), 1000]:
        tree = LogTree(ROWS[:count])
        for index in range(0, count, max(1, count // 20)):
            proof = tree.prove(index)
            assert log_tree.verify(tree.root, ROWS[index], index, count, proof)
            for other in {index - 1, index + 1, index ^ 2} - {index}:
                assert not log_tree.verify(tree.root, ROWS[index], other, count, proof)
            for size in (count - 1, count + 1, 2 * count):
                assert not log_tree.verify(tree.root, ROWS[index], index, size, proof)


def test_growing_root__rows_one_after_another__is_the_tree_s_root_at_every_size() -> None:
    growing = GrowingRoot()
    assert growing.root == LogTree([]).root
    for count, row in enumerate(ROWS, 1):
        growing.add(row)
        assert (growing.count, growing.root) == (count, LogTree(ROWS[:count]).root)


def test_log_tree_b21__inner_node_shown_as_a_row__is_refused() -> None:
    tree = LogTree(ROWS[:8])
    for level in range(1, 4):
        for place, node in enumerate(tree._levels[level]):
            proof = tree.prove(place << level)[level:]
            for count in (8, 8 >> level):
                assert not log_tree.verify(tree.root, node, place, count, proof)


def test_log_tree_b21__proof_with_an_element_more_or_less__is_refused() -> None:
    tree = LogTree(ROWS[:5])
    for index in range(5):
        proof = tree.prove(index)
        assert not log_tree.verify(tree.root, ROWS[index], index, 5, proof[:-1])
        assert not log_tree.verify(tree.root, ROWS[index], index, 5, proof[1:])
        assert not log_tree.verify(tree.root, ROWS[index], index, 5, [*proof, ROWS[9]])
        assert not log_tree.verify(tree.root, ROWS[index], index, 5, [*proof[:-1], proof[-1][:31]])


def test_log_tree_b21__empty_proof__proves_only_the_single_row() -> None:
    root = log_tree.root(ROWS[:1])
    assert log_tree.verify(root, ROWS[0], 0, 1, [])
    assert not log_tree.verify(root, ROWS[1], 0, 1, [])
    assert not log_tree.verify(root, root, 0, 1, [])
    assert not log_tree.verify(log_tree.root([]), bytes(32), 0, 0, [])


def test_log_tree__trees_of_other_rows_order_or_count__have_other_roots() -> None:
    roots = {log_tree.root(ROWS[:n]) for n in range(50)}
    roots.add(log_tree.root([ROWS[1], ROWS[0]]))
    roots.add(log_tree.root([ROWS[0], ROWS[0]]))
    assert len(roots) == 52


@pytest.mark.parametrize("index", [-1, 5, 2**64])
def test_log_tree__proof_of_an_index_that_is_not_there__is_refused(index: int) -> None:
    with pytest.raises(BadRequest):
        log_tree.prove(ROWS[:5], index)


@pytest.mark.parametrize("row", [b"", b"\x00" * 31, b"\x00" * 33])
def test_log_tree__row_of_another_length__is_refused(row: bytes) -> None:
    with pytest.raises(BadRequest):
        log_tree.root([row])
    assert not log_tree.verify(ROWS[0], row, 0, 1, [])


@given(st.integers(1, 9), st.data())
def test_settlement_tree__each_leaf__is_proven_and_no_other(count: int, data: st.DataObject) -> None:
    leaves = build_leaves(Epoch(31337, LEDGER, ROWS[0], 3), {a: 10 + i for i, a in enumerate(PEOPLE[:count])})
    tree = tree_of(leaves)
    index = data.draw(st.integers(0, count - 1))
    proof = tree.prove(index)
    assert settlement_tree.verify(tree.root, leaves[index].hash, proof)
    assert not settlement_tree.verify(tree.root, ROWS[1], proof)
    assert not settlement_tree.verify(tree.root, leaves[index].hash, [*proof, ROWS[2]])
    assert not proof or not settlement_tree.verify(tree.root, leaves[index].hash, proof[1:])


def test_build_leaves__accounts_in_any_order__stand_by_ascending_address() -> None:
    epoch = Epoch(31337, LEDGER, ROWS[0], 3)
    units = {account: 5 for account in PEOPLE}
    leaves = build_leaves(epoch, units, {PEOPLE[4]: 9})
    assert leaves == build_leaves(epoch, dict(reversed(units.items())), {PEOPLE[4]: 9})
    raw = [bytes.fromhex(leaf.account[2:]) for leaf in leaves]
    assert raw == sorted(raw)
    assert [leaf.index for leaf in leaves] == list(range(9))


def test_build_leaves__nothing_earned_and_no_penalty__has_no_leaf() -> None:
    epoch = Epoch(31337, LEDGER, ROWS[0], 3)
    leaves = build_leaves(epoch, {PEOPLE[0]: 0, PEOPLE[1]: 1}, {PEOPLE[2]: 0, PEOPLE[3]: 7})
    assert {leaf.account for leaf in leaves} == {PEOPLE[1], PEOPLE[3]}


def test_settlement_tree__equal_leaves__are_refused() -> None:
    with pytest.raises(BadRequest, match="equal"):
        SettlementTree([ROWS[0], ROWS[0]])


def test_settlement_tree__no_leaf__has_a_root_that_no_claim_meets() -> None:
    tree = SettlementTree([])
    assert tree.root == bytes(32)
    with pytest.raises(BadRequest):
        tree.prove(0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("units", 2**64),
        ("units", -1),
        ("penalty", 2**128),
        ("index", 2**32),
        ("epoch", 2**64),
        ("units", True),
    ],
)
def test_settlement_leaf__value_beyond_its_type__is_refused(field: str, value: Any) -> None:
    fields: dict[str, Any] = {"epoch": 1, "index": 0, "account": PEOPLE[0], "units": 1, "penalty": 0}
    with pytest.raises(BadRequest):
        settlement_tree.leaf(31337, LEDGER, ROWS[0], **(fields | {field: value}))


@given(st.integers(0, 2**256 - 1), st.binary(min_size=20, max_size=20), st.binary(min_size=32, max_size=32))
def test_hash_words__any_values__are_abi_encoded(number: int, raw: bytes, word: bytes) -> None:
    address = address_of(raw)
    expected = keccak(encode(["uint256", "address", "bytes32"], [number, address, word]))
    assert hash_words(word_uint(number), word_address(address), word_bytes32(word)) == expected


@pytest.mark.parametrize(
    "text", ["", "0x", "0x" + "g" * 40, "0x" + " 1" * 20, "1" * 42, "0x" + "1" * 41, None, 7]
)
def test_word_address__not_an_address__is_refused(text: Any) -> None:
    with pytest.raises(BadRequest):
        word_address(text)


def test_hashes_b21__parts_shifted_between_fields__give_other_digests() -> None:
    assert hashes.item_hash({"a": "bc"}) != hashes.item_hash({"ab": "c"})
    assert hashes.item_ref(ROWS[0], ROWS[1]) != hashes.item_ref(ROWS[1], ROWS[0])
    assert hashes.gold_leaf(1, None, ROWS[0]) != hashes.gold_leaf(2, None, ROWS[0])
    assert hashes.gold_leaf(1, None, ROWS[0]) != hashes.gold_leaf(1, ROWS[1], ROWS[0])


def test_dataset_id__any_part_changed__is_another() -> None:
    given_parts: list[Any] = [31337, LEDGER, PEOPLE[0], ROWS[0], ROWS[1]]
    ids = {hashes.dataset_id(*given_parts)}
    for place, other in enumerate([1, PEOPLE[1], PEOPLE[2], ROWS[2], ROWS[3]]):
        ids.add(hashes.dataset_id(*given_parts[:place], other, *given_parts[place + 1 :]))
    assert len(ids) == 6
