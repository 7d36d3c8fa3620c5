"""Settlements that are false, proposed by the coordinator's own key, and brought down by commands that show it.

Each test finds the settlement of the one before rejected; the worker, which would propose the right one, stands still.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cota.chain.contracts import (
    AnnotationLedger,
    DatasetRegistry,
    Ground,
    Outcome,
    ProposalState,
    Token,
)
from cota.client import CotaClient
from cota.client.drafts import UNITS_PER_LABEL
from cota.commitments import log_tree
from cota.commitments.hashes import gold_leaf, label_hash
from cota.formats.lines import write_line
from cota.keys import local_key
from cota.settlement.epoch_lines import LEAF
from cota.settlement.leaves import Epoch, Leaf, make_leaf
from cota.settlement.listed_leaves import ListedLeaves
from cota.store.content import ContentStore
from cota.units import Address, Hash32, address_of, parse_hash32, to_hex
from scripts.stack.local import LocalStack
from tests.cli.apart import node, room, stack, story, terminal
from tests.cli.courtroom import COTA, EVA, Room
from tests.cli.story import ITEMS, Story

__all__ = ["node", "room", "stack", "story", "terminal"]

BOND = 1_000 * COTA
MOST = 3 * ITEMS * UNITS_PER_LABEL
"""What all rows of the epoch may earn together."""
NOBODY, FRIEND, OTHER = (address_of(bytes([number] * 20)) for number in (1, 2, 3))
"""Of the coordinator: they worked on nothing. In the order of their addresses."""


@dataclass
class Bench:
    """The settlement in question, and its coordinator's key."""

    stack: LocalStack
    room: Room
    dataset: Hash32
    honest: list[Leaf]
    audited: Path
    """What an auditor read of the honest settlement."""
    folder: Path

    @property
    def words(self) -> tuple[str, str]:
        return to_hex(self.dataset), "1"

    def leaf(self, index: int, account: str, units: int, penalty: int = 0) -> Leaf:
        epoch = Epoch(31_337, self.room.ledger.address, self.dataset, 1)
        return make_leaf(epoch, index, Address(account), units, penalty)

    def propose(self, leaves: list[Leaf], total: int) -> Path:
        """As the coordinator; the file that would go with it."""
        lines = [{"type": "epoch", "note": "all that counts is in the leaves"}, *map(LEAF.write, leaves)]
        file = self.folder / "bent.jsonl"
        file.write_bytes(b"".join(map(write_line, lines)))
        digest, root = hashlib.sha256(file.read_bytes()).digest(), ListedLeaves(leaves).root
        ledger, cota = self.room.ledger.address, self.room.cota.address
        self._send("deployer", cota, Token.encode_approve(ledger, BOND))
        coordinator = local_key("coordinator").address
        self._send("deployer", ledger, AnnotationLedger.encode_deposit_bond(coordinator, BOND))
        data = AnnotationLedger.encode_propose(self.dataset, 1, root, total, len(leaves), digest)
        self._send("coordinator", ledger, data)
        return file

    def publish(self, file: Path) -> None:
        """What a service of the same cheat does: it serves the file as the epoch's own."""
        key = ContentStore(self.stack.env["COTA_STORE"]).put(file.read_bytes())
        url = self.stack.env["DATABASE_URL"].replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            connection.execute(
                "UPDATE epoch_files SET file_hash = %s, content_key = %s WHERE dataset = %s",
                (bytes.fromhex(key), key, self.dataset),
            )

    def plant(self, item: int, label: str) -> dict[str, Any]:
        """A batch of one item, whose gold leaf names another; the publisher alone can open it."""
        salt, registry = b"\x05" * 32, self.room.story.run("status")["contracts"]["DatasetRegistry"]
        leaf = gold_leaf(item, label_hash(label), salt)
        data = DatasetRegistry.encode_add_batch(
            self.dataset, log_tree.root([b"\1" * 32]), log_tree.root([leaf]), 1
        )
        self._send("publisher", Address(registry), data)
        return {
            "batch": 2,
            "position": 0,
            "item_index": item,
            "label": label,
            "salt": to_hex(salt),
            "proof": [],
        }

    def fell(self, told: dict[str, Any], ground: Ground) -> None:
        """The case that was told is upheld by that ground, and the settlement is gone."""
        case = self.room.node.run(self.room.court.case_of(int(told["case"]), "latest"))
        assert (case.ground, case.outcome) == (ground, Outcome.UPHELD)
        assert case.claimant == self.room.story.people.address(EVA)
        self.room.wait(self.words[0], ProposalState.REJECTED)

    def _send(self, role: str, to: Address, data: bytes) -> None:
        self.room.node.sender(local_key(role).account()).send(to, data)


@pytest.fixture(scope="module")
def bench(stack: LocalStack, story: Story, room: Room) -> Bench:
    stack.process("worker").stop()
    story.people.give_gas(EVA)
    buyer, dataset = story.people.buyer, room.proposed
    audit = story.run("audit", "open", dataset, "1", "--yes", key=buyer)["audit"]
    copy = story.folder / "audited.jsonl"
    story.run("audit", "rows", dataset, audit, "--out", str(copy), key=buyer)
    with CotaClient(stack.api_url) as client:
        leaves = client.epoch_file(parse_hash32(dataset), 1).leaves
    return Bench(stack, room, parse_hash32(dataset), leaves, copy, story.folder)


def test_honest_settlement__has_nothing_to_prove(story: Story, bench: Bench) -> None:
    for verb, reason in (
        ("bounds", "the file of epoch 1 shows no leaf above its bounds"),
        ("two-leaves", "the file of epoch 1 shows no account and no index with two leaves"),
    ):
        told = story.terminal.run("prove", verb, *bench.words, key=EVA)
        assert (told.code, told.out, told.complaint) == (1, "", f"cota: {reason}")
    told = story.terminal.run("prove", "gold", *bench.words, "--from", str(bench.audited), key=EVA)
    assert told.complaint == "cota: the files open no item that checkpoint 1 labelled in two ways"
    for verb in ("bounds", "two-leaves"):
        other = story.terminal.run("prove", verb, *bench.words, "--file", str(bench.audited), key=EVA)
        assert other.complaint == (
            f"cota: untrustworthy: {bench.audited} has another settlement root than the chain"
        )
        none = story.terminal.run("prove", verb, bench.words[0], "2", key=EVA)
        assert none.complaint == "cota: client-error: nothing is proposed for checkpoint 2"
    assert story.terminal.run("prove", "gold", *bench.words, key=EVA).code == 2


def test_gold__committed_twice_for_one_item__brings_the_settlement_down(story: Story, bench: Bench) -> None:
    opening = bench.plant(2, "heron")
    file = story.folder / "opening.jsonl"

    def prove(told: Any) -> Any:
        file.write_text(json.dumps(told) + "\n")
        words = ("prove", "gold", *bench.words, "--from", str(bench.audited), "--from", str(file))
        return story.terminal.run(*words, "--json", key=EVA)

    never = "cota: the files open no item that checkpoint 1 labelled in two ways"
    for false in ({"label": "ibis"}, {"position": 1}, {"salt": to_hex(b"\x06" * 32)}, {"batch": 1}):
        assert prove(opening | false).complaint == never
    assert prove(opening | {"batch": 3}).complaint == "cota: client-error: the dataset has no batch 3"
    for malformed in ({"position": -1}, {"item_index": "2"}, {"proof": None}, {"salt": "0x05"}):
        assert prove(opening | malformed).complaint.startswith("cota: bad-request: line 1: ")
    assert prove([opening]).complaint == "cota: bad-request: line 1: an opening of gold is wanted"
    alone = story.terminal.run("prove", "gold", *bench.words, "--from", str(file), key=EVA)
    assert alone.complaint == (
        "cota: client-error: the files hold no row of checkpoint 1: give an export that has it"
    )

    # As the evidence behind a refusal has it; whoever was shown it need not know the item that the leaf names.
    told = prove({"row_id": "0x", "gold": opening | {"item_index": 5}}).json()
    assert (told["item"], told["gold"]) == (2, ["batch 1, position 2", "batch 2, position 0"])
    bench.fell(told, Ground.GOLD)
    assert bench.room.node.run(bench.room.ledger.credit_of(story.people.address(EVA), "latest")) == 0


def _above_what_an_epoch_allows(bench: Bench) -> tuple[list[Leaf], int, list[int]]:
    return [bench.leaf(0, FRIEND, MOST + 1)], MOST, [0]


def _above_their_total(bench: Bench) -> tuple[list[Leaf], int, list[int]]:
    """Each within what it may have, all together more than is handed out; those with least are not needed."""
    leaves = [bench.leaf(0, NOBODY, 5), bench.leaf(1, FRIEND, MOST - 1), bench.leaf(2, OTHER, MOST)]
    return leaves, MOST, [1, 2]


def _penalty_above_the_cap(bench: Bench) -> tuple[list[Leaf], int, list[int]]:
    first, *rest = bench.honest
    bent = bench.leaf(first.index, first.account, first.units, 10 * COTA + 1)
    return [bent, *rest], sum(leaf.units for leaf in bench.honest), [first.index]


def _beyond_their_count(bench: Bench) -> tuple[list[Leaf], int, list[int]]:
    *rest, last = bench.honest
    leaves = [*rest, bench.leaf(7, last.account, last.units)]
    return leaves, sum(leaf.units for leaf in bench.honest), [7]


Bent = Callable[[Bench], tuple[list[Leaf], int, list[int]]]


@pytest.mark.parametrize(
    "bent", [_above_what_an_epoch_allows, _above_their_total, _penalty_above_the_cap, _beyond_their_count]
)
def test_bounds__of_a_settlement_that_breaks_them__bring_it_down_and_pay(
    story: Story, bench: Bench, bent: Bent
) -> None:
    leaves, total, shown = bent(bench)
    file = bench.propose(leaves, total)
    refused = story.terminal.run("prove", "bounds", *bench.words, key=EVA)
    assert (
        refused.complaint
        == "cota: untrustworthy: the file of epoch 1 has another settlement root than the chain"
    )
    found = story.run("prove", "bounds", *bench.words, "--file", str(file), key=EVA)
    assert found["leaves"] == shown
    bench.fell(found, Ground.LEAF_BOUNDS)

    before = bench.room.held(EVA)[0]
    taken = story.run("case", "withdraw", bench.words[0], key=EVA)
    assert bench.room.held(EVA)[0] - before == int(taken["amount"]) > 0
    late = story.terminal.run("prove", "bounds", *bench.words, "--file", str(file), key=EVA)
    assert (late.code, "NotOpenToChallenge(dataset=" in late.complaint) == (1, True)


@pytest.mark.parametrize(
    "twins", [((0, FRIEND), (1, FRIEND)), ((0, FRIEND), (0, OTHER))], ids=["account", "index"]
)
def test_two_leaves__of_one_account_or_at_one_index__bring_it_down_and_pay(
    story: Story, bench: Bench, twins: tuple[tuple[int, Address], tuple[int, Address]]
) -> None:
    (index, account), (other_index, other) = twins
    half = MOST // 2
    leaves = [
        bench.leaf(index, account, half),
        bench.leaf(other_index, other, half - 1),
        bench.leaf(2, NOBODY, 1),
    ]
    bench.publish(bench.propose(leaves, 2 * half))
    within = story.terminal.run("prove", "bounds", *bench.words, key=EVA)
    assert within.complaint == "cota: the file of epoch 1 shows no leaf above its bounds"
    found = story.run("prove", "two-leaves", *bench.words, key=EVA)
    assert (found["leaves"], found["accounts"]) == ([index, other_index], [account, other])
    bench.fell(found, Ground.TWO_LEAVES)
    taken = story.run("case", "withdraw", bench.words[0], key=EVA)
    assert int(taken["amount"]) > 0
