"""What is left of a bounty waits for appeals: refused in words that name them, ruled, and paid to who was right."""

import asyncio
from typing import Any

import pytest
from eth_account import Account

from cota.chain.contracts import Successions, Token
from cota.chain.sender import Sender
from cota.settlement.leaves import CORRECTION
from cota.units import Address, to_hex
from cota.verify import verify
from cota.worker import Work
from tests.api.problems import refused
from tests.api.wallets import Wallet
from tests.api.world import DOLLAR, Dataset, World
from tests.chain.court import Courtroom
from tests.chain.stage import Stage
from tests.flows.promising import CENT, cash, close_bounty, correct, escrow_of, open_bounty, worked

pytestmark = pytest.mark.asyncio(loop_scope="module")

U, HOUR, MONTH, BOND = 10**9, 3_600, 30 * 86_400, 50
TERMS = {
    "receipt_period": 60, "appeal_period": HOUR, "penalty_period": 2 * HOUR, "settle_period": 2 * HOUR,
    "challenge_bond": BOND,
}  # fmt: skip


async def appeal(world: World, dataset: Dataset, wallet: Wallet, units: int) -> int:
    """The case that she opens."""
    await world.services.node.request("anvil_setBalance", wallet.address, hex(10**18))
    cota = world.deployed.address("CotaToken")
    await world.send("deployer", cota, Token.encode_transfer(Address(wallet.address), BOND))
    path = f"/v1/accounts/{wallet.address}/datasets/{to_hex(dataset.id)}/epochs/1/appeal"
    body = {"units": str(units), "evidence": to_hex(b"\xe1" * 32)}
    made = await world.http.post(path, json=body)
    assert made.status_code == 200, made.text
    sender = Sender(world.services.node, Account.from_key(wallet.secret))
    for call in made.json()["transactions"]:
        await sender.send(Address(call["to"]), bytes.fromhex(call["data"][2:]), int(call["value"]))
    await world.indexed()
    return int((await world.http.get(path)).json()["case"]["case"])


async def rule(world: World, case: int, ruling: int) -> None:
    def decide() -> None:
        stage = Stage(world.deployed)
        try:
            Courtroom(stage).decide(case, ruling)
        finally:
            stage.close()

    await asyncio.to_thread(decide)
    await world.indexed()


async def back(world: World, dataset: Dataset, bounty: int) -> Any:
    body = {"to": world.publisher.address}
    return await world.http.post(f"{dataset.path}/bounties/{bounty}/return", json=body)


async def test_correction__whose_account_cannot_be_paid__takes_its_part_before_later_epochs(
    world: World,
) -> None:
    dataset = await world.create_dataset(items=15, gold=9)
    bounty = await open_bounty(world, dataset, DOLLAR, 1_000 * DOLLAR)
    workers = await worked(world, dataset)
    await world.work.serve_bounties(dataset.id)
    await correct(world, dataset, workers[0].address, 2 * U)
    # A contract that did not agree.
    await world.services.node.request("anvil_setCode", workers[0].address, "0x00")
    assert await world.work.serve_bounties(dataset.id) == ["assign"]
    part = await escrow_of(world).part_of(bounty, CORRECTION | 1, "latest")
    assert (part.amount, part.unpaid_units) == (2 * DOLLAR, 2 * U)
    assert await world.work.serve_bounties(dataset.id) == []
    await world.services.node.request("anvil_setCode", workers[0].address, "0x")
    assert await Work(world.services).serve_bounties(dataset.id) == ["pay"]


async def test_return__an_appeal_waits__is_refused_by_its_number__upheld__its_part_stays_and_is_paid(
    world: World,
) -> None:
    dataset = await world.create_dataset(items=15, gold=9, **TERMS)
    bounty = await open_bounty(world, dataset)
    ana, bia, _ = await worked(world, dataset)
    await world.work.serve_bounties(dataset.id)
    await close_bounty(world, bounty)
    first, second = await appeal(world, dataset, ana, U), await appeal(world, dataset, bia, 7)
    await world.mine(61)
    early = refused(await back(world, dataset, bounty), "chain-reverted", 409)
    assert early["error"] == "NotReturnable"

    # The court of this network has two minutes: the time for both rulings is over, and nobody ended the cases.
    await world.mine(HOUR)
    problem = refused(await back(world, dataset, bounty), "chain-reverted", 409)
    assert (problem["error"], problem["args"]) == ("AppealOpen", {"bounty": str(bounty), "epoch": "1"})
    assert f"epoch 1: appeals {first}, {second} wait for rulings, and the time for it is over" in str(
        problem["detail"]
    )
    await rule(world, second, 2)
    problem = refused(await back(world, dataset, bounty), "chain-reverted", 409)
    assert f"epoch 1: appeal {first} waits for its ruling" in str(problem["detail"])
    await rule(world, first, 1)

    left = (await escrow_of(world).bounty_of(bounty, "latest")).free
    ready = await back(world, dataset, bounty)
    assert ready.status_code == 200, ready.text
    (call,) = ready.json()["transactions"]
    await world.send("publisher", call["to"], bytes.fromhex(call["data"][2:]))
    await world.indexed()
    shown = (await world.http.get(f"{dataset.path}/bounties/{bounty}")).json()
    assert (shown["state"], shown["returned"]) == ("returned", str(left - 30 * CENT))
    mine = f"/v1/accounts/{ana.address}/datasets/{to_hex(dataset.id)}/bounties"
    owed = [one for one in (await world.http.get(mine)).json()["items"] if one["correction"]]
    assert [(one["state"], one["part"], one["amount"]) for one in owed] == [
        ("owed", str(30 * CENT), str(30 * CENT))
    ]

    had = await cash(world, dataset, ana)
    assert await world.work.serve_bounties(dataset.id) == ["pay"]
    assert await cash(world, dataset, ana) - had == 30 * CENT
    assert await escrow_of(world).is_paid(bounty, CORRECTION | 1, 0, "latest")
    assert await world.work.serve_bounties(dataset.id) == []
    url, deployments = world.deployed.anvil.url, world.deployed.deployments
    report = await asyncio.to_thread(verify, "local", [url], deployments)
    found = report.outcome_of("bounties")
    assert (found.outcome, found.finding) == ("ok", None)


async def test_publisher__whose_key_was_lost__its_successor_closes_and_takes_back(world: World) -> None:
    """The last of this file: a succession is for ever."""
    dataset = await world.create_dataset(items=3, gold=1, receipt_period=60)
    bounty = await open_bounty(world, dataset, CENT, 100 * CENT)
    path, heir = f"{dataset.path}/bounties/{bounty}", world.buyer.address
    successions = world.deployed.address("Successions")
    await world.send("publisher", successions, Successions.encode_name_successor(Address(heir), MONTH))
    lost = Address(world.publisher.address)
    await world.send("buyer", successions, Successions.encode_start_succession(lost))
    await world.mine(MONTH)
    await world.send("buyer", successions, Successions.encode_complete_succession(lost))
    closing = await world.http.post(f"{path}/closing")
    assert (closing.status_code, closing.json()["account"]) == (200, heir)
    (call,) = closing.json()["transactions"]
    await world.send("buyer", call["to"], bytes.fromhex(call["data"][2:]))
    await world.mine(62)
    back = await world.http.post(f"{path}/return", json={"to": heir})
    assert (back.status_code, back.json()["account"]) == (200, heir)
    had = await cash(world, dataset, world.buyer)
    (call,) = back.json()["transactions"]
    await world.send("buyer", call["to"], bytes.fromhex(call["data"][2:]))
    assert await cash(world, dataset, world.buyer) - had == 100 * CENT
