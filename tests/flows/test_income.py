"""From each payment to an account's part, the epochs that earned it, her labels and their weights (P1, P2, P3, P10)."""

import csv
import io
from typing import Any

import pytest
import pytest_asyncio
from eth_account import Account

from cota.chain.contracts import DatasetShares, LicenseMarket, LocalDollar
from cota.chain.sender import Sender
from cota.keys import local_key
from cota.settlement.units import earnings
from cota.units import to_hex
from tests.api.problems import refused
from tests.api.wallets import Wallet
from tests.api.world import DOLLAR, Dataset, World
from tests.flows.test_settlement_rules_2 import more_work

pytestmark = pytest.mark.asyncio(loop_scope="module")

ITEMS, U = 80, 10**9


class Paid:
    """A dataset of two epochs, paid directly, by a sale and by a royalty, and shares that changed hands between."""

    def __init__(self, dataset: Dataset, workers: list[Wallet], license: int) -> None:
        self.dataset, self.workers, self.license = dataset, workers, license

    def path(self, wallet: Wallet, what: str = "income") -> str:
        return f"/v1/accounts/{wallet.address}/datasets/{to_hex(self.dataset.id)}/{what}"

    async def income(self, world: World, wallet: Wallet, query: str = "") -> dict[str, Any]:
        answer = await world.http.get(self.path(wallet) + query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def paid(world: World) -> Paid:
    dataset = await world.create_dataset(items=ITEMS, gold=20)
    workers = [await world.member(dataset) for _ in range(3)]
    first, second, _ = workers
    await world.label_all(dataset, workers)
    await world.settle(dataset)
    license, _ = await world.buy(dataset)
    await claim(world, dataset, first)
    shares, dollar = dataset.shares, world.deployed.address("TestDollar")
    await world.send("buyer", dollar, LocalDollar.encode_approve(shares, 7 * DOLLAR + 3))
    await world.send("buyer", shares, DatasetShares.encode_pay(7 * DOLLAR + 3))
    await transfer(world, first, dataset, second, 1_000_003)
    await more_work(world, dataset, ITEMS, 20)
    await world.label_all(dataset, workers)
    await world.settle(dataset)
    market = world.deployed.address("LicenseMarket")
    await world.send("buyer", dollar, LocalDollar.encode_approve(market, 3 * DOLLAR))
    royalty = LicenseMarket.encode_pay_royalty(license, 3 * DOLLAR, b"\7" * 32)
    await world.send("buyer", market, royalty)
    await world.indexed()
    return Paid(dataset, workers, license)


async def claim(world: World, dataset: Dataset, wallet: Wallet) -> None:
    answer = await world.http.post(f"{dataset.path}/claims", json={"account": wallet.address})
    assert answer.status_code == 200, answer.text
    await world.indexed(answer.json()["block_number"])


async def transfer(world: World, sender: Wallet, dataset: Dataset, to: Wallet, amount: int) -> None:
    """A transfer from a wallet without gas: the chain lends it some."""
    await world.services.node.request("anvil_setBalance", sender.address, hex(10**18))
    account = Account.from_key(sender.secret)
    data = DatasetShares.encode_transfer(to.address, amount)
    await Sender(world.services.node, account).send(dataset.shares, data)


async def test_income__each_payment__is_told_with_its_cause_and_its_payer(world: World, paid: Paid) -> None:
    buyer = local_key("buyer").address
    rows = (await paid.income(world, paid.workers[0]))["items"]
    assert [(row["kind"], row["payer"], row["license"], row["gross"]) for row in rows] == [
        ("sale", buyer, str(paid.license), str(100 * DOLLAR)),
        ("payment", buyer, None, str(7 * DOLLAR + 3)),
        ("royalty", buyer, str(paid.license), str(3 * DOLLAR)),
    ]
    known = (await world.http.get(f"{paid.dataset.path}/payments")).json()["items"]
    assert [(row["block"], row["tx_hash"], row["amount"], row["supply"]) for row in rows] == [
        (one["block"], one["tx_hash"], one["amount"], one["supply"]) for one in reversed(known)
    ]


async def test_income__parts__are_what_the_contract_paid_and_owes(world: World, paid: Paid) -> None:
    """P1, P3: for every account, before and after it claims, to the last base unit."""
    shares = DatasetShares(world.services.node, paid.dataset.shares)
    reached = 0
    for wallet in paid.workers:
        before = await paid.income(world, wallet)
        assert sum(int(row["part"]) for row in before["items"]) == int(before["totals"]["parts"])
        await claim(world, paid.dataset, wallet)
        after = await paid.income(world, wallet)
        assert after["items"] == before["items"]
        totals = {name: int(value) for name, value in after["totals"].items()}
        assert totals["parts"] == totals["claimed"] + totals["claimable"]
        assert (
            await shares.claimable(wallet.address, await world.services.node.head())
            == totals["claimable"]
            == 0
        )
        account = (await world.http.get(f"/v1/accounts/{wallet.address}")).json()["shares"][0]
        assert int(account["claimed"]) == totals["parts"] > 0
        statement = (await world.http.get(f"/v1/accounts/{wallet.address}/statement")).json()["rows"]
        told = [row["attributable"] for row in statement if row["kind"] == "payment"]
        assert told == [row["part"] for row in after["items"]]
        reached += totals["parts"]
    pool = await shares.pool(await world.services.node.head())
    paid_in = sum(
        int(one["amount"]) for one in (await world.http.get(f"{paid.dataset.path}/payments")).json()["items"]
    )
    assert 0 <= paid_in - reached < len(paid.workers)
    last = [(await paid.income(world, wallet))["items"][-1] for wallet in paid.workers]
    assert pool.supply == sum(int(row["shares"]) for row in last)


async def test_income__shares_of_each_payment__come_from_epochs_and_transfers(
    world: World, paid: Paid
) -> None:
    first, second, _ = paid.workers
    units = {
        wallet.address: [
            one["units"] for one in (await world.http.get(paid.path(wallet, "epochs"))).json()["items"]
        ]
        for wallet in paid.workers
    }
    for wallet, moved in ((first, -1_000_003), (second, 1_000_003)):
        sale, payment, royalty = (await paid.income(world, wallet))["items"]
        one, two = map(int, units[wallet.address])
        assert sale["sources"] == payment["sources"] == [{"origin": "epoch", "epoch": 1, "units": str(one)}]
        kept = {"origin": "epoch", "epoch": 1, "units": str(min(one, one + moved))}
        earned = {"origin": "epoch", "epoch": 2, "units": str(two)}
        got = [{"origin": "received", "epoch": None, "units": str(moved)}] if moved > 0 else []
        assert royalty["sources"] == [kept, earned, *got]
        assert int(royalty["shares"]) == one + two + moved
        exact = int(royalty["amount"]) * int(royalty["shares"]) / int(royalty["supply"])
        assert abs(float(royalty["exact"]) - exact) < 1
        assert abs(float(royalty["exact"]) - int(royalty["part"])) < 1


async def test_income__page_by_page_and_as_csv__is_the_same(world: World, paid: Paid) -> None:
    wallet = paid.workers[1]
    whole = (await paid.income(world, wallet))["items"]
    found, cursor = [], ""
    while cursor is not None:
        page = await paid.income(world, wallet, f"?limit=1{cursor}")
        found += page["items"]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    assert found == whole
    answer = await world.http.get(paid.path(wallet) + "?format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    table = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["tx_hash"], row["part"], row["exact"]) for row in table] == [
        (row["tx_hash"], row["part"], row["exact"]) for row in whole
    ]
    assert table[0]["sources"] == f"epoch 1: {whole[0]['shares']}"
    assert table[0]["token"] == "TUSD"


async def test_statement__page_by_page_and_as_csv__is_the_same(world: World, paid: Paid) -> None:
    """Stakes, shares and payments of all her datasets, each once and in the order of the chain."""
    path = f"/v1/accounts/{paid.workers[1].address}/statement"
    whole = (await world.http.get(f"{path}?limit=200")).json()
    found, cursor = [], ""
    while cursor is not None:
        page = (await world.http.get(f"{path}?limit=2{cursor}")).json()
        assert len(page["rows"]) <= 2
        found += page["rows"]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    assert (found, whole["next"]) == (whole["rows"], None)
    places = [(row["block"], row["log_index"]) for row in found]
    assert places == sorted(set(places))
    assert {"joined", "shares-claimed", "shares-received", "payment", "revenue-claimed"} <= {
        row["kind"] for row in found
    }
    answer = await world.http.get(f"{path}?format=csv")
    table = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["kind"], row["tx_hash"], row["attributable"]) for row in table] == [
        (row["kind"], row["tx_hash"], row["attributable"] or "") for row in found
    ]
    refused(await world.http.get(f"{path}?cursor=nonsense"), "bad-request", 400)


async def test_income__before_she_had_shares__is_none_of_hers(world: World, paid: Paid) -> None:
    stranger = await paid.income(world, Wallet())
    assert (stranger["items"], set(stranger["totals"].values())) == ([], {"0"})
    late = Wallet()
    await transfer(world, paid.workers[1], paid.dataset, late, 5)
    await world.indexed()
    assert (await paid.income(world, late))["items"] == []
    other = await world.create_dataset(items=1, gold=1)
    nothing = await world.http.get(f"/v1/accounts/{late.address}/datasets/{to_hex(other.id)}/income")
    assert nothing.json()["items"] == []


async def test_epochs__units__follow_from_labels_weight_and_skill(world: World, paid: Paid) -> None:
    """Recomputed from what is told, as scoring rules 2 say; the rest is the rounding of the epoch."""
    for wallet in paid.workers:
        items = (await world.http.get(paid.path(wallet, "epochs"))).json()["items"]
        assert [one["epoch"] for one in items] == [1, 2]
        for one in items:
            assert one["labels"] == ITEMS
            exact = sum(
                earnings(wage["skill"], wage["weight"], U, paid_at=wage["paid_at"]) for wage in one["wages"]
            )
            assert abs(int(one["units"]) - exact / (2 * 10**18 * 1000)) <= 1
            leaf = await world.http.get(f"{paid.dataset.path}/epochs/{one['epoch']}/leaves/{wallet.address}")
            assert leaf.json()["units"] == one["units"]


async def test_labels__of_each_epoch__weigh_what_its_public_line_says(world: World, paid: Paid) -> None:
    """P10: single weights are hers alone."""
    for wallet in paid.workers:
        headers = await world.sign_in(wallet)
        for one in (await world.http.get(paid.path(wallet, "epochs"))).json()["items"]:
            labels = await own_labels(world, paid, one["epoch"], headers)
            counted = [row for row in labels if row["settled_in"] == one["epoch"]]
            assert sum(row["weight"] for row in counted) == one["weight"]
            assert len(counted) == one["counted"]
            assert len([row for row in labels if row["epoch"] == one["epoch"]]) == one["labels"]
            assert all(row["weight"] is None and row["reason"] for row in labels if row["settled_in"] is None)
    path = f"/v1/accounts/me/datasets/{to_hex(paid.dataset.id)}/epochs"
    refused(await world.http.get(f"{path}/1/labels"), "not-signed-in", 401)
    stranger = await world.sign_in(Wallet())
    assert (await world.http.get(f"{path}/1/labels", headers=stranger)).json() == {"items": [], "next": None}
    refused(await world.http.get(f"{path}/9/labels", headers=stranger), "not-found", 404)


async def own_labels(world: World, paid: Paid, epoch: int, headers: dict[str, str]) -> list[dict[str, Any]]:
    path = f"/v1/accounts/me/datasets/{to_hex(paid.dataset.id)}/epochs/{epoch}/labels?limit=30"
    found, cursor = [], ""
    while cursor is not None:
        page = (await world.http.get(path + cursor, headers=headers)).json()
        found += page["items"]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    return found


async def test_labels__left_open_by_their_epoch__count_in_the_one_that_settles_them(world: World) -> None:
    """Few labels prove nobody: the items without gold wait, and the second epoch counts them."""
    dataset = await world.create_dataset(items=30, gold=12)
    workers = [await world.member(dataset) for _ in range(3)]
    await world.label_all(dataset, workers)
    await world.settle(dataset)
    await more_work(world, dataset, 60, 24)
    await world.label_all(dataset, workers)
    await world.settle(dataset)
    story = Paid(dataset, workers, 0)
    headers = await world.sign_in(workers[0])
    waited = [row for row in await own_labels(world, story, 2, headers) if row["epoch"] == 1]
    assert {row["settled_in"] for row in waited} == {2}
    assert len(waited) == 18
    first = await own_labels(world, story, 1, headers)
    assert [row["settled_in"] for row in first].count(2) == 18
    epochs = (await world.http.get(story.path(workers[0], "epochs"))).json()["items"]
    second = epochs[-1]
    labels = await own_labels(world, story, 2, headers)
    assert sum(row["weight"] for row in labels if row["settled_in"] == 2) == second["weight"]
