"""Never charged twice: a payment asked for again under its name is found, whatever happened in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from cota.chain.contracts import LicenseMarket, Token
from cota.client import ClientError, CotaClient
from cota.errors import ChainUnavailable
from cota.units import Hash32, parse_hash32
from tests.cli.story import Story


class Shop:
    """A buyer's client, and what the chain says of her."""

    def __init__(self, client: CotaClient) -> None:
        self.client = client

    def market(self, dataset: Hash32) -> LicenseMarket:
        return LicenseMarket(self.client.node.client, self.client.proven_contract_of(dataset, "market"))

    def state(self, dataset: Hash32) -> tuple[int, int]:
        """(licences of the market, the buyer's money)."""
        node, token = (
            self.client.node,
            Token(self.client.node.client, self.client.currency_of(dataset).address),
        )
        licences = node.run(self.market(dataset).read("licenseCount", block="latest"))
        return int(licences), node.run(token.balance_of(self.client.address, "latest"))


@pytest.fixture
def shop(story: Story, folder: Path) -> Iterator[Shop]:
    people = story.people
    for dataset, price in ((story.birds, "10"), (story.plain, "10")):
        story.terminal.run("dataset", "price", dataset, price, key=people.publisher)
    account = Account.from_key(people.buyer)
    with CotaClient(story.terminal.environment["COTA_API"], account, people.rpc) as client:
        client.intents = folder / "intents"
        yield Shop(client)


def broken(client: CotaClient, monkeypatch: pytest.MonkeyPatch, *, arrives: bool) -> None:
    """The next transaction's answer is lost; `arrives`: after it reached the node, or before."""
    node = client.node.client
    ask, lost = node.request, [True]

    async def request(method: str, *params: Any) -> Any:
        if method != "eth_sendRawTransaction" or not lost:
            return await ask(method, *params)
        lost.clear()
        if arrives:
            await ask(method, *params)
        raise ChainUnavailable("the connection broke")

    monkeypatch.setattr(node, "request", request)


@pytest.mark.parametrize("arrives", [False, True], ids=["lost on the way", "answer lost"])
@pytest.mark.parametrize("which", ["birds", "plain"])
def test_buy__interrupted_and_asked_again__one_licence_one_price(
    story: Story, shop: Shop, monkeypatch: pytest.MonkeyPatch, which: str, arrives: bool
) -> None:
    """By permit (birds) and by allowance (plain)."""
    dataset = parse_hash32(getattr(story, which))
    if which == "plain":
        market, token = shop.market(dataset).address, shop.client.currency_of(dataset).address
        shop.client.send(token, Token.encode_approve(market, 10**30))
    licences, money = shop.state(dataset)
    price = shop.client.price_of(dataset)
    broken(shop.client, monkeypatch, arrives=arrives)
    with pytest.raises(ChainUnavailable, match="the connection broke"):
        shop.client.buy(dataset, intent=f"order-7-{arrives}")
    first = shop.client.buy(dataset, intent=f"order-7-{arrives}")
    again = shop.client.buy(dataset, intent=f"order-7-{arrives}")
    assert first == again
    assert shop.state(dataset) == (licences + 1, money - price)
    other = shop.client.buy(dataset, intent=f"order-8-{arrives}")
    assert other.license == first.license + 1


def test_intent__of_another_payment__refused(story: Story, shop: Shop) -> None:
    birds, plain = parse_hash32(story.birds), parse_hash32(story.plain)
    shop.client.buy(birds, intent="mine")
    with pytest.raises(ClientError, match="the intent 'mine' is of another payment"):
        shop.client.buy(plain, intent="mine")
    with pytest.raises(ClientError, match="an intent is named by"):
        shop.client.buy(birds, intent="../mine")
    assert shop.client.intents is not None
    (kept,) = (path for path in shop.client.intents.iterdir() if path.suffix == ".json")
    assert kept.stat().st_mode & 0o77 == 0


def test_renew_and_royalty__by_name__once(story: Story, shop: Shop, folder: Path) -> None:
    birds = parse_hash32(story.birds)
    bought = shop.client.buy(birds)
    _, money = shop.state(birds)
    price = shop.client.price_of(birds)
    first = shop.client.renew(bought.license, intent="renewal")
    assert shop.client.renew(bought.license, intent="renewal").tx_hash == first.tx_hash
    assert shop.state(birds)[1] == money - price
    report = folder / "use.txt"
    report.write_text("three models trained")
    words = ("pay", str(bought.license), "1", "--report-file", str(report), "--intent", "q3")
    home = {"key": story.people.buyer, "HOME": str(folder)}
    paid = story.run(*words, **home)
    assert story.run(*words, **home)["tx_hash"] == paid["tx_hash"]
    assert shop.state(birds)[1] == money - price - 10**6
    assert (folder / ".config" / "cota" / "intents" / "q3.json").exists()
    zero = story.run("pay", str(bought.license), "0", "--report-file", str(report), **home)
    assert zero["report"] == paid["report"]
    renewed = story.run("renew", str(bought.license), "--yes", **home)
    assert renewed["epochs"] == 1
    shown = story.run("license", str(bought.license), **home)
    assert (shown["overdue"], shown["epochs"], shown["receiver"]) == (False, [1], shop.client.address)
    assert "overdue" in story.terminal.run("license", str(bought.license), **home).out
    asked = story.terminal.run("buy", story.birds, key=story.people.buyer, typed="n\n")
    assert "You hold licence" in asked.err
