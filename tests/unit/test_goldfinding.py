"""Openings of gold in files: which of them were committed, and which item has two."""

import json
from pathlib import Path
from typing import Any

import pytest

from cota.client import goldfinding
from cota.client.goldfinding import Commitments, find_clash
from cota.client.refusals import ClientError
from cota.commitments.hashes import gold_leaf, label_hash
from cota.commitments.log_tree import LogTree
from cota.units import to_hex
from cota.verify.anchors import Batch, Span

FIRST = 10
SALT = b"\5" * 32


def opened(tmp_path: Path, leaves: list[tuple[int, str | None]]) -> tuple[list[Path], Commitments]:
    """A batch whose gold leaves name these items and labels; a file that opens each at its place's own item."""
    labels = [None if label is None else label_hash(label) for _, label in leaves]
    tree = LogTree([gold_leaf(item, label, SALT) for (item, _), label in zip(leaves, labels, strict=True)])
    lines: list[dict[str, Any]] = [
        {
            "batch": 1,
            "item_index": FIRST + place,
            "label": label,
            "salt": to_hex(SALT),
            "proof": [to_hex(step) for step in tree.prove(place)],
        }
        for place, (_, label) in enumerate(leaves)
    ]
    path = tmp_path / "openings.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    batch = Batch(bytes(32), tree.root, FIRST, len(leaves))
    return [path], Commitments(Span(0, 0, bytes(32), 0), {1: batch})


def test_leaf__of_another_item_at_ones_place__is_found_as_its_second_opening(tmp_path: Path) -> None:
    files, known = opened(tmp_path, [(10, "heron"), (11, None), (10, "ibis")])
    assert find_clash(files, known, {10, 11, 12}) == 10


def test_leaf__that_says_none_beside_a_label__is_another_opening_too(tmp_path: Path) -> None:
    files, known = opened(tmp_path, [(10, "heron"), (10, None)])
    assert find_clash(files, known, {10, 11}) == 10


@pytest.mark.parametrize(
    "leaves",
    [
        [(10, "heron"), (11, None), (12, "ibis")],
        [(10, "heron"), (10, "heron")],
        [(10, "heron"), (99, "ibis")],
    ],
    ids=["honest", "the same twice", "an item that nobody labelled"],
)
def test_leaves__that_open_each_labelled_item_in_one_way__are_no_fault(
    tmp_path: Path, leaves: list[tuple[int, str | None]]
) -> None:
    files, known = opened(tmp_path, leaves)
    assert find_clash(files, known, {10, 11, 12}) is None


def test_two_openings__of_an_item_that_the_checkpoint_did_not_label__are_no_ground(tmp_path: Path) -> None:
    files, known = opened(tmp_path, [(10, "heron"), (10, "ibis"), (12, None)])
    assert find_clash(files, known, {11, 12}) is None


def test_file__full_of_what_was_never_committed__is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, known = opened(tmp_path, [(99, "heron"), (98, "ibis"), (97, None)])
    monkeypatch.setattr(goldfinding, "MOST_TRIED", 8)
    with pytest.raises(ClientError, match="3 openings of the files do not lead to the committed roots"):
        find_clash(files, known, {10, 11, 12})
