"""Cash for labels by commands alone: a publisher's bounties, what they pay, what comes back; and every wrong word."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from cota.chain.blocking import BlockingNode
from cota.chain.contracts import AnnotationLedger, Token
from cota.client import BountyLocked, ClientError, CotaClient, Untrustworthy
from cota.client.asynchronous import AsyncCotaClient
from cota.client.records import parse_time
from cota.errors import ChainReverted
from cota.keys import local_key
from cota.units import Address, Hash32, parse_hash32, to_hex
from scripts.stack.anvil import ask
from tests.cli.apart import node, stack, terminal
from tests.cli.promising import LABELLERS, dollars, label, pass_time, refused
from tests.cli.story import PATIENCE_S, People, Story, publish, wait_until_settled
from tests.cli.terminal import Outcome, Terminal

__all__ = ["node", "stack", "terminal"]

CENT = 10_000
RECEIPT_S, APPEAL_S = 600, 3_600
DORA, EVA, FAY = LABELLERS
ELSEWHERE = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
NO_DATASET = "0x" + "07" * 32


@pytest.fixture(scope="module")
def story(terminal: Terminal, tmp_path_factory: pytest.TempPathFactory) -> Story:
    story = Story(terminal, People(terminal.environment["RPC_URL"]), tmp_path_factory.mktemp("story"))
    terms = {"receipt_period": RECEIPT_S, "penalty_period": 2 * APPEAL_S, "appeal_period": APPEAL_S}
    story.birds = publish(story, "rewarded", **terms)
    # Nobody's labels yet: its first settlement stays open for an hour.
    story.plain = publish(story, "slow", **terms | {"challenge_window": 3_600, "settle_period": 7_200})
    return story


@pytest.fixture(scope="module")
def publisher(story: Story) -> Callable[..., Outcome]:
    return lambda *words, **options: story.terminal.run(*words, key=story.people.publisher, **options)


def test_open__by_its_publisher__says_what_it_is_enough_for(
    story: Story, publisher: Callable[..., Outcome]
) -> None:
    words = ("bounty", "open", story.birds, "--per-label", "0.30", "--amount", "500")
    told = publisher(*words)
    assert (told.code, told.err) == (0, "")
    shown = {line.split("  ")[0]: line.split("  ")[-1].strip() for line in told.out.splitlines()}
    assert shown["bounty"] == "1"
    assert (shown["per label"], shown["put aside"]) == ("0.3 TUSD", "500 TUSD")
    assert shown["enough for"] == "about 1,666 labels"
    # Too little for each label to be worth the relayer's gas: the worker leaves it to whom it belongs.
    small = publisher("bounty", "open", story.birds, "--per-label", "2000u", "--amount", "1", "--json").json()
    assert (small["bounty"], small["per_label"], small["amount"]) == ("2", "2000", "1000000")
    assert (small["dataset"], small["token"], small["decimals"]) == (story.birds, "TUSD", 6)
    assert small["block"] > 0
    assert publisher("bounty", "open", story.plain, "--per-label", "1", "--amount", "20").code == 0


def test_open__whatever_is_wrong__is_one_line_and_sends_nothing(
    story: Story, publisher: Callable[..., Outcome], node: BlockingNode
) -> None:
    def opened(per_label: str, amount: str, dataset: str = story.birds, key: str | None = None) -> Outcome:
        words = ("bounty", "open", dataset, "--per-label", per_label, "--amount", amount)
        return story.terminal.run(*words, "--json", key=key or story.people.publisher)

    publishers = local_key("publisher").address
    sent = node.request("eth_getTransactionCount", publishers, "latest")
    for zero in (opened("0", "5"), opened("5", "0"), opened("0u", "5"), opened("0.0000001", "5")):
        assert (zero.code, zero.out) == (2, "")
    refused(opened("0.3", "1" + "0" * 40), "no escrow can count this amount")
    refused(opened(str(2**127), "5"), "no escrow can count this price per label")
    refused(opened("0.3", "100000000000"), "the wallet holds", "TUSD, and 100000000000 are wanted")
    refused(opened("0.3", "5", NO_DATASET), "cota: unknown-dataset:", "cota dataset list shows")
    refused(
        opened("0.3", "5", key=story.people.buyer), "NotPublisher(", "only the dataset's publisher does this"
    )
    assert sent == node.request("eth_getTransactionCount", publishers, "latest")
    assert len(story.run("bounty", "list")["bounties"]) == 3


def test_fund__anybody_adds__and_what_cannot_be_funded_is_said(
    story: Story, publisher: Callable[..., Outcome]
) -> None:
    buyer = story.people.buyer
    added = story.run("bounty", "fund", "1", "5", key=buyer)
    assert (added["bounty"], added["amount"], added["free"]) == ("1", "5000000", "505000000")
    told = story.terminal.run("bounty", "fund", "1", "0.5", key=buyer)
    assert "0.5 TUSD" in told.out
    assert "505.5 TUSD" in told.out
    refused(publisher("bounty", "fund", "99", "5"), "UnknownBounty(bounty=99)", "cota bounty list shows")
    refused(publisher("bounty", "fund", "1", "900000000000"), "the wallet holds")
    refused(publisher("bounty", "fund", "1", "1" + "0" * 40), "no escrow can count this amount")
    zero = publisher("bounty", "fund", "1", "0")
    assert (zero.code, zero.complaint) == (2, "cota: a bounty pays more than nothing: the amount is zero")


def test_close_and_return__too_early_or_not_hers__are_refused(
    story: Story, publisher: Callable[..., Outcome]
) -> None:
    refused(story.terminal.run("bounty", "close", "1", "--yes", key=story.people.buyer), "NotPublisher(")
    refused(publisher("bounty", "return", "1"), "NotClosed(bounty=1)", "cota bounty close BOUNTY comes first")
    refused(story.terminal.run("bounty", "return", "1", key=story.people.buyer), "NotPublisher(")
    refused(publisher("bounty", "close", "1"), "nothing was done: not confirmed")
    refused(publisher("bounty", "close", "99", "--yes"), "UnknownBounty(bounty=99)")
    refused(publisher("bounty", "return", "99"), "UnknownBounty(bounty=99)")


def test_list__before_any_label__is_open_and_owes_nothing(story: Story) -> None:
    table = story.terminal.run("bounty", "list")
    assert table.out.splitlines()[0].split() == [
        "bounty", "dataset", "state", "per", "label", "left", "epochs", "ends",
    ]  # fmt: skip
    assert "505.5 TUSD" in table.out
    own = story.run("bounty", "list", story.birds, key=DORA)["bounties"]
    assert [(one["bounty"], one["state"], one["epochs"], one["due"]) for one in own] == [
        ("1", "open", 0, "0"),
        ("2", "open", 0, "0"),
    ]
    assert (own[0]["publisher"], own[0]["first_checkpoint"], own[0]["ends_at"]) == (
        local_key("publisher").address,
        1,
        None,
    )
    refused(story.terminal.run("bounty", "list", NO_DATASET), "unknown-dataset")
    shown = " ".join(story.terminal.run("dataset", "show", story.birds).out.split())
    assert "bounty 0.302 TUSD per average label, for the next 500 price" in shown


def test_labelled__the_worker_pays_what_is_worth_it_and_the_rest_is_claimed(
    story: Story, node: BlockingNode
) -> None:
    nothing = story.terminal.run("bounty", "claim", story.birds, key=DORA)
    assert (nothing.code, "no bounty owes anything" in nothing.out) == (0, True)
    label(story, story.birds)
    units = int(wait_until_settled(story, story.birds)["total_units"])
    (first, *_) = story.run("bounty", "list", story.birds)["bounties"]
    whole = units * 30 * CENT // int(first["units_per_label"])
    ends = time.monotonic() + PATIENCE_S
    while any(not dollars(story, node, key) for key in LABELLERS):
        assert time.monotonic() < ends, "the worker does not pay"
        time.sleep(0.3)
    paid = [dollars(story, node, key) for key in LABELLERS]
    assert whole - len(LABELLERS) < sum(paid) <= whole

    for key in LABELLERS:
        story.people.give_gas(key)
    due = {
        one["bounty"]: int(one["due"])
        for one in story.run("bounty", "list", story.birds, key=DORA)["bounties"]
    }
    assert due["1"] == 0 < due["2"]
    assert "due to you" in story.terminal.run("bounty", "list", story.birds, key=DORA).out
    claimed = story.run("bounty", "claim", story.birds, key=DORA)
    assert (claimed["amount"], claimed["payments"], claimed["token"]) == (str(due["2"]), 1, "TUSD")
    assert dollars(story, node, DORA) == paid[0] + due["2"]
    again = story.run("bounty", "claim", story.birds, key=DORA)
    assert (again["amount"], again["payments"], again["tx_hashes"], again["block"]) == ("0", 0, [], None)
    page = story.terminal.run("statement", key=DORA).out
    (row,) = (line for line in page.splitlines() if "  bounty 1, epoch 1  " in line)
    assert row.count(" TUSD  ") == 2, "the amount, and that all of it is hers"


def test_claim__to_another_place_or_for_another__only_as_the_escrow_allows(
    story: Story, node: BlockingNode
) -> None:
    eva, fay = (story.people.address(key) for key in (EVA, FAY))
    foreign = story.terminal.run("bounty", "claim", story.birds, "--of", eva, "--to", ELSEWHERE, key=FAY)
    refused(foreign, "NotReceiver(", "only the account, or who succeeded to its lost key")
    before = node.run(_dollar(story, node).balance_of(Address(ELSEWHERE), "latest"))
    told = story.terminal.run("bounty", "claim", story.birds, "--to", ELSEWHERE, key=EVA)
    assert (told.code, "TUSD" in told.out) == (0, True)
    assert node.run(_dollar(story, node).balance_of(Address(ELSEWHERE), "latest")) > before
    had = dollars(story, node, FAY)
    other = story.run("bounty", "claim", story.birds, "--of", fay, key=DORA)
    assert dollars(story, node, FAY) == had + int(other["amount"]) > had
    refused(story.terminal.run("bounty", "claim", NO_DATASET, key=EVA), "unknown-dataset")
    stranger = story.run("bounty", "claim", story.birds, key=story.people.stranger)
    assert stranger["payments"] == 0


def test_claim__correction_of_an_upheld_appeal__is_found_on_the_chain(
    story: Story, node: BlockingNode
) -> None:
    contracts = {name: Address(at) for name, at in story.run("status")["contracts"].items()}
    court, dora = contracts["SettlementCourt"], Address(story.people.address(DORA))
    ask(story.people.rpc, "anvil_impersonateAccount", court)
    ask(story.people.rpc, "anvil_setBalance", court, hex(10**18))
    data = AnnotationLedger.encode("openCorrection", parse_hash32(story.birds), 1, dora, 10**9)
    told = {"from": court, "to": contracts["AnnotationLedger"], "data": to_hex(data), "gas": hex(10**6)}
    ask(story.people.rpc, "eth_sendTransaction", told)
    ends, had = time.monotonic() + PATIENCE_S, dollars(story, node, DORA)
    while dollars(story, node, DORA) == had:
        assert time.monotonic() < ends, "the worker does not pay the correction"
        time.sleep(0.3)
    assert dollars(story, node, DORA) == had + 30 * CENT
    due = {
        one["bounty"]: one["due"] for one in story.run("bounty", "list", story.birds, key=DORA)["bounties"]
    }
    assert due == {"1": "0", "2": "2000"}
    claimed = story.run("bounty", "claim", story.birds, key=DORA)
    assert (claimed["amount"], claimed["payments"]) == ("2000", 1)


def _dollar(story: Story, node: BlockingNode) -> Token:
    return Token(node.client, Address(story.run("status")["contracts"]["TestDollar"]))


def test_close__then_nothing_more_comes_in(story: Story, publisher: Callable[..., Outcome]) -> None:
    newest: Any = ask(story.people.rpc, "eth_getBlockByNumber", "latest", False)
    now = int(newest["timestamp"], 16)
    closed = publisher("bounty", "close", "1", "--yes", "--json").json()
    assert closed["bounty"] == "1"
    assert now + RECEIPT_S <= parse_time(closed["ends_at"]).timestamp() <= now + RECEIPT_S + PATIENCE_S
    assert "Z" in publisher("bounty", "close", "2", "--yes").out
    refused(publisher("bounty", "close", "1", "--yes"), "AlreadyClosed(", "cota bounty open DATASET")
    refused(publisher("bounty", "fund", "1", "5"), "AlreadyClosed(")
    states = [one["state"] for one in story.run("bounty", "list", story.birds)["bounties"]]
    assert states == ["closing", "closing"]
    refused(publisher("bounty", "return", "1"), "bounty-locked", "goes back from 20")
    assert publisher("bounty", "close", "3", "--yes").code == 0


def test_return__only_when_all_is_decided__and_once(
    story: Story, publisher: Callable[..., Outcome], node: BlockingNode
) -> None:
    label(story, story.plain)
    ends = time.monotonic() + PATIENCE_S
    while not story.run("dataset", "epochs", story.plain)["epochs"]:
        assert time.monotonic() < ends, "never logged"
        time.sleep(0.3)
    pass_time(story, RECEIPT_S + 5)
    refused(publisher("bounty", "return", "3"), "EpochsOpen(", "epochs that it covers are not final yet")
    refused(publisher("bounty", "return", "1"), "bounty-locked", "goes back from 20")
    pass_time(story, APPEAL_S)
    left = {one["bounty"]: int(one["free"]) for one in story.run("bounty", "list")["bounties"]}
    had = dollars(story, node, story.people.publisher)
    back = publisher("bounty", "return", "1", "--json").json()
    assert (back["amount"], back["to"]) == (str(left["1"]), local_key("publisher").address)
    assert dollars(story, node, story.people.publisher) == had + left["1"] > had
    refused(publisher("bounty", "return", "1"), "ZeroAmount", "there is nothing to move")
    told = publisher("bounty", "return", "2", "--to", ELSEWHERE)
    assert (told.code, ELSEWHERE in told.out) == (0, True)
    assert {one["state"] for one in story.run("bounty", "list", story.birds)["bounties"]} == {"ended"}


def test_verify__bounties_agree__and_only_the_correction_that_no_court_opened_does_not(story: Story) -> None:
    verified = story.terminal.run("verify", "--json")
    checks = {one["name"]: one for one in json.loads(verified.out)["checks"]}
    assert {name for name, one in checks.items() if one["outcome"] == "failed"} == {"disputes.corrections"}
    bounties = checks["bounties"]
    assert bounties["outcome"] == "ok"
    assert bounties["scope"].startswith("8 payments; 8 leaves of epoch files and corrections; 1 sent on")


def test_client__escrow_that_is_none_or_another__is_not_trusted(story: Story) -> None:
    account = Account.from_key(story.people.publisher)
    birds = parse_hash32(story.birds)

    def opened(**contracts: Address) -> None:
        with CotaClient(story.terminal.environment["COTA_API"], account, story.people.rpc) as client:
            told = {**client.status.contracts, **contracts}
            client.__dict__["status"] = dataclasses.replace(client.status, contracts=told)
            client.open_bounty(birds, 1, 1)

    with pytest.raises(Untrustworthy, match="is none"):
        opened(BountyEscrow=Address(ELSEWHERE))
    contracts = story.run("status")["contracts"]
    with pytest.raises(Untrustworthy, match="is none"):
        opened(BountyEscrow=Address(contracts["StakeVault"]))
    with pytest.raises(Untrustworthy, match="works with another registry"):
        opened(DatasetRegistry=Address(contracts["LicenseMarket"]))
    with CotaClient(story.terminal.environment["COTA_API"], account, story.people.rpc) as client:
        kept = {name: at for name, at in client.status.contracts.items() if name != "BountyEscrow"}
        client.__dict__["status"] = dataclasses.replace(client.status, contracts=kept)
        with pytest.raises(ClientError, match="no escrow for bounties"):
            client.bounties()


def test_open__escrow_that_only_the_service_knows__gets_no_money(
    story: Story, publisher: Callable[..., Outcome], tmp_path: Path
) -> None:
    """The deployment file is from before there was an escrow, and any service can name one."""
    before = Path(story.terminal.environment["COTA_DEPLOYMENTS"])
    for file in before.glob("*.json"):
        told = json.loads(file.read_text())
        assert told["contracts"].pop("BountyEscrow")
        (tmp_path / file.name).write_text(json.dumps(told))
    words = ("bounty", "open", story.birds, "--per-label", "0.30", "--amount", "1")
    refused(publisher(*words, COTA_DEPLOYMENTS=str(tmp_path)), "this network has no escrow for bounties")


async def test_async__bounties__as_in_the_sync_one(story: Story) -> None:
    account = Account.from_key(story.people.publisher)
    url = story.terminal.environment["COTA_API"]
    async with AsyncCotaClient(url, account, story.people.rpc) as client:
        found = await client.bounties(parse_hash32(story.birds))
        assert sorted(found) == [1, 2]
        assert (await client.bounty(1)).free == 0
        assert await client.bounties(Hash32(bytes(32))) == {}
        assert await client.bounty_dues(parse_hash32(story.birds)) == []
        opened = await client.open_bounty(parse_hash32(story.birds), 5, 7)
        assert (opened.per_label, opened.amount, opened.token.symbol) == (5, 7, "TUSD")
        assert (await client.fund_bounty(opened.bounty, 3)).block_number > opened.block
        closed = await client.close_bounty(opened.bounty)
        with pytest.raises(BountyLocked) as locked:
            await client.return_bounty(opened.bounty)
        assert locked.value.until == closed.ends_at + 1
        with pytest.raises(ChainReverted, match="UnknownBounty"):
            await client.bounty(10**9)
