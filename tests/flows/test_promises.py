"""A receipt is a promise that the chain enforces: rows on demand, rejected settlements anew, successors."""

import asyncio
from typing import Any

import pytest

from cota.chain.contracts import AnnotationLedger, CoordinatorFaults, DatasetRegistry, Promised, Token
from cota.chain.contracts.faults import DemandState
from cota.chain.contracts.ledger import ProposalState
from cota.http.coordinators import KEEP_SECONDS
from cota.keys import local_key
from tests.api.world import Dataset, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANSWER_S = 600


async def test_demand__for_a_row_not_logged_yet__the_worker_logs_and_shows_it(world: World) -> None:
    dataset, receipt = await _receipted(world)
    await _demand(world, receipt)
    assert (await world.work.advance(dataset.id))[:2] == ["checkpoint", "answer"]
    assert await _state(world, receipt) is DemandState.ANSWERED
    faults, ledger = _contracts(world)
    coordinator = local_key("coordinator").address
    assert await faults.credit_of(coordinator, "latest") >= await faults.demand_fee("latest")
    assert await ledger.coordinator_of(dataset.id, "latest") == coordinator
    assert await world.work.advance(dataset.id) == []


async def test_demand__for_a_row_long_in_the_log__the_worker_shows_it_once(world: World) -> None:
    dataset, receipt = await _receipted(world, items=1)
    assert (await world.work.advance(dataset.id))[0] == "checkpoint"
    await _demand(world, receipt)
    done = await world.work.advance(dataset.id)
    assert done.count("answer") == 1
    assert await _state(world, receipt) is DemandState.ANSWERED


async def test_settlement__rejected__is_proposed_anew_as_the_next_attempt(world: World) -> None:
    dataset = await world.create_dataset(items=3, gold=1, seats=1, challenge_window=60)
    await world.label_all(dataset, [await world.member(dataset)])
    assert await world.work.advance(dataset.id) == ["checkpoint", "propose"]
    await _as_court(world, dataset, AnnotationLedger.encode("suspend", dataset.id, 1))
    assert await _told(world, dataset) == ("disputed", 1)
    await world.mine(120)
    assert await world.work.advance(dataset.id) == []
    nobody = local_key("buyer").address
    await _as_court(world, dataset, AnnotationLedger.encode("reject", dataset.id, 1, 4, nobody, 3))
    assert await _told(world, dataset) == ("rejected", 1)
    _, ledger = _contracts(world)
    assert (await ledger.proposal_of(dataset.id, 1, "latest")).state is ProposalState.REJECTED
    assert await ledger.credit_of(nobody, "latest") == 3
    assert await world.work.advance(dataset.id) == ["propose"]
    assert await _told(world, dataset) == ("proposed", 2)
    await world.mine(61)
    assert await world.work.advance(dataset.id) == ["finalize"]
    assert await _told(world, dataset) == ("finalized", 2)
    told = (await world.http.get(f"{dataset.path}/epochs/1/attempts")).json()
    fell, stands = told["items"]
    assert (fell["attempt"], fell["state"], fell["forfeited"]) == (1, "rejected", "4")
    assert fell["settle_by"] > fell["at"]
    assert (stands["attempt"], stands["state"], stands["forfeited"], stands["settle_by"]) == (
        2, "finalized", None, None,
    )  # fmt: skip
    assert stands["total_units"] == (await world.http.get(f"{dataset.path}/epochs/1")).json()["total_units"]
    page = (await world.http.get(f"{dataset.path}/epochs/1/attempts?limit=1")).json()
    assert page["items"] == [fell]
    rest = (await world.http.get(f"{dataset.path}/epochs/1/attempts?limit=1&cursor={page['next']}")).json()
    assert (rest["items"], rest["next"]) == ([stands], None)
    assert (await world.http.get(f"{dataset.path}/epochs/7/attempts")).status_code == 404


async def test_demand__nobody_answers__the_bond_burns_and_the_service_receipts_no_more(world: World) -> None:
    """The last story here: it costs this service's coordinator its bond."""
    dataset, receipt = await _receipted(world)
    worker = await world.member(dataset)
    body = await world.label(dataset, worker)
    await _demand(world, receipt)
    await world.mine(ANSWER_S + 1)
    faults, ledger = _contracts(world)
    bond = await ledger.bond_balance(receipt["coordinator"], "latest")
    row = receipt["coordinator"], dataset.id, receipt["index"], receipt["row_id"]
    await world.send("buyer", faults.address, CoordinatorFaults.encode_punish_unanswered(*row))
    await world.indexed()
    assert await _state(world, receipt) is DemandState.UNANSWERED
    assert await ledger.bond_balance(receipt["coordinator"], "latest") == 0
    assert await ledger.credit_of(local_key("deployer").address, "latest") == bond // 20
    assert await ledger.coordinator_of(dataset.id, "latest") == dataset.terms.successor
    assert dataset.id not in await world.work.due()
    of_coordinator = f"/v1/coordinators/{receipt['coordinator']}/slashes"
    last = (await world.http.get(of_coordinator)).json()["items"][0]
    assert (last["fault"], last["place"], last["dataset"]) == (
        "unanswered", str(receipt["index"]), "0x" + dataset.id.hex(),
    )  # fmt: skip
    assert (last["amount"], last["credited"], last["balance"]) == (str(bond), str(bond // 20), "0")
    # Whoever demanded it, whoever sent the proof.
    assert (last["prover"], last["to"]) == (local_key("deployer").address,) * 2
    assert (last["by"], last["token"]["symbol"]) == (faults.address, "COTA")
    nobody = (await world.http.get(f"/v1/coordinators/{local_key('buyer').address}/slashes")).json()
    assert nobody == {"items": [], "next": None}
    assert (await world.http.get(of_coordinator + "?cursor=x")).status_code == 400
    await asyncio.sleep(KEEP_SECONDS)
    refused = (await world.submit(dataset, body)).json()
    assert refused["type"] == "/problems/other-coordinator"


async def _receipted(world: World, items: int = 3) -> tuple[Dataset, dict[str, Any]]:
    """A dataset with one row, and its receipt, which is due."""
    dataset = await world.create_dataset(
        items=items, gold=1, seats=1, receipt_period=1, claim_period=3_600, response_period=ANSWER_S
    )
    worker = await world.member(dataset)
    answer = await world.submit(dataset, await world.label(dataset, worker))
    told = answer.json()["receipt"]
    await world.mine(2)
    return dataset, {
        "coordinator": dataset.terms.coordinator,
        "dataset": dataset.id,
        "index": told["index"],
        "row_id": bytes.fromhex(told["row_id"][2:]),
        "include_by": told["include_by"],
        "signature": bytes.fromhex(told["signature"][2:]),
    }


async def _demand(world: World, receipt: dict[str, Any]) -> None:
    faults, _ = _contracts(world)
    cota = Token(world.services.node, world.deployed.address("CotaToken"))
    fee = await faults.demand_fee("latest")
    await world.send("deployer", cota.address, Token.encode_approve(faults.address, fee))
    promised = Promised(receipt["dataset"], receipt["index"], receipt["row_id"], receipt["include_by"])
    data = CoordinatorFaults.encode_demand_inclusion(receipt["coordinator"], promised, receipt["signature"])
    await world.send("deployer", faults.address, data)
    await world.indexed()


async def _state(world: World, receipt: dict[str, Any]) -> DemandState:
    faults, _ = _contracts(world)
    row = receipt["coordinator"], receipt["dataset"], receipt["index"], receipt["row_id"]
    return (await faults.demand_of(await faults.promise_id(*row, "latest"), "latest")).state


async def _as_court(world: World, dataset: Dataset, data: bytes) -> None:
    """What the court of the dataset's version says, after whatever proceedings."""
    node = world.services.node
    registry = DatasetRegistry.of(node, world.deployed.deployment)
    version = await registry.version(await registry.version_of(dataset.id, "latest"), "latest")
    await node.request("anvil_impersonateAccount", version.court)
    await node.request("anvil_setBalance", version.court, hex(10**18))
    call = {"from": version.court, "to": version.ledger, "data": "0x" + data.hex()}
    sent = await node.request("eth_sendTransaction", call)
    await world.mine()
    assert int((await node.request("eth_getTransactionReceipt", sent))["status"], 16) == 1


async def _told(world: World, dataset: Dataset) -> tuple[str, int]:
    (epoch,) = (await world.http.get(f"{dataset.path}/epochs")).json()["items"]
    return epoch["state"], epoch["attempt"]


def _contracts(world: World) -> tuple[CoordinatorFaults, AnnotationLedger]:
    node, deployment = world.services.node, world.deployed.deployment
    return CoordinatorFaults.of(node, deployment), AnnotationLedger.of(node, deployment)
