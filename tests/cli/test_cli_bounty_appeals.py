"""What is left of a bounty, by commands, while an appeal waits: told which one, and given back when it has ended."""

from __future__ import annotations

import pytest
from eth_account import Account

from cota.chain.blocking import BlockingNode
from cota.client import BountyAppealed, CotaClient
from cota.units import Address
from tests.cli.apart import node, stack, story, terminal
from tests.cli.courtroom import BOND, EVIDENCE, Room
from tests.cli.promising import LABELLERS, label, pass_time, refused
from tests.cli.story import Story, publish, wait_until_settled

__all__ = ["node", "stack", "story", "terminal"]

RECEIPT_S, APPEAL_S, COURT_S = 60, 3_600, 120
DORA, EVA, _ = LABELLERS


@pytest.fixture
def room(story: Story, node: BlockingNode) -> Room:
    return Room(story, node)


def test_return__appeals_wait__are_named_with_their_time__then_it_goes_back(story: Story, room: Room) -> None:
    terms = {"appeal_period": APPEAL_S, "penalty_period": 2 * APPEAL_S, "settle_period": 2 * APPEAL_S}
    dataset = publish(story, "held", receipt_period=RECEIPT_S, challenge_bond="50", **terms)
    publisher = story.people.publisher
    story.run("bounty", "open", dataset, "--per-label", "0.30", "--amount", "500", key=publisher)
    label(story, dataset)
    wait_until_settled(story, dataset)
    story.run("bounty", "close", "1", "--yes", key=publisher)
    pass_time(story, APPEAL_S - COURT_S // 2)
    words = ("appeal", dataset, "1", "--units", "0.5", "--evidence", EVIDENCE, "--yes")
    cases = []
    for key in (DORA, EVA):
        room.equip(key, BOND)
        cases.append(str(story.run(*words, key=key)["case"]))
    refused(story.terminal.run("bounty", "return", "1", key=publisher), "bounty-locked", "goes back from 20")

    # The last epoch can be appealed no more, and the court still has time.
    pass_time(story, COURT_S // 2 + 2)
    held = story.terminal.run("bounty", "return", "1", key=publisher)
    refused(held, "bounty-appealed: epoch 1: appeals", f"{cases[0]}, {cases[1]} wait for rulings, until 20")
    assert "unless one is appealed again" in held.complaint
    with CotaClient(
        story.terminal.environment["COTA_API"], Account.from_key(publisher), story.people.rpc
    ) as client:
        with pytest.raises(BountyAppealed) as waits:
            client.return_bounty(1)
        assert (waits.value.epoch, waits.value.cases) == (1, tuple(int(case) for case in cases))

    pass_time(story, COURT_S)
    held = story.terminal.run("bounty", "return", "1", key=publisher)
    refused(held, "the time for it is over", "`cota case expire`")
    for case in cases:
        story.run("case", "expire", dataset, case, key=publisher)
    left = int(story.run("bounty", "list", dataset)["bounties"][0]["free"])
    back = story.run("bounty", "return", "1", key=publisher)
    assert (int(back["amount"]), back["to"]) == (left, Address(Account.from_key(publisher).address))
    assert left > 0
