"""Cash for accepted labels, by the worker: final epochs take their parts, leaves are paid; who refuses stops nobody."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
import solcx

from cota.chain.contracts import BountyEscrow, DatasetRegistry, ShareClaim
from cota.commitments.words import keccak
from cota.settlement import bounties, bounty_queries
from cota.worker import QUEUE, Work, make_app
from scripts.compile import ROOT, SOLC, standard_input
from tests.api.test_contract_wallets import create
from tests.api.world import DOLLAR, Dataset, World
from tests.flows.promising import CENT, cash, close_bounty, correct, escrow_of, open_bounty, units_of, worked
from tests.flows.test_settlement import Killed
from tests.flows.test_settlement_rules_2 import more_work

pytestmark = pytest.mark.asyncio(loop_scope="module")

U = 10**9
ODD_TOKENS = "tests/contracts/support/OddTokens.sol"


async def bounty_dataset(world: World, items: int = 12, **changes: Any) -> Dataset:
    return await world.create_dataset(items=items, gold=items, **changes)


async def test_worker__final_epochs__each_leaf_is_paid_once_by_its_units(world: World) -> None:
    dataset = await bounty_dataset(world)
    bounty = await open_bounty(world, dataset)
    # So much that the smallest leaf's part is worth its gas, whichever items each of them was drawn.
    short_of_money = 10 * DOLLAR
    first = await open_bounty(world, dataset, 5 * DOLLAR, short_of_money)
    workers = await worked(world, dataset)
    assert await world.work.serve_bounties(dataset.id) == ["assign", "assign", "pay", "pay"]
    units = [await units_of(world, dataset, wallet) for wallet in workers]
    short = await escrow_of(world).part_of(first, 1, "latest")
    assert (short.amount, short.total_units, short.unpaid_units) == (short_of_money, sum(units), 0)
    assert sum(units) * 5 * DOLLAR // U > short_of_money
    for wallet, mine in zip(workers, units, strict=True):
        whole = (sum(units) * 30 * CENT // U) * mine // sum(units)
        assert await cash(world, dataset, wallet) == whole + short.amount * mine // sum(units)
    assert await world.work.serve_bounties(dataset.id) == []

    await more_work(world, dataset, 12, 12)
    await close_bounty(world, bounty)
    await world.label_all(dataset, workers)
    await world.settle(dataset)
    before = [await cash(world, dataset, wallet) for wallet in workers]
    assert await world.work.serve_bounties(dataset.id) == ["assign", "assign", "pay"]
    part = await escrow_of(world).part_of(bounty, 2, "latest")
    for wallet, had in zip(workers, before, strict=True):
        mine = await units_of(world, dataset, wallet, 2)
        assert await cash(world, dataset, wallet) - had == part.amount * mine // part.total_units > 0
    nothing = await escrow_of(world).part_of(first, 2, "latest")
    assert (nothing.is_assigned, nothing.amount) == (True, 0)


async def test_worker__epochs_that_a_bounty_does_not_cover__take_nothing_of_it(world: World) -> None:
    dataset = await bounty_dataset(world, receipt_period=60)
    workers = await worked(world, dataset)
    bounty = await open_bounty(world, dataset)
    assert await world.work.serve_bounties(dataset.id) == []
    await close_bounty(world, bounty)
    await world.mine(61)
    await more_work(world, dataset, 12, 12)
    await world.label_all(dataset, workers)
    await world.settle(dataset)
    assert await world.work.serve_bounties(dataset.id) == []
    assert (await escrow_of(world).bounty_of(bounty, "latest")).assigned == 0


@pytest.mark.parametrize("step", ["assign", "pay"])
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_worker__killed_around_a_step__another_pays_once(
    world: World, step: str, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = await bounty_dataset(world)
    await open_bounty(world, dataset)
    workers = await worked(world, dataset)
    killed = Work(world.services)
    relayer = world.services.relayer
    assert relayer is not None
    sender = killed._cashier.coordinator if step == "assign" else relayer
    send = sender.send

    async def send_and_die(*call: Any) -> Any:
        if moment == "after":
            await send(*call)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(sender, "send", send_and_die)
        with pytest.raises(Killed):
            await killed.serve_bounties(dataset.id)
    await world.indexed()
    await Work(world.services).serve_bounties(dataset.id)
    for wallet in workers:
        assert (
            await cash(world, dataset, wallet) == await units_of(world, dataset, wallet) * 30 * CENT // U > 0
        )
    assert await Work(world.services).serve_bounties(dataset.id) == []


async def test_worker__two_at_once__each_step_once(world: World) -> None:
    dataset = await bounty_dataset(world)
    await open_bounty(world, dataset)
    worker, *_ = workers = await worked(world, dataset)
    done = await asyncio.gather(*(Work(world.services).serve_bounties(dataset.id) for _ in range(4)))
    assert sorted(step for steps in done for step in steps) == ["assign", "pay"]
    # Two that do not share a database: the escrow refuses the second, which is no failure.
    others = [bounties.Cashier(world.services, world.work._cashier.coordinator) for _ in range(2)]
    await more_work(world, dataset, 12, 12)
    await world.label_all(dataset, workers)
    await world.settle(dataset)
    await asyncio.gather(*(cashier.serve(dataset.id) for cashier in others))
    await world.indexed()
    await Work(world.services).serve_bounties(dataset.id)
    units = [await units_of(world, dataset, worker, epoch) for epoch in (1, 2)]
    assert await cash(world, dataset, worker) == sum(mine * 30 * CENT // U for mine in units)


@pytest.mark.parametrize("seen", ["before", "after"])
async def test_worker__a_leaf_paid_by_somebody_else_meanwhile__the_others_are_paid_all_the_same(
    world: World, seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mirror does not know of it yet; the node tells before the worker has asked, or only when it sends."""
    dataset = await bounty_dataset(world)
    bounty = await open_bounty(world, dataset)
    workers = await worked(world, dataset)
    monkeypatch.setattr(type(world.services.settings), "bounties", "ASSIGN")
    assert await world.work.serve_bounties(dataset.id) == ["assign"]
    monkeypatch.setattr(type(world.services.settings), "bounties", "PAY")
    leaf = (await world.http.get(f"{dataset.path}/epochs/1/leaves/{workers[0].address}")).json()
    proof = tuple(bytes.fromhex(step[2:]) for step in leaf["proof"])
    units, penalty = int(leaf["units"]), int(leaf["penalty"])
    claim = ShareClaim(1, leaf["index"], workers[0].address, units, penalty, proof)
    await world.send("buyer", escrow_of(world).address, BountyEscrow.encode_pay(bounty, [claim]))
    await world.indexed()

    async def nothing(*_: Any) -> set[int]:
        return set()

    monkeypatch.setattr(bounty_queries, "paid_leaves", nothing)
    relayer = world.services.relayer
    assert relayer is not None
    simulate, blind = relayer.simulate, [seen == "after"] * 2

    async def simulate_blindly(to: Any, data: bytes, value: int = 0) -> bytes:
        return b"" if blind and blind.pop() else await simulate(to, data, value)

    monkeypatch.setattr(relayer, "simulate", simulate_blindly)
    assert await world.work.serve_bounties(dataset.id) == ["pay"] * (1 if seen == "before" else 2)
    part = await escrow_of(world).part_of(bounty, 1, "latest")
    assert part.unpaid_units == 0
    for wallet in workers:
        mine = await units_of(world, dataset, wallet)
        assert await cash(world, dataset, wallet) == part.amount * mine // part.total_units


async def test_worker__a_contract_that_did_not_agree__stops_nobody_and_is_paid_once_it_does(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = await bounty_dataset(world)
    await open_bounty(world, dataset)
    workers = await worked(world, dataset)
    contract = workers[1]
    await world.services.node.request("anvil_setCode", contract.address, "0x00")
    assert await world.work.serve_bounties(dataset.id) == ["assign", "pay"]
    assert [await cash(world, dataset, wallet) > 0 for wallet in workers] == [True, False, True]
    asked: list[Any] = []
    simulate = type(world.work._cashier.coordinator).simulate

    async def count(self: Any, *call: Any) -> bytes:
        asked.append(call)
        return await simulate(self, *call)

    monkeypatch.setattr(type(world.work._cashier.coordinator), "simulate", count)
    for _ in range(3):
        assert await world.work.serve_bounties(dataset.id) == []
    assert len(asked) <= 2  # then it rests
    await world.services.node.request("anvil_setCode", contract.address, "0x")
    assert await world.work.serve_bounties(dataset.id) == []
    assert await Work(world.services).serve_bounties(dataset.id) == ["pay"]
    assert await cash(world, dataset, contract) > 0


async def test_worker__a_token_that_bars_one_account__the_others_are_paid(world: World) -> None:
    request = standard_input() | {"sources": {ODD_TOKENS: {"content": (ROOT / ODD_TOKENS).read_text()}}}
    built = solcx.compile_standard(request, solc_binary=SOLC, base_path=ROOT)["contracts"][ODD_TOKENS]
    token = await create(world, bytes.fromhex(built["BarringToken"]["evm"]["bytecode"]["object"]))
    registry = world.deployed.address("DatasetRegistry")
    await world.send("deployer", registry, DatasetRegistry.encode_allow_payment_token(token, True))
    dataset = await bounty_dataset(world, payment_token=token)
    # It has 18 decimals.
    bounty = await open_bounty(world, dataset, 30 * 10**16, 100 * 10**18)
    workers = await worked(world, dataset)
    barred = workers[2]
    bar = keccak(b"bar(address)")[:4] + bytes(12) + bytes.fromhex(barred.address[2:])
    await world.send("deployer", token, bar)
    assert await world.work.serve_bounties(dataset.id) == ["assign", "pay"]
    assert [await cash(world, dataset, wallet) > 0 for wallet in workers] == [True, True, False]
    part = await escrow_of(world).part_of(bounty, 1, "latest")
    assert part.unpaid_units == await units_of(world, dataset, barred) > 0


async def test_worker__a_correction__is_paid_like_the_epoch_that_it_corrects(world: World) -> None:
    dataset = await world.create_dataset(items=15, gold=9)
    await open_bounty(world, dataset)
    workers = await worked(world, dataset)
    await world.work.serve_bounties(dataset.id)
    before = await cash(world, dataset, workers[0])
    await correct(world, dataset, workers[0].address, 2 * U)
    assert await world.work.serve_bounties(dataset.id) == ["pay"]
    assert await cash(world, dataset, workers[0]) - before == 2 * 30 * CENT
    assert await world.work.serve_bounties(dataset.id) == []


async def test_worker__payments_not_worth_their_gas__are_left_to_whom_they_belong(world: World) -> None:
    dataset = await bounty_dataset(world)
    bounty = await open_bounty(world, dataset, 1, DOLLAR)
    workers = await worked(world, dataset)
    assert await world.work.serve_bounties(dataset.id) == ["assign"]
    part = await escrow_of(world).part_of(bounty, 1, "latest")
    assert 0 < part.amount < world.services.settings.bounty_least
    assert await cash(world, dataset, workers[0]) == 0


async def test_worker__a_token_of_more_decimals__is_worth_its_gas_at_more_base_units(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = await bounty_dataset(world)
    await open_bounty(world, dataset)
    ana, *_ = await worked(world, dataset)
    token = await world.services.tokens.describe(dataset.terms.payment_token)
    finer = token.model_copy(update={"decimals": 12})
    monkeypatch.setitem(world.services.tokens._known, dataset.terms.payment_token, finer)
    assert await world.work.serve_bounties(dataset.id) == ["assign"]
    assert await cash(world, dataset, ana) == 0
    monkeypatch.undo()
    assert await Work(world.services).serve_bounties(dataset.id) == ["pay"]


async def test_worker__very_many_leaves__are_paid_turn_by_turn(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other datasets' bounties wait no longer than a turn."""
    monkeypatch.setattr(bounties, "LEAVES_A_TURN", 4)
    dataset = await bounty_dataset(world)
    for _ in range(3):
        await open_bounty(world, dataset)
    ana, *_ = await worked(world, dataset)
    done = [await world.work.serve_bounties(dataset.id) for _ in range(3)]
    assert done == [["assign"] * 3 + ["pay"] * 2, ["pay"], []]
    assert await cash(world, dataset, ana) == 3 * (await units_of(world, dataset, ana) * 30 * CENT // U)


async def test_worker__an_account_paid_very_often__waits_for_the_next_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(bounties.A_DAY, "claim", 1)
    dataset = await bounty_dataset(world)
    for _ in range(3):
        await open_bounty(world, dataset)
    worker, *_ = await worked(world, dataset)
    assert await world.work.serve_bounties(dataset.id) == ["assign"] * 3 + ["pay"]
    assert await Work(world.services).serve_bounties(dataset.id) == []
    once = await units_of(world, dataset, worker) * 30 * CENT // U
    assert await cash(world, dataset, worker) == once


async def test_worker__many_bounties__are_assigned_a_few_at_a_time_and_no_more_than_a_day_allows(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounties, "ASSIGNED_AT_ONCE", 2)
    monkeypatch.setattr(bounties, "WORTHLESS_A_DAY", 3)
    monkeypatch.setattr(bounties, "ASSIGNED_A_DAY", 4)
    dataset = await bounty_dataset(world)
    for _ in range(5):
        await open_bounty(world, dataset, 1, DOLLAR)
    worth = [await open_bounty(world, dataset) for _ in range(2)]
    await worked(world, dataset)
    done = [await world.work.serve_bounties(dataset.id) for _ in range(4)]
    assert done == [["assign"] * 2, ["assign"], ["assign", "pay"], []]
    taken = [await escrow_of(world).part_of(number, 1, "latest") for number in worth]
    assert [part.is_assigned for part in taken] == [True, False]


@pytest.mark.parametrize(("mode", "done"), [("ASSIGN", ["assign"]), ("OFF", [])])
async def test_worker__told_to_do_less__does_less(
    world: World, mode: str, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = await bounty_dataset(world)
    await open_bounty(world, dataset)
    await worked(world, dataset)
    # Settings are frozen and have slots: the class tells it.
    monkeypatch.setattr(type(world.services.settings), "bounties", mode)
    assert await world.work.serve_bounties(dataset.id) == done
    assert (dataset.id in await world.work.due_bounties()) is (mode != "OFF")


async def test_worker__without_the_relayers_key__takes_parts_and_leaves_payment_to_others(
    world: World,
) -> None:
    dataset = await bounty_dataset(world)
    bounty = await open_bounty(world, dataset)
    await worked(world, dataset)
    poor = bounties.Cashier(replace(world.services, relayer=None), world.work._cashier.coordinator)
    assert await poor.serve(dataset.id) == ["assign"]
    assert await poor.serve(dataset.id) == []
    part = await escrow_of(world).part_of(bounty, 1, "latest")
    assert part.unpaid_units == part.total_units > 0


async def test_due__no_bounty__nothing_is_asked(world: World) -> None:
    dataset = await bounty_dataset(world)
    await worked(world, dataset)
    assert dataset.id not in await world.work.due_bounties()
    async with world.services.database.read() as session:
        assert await bounty_queries.unassigned(session, dataset.id, 0, 10) == []
        assert await bounty_queries.open_parts(session, dataset.id) == []
        assert await bounty_queries.unpaid_corrections(session, dataset.id) == []


async def test_tick__a_bounty__its_job_pays(world: World) -> None:
    dataset = await bounty_dataset(world)
    await open_bounty(world, dataset)
    workers = await worked(world, dataset)
    app = make_app(Work(world.services), world.services.settings.database_url)
    async with app.open_async():
        await app.tasks["tick"].defer_async(timestamp=0)
        await app.run_worker_async(
            queues=[QUEUE], wait=False, install_signal_handlers=False, delete_jobs="always"
        )
    assert all([await cash(world, dataset, wallet) > 0 for wallet in workers])
