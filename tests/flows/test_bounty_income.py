"""What bounties paid in an account's books: exact, traced to bounty, epoch and units, and kept apart from revenue."""

import csv
import io
from typing import Any

import pytest
import pytest_asyncio
from eth_account import Account

from cota.chain.contracts import BountyEscrow, ShareClaim, Successions
from cota.chain.sender import Sender
from cota.units import to_hex
from tests.api.wallets import Wallet
from tests.api.world import Dataset, World
from tests.flows.promising import CENT, cash, correct, escrow_of, open_bounty, units_of, worked

pytestmark = pytest.mark.asyncio(loop_scope="module")

U, MONTH = 10**9, 30 * 86_400
KINDS = ("bounty", "bounty-inherited", "bounty-passed-on")


class Paid:
    """Two bounties, one epoch and a correction of it, all paid; then the dataset sold once."""

    def __init__(self, dataset: Dataset, workers: list[Wallet], numbers: list[int]) -> None:
        self.dataset, self.workers, self.numbers = dataset, workers, numbers


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def paid(world: World) -> Paid:
    dataset = await world.create_dataset(items=15, gold=9)
    numbers = [await open_bounty(world, dataset), await open_bounty(world, dataset, 5 * CENT)]
    workers = await worked(world, dataset)
    await world.work.serve_bounties(dataset.id)
    await correct(world, dataset, workers[0].address, U)
    await world.work.serve_bounties(dataset.id)
    await world.buy(dataset)
    await world.indexed()
    return Paid(dataset, workers, numbers)


async def statement(world: World, wallet: Wallet, query: str = "") -> dict[str, Any]:
    answer = await world.http.get(f"/v1/accounts/{wallet.address}/statement{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def bounties(world: World, wallet: Wallet) -> list[dict[str, Any]]:
    return [row for row in (await statement(world, wallet, "?limit=200"))["rows"] if row["kind"] in KINDS]


async def income(world: World, dataset: Dataset, wallet: Wallet) -> dict[str, int]:
    path = f"/v1/accounts/{wallet.address}/datasets/{to_hex(dataset.id)}/income"
    totals = (await world.http.get(path)).json()["totals"]
    return {name: int(value) for name, value in totals.items()}


async def test_statement__bounties__are_traced_and_sum_to_the_cash(world: World, paid: Paid) -> None:
    for place, wallet in enumerate(paid.workers):
        rows = await bounties(world, wallet)
        mine = str(await units_of(world, paid.dataset, wallet))
        wanted = [(str(number), mine) for number in paid.numbers]
        wanted += [(str(number), str(U)) for number in paid.numbers] if place == 0 else []
        assert sorted((row["bounty"], row["units"]) for row in rows) == sorted(wanted)
        assert {(row["kind"], row["epoch"], row["token"], row["decimals"]) for row in rows} == {
            ("bounty", 1, "TUSD", 6)
        }
        assert sum(int(row["amount"]) for row in rows) == await cash(world, paid.dataset, wallet) > 0
        assert all(row["attributable"] is None and row["balance"] is None for row in rows)
        brought = (
            await world.http.get(f"/v1/accounts/{wallet.address}/datasets/{to_hex(paid.dataset.id)}/bounties")
        ).json()["items"]
        assert {(one["tx_hash"], one["amount"]) for one in brought} == {
            (row["tx_hash"], row["amount"]) for row in rows
        }


async def test_income__bounties__stand_beside_revenue_and_change_none_of_it(world: World, paid: Paid) -> None:
    for wallet in paid.workers:
        totals = await income(world, paid.dataset, wallet)
        assert totals["bounties"] == await cash(world, paid.dataset, wallet)
        assert totals["parts"] == totals["claimed"] + totals["claimable"] > 0
        assert totals["claimed"] == 0
    assert (await income(world, paid.dataset, Wallet()))["bounties"] == 0


async def test_statement__paged_one_by_one_and_as_csv__is_the_same(world: World, paid: Paid) -> None:
    wallet = paid.workers[0]
    whole = (await statement(world, wallet))["rows"]
    found, cursor = [], ""
    while cursor is not None:
        page = await statement(world, wallet, "?limit=1" + (f"&cursor={cursor}" if cursor else ""))
        found += page["rows"]
        cursor = page["next"]
    assert found == whole
    text = (await world.http.get(f"/v1/accounts/{wallet.address}/statement?format=csv")).text
    table = list(csv.DictReader(io.StringIO(text)))
    assert [(row["kind"], row["amount"], row["bounty"], row["epoch"]) for row in table] == [
        (row["kind"], row["amount"] or "", row["bounty"] or "", str(row["epoch"] or "")) for row in whole
    ]


async def test_statement__a_lost_key__its_successor_inherits_what_comes_then(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paid elsewhere at one's own call is one's own income still; later it is the successor's. Thirty days pass."""
    monkeypatch.setattr(type(world.services.settings), "bounties", "ASSIGN")
    dataset = await world.create_dataset(items=12, gold=12)
    first, second = await open_bounty(world, dataset), await open_bounty(world, dataset)
    ana, *_ = await worked(world, dataset)
    await world.work.serve_bounties(dataset.id)
    heir, friend = Wallet(), Wallet()
    for wallet in (ana, heir):
        await world.services.node.request("anvil_setBalance", wallet.address, hex(10**18))
    hers, his = (Sender(world.services.node, Account.from_key(one.secret)) for one in (ana, heir))
    leaf = (await world.http.get(f"{dataset.path}/epochs/1/leaves/{ana.address}")).json()
    proof = tuple(bytes.fromhex(step[2:]) for step in leaf["proof"])
    claim = ShareClaim(1, leaf["index"], ana.address, int(leaf["units"]), int(leaf["penalty"]), proof)
    escrow, successions = escrow_of(world).address, world.deployed.address("Successions")
    await hers.send(escrow, BountyEscrow.encode_pay_to(first, [claim], friend.address))
    await hers.send(successions, Successions.encode_name_successor(heir.address, MONTH))
    await his.send(successions, Successions.encode_start_succession(ana.address))
    await world.mine(MONTH + 1)
    await his.send(successions, Successions.encode_complete_succession(ana.address))
    await world.send("relayer", escrow, BountyEscrow.encode_pay(second, [claim]))
    await world.indexed()
    amount = claim.units * 30 * CENT // U
    assert await cash(world, dataset, friend) == await cash(world, dataset, heir) == amount
    told = [[(row["kind"], row["bounty"], int(row["amount"])) for row in await bounties(world, one)]
            for one in (ana, heir, friend)]  # fmt: skip
    assert told == [
        [("bounty", str(first), amount), ("bounty-passed-on", str(second), amount)],
        [("bounty-inherited", str(second), amount)],
        [],
    ]
    assert [(await income(world, dataset, one))["bounties"] for one in (ana, heir)] == [amount, amount]
