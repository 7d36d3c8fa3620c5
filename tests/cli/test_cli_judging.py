"""Jurors, auditors and whoever doubts a signature, by commands: what they may read, what they say, what it costs."""

from __future__ import annotations

from cota.keys import LOCAL_JURORS, local_key
from cota.verify import exports
from scripts.stack.anvil import ask
from tests.cli.apart import node, room, stack, story, terminal
from tests.cli.courtroom import BOND, DORA, EVA, FAY, FEE, GIL, Room
from tests.cli.story import ITEMS, Story

__all__ = ["node", "room", "stack", "story", "terminal"]


def test_vote__by_jurors_drawn_by_lot__they_read_commit_and_reveal(story: Story, room: Room) -> None:
    """P10: who is drawn reads the rows while the case is open, and nobody else."""
    room.equip(EVA, 3 * BOND)
    words = ("challenge", room.proposed, "1", "--ground", "scoring", "--yes", "--evidence", "0x" + "e4" * 32)
    case = str(story.run(*words, key=EVA)["case"])
    where = (room.proposed, case)
    assert story.run("vote", "show", *where)["phase"] == "drawing"
    ask(story.people.rpc, "anvil_mine", hex(4))
    drawn = story.run("vote", "draw", *where, key=EVA)
    assert (drawn["phase"], len(drawn["jurors"])) == ("committing", 3)
    keys = {local_key(role).address: local_key(role).reveal() for role in LOCAL_JURORS}
    for juror in drawn["jurors"]:
        seat = story.run("vote", "list", key=keys[juror])["seats"][0]
        assert (seat["case"], seat["dataset"], seat["committed"]) == (case, room.proposed, False)
        file = story.folder / f"{juror}.jsonl"
        story.run("vote", "rows", *where, "--out", str(file), key=keys[juror])
        copy = exports.read(file)
        assert (copy.problem, copy.header.license, len(list(copy.records))) == ("", 0, 3 * ITEMS)
        assert all(record.problem() is None and not record.is_erased for record in copy.records)
        voted = story.run("vote", "commit", *where, "--ruling", "dismissed", key=keys[juror])
    assert voted["phase"] == "revealing"
    other = story.terminal.run("vote", "rows", *where, "--out", "never.jsonl", key=EVA)
    assert other.complaint.startswith("cota: forbidden: only who sits on a panel of the case reads its rows")
    for juror in drawn["jurors"]:
        told = story.run("vote", "reveal", *where, key=keys[juror])
    assert (told["ruling"], told["revealed"], told["phase"]) == ("dismissed", 3, "deciding")
    held = room.held(EVA)[0]
    appealed = story.run("case", "appeal", *where, "--yes", key=EVA)
    assert (appealed["state"], room.held(EVA)[0]) == ("open", held - 2 * BOND)
    assert story.run("vote", "show", *where)["round"] == 1
    missing = story.terminal.run("vote", "reveal", *where, key=EVA)
    assert f"has no vote of yours in round 1 of case {case}" in missing.complaint
    winner = story.terminal.run("case", "appeal", *where, "--yes", key=EVA)
    assert "no ruling of case" in winner.complaint
    before = room.node.run(room.node.client.balance(drawn["jurors"][0]))
    assert (
        int(story.run("vote", "withdraw", room.proposed, key=keys[drawn["jurors"][0]])["withdrawn"])
        == FEE // 3
    )
    assert room.node.run(room.node.client.balance(drawn["jurors"][0])) > before


def test_audit__of_an_open_settlement__labels_of_all_and_contents_of_the_sample(
    story: Story, room: Room
) -> None:
    opened = story.run("audit", "open", room.proposed, "1", "--yes", key=story.people.buyer)
    where = (room.proposed, opened["audit"])
    assert (opened["fee_state"], opened["sample"]) == ("held", [])
    early = story.terminal.run("audit", "draw", *where, "--json", key=story.people.buyer)
    assert early.code in (0, 1)
    ask(story.people.rpc, "anvil_mine", hex(4))
    drawn = early.json() if early.code == 0 else story.run("audit", "draw", *where, key=story.people.buyer)
    assert len(drawn["sample"]) == 16
    file = story.folder / "audit.jsonl"
    story.run("audit", "rows", *where, "--out", str(file), key=story.people.buyer)
    over = story.terminal.run("audit", "rows", *where, "--out", str(file), key=story.people.buyer)
    assert over.complaint == f"cota: {file} exists: choose another name, or --force"
    story.run("audit", "rows", *where, "--out", str(file), "--force", key=story.people.buyer)
    copy = exports.read(file)
    records = list(copy.records)
    assert (copy.problem, len(records)) == ("", 3 * ITEMS)
    assert not any(record.is_erased for record in records)
    sampled = {record.item_index for record in records if record.index in drawn["sample"]}
    assert {index for index in range(ITEMS) if not copy.items[index].is_erased} == sampled
    stranger = story.terminal.run("audit", "rows", *where, "--out", "never.jsonl", key=EVA)
    assert stranger.complaint.startswith("cota: forbidden: only who opened the audit reads its rows")
    early = story.terminal.run("audit", "return", *where, key=story.people.buyer)
    assert (early.code, "AuditNotSettled(" in early.complaint) == (1, True)
    none = story.terminal.run("audit", "show", room.proposed, "99")
    assert none.complaint == "cota: client-error: the dataset has no audit 99"


def test_prove__signature_demanded__is_shown_from_her_own_copy(story: Story, room: Room) -> None:
    nothing = story.terminal.run("prove", "bounds", room.proposed, "1", key=EVA)
    assert nothing.complaint == "cota: the file of epoch 1 shows no leaf above its bounds"
    room.equip(EVA, 2 * BOND)
    asked = story.run("prove", "signature", room.proposed, "1", "0", "--yes", key=EVA)
    assert (asked["bond"], asked["fee"]) == (str(2 * BOND), "0")
    beyond = story.terminal.run("prove", "signature", room.proposed, "1", str(3 * ITEMS), "--yes", key=EVA)
    assert beyond.complaint == f"cota: client-error: checkpoint 1 holds the rows 0 to {3 * ITEMS - 1}"
    copies = []
    for key in (DORA, FAY, GIL):
        story.people.give_gas(key)
        copies.append(str(story.folder / f"{story.people.address(key)}-copy.jsonl"))
        story.run("backup", copies[-1], key=key)
    outcomes = [
        story.terminal.run(
            "prove", "answer", room.proposed, asked["case"], "--from", copy, "--json", key=DORA
        )
        for copy in copies
    ]
    (answered,) = (one.json() for one in outcomes if one.code == 0)
    assert (answered["state"], answered["ground"]) == ("dismissed", "signature")
