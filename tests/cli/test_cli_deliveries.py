"""A buyer who was not served, by commands alone: demand, answer, arbitrator, the price back; reports due."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from cota.chain.blocking import BlockingNode
from cota.chain.contracts import AnnotationLedger, CouncilArbiter, DeliveryDesk, Phase
from cota.chain.deployment import Deployment
from cota.client import CotaClient
from cota.commitments.words import keccak
from cota.keys import LOCAL_JURORS, local_key
from cota.settings import load
from cota.units import Address, parse_hash32
from tests.cli.story import ITEMS, PATIENCE_S, Story, publish, truth, wait_until_settled

SALT, NOT_DELIVERED = b"\7" * 32, 2
RESPONSE_S, REPORTING_S = 3, 15
# Not the story's: a wallet is relayed five joins a day.
LABELLERS = ["0x" + keccak(f"cli deliveries: {name}".encode()).hex() for name in ("dora", "eva", "fay")]


@pytest.fixture(scope="module")
def deployment(story: Story) -> Deployment:
    return Deployment.load("local", load(environ=story.terminal.environment).deployments)


@pytest.fixture(scope="module")
def sold(story: Story) -> dict[str, Any]:
    """A licence of a settled dataset with short periods."""
    # Another story puts the chain's clock a minute forward: receipts have longer than that.
    terms = {"response_period": RESPONSE_S, "reporting_period": REPORTING_S, "receipt_period": 600}
    dataset = publish(story, "undelivered", **terms)
    rows = "".join(f"p{n},{truth(n)}\n" for n in range(ITEMS))
    answers = story.write("undelivered.csv", f"item,label\n{rows}")
    for number, key in enumerate(LABELLERS):
        story.run("join", dataset, "--yes", key=key)
        backup = str(story.folder / f"undelivered-{number}.jsonl")
        words = ("submit", dataset, "--labels", answers, "--item-field", "photo")
        story.run(*words, key=key, COTA_BACKUP=backup)
    wait_until_settled(story, dataset)
    story.run("dataset", "price", dataset, "10", key=story.people.publisher)
    return {**story.run("buy", dataset, "--max-price", "10", key=story.people.buyer), "dataset": dataset}


def until(condition: Any, what: str) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < ends, what
        time.sleep(0.3)


def judge(node: BlockingNode, council: CouncilArbiter, dispute: int, ruling: int) -> None:
    """The network's jurors, once the panel can be drawn."""
    roles = {local_key(role).address: role for role in LOCAL_JURORS}

    def send(role: str, data: bytes) -> None:
        node.sender(local_key(role).account()).send(council.address, data)

    time.sleep(4)
    send("relayer", council.encode_draw(dispute))
    _, jurors = node.run(council.panel_of(dispute, 0, "latest"))
    for juror in jurors:
        commitment = node.run(council.commitment_of(dispute, 0, juror, ruling, SALT, "latest"))
        send(roles[juror], council.encode_commit_vote(dispute, commitment))
    for juror in jurors:
        send(roles[juror], council.encode_reveal_vote(dispute, ruling, SALT))
    until(lambda: node.run(council.phase_of(dispute, "latest")) is Phase.FINAL, "the ruling is never final")
    send("relayer", council.encode_execute_ruling(dispute))


def test_license__report_due_then_overdue__says_so_until_it_is_made_good(
    story: Story, sold: dict[str, Any]
) -> None:
    number, report = sold["license"], "0x" + "cd" * 32

    def shown() -> dict[str, Any]:
        return story.run("license", number)

    first = shown()
    assert (first["reports"], first["late"], first["delivery"]) == (0, 0, None)
    until(lambda: shown()["overdue"], "never overdue")
    assert "overdue yes" in " ".join(story.terminal.run("license", number).out.split())
    # The chain's clock is that of its last block.
    time.sleep(2)
    story.run("pay", number, "0", "--report", report, key=story.people.buyer)
    good = shown()
    assert (good["reports"], good["late"]) == (1, 1)
    assert good["due_at"] > first["due_at"]


def test_delivery__demanded_answered_too_early_to_dispute__each_by_its_own_key(
    story: Story, sold: dict[str, Any]
) -> None:
    number, buyer = sold["license"], story.people.buyer
    assert story.run("delivery", "show", number)["state"] == "none"
    foreign = story.terminal.run("delivery", "demand", number, key=story.people.publisher)
    assert (foreign.code, "NotLicensee(" in foreign.complaint) == (1, True)
    demanded = story.run("delivery", "demand", number, key=buyer)
    assert demanded["state"] == "demanded"
    early = story.terminal.run("delivery", "dispute", number, "--yes", key=buyer)
    assert (early.code, "NotDueYet(" in early.complaint) == (1, True)
    other = story.terminal.run("delivery", "answer", number, "--evidence", "0x" + "ee" * 32, key=buyer)
    assert (other.code, "NotCoordinator(" in other.complaint) == (1, True)
    again = story.terminal.run("delivery", "demand", number, key=buyer)
    assert (again.code, "WrongDelivery(" in again.complaint) == (1, True)
    shown = story.run("license", number)["delivery"]
    assert (shown["state"], shown["answered"], shown["price"]) == ("demanded", False, "10000000")
    assert shown["coordinator"] == local_key("coordinator").address


def test_delivery__price_came_back__no_download_until_it_is_paid_again(
    story: Story, sold: dict[str, Any], node: BlockingNode, deployment: Deployment
) -> None:
    number, buyer = sold["license"], story.people.buyer
    desk = DeliveryDesk.of(node.client, deployment)
    ledger = AnnotationLedger.of(node.client, deployment)
    council = CouncilArbiter.of(node.client, deployment)
    out = story.folder / "undelivered.jsonl"
    assert story.run("export", number, "--out", str(out), key=buyer)["comparisons"] > 0
    # The chain's clock is that of its last block.
    due_at = node.run(desk.delivery_of(int(number), "latest")).due_at
    until(lambda: node.head().timestamp >= due_at, "the demand is never due")
    asked = story.terminal.run("delivery", "dispute", number, key=buyer, typed="n\n")
    assert (asked.code, "The arbitrator costs" in asked.err) == (1, True)
    assert story.run("delivery", "dispute", number, "--yes", key=buyer)["state"] == "disputed"
    assert story.run("license", number)["delivery"]["state"] == "disputed"
    before = node.run(ledger.credit_of(Address(story.people.address(buyer)), "latest"))
    judge(node, council, node.run(desk.dispute_of(int(number), "latest")), NOT_DELIVERED)
    back = node.run(ledger.credit_of(Address(story.people.address(buyer)), "latest")) - before
    shown = story.run("license", number)
    assert (shown["delivery"]["state"], int(shown["delivery"]["returned"])) == ("returned", back)
    assert back > 0
    assert "the price came back" in story.terminal.run("license", number).out
    refused = story.terminal.run("export", number, "--out", str(out), "--force", key=buyer)
    assert (refused.code, refused.complaint.startswith("cota: not-licensed: the price came back")) == (
        1,
        True,
    )
    checked = _check(story, sold["dataset"], buyer)
    assert (checked["licensed"], checked["license"]) == (False, None)
    verified = story.terminal.run("verify", "--json")
    assert verified.code == 0, verified.out
    outcomes = {one["name"]: one["outcome"] for one in json.loads(verified.out)["checks"]}
    assert outcomes["deliveries.state"] == "ok"
    # Paid again, after what is overdue was reported: it opens anew.
    story.run("pay", number, "0", "--report", "0x" + "ab" * 32, key=buyer)
    story.run("renew", number, "--yes", key=buyer)
    assert story.run("license", number)["delivery"] is None
    assert story.run("export", number, "--out", str(out), "--force", key=buyer)["comparisons"] > 0
    assert _check(story, sold["dataset"], buyer)["license"] == number
    assert story.run("delivery", "acknowledge", number, key=buyer)["state"] == "acknowledged"


def _check(story: Story, dataset: str, key: str) -> dict[str, Any]:
    with CotaClient(story.terminal.environment["COTA_API"], None, story.people.rpc) as client:
        return client.check_license(parse_hash32(dataset), Address(story.people.address(key)))
