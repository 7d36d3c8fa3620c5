"""Appeals and challenges by commands: price and deadline first, refusals that cost nothing, cases that stand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from cota.chain.blocking import BlockingNode
from cota.chain.contracts import (
    Ground,
    Outcome,
    ProposalState,
)
from cota.client import CotaClient
from cota.units import parse_hash32, told_time
from scripts.stack.anvil import ask
from tests.cli.apart import node, stack, terminal
from tests.cli.courtroom import BOND, COTA, DORA, EVA, EVIDENCE, FAY, FEE, SHARE, Room
from tests.cli.story import GOLD, ITEMS, People, Story, play
from tests.cli.terminal import Terminal

__all__ = ["node", "stack", "terminal"]


@pytest.fixture(scope="module")
def story(terminal: Terminal, tmp_path_factory: pytest.TempPathFactory) -> Story:
    return play(terminal, People(terminal.environment["RPC_URL"]), tmp_path_factory.mktemp("story"))


@pytest.fixture(scope="module")
def room(story: Story, node: BlockingNode) -> Room:
    room = Room(story, node)
    room.wait(room.final, ProposalState.FINALIZED)
    room.wait(room.proposed, ProposalState.PROPOSED)
    room.equip(EVA, 3 * BOND)
    return room


def test_appeal__what_the_court_refuses__costs_nothing(story: Story, room: Room) -> None:
    words = ("appeal", room.final, "1", "--units", "1", "--evidence", EVIDENCE, "--yes")
    nothing = story.terminal.run(*words, key=DORA)
    assert nothing.code == 1
    assert nothing.complaint.endswith("; whoever sends transactions herself needs gas in her account")

    story.people.give_gas(DORA)
    poor = story.terminal.run(*words, key=DORA)
    assert (poor.code, poor.out) == (1, "")
    assert poor.complaint == "cota: bond-not-covered: the bond is 50 COTA, and your wallet holds 0"

    ask(story.people.rpc, "evm_increaseTime", 6)
    ask(story.people.rpc, "evm_mine")
    late = story.terminal.run("appeal", story.birds, *words[2:], key=EVA)
    assert (late.code, "AppealTooLate(dataset=" in late.complaint) == (1, True)
    for dataset, rest, reason in (
        (room.final, ("1", "--evidence", EVIDENCE), "NothingToAppeal()"),
        (room.final, ("1", "--units", "1", "--evidence", EVIDENCE), "AboveLabels(units=1000000, most=0)"),
        (room.final, ("1", "--units", "1", "--evidence", "0x" + "00" * 32), "ZeroEvidence()"),
        (room.proposed, ("1", "--units", "1", "--evidence", EVIDENCE), "NotFinalized(dataset="),
    ):
        refused = story.terminal.run("appeal", dataset, *rest, "--yes", key=EVA)
        assert (refused.code, refused.out) == (1, "")
        assert reason in refused.complaint
    unknown = story.terminal.run("appeal", room.final, "7", *words[3:], key=EVA)
    assert (unknown.code, unknown.complaint.startswith("cota: not-found: ")) == (1, True)
    assert room.held(EVA) == (3 * BOND, 0)


def test_appeal__file_of_another_settlement__is_not_believed(
    story: Story, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service could show a leaf that leaves her penalty out."""
    with CotaClient(story.terminal.environment["COTA_API"]) as client:
        other = client.epoch_file(parse_hash32(story.birds), 1)
    monkeypatch.setattr(CotaClient, "epoch_file", lambda *_: other)
    refused = story.terminal.run("appeal", room.final, "1", "--evidence", EVIDENCE, key=EVA)
    assert refused.complaint == (
        "cota: untrustworthy: the file of epoch 1 has another settlement root than the chain"
    )


def test_appeal__price_and_deadline_told__then_the_case_stands(story: Story, room: Room) -> None:
    room.equip(DORA, BOND)
    dataset = parse_hash32(room.final)
    settled = room.node.run(room.ledger.proposal_of(dataset, 1, "latest"))
    why = story.folder / "why.txt"
    why.write_text("Item p8 was settled wrongly.")
    words = ("appeal", room.final, "1", "--units", "0.5", "--evidence-file", str(why))
    no = story.terminal.run(*words, key=DORA, typed="n\n")
    assert (no.code, no.out) == (1, "")
    for told in (
        "Bond: 50 COTA, lost if",
        "Fee: 0.003 of the chain's coin,",
        "you ask for 0.5 shares more",
        "[y/N]",
    ):
        assert told in no.err
    assert room.held(DORA) == (BOND, 0)

    asked = ("statement", "--dataset", room.final, "--epoch", "1")
    before = story.terminal.run(*asked, key=DORA)
    assert "you may appeal (cota appeal): for at most " in before.out
    found = story.run(*words, "--yes", key=DORA)
    assert room.held(DORA) == (0, 0)
    told = story.run(*asked, key=DORA)["appeal"]
    assert (told["case"]["case"], told["case"]["state"], told["until"]) == (
        found["case"],
        "open",
        found["until"],
    )
    assert f"Your appeal is case {found['case']}: open" in story.terminal.run(*asked, key=DORA).out
    assert (found["bond"], found["fee"], found["missed"]) == (str(BOND), str(FEE), str(SHARE // 2))
    assert found["until"] == told_time(settled.finalized_at + 3_600)
    leaf = next(one for one in _leaves(story, room.final) if one[0] == story.people.address(DORA))
    assert (found["counted"], found["penalty"]) == (str(leaf[1]), str(leaf[2]))
    case = room.node.run(room.court.case_of(int(found["case"]), "latest"))
    assert (case.ground, case.outcome, case.dataset, case.epoch) == (Ground.APPEAL, Outcome.NONE, dataset, 1)
    assert (case.claimant, case.bond) == (story.people.address(DORA), BOND)
    assert case.evidence == hashlib.sha256(why.read_bytes()).digest()
    assert found["rules_by"] == told_time(case.deadline)

    room.equip(DORA, BOND)
    again = story.terminal.run(*words, "--yes", key=DORA)
    assert (again.code, "AlreadyAppealed(dataset=" in again.complaint) == (1, True)
    assert room.held(DORA) == (BOND, 0)


def test_evidence__behind_each_refusal__is_gold_that_was_committed(
    story: Story, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P6: for her alone, checked against the root on chain; gold invented afterwards is not believed."""
    file = story.folder / "evidence.jsonl"
    words = ("statement", "--dataset", room.final, "--epoch", "1")
    found = story.run(*words, "--evidence", str(file), key=FAY)
    refusals = [row for row in found["labels"] if row["settled_in"] is None]
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert found["evidence"]["sha256"] == "0x" + hashlib.sha256(file.read_bytes()).hexdigest()
    assert {row["row_id"] for row in rows} == {row["row_id"] for row in refusals}
    assert len(rows) == ITEMS - GOLD
    assert [row["gold"]["label"] for row in rows] == [None] * len(rows)
    pages = CotaClient.pages

    def lie(self: CotaClient, path: str, **query: object) -> Iterator[dict[str, Any]]:
        for row in pages(self, path, **query):
            yield row | {"gold": row["gold"] | {"label": "ibis"}} if path.endswith("/evidence") else row

    monkeypatch.setattr(CotaClient, "pages", lie)
    bent = story.terminal.run(*words, "--evidence", str(file), key=FAY)
    assert bent.complaint.startswith("cota: untrustworthy: the gold shown for item ")
    assert bent.complaint.endswith(" is not the one that was committed to")
    assert story.terminal.run(*words[:3], "--evidence", str(file), key=FAY).code == 2


def test_challenge__of_an_open_settlement__stops_its_clock_and_doubles(story: Story, room: Room) -> None:
    words = ("challenge", room.proposed, "1", "--ground", "scoring", "--yes", "--evidence")
    closed = story.terminal.run("challenge", room.final, *words[2:], EVIDENCE, key=EVA)
    assert (closed.code, "NotOpenToChallenge(dataset=" in closed.complaint) == (1, True)
    before = room.held(EVA)[0]
    found = story.run(*words, EVIDENCE, key=EVA)
    assert (found["ground"], found["bond"]) == ("scoring", str(BOND))
    case = room.node.run(room.court.case_of(int(found["case"]), "latest"))
    assert (case.ground, case.claimant) == (Ground.SCORING, story.people.address(EVA))
    room.wait(room.proposed, ProposalState.DISPUTED)

    again = story.terminal.run(*words, EVIDENCE, key=EVA)
    assert (again.code, "AlreadyRaised(dataset=" in again.complaint) == (1, True)
    second = story.run(*words, "0x" + "e2" * 32, key=EVA)
    assert second["bond"] == str(2 * BOND)
    assert room.held(EVA) == (before - 3 * BOND, 0)
    short = story.terminal.run(*words, "0x" + "e3" * 32, key=EVA)
    assert short.complaint == "cota: bond-not-covered: the bond is 200 COTA, and your wallet holds 0"


def test_case__that_nobody_ruled__ends_and_most_of_the_bond_comes_back(story: Story, room: Room) -> None:
    case = str(room.node.run(room.court.case_count("latest")))
    shown = story.run("case", "show", room.proposed, case)
    assert (shown["state"], shown["ground"], shown["bond"]) == ("open", "scoring", str(2 * BOND))
    assert shown["claimant"] == story.people.address(EVA)
    other = story.terminal.run("case", "show", room.final, case)
    assert (other.code, other.complaint) == (1, f"cota: client-error: the dataset has no case {case}")
    early = story.terminal.run("case", "expire", room.proposed, case, key=EVA)
    assert (early.code, "DeadlineNotReached(caseId=" in early.complaint) == (1, True)
    nothing = story.terminal.run("case", "withdraw", room.proposed, key=EVA)
    assert (nothing.code, "NothingToWithdraw(account=" in nothing.complaint) == (1, True)

    ask(story.people.rpc, "evm_increaseTime", 121)
    ask(story.people.rpc, "evm_mine")
    ended = story.run("case", "expire", room.proposed, case, key=EVA)
    assert (ended["case"], ended["state"]) == (case, "unruled")
    before = room.held(EVA)[0]
    taken = story.run("case", "withdraw", room.proposed, key=EVA)
    # All but a tenth.
    assert (taken["amount"], room.held(EVA)[0] - before) == (str(90 * COTA), 90 * COTA)


@pytest.mark.parametrize(
    "words",
    [
        ("appeal", "0x12", "1", "--evidence", EVIDENCE),
        ("appeal", EVIDENCE, "0", "--evidence", EVIDENCE),
        ("appeal", EVIDENCE, str(2**64), "--evidence", EVIDENCE),
        ("appeal", EVIDENCE, "one", "--evidence", EVIDENCE),
        ("appeal", EVIDENCE, "1"),
        ("appeal", EVIDENCE, "1", "--evidence", EVIDENCE, "--evidence-file", "why.txt"),
        ("appeal", EVIDENCE, "1", "--evidence", "why.txt"),
        ("appeal", EVIDENCE, "1", "--units", "1e3", "--evidence", EVIDENCE),
        ("appeal", EVIDENCE, "1", "--units", f"{2**64}u", "--evidence", EVIDENCE),
        ("challenge", EVIDENCE, "1", "--evidence", EVIDENCE),
        ("case", "show", EVIDENCE, "0"),
        ("challenge", EVIDENCE, "1", "--ground", "gold", "--evidence", EVIDENCE),
        ("vote", "commit", EVIDENCE, "1"),
        ("vote", "commit", EVIDENCE, "1", "--ruling", "guilty"),
        ("vote", "rows", EVIDENCE, "1"),
        ("audit", "open", EVIDENCE, "0"),
        ("prove", "signature", EVIDENCE, "1", "-1"),
        ("prove", "answer", EVIDENCE, "1", "--from", "nowhere.jsonl"),
    ],
    ids=" ".join,
)
def test_wrong_use__code_2(story: Story, words: tuple[str, ...]) -> None:
    answer = story.terminal.run(*words, key=DORA)
    assert (answer.code, answer.out) == (2, "")


def _leaves(story: Story, dataset: str) -> list[tuple[str, int, int]]:
    with CotaClient(story.terminal.environment["COTA_API"]) as client:
        leaves = client.epoch_file(parse_hash32(dataset), 1).leaves
    return [(leaf.account, leaf.units, leaf.penalty) for leaf in leaves]
