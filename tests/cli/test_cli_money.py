"""What labels earned, by commands alone: claims, sales, royalties, shares, stakes. What each says is what the
chain has."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest

from cota.chain.blocking import BlockingNode
from cota.chain.contracts import DatasetShares, Token
from cota.units import Address
from tests.cli.liar import lying
from tests.cli.story import ITEMS, Story, publish


@pytest.fixture(scope="module")
def licence(story: Story) -> dict[str, Any]:
    """Priced, claimed by Ana, bought: the story goes on from here."""
    people = story.people
    story.run("dataset", "price", story.birds, "1000.25", key=people.publisher)
    story.outcomes["claim ana"] = story.terminal.run("claim", story.birds, "--json", key=people.ana)
    return story.run("buy", story.birds, "--max-price", "1000.25", key=people.buyer)


def test_claim__shares_then_revenue__to_the_last_unit(
    story: Story, licence: dict[str, Any], node: BlockingNode
) -> None:
    """P1, P3: the relayed claim and the one sent by oneself take out what the contract owes."""
    people = story.people
    shares, token = _shares(story, story.birds, node), _token(story, story.birds, node)
    assert int(story.outcomes["claim ana"].json()["units"]) > 0
    for who, words in ((people.ana, ()), (people.bia, ("--self",))):
        if words:
            people.give_gas(who)
        address = Address(people.address(who))
        before = node.run(token.balance_of(address, "latest"))
        claimed = story.run("claim", story.birds, *words, key=who)
        assert int(claimed["revenue"]) > 0
        assert node.run(token.balance_of(address, "latest")) - before == int(claimed["revenue"])
        assert node.run(shares.claimable(address, "latest")) == 0
        again = story.run("claim", story.birds, *words, key=who)
        assert (again["units"], again["revenue"], again["tx_hashes"]) == ("0", "0", [])
    assert (
        "nothing: there was nothing to claim" in story.terminal.run("claim", story.birds, key=people.ana).out
    )


def test_buy__never_above_the_limit(story: Story, licence: dict[str, Any]) -> None:
    assert (licence["price"], licence["decimals"], licence["epochs"]) == (str(1_000_250_000), 6, 1)
    dear = story.terminal.run("buy", story.birds, "--max-price", "1000.249999", key=story.people.buyer)
    assert dear.code == 1
    assert "PriceAboveLimit(price=1000250000, limit=1000249999)" in dear.complaint
    no = story.terminal.run("buy", story.birds, key=story.people.buyer, typed="n\n")
    assert "Buy class 0 for 1,000.25 TUSD? [y/N]" in no.err
    assert no.code == 1
    other = story.terminal.run("buy", story.birds, "--class", "3", key=story.people.buyer)
    assert (other.code, other.complaint) == (1, "cota: class 3 of this dataset is not sold")


def test_buy__token_without_permits__by_an_allowance(story: Story, node: BlockingNode) -> None:
    people = story.people
    story.run("dataset", "price", story.plain, "2500000u", key=people.publisher)
    bought = story.run("buy", story.plain, "--max-price", "2.5", "--receiver", people.address(people.stranger),
                       key=people.buyer)  # fmt: skip
    assert bought["price"] == "2500000"
    token = _token(story, story.plain, node)
    market = Address(story.run("dataset", "show", story.plain)["market"])
    assert node.run(token.allowance(Address(people.address(people.buyer)), market, "latest")) == 0
    out = story.folder / "plain.jsonl"
    refused = story.terminal.run("export", bought["license"], "--out", str(out), key=people.buyer)
    assert refused.complaint.startswith("cota: not-licensed: the licence is another account's")
    assert not out.exists()
    assert story.run("export", bought["license"], "--out", str(out), key=people.stranger)["comparisons"] > 0


def test_export__every_record_checked__and_verify_agrees(
    story: Story, licence: dict[str, Any], folder: Path
) -> None:
    """P9, P11: right after the purchase, from another process."""
    out = folder / "deep" / "birds.jsonl"
    words = ("export", licence["license"], "--out", str(out))
    found = story.run(*words, key=story.people.buyer)
    assert found["comparisons"] > 10 * ITEMS
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert sum(line["type"] == "record" for line in lines) == 3 * ITEMS
    assert sorted(path.name for path in out.parent.iterdir()) == ["birds.jsonl", "birds.jsonl.passport.json"]
    offline = story.terminal.run("verify", "export", str(out), "--json", RPC_URL="http://127.0.0.1:9")
    assert offline.json()["verify"] == "ok"
    again = story.terminal.run(*words, key=story.people.buyer)
    assert (again.code, again.complaint) == (1, f"cota: {out} exists: choose another name, or --force")
    out.write_text("something of mine")
    assert story.terminal.run(*words, "--force", key=story.people.buyer).code == 0
    verified = story.terminal.run("verify", "--labels", str(out), "--json")
    assert verified.code == 0, verified.out


def test_pay__royalty_and_report__reach_the_holders(story: Story, licence: dict[str, Any]) -> None:
    buyer, report = story.people.buyer, "0x" + "ab" * 32
    before = int(story.run("dataset", "show", story.birds)["paid"])
    paid = story.run("pay", licence["license"], "12.5", "--report", report, key=buyer)
    assert (paid["amount"], paid["report"]) == ("12500000", report)
    # 20 % publisher, 3 % treasury
    assert int(story.run("dataset", "show", story.birds)["paid"]) - before == 12_500_000 * 77 // 100
    assert story.run("pay", licence["license"], "0", "--report", report, key=buyer)["amount"] == "0"
    mere_report, royalty = story.run("license", licence["license"])["royalties"][:2]
    assert (royalty["amount"], royalty["report_hash"]) == ("12500000", report)
    assert royalty["payer"] == story.people.address(buyer)
    assert (mere_report["amount"], mere_report["report_hash"]) == ("0", report)
    shown = story.terminal.run("license", licence["license"]).out
    assert f"2, of 12.5 TUSD together; the last at {mere_report['at']}" in shown
    nothing = story.terminal.run("pay", licence["license"], "0", key=buyer)
    assert nothing.code == 2
    foreign = story.terminal.run(
        "pay", licence["license"], "0", "--report", report, key=story.people.publisher
    )
    assert (foreign.code, "NotLicensee(" in foreign.complaint) == (1, True)


def test_transfer__shares__move_without_their_revenue(
    story: Story, licence: dict[str, Any], node: BlockingNode
) -> None:
    """P2."""
    people, shares = story.people, _shares(story, story.birds, node)
    story.run("claim", story.birds, key=people.ana)
    people.give_gas(people.ana)
    ana, friend = Address(people.address(people.ana)), Address(people.address(people.stranger))
    held = node.run(shares.balance_of(ana, "latest"))
    sent = story.run("transfer", story.birds, friend, "0.5", key=people.ana)
    assert sent["units"] == "500000"
    assert node.run(shares.balance_of(friend, "latest")) == 500_000
    assert node.run(shares.balance_of(ana, "latest")) == held - 500_000
    assert node.run(shares.claimable(friend, "latest")) == 0
    much = story.terminal.run("transfer", story.birds, friend, f"{held}u", key=people.ana)
    assert (much.code, "ERC20InsufficientBalance(" in much.complaint) == (1, True)
    precise = story.terminal.run("transfer", story.birds, friend, "0.0000001", key=people.ana)
    assert (precise.code, precise.complaint) == (
        2,
        "cota: 0.0000001 has 7 decimals, and a dataset's shares has 6",
    )
    assert story.terminal.run("transfer", story.birds, friend, "0", key=people.ana).code == 2


def test_statement__table_json_and_csv__tell_the_same(story: Story, licence: dict[str, Any]) -> None:
    ana = story.people.ana
    rows = story.run("statement", key=ana)["rows"]
    kinds = [row["kind"] for row in rows]
    assert kinds[0] == "joined"
    assert {"shares-claimed", "payment"} <= set(kinds)
    asked = story.terminal.run("statement", "--format", "csv", key=ana)
    table = list(csv.DictReader(io.StringIO(asked.out)))
    assert [row["kind"] for row in table] == kinds
    assert json.loads(story.terminal.run("statement", "--format", "json", key=ana).out)["rows"] == rows
    stranger = story.terminal.run("statement", story.people.address(ana))
    assert "labels receipted" not in stranger.out
    assert stranger.out.count("\n") == len(rows) + 2
    whose = story.terminal.run("statement")
    assert whose.complaint == "cota: whose? Give an ADDRESS, or set COTA_KEY for your own"
    assert story.terminal.run("statement", "--format", "csv", "--json", key=ana).code == 2


def test_statement__of_a_dataset__goes_down_to_payments_epochs_and_labels(
    story: Story, licence: dict[str, Any]
) -> None:
    ana, of = story.people.ana, ("statement", "--dataset", story.birds)
    found = story.run(*of, key=ana)
    kinds = [row["kind"] for row in found["payments"]]
    assert kinds[0] == "sale"
    assert {"sale", "renewal", "payment", "royalty"} >= set(kinds)
    totals = {name: int(value) for name, value in found["totals"].items()}
    assert sum(int(row["part"]) for row in found["payments"]) == totals["parts"]
    assert totals["parts"] == totals["claimed"] + totals["claimable"] > 0
    assert found["payments"][0]["sources"][0]["origin"] == "epoch"
    (epoch,) = found["epochs"]
    assert epoch["labels"] == ITEMS
    labels = story.run(*of, "--epoch", "1", key=ana)
    assert labels["earned"] == epoch
    assert sum(row["weight"] or 0 for row in labels["labels"]) == epoch["weight"]
    assert len(labels["labels"]) == ITEMS
    table = story.terminal.run(*of, "--format", "csv", key=ana)
    assert [row["part"] for row in csv.DictReader(io.StringIO(table.out))] == [
        row["part"] for row in found["payments"]
    ]
    shown = story.terminal.run(*of, story.people.address(ana))
    assert (shown.code, "epoch 1: " in shown.out, "claimable" in shown.out) == (0, True, True)
    assert "heron" in story.terminal.run(*of, "--epoch", "1", key=ana).out
    for words in (
        ("--epoch", "1"),
        (*of[1:], story.people.address(ana), "--epoch", "1"),
        (*of[1:], "--epoch", "0"),
    ):
        assert story.terminal.run("statement", *words, key=ana).code == 2


@pytest.mark.parametrize("name", ["parts", "claimed", "claimable", "passed_on"])
def test_statement__of_figures_that_do_not_add_up__is_not_believed(
    story: Story, licence: dict[str, Any], name: str
) -> None:
    """P1: the parts make the total, and the total is what was and can be taken out."""

    def lie(asked: str, answer: Any) -> Any:
        if "/income" in asked:
            answer["totals"][name] = str(int(answer["totals"][name]) + 1)
        return answer

    with lying(story.terminal.environment["COTA_API"], lie) as url:
        ana = story.people.address(story.people.ana)
        told = story.terminal.run("statement", ana, "--dataset", story.birds, "--api", url)
    assert (told.code, told.out) == (1, "")
    assert told.complaint.startswith("cota: untrustworthy: ")
    assert "base units" in told.complaint


def test_withdraw__publishers_part__once(story: Story, licence: dict[str, Any], node: BlockingNode) -> None:
    publisher = story.people.publisher
    token = _token(story, story.birds, node)
    before = node.run(token.balance_of(Address(story.people.address(publisher)), "latest"))
    taken = story.run("dataset", "withdraw", story.birds, key=publisher)
    after = node.run(token.balance_of(Address(story.people.address(publisher)), "latest"))
    assert after - before == int(taken["amount"]) >= 1_000_250_000 // 5
    again = story.terminal.run("dataset", "withdraw", story.birds, key=publisher)
    assert (again.code, "NoCredit(" in again.complaint) == (1, True)


def test_stake__ones_own__carries_a_membership(story: Story) -> None:
    """Whoever has COTA and gas needs no relayer to join or leave."""
    people = story.people
    treasurer = people.treasurer
    free = int(story.run("stake", "show", key=treasurer)["free_stake"])
    poor = story.terminal.run("join", story.plain, "--self", "--yes", key=treasurer)
    assert (poor.code, "InsufficientFreeStake(" in poor.complaint) == (1, True)
    assert "cota stake deposit AMOUNT adds to it" in poor.complaint
    deposited = story.run("stake", "deposit", "60.5", key=treasurer)
    assert int(deposited["free_stake"]) == free + 60_500_000_000_000_000_000
    joined = story.run("join", story.plain, "--self", "--yes", key=treasurer)
    assert joined["state"] == "active"
    shown = story.run("stake", "show", people.address(treasurer))
    assert shown["memberships"][0]["sponsor"] == people.address(treasurer)
    assert shown["free_stake"] == str(free + 10_500_000_000_000_000_000)
    much = story.terminal.run("stake", "withdraw", "11", key=treasurer)
    assert (much.code, "InsufficientFreeStake(" in much.complaint) == (1, True)
    story.run("stake", "withdraw", "10.5", key=treasurer)
    assert story.run("leave", story.plain, "--self", "--yes", key=treasurer)["state"] == "leaving"
    assert "leaving" in story.terminal.run("stake", "show", key=treasurer).out


def test_stake__of_a_membership_that_was_left__is_freed_when_nothing_can_be_held_against_it(
    story: Story,
) -> None:
    treasurer, brief = (
        story.people.treasurer,
        {"settle_period": 2, "receipt_period": 1, "checkpoint_period": 1},
    )
    dataset = publish(story, "brief", appeal_period=1, penalty_period=2, **brief)
    story.run("stake", "deposit", "50", key=treasurer)
    story.run("join", dataset, "--self", "--yes", key=treasurer)
    early = story.terminal.run("stake", "release", dataset, key=treasurer)
    assert (early.code, early.complaint.endswith("and this one is active")) == (1, True)
    story.run("leave", dataset, "--self", "--yes", key=treasurer)
    free = int(story.run("stake", "show", key=treasurer)["free_stake"])
    locked = story.terminal.run("stake", "release", dataset, key=treasurer)
    assert (locked.code, "the stake is locked, until 2" in " ".join(locked.err.split())) == (1, True), (
        locked.err
    )
    ends = time.monotonic() + 30
    while (released := story.terminal.run("stake", "release", dataset, "--json", key=treasurer)).code:
        assert time.monotonic() < ends, released.err
        time.sleep(0.5)
    assert released.json()["released"] == "50000000000000000000"
    shown = story.run("stake", "show", key=treasurer)
    assert int(shown["free_stake"]) == free + 50 * 10**18
    (one,) = [one for one in shown["memberships"] if one["dataset"] == dataset]
    assert (one["state"], one["penalised"]) == ("ended", "0")


def test_successor__named_started_cancelled__and_not_completed_early(story: Story) -> None:
    people = story.people
    treasurer, heir = people.treasurer, people.stranger
    people.give_gas(heir)
    holder, other = people.address(treasurer), people.address(heir)
    assert story.run("successor", "show", key=treasurer)["state"] == "none"
    no = story.terminal.run("successor", "name", other, key=treasurer, typed="\n")
    assert (no.code, story.run("successor", "show", key=treasurer)["state"]) == (1, "none")
    named = story.run("successor", "name", other, "--days", "45", "--yes", key=treasurer)
    assert (named["successor"], named["days"]) == (other, 45)
    stranger = story.terminal.run("successor", "start", holder, key=people.buyer)
    assert (stranger.code, "NotSuccessor(" in stranger.complaint) == (1, True)
    story.run("successor", "start", holder, key=heir)
    shown = story.run("successor", "show", holder, key=people.buyer)
    assert (shown["state"], shown["successor"], shown["days"]) == ("started", other, 45)
    early = story.terminal.run("successor", "complete", holder, "--yes", key=heir)
    assert (early.code, "NotReady(" in early.complaint) == (1, True)
    nothing = story.terminal.run("successor", "inherit", story.birds, holder, key=heir)
    assert (nothing.code, "NotSucceeded(" in nothing.complaint) == (1, True)
    story.run("successor", "cancel", key=treasurer)
    assert story.run("successor", "show", key=treasurer)["state"] == "named"
    story.run("successor", "nobody", key=treasurer)
    assert story.run("successor", "show", key=treasurer)["state"] == "none"


def _shares(story: Story, dataset: str, node: BlockingNode) -> DatasetShares:
    return DatasetShares(node.client, Address(story.run("dataset", "show", dataset)["shares"]))


def _token(story: Story, dataset: str, node: BlockingNode) -> Token:
    return Token(node.client, Address(story.run("dataset", "show", dataset)["terms"]["payment_token"]))
