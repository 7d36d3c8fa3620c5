"""Bounties by `POST /claims`: the relayer brings what they owe, within its limits, and nothing below its gas."""

import pytest

from cota.accounts import relays
from cota.settlement import owed
from cota.units import to_hex
from tests.api.test_bounties import get
from tests.api.world import DOLLAR, World
from tests.flows.promising import CENT, cash, open_bounty, units_of, worked

pytestmark = pytest.mark.asyncio(loop_scope="module")

U = 10**9


async def test_claim__asked_for_by_anyone__brings_what_bounties_owe(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(world.services.settings), "bounties", "ASSIGN")
    dataset = await world.create_dataset(items=12, gold=12)
    await open_bounty(world, dataset)
    workers = await worked(world, dataset)
    await world.work.serve_bounties(dataset.id)
    ana, contract, _ = workers
    body = {"account": ana.address}
    claimed = (await world.http.post(f"{dataset.path}/claims", json=body)).json()
    assert (claimed["refusal"], len(claimed["tx_hashes"])) == (None, 2)
    assert int(claimed["bounties"]) == await cash(world, dataset, ana) > 0
    await world.indexed(claimed["block_number"])
    again = (await world.http.post(f"{dataset.path}/claims", json=body)).json()
    assert (again["tx_hashes"], again["bounties"], again["refusal"]) == ([], "0", None)
    await world.services.node.request("anvil_setCode", contract.address, "0x00")
    other = await world.http.post(f"{dataset.path}/claims", json={"account": contract.address})
    assert (other.json()["bounties"], other.json()["refusal"]) == ("0", "ClaimForNotAllowed")
    assert int(other.json()["units"]) > 0


async def test_claim__payments_not_worth_their_gas__are_not_relayed_and_can_be_taken_oneself(
    world: World,
) -> None:
    """Bounties of next to nothing cost little to open, and anybody may ask for a claim: the relayer keeps its gas."""
    dataset = await world.create_dataset(items=12, gold=12)
    for _ in range(2):
        await open_bounty(world, dataset, 1, DOLLAR)
    ana, *_ = await worked(world, dataset)
    await world.work.serve_bounties(dataset.id)
    claimed = (await world.http.post(f"{dataset.path}/claims", json={"account": ana.address})).json()
    assert (len(claimed["tx_hashes"]), claimed["bounties"], claimed["refusal"]) == (1, "0", None)
    assert int(claimed["units"]) > 0
    hers = f"/v1/accounts/{ana.address}/datasets/{to_hex(dataset.id)}/bounties"
    owed_to_her = (await get(world, hers))["items"]
    assert [(one["state"], int(one["amount"]) > 0) for one in owed_to_her] == [("owed", True)] * 2
    assert all(one["leaf"] for one in owed_to_her)


async def test_claim__beyond_the_relayers_limits__says_so_and_keeps_what_was_paid(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(world.services.settings), "bounties", "ASSIGN")
    monkeypatch.setitem(relays.A_DAY, "claim", 2)
    monkeypatch.setattr(owed, "LOOKED_AT", 1)
    dataset = await world.create_dataset(items=12, gold=12)
    for _ in range(2):
        await open_bounty(world, dataset)
    ana, *_ = await worked(world, dataset)
    await world.work.serve_bounties(dataset.id)
    claimed = (await world.http.post(f"{dataset.path}/claims", json={"account": ana.address})).json()
    assert "2 relayed calls" in claimed["refusal"]
    assert len(claimed["tx_hashes"]) == 2
    mine = await units_of(world, dataset, ana)
    assert int(claimed["bounties"]) == mine * 30 * CENT // U == await cash(world, dataset, ana)
