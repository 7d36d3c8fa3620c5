"""A ruling that stands, by commands: jurors enter the lot, their word is executed, who won gets back what it cost."""

from __future__ import annotations

import pytest

from cota.chain.contracts import (
    AccessManager,
    AuditDesk,
    CouncilArbiter,
    Outcome,
    Role,
    Token,
)
from cota.keys import LOCAL_JURORS, local_key
from cota.units import Address
from scripts.stack.anvil import ask
from tests.cli.apart import node, room, stack, story, terminal
from tests.cli.courtroom import BOND, COTA, EVA, Room
from tests.cli.story import Story

__all__ = ["node", "room", "stack", "story", "terminal"]

APPEALABLE_S = 10
PROPOSER_BOND = 1_000 * COTA


@pytest.fixture(scope="module")
def council(room: Room) -> CouncilArbiter:
    return CouncilArbiter(room.node.client, room.node.run(room.court.arbiter("latest")))


def test_execute__a_ruling_that_nobody_appealed__brings_the_settlement_down(
    story: Story, room: Room, council: CouncilArbiter
) -> None:
    """The auditor challenges what he saw, and wins."""
    auditor = story.people.buyer
    opened = story.run("audit", "open", room.proposed, "1", "--yes", key=auditor)
    assert (opened["audit"], opened["fee_state"]) == ("1", "held")
    room.equip(auditor, BOND)
    words = ("challenge", room.proposed, "1", "--ground", "scoring", "--yes", "--evidence", "0x" + "e5" * 32)
    case = str(story.run(*words, key=auditor)["case"])
    where = (room.proposed, case)
    ask(story.people.rpc, "anvil_mine", hex(4))
    drawn = story.run("vote", "draw", *where, key=auditor)
    keys = {local_key(role).address: local_key(role).reveal() for role in LOCAL_JURORS}
    for juror in drawn["jurors"]:
        story.run("vote", "commit", *where, "--ruling", "upheld", key=keys[juror])
    early = story.terminal.run("vote", "execute", *where, key=auditor)
    assert (early.code, "WrongPhase(" in early.complaint) == (1, True)
    for juror in drawn["jurors"]:
        told = story.run("vote", "reveal", *where, key=keys[juror])
    assert (told["phase"], told["ruling"]) == ("deciding", "upheld")
    waiting = story.terminal.run("vote", "execute", *where, key=auditor)
    assert (waiting.code, "WrongPhase(" in waiting.complaint) == (1, True)

    ask(story.people.rpc, "evm_increaseTime", APPEALABLE_S)
    ask(story.people.rpc, "evm_mine")
    done = story.run("vote", "execute", *where, key=auditor)
    assert (done["phase"], done["ruling"]) == ("executed", "upheld")
    found = room.node.run(room.court.case_of(int(case), "latest"))
    assert (found.outcome, found.claimant) == (Outcome.UPHELD, story.people.address(auditor))
    again = story.terminal.run("vote", "execute", *where, key=auditor)
    assert (again.code, "WrongPhase(" in again.complaint) == (1, True)
    assert story.run("case", "show", *where)["state"] == "upheld"


def test_audit__whose_challenge_won__gets_its_fee_and_bond_back(story: Story, room: Room) -> None:
    auditor, dataset = story.people.buyer, room.proposed
    desk = AuditDesk(room.node.client, room.node.run(room.court.audit_desk("latest")))
    fee = room.node.run(desk.audit_of(1, "latest")).fee
    assert fee == 2 * 10**6
    nothing = story.terminal.run("audit", "withdraw", dataset, key=auditor)
    assert (nothing.code, "NothingToWithdraw(account=" in nothing.complaint) == (1, True)
    returned = story.run("audit", "return", dataset, "1", key=auditor)
    assert (returned["audit"], returned["fee_state"], returned["fee"]) == ("1", "returned", str(fee))
    twice = story.terminal.run("audit", "return", dataset, "1", key=auditor)
    assert (twice.code, "AuditFeeGone(" in twice.complaint) == (1, True)

    dollar = Token(room.node.client, Address(story.run("status")["contracts"]["TestDollar"]))
    owner = Address(story.people.address(auditor))
    before = room.node.run(dollar.balance_of(owner, "latest"))
    taken = story.run("audit", "withdraw", dataset, key=auditor)
    assert (taken["amount"], taken["decimals"]) == (str(fee), 6)
    assert room.node.run(dollar.balance_of(owner, "latest")) == before + fee > before
    empty = story.terminal.run("audit", "withdraw", dataset, key=auditor)
    assert (empty.code, "NothingToWithdraw(account=" in empty.complaint) == (1, True)

    # Her bond from the court, and half of what the proposer lost from the ledger.
    held = room.held(auditor)[0]
    won = story.run("case", "withdraw", dataset, key=auditor)
    assert int(won["amount"]) == room.held(auditor)[0] - held == BOND + PROPOSER_BOND // 2


def test_enroll__of_who_was_made_a_juror__enters_the_lot_once(
    story: Story, room: Room, council: CouncilArbiter
) -> None:
    story.people.give_gas(EVA)
    juror = Address(story.people.address(EVA))
    stranger = story.terminal.run("vote", "enroll", room.proposed, key=EVA)
    assert (stranger.code, f"NotJuror(account={juror})" in stranger.complaint) == (1, True)
    access = Address(story.run("status")["contracts"]["AccessManager"])
    operator = room.node.sender(local_key("deployer").account())
    operator.send(access, AccessManager.encode_grant_role(Role.JUROR, juror, 0))
    assert not room.node.run(council.is_enrolled(juror, "latest"))
    told = story.run("vote", "enroll", room.proposed, key=EVA)
    assert told["juror"] == juror
    assert room.node.run(council.is_enrolled(juror, "latest"))
    twice = story.terminal.run("vote", "enroll", room.proposed, key=EVA)
    assert (twice.code, f"AlreadyEnrolled(account={juror})" in twice.complaint) == (1, True)
