"""Appeals made ready by the service and signed by her own wallet; what stands behind a refusal, for her alone."""

from typing import Any
from unittest.mock import patch

import pytest
import pytest_asyncio
from eth_account import Account

from cota.chain.contracts import SettlementCourt, Token
from cota.chain.sender import Sender
from cota.client.records import parse_time
from cota.commitments import hashes, log_tree
from cota.units import Address, to_hex
from tests.api import world as stage
from tests.api.problems import refused
from tests.api.wallets import Wallet
from tests.api.world import Dataset, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOUR, BOND, GOLD = 3_600, 50, 60
WHY = to_hex(b"\xe1" * 32)
TERMS = {"appeal_period": HOUR, "penalty_period": 2 * HOUR, "settle_period": 2 * HOUR, "challenge_bond": BOND}


class Judged:
    """A final epoch: two honest workers, and one who failed gold on purpose."""

    def __init__(self, dataset: Dataset, workers: list[Wallet]) -> None:
        self.dataset, self.workers = dataset, workers

    def path(self, wallet: Wallet, epoch: int = 1) -> str:
        return f"/v1/accounts/{wallet.address}/datasets/{to_hex(self.dataset.id)}/epochs/{epoch}/appeal"

    async def state(self, world: World, wallet: Wallet) -> dict[str, Any]:
        answer = await world.http.get(self.path(wallet))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def ask(self, world: World, wallet: Wallet, units: int = 0, epoch: int = 1, why: str = WHY) -> Any:
        body = {"units": str(units), "evidence": why}
        return await world.http.post(self.path(wallet, epoch), json=body)

    async def evidence(self, world: World, wallet: Wallet, query: str = "") -> Any:
        path = f"/v1/accounts/me/datasets/{to_hex(self.dataset.id)}/epochs/1/evidence{query}"
        return await world.http.get(path, headers=await world.sign_in(wallet))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def judged(world: World) -> Judged:
    dataset = await world.create_dataset(items=90, gold=GOLD, **TERMS)
    honest = stage.answer_to

    def answer(lease: dict[str, Any], accuracy: float, number: int) -> str:
        return honest(lease, accuracy if number < 2 else 0.0, number)

    with patch.object(stage, "answer_to", answer):
        workers = [await world.member(dataset) for _ in range(3)]
        await world.mine(1)
        await world.label_all(dataset, workers)
    await world.settle(dataset)
    return Judged(dataset, workers)


async def equip(world: World, wallet: Wallet, amount: int) -> Sender:
    """Gas, and COTA from whoever has all of it."""
    await world.services.node.request("anvil_setBalance", wallet.address, hex(10**18))
    cota = world.deployed.address("CotaToken")
    await world.send("deployer", cota, Token.encode_transfer(Address(wallet.address), amount))
    return Sender(world.services.node, Account.from_key(wallet.secret))


async def inbox(world: World, wallet: Wallet, kind: str) -> list[dict[str, Any]]:
    """What she is told of this kind."""
    answer = await world.http.get("/v1/accounts/me/inbox?limit=200", headers=await world.sign_in(wallet))
    return [one for one in answer.json()["items"] if one["kind"] == kind]


async def test_appeal__before_it_is_made__says_until_when_and_for_how_much(
    world: World, judged: Judged
) -> None:
    for number, wallet in enumerate(judged.workers):
        found = await judged.state(world, wallet)
        leaf = (await world.http.get(f"{judged.dataset.path}/epochs/1/leaves/{wallet.address}")).json()
        assert (found["may_appeal"], found["case"], found["labels"]) == (True, None, 90)
        assert (found["counted"], found["penalty"]) == (leaf["units"], leaf["penalty"])
        assert int(found["most"]) == 90 * judged.dataset.terms.units_per_label - int(leaf["units"])
        assert (found["bond"], found["token"]["symbol"]) == (str(BOND), "COTA")
        assert (int(found["penalty"]) > 0) is (number == 2)
        head = await world.services.node.head()
        assert head.timestamp < parse_time(found["until"]).timestamp() <= head.timestamp + HOUR
    stranger = await judged.state(world, Wallet())
    assert (stranger["may_appeal"], stranger["most"], stranger["labels"]) == (False, "0", 0)
    refused(await world.http.get(judged.path(Wallet(), 9)), "not-found", 404)


async def test_appeal__what_the_court_refuses__is_refused_in_its_words(world: World, judged: Judged) -> None:
    """Nothing was sent, and nothing costs anything."""
    ana = judged.workers[0]
    most = int((await judged.state(world, ana))["most"])
    for wallet, units, why, error in (
        (ana, 0, WHY, "NothingToAppeal"),
        (ana, most + 1, WHY, "AboveLabels"),
        (ana, 1, to_hex(bytes(32)), "ZeroEvidence"),
        (Wallet(), 1, WHY, "AboveLabels"),
    ):
        problem = refused(await judged.ask(world, wallet, units, why=why), "chain-reverted", 409)
        assert problem["error"] == error
    refused(await judged.ask(world, ana, 2**64), "invalid-body", 422)
    open_one = await world.create_dataset(items=3, gold=1, seats=1, **{**TERMS, "challenge_window": HOUR})
    await world.label_all(open_one, [await world.member(open_one, ana)])
    await world.work.advance(open_one.id)
    problem = refused(await Judged(open_one, []).ask(world, ana, 1), "chain-reverted", 409)
    assert problem["error"] == "NotFinalized"


async def test_appeal__signed_as_it_was_given_out__stands_with_its_deadline(
    world: World, judged: Judged
) -> None:
    ana = judged.workers[0]
    poor = (await judged.ask(world, ana, 7)).json()
    assert (poor["held"], [one["what"] for one in poor["transactions"]]) == ("0", ["approve-bond", "appeal"])
    sender = await equip(world, ana, BOND)
    ready = (await judged.ask(world, ana, 7)).json()
    assert (ready["held"], ready["bond"], ready["until"]) == (str(BOND), str(BOND), poor["until"])
    assert ready["chain_id"] == world.services.chain_id
    approve, appeal = ready["transactions"]
    assert (approve["value"], appeal["value"]) == ("0", ready["fee"])
    await sender.send(Address(approve["to"]), bytes.fromhex(approve["data"][2:]))
    (again,) = (await judged.ask(world, ana, 7)).json()["transactions"]
    assert again == appeal
    mined = await sender.send(Address(appeal["to"]), bytes.fromhex(appeal["data"][2:]), int(appeal["value"]))
    await world.indexed(mined.block_number)
    found = await judged.state(world, ana)
    case = found["case"]
    assert (found["may_appeal"], case["state"], case["units"], case["has_penalty"]) == (
        False,
        "open",
        "7",
        False,
    )
    assert (case["evidence"], case["bond"], case["block"]) == (WHY, str(BOND), mined.block_number)
    ends = int(parse_time(case["deadline"]).timestamp())
    assert ends > (await world.services.node.head()).timestamp
    assert (case["round"]["round"], case["round"]["state"]) == (0, "drawing")
    (told,) = await inbox(world, ana, "case-opened")
    said = {"case": case["case"], "epoch": "1", "ground": "appeal", "deadline": str(ends)}
    assert (told["data"], told["deadline"]) == (said, case["deadline"])
    (final,) = await inbox(world, ana, "epoch-finalized")
    assert final["deadline"] == found["until"]
    await equip(world, ana, BOND)
    problem = refused(await judged.ask(world, ana, 7), "chain-reverted", 409)
    assert problem["error"] == "AlreadyAppealed"


async def test_evidence__of_a_penalty__is_the_gold_that_was_failed_with_proofs(
    world: World, judged: Judged
) -> None:
    """P6: gold cannot be invented afterwards, and who is fined sees what she is fined for."""
    fined = judged.workers[2]
    batch = (await world.http.get(f"{judged.dataset.path}/batches")).json()["items"][0]
    found, cursor = [], ""
    while cursor is not None:
        page = (await judged.evidence(world, fined, f"?limit=25{cursor}")).json()
        found += page["items"]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    assert [one["reason"] for one in found] == ["penalty"] * GOLD
    assert all(one["label"] != one["gold"]["label"] for one in found)
    assert {one["gold"]["gold_root"] for one in found} == {batch["gold_root"]}
    for one in found:
        assert_opens(one["gold"], batch["count"], batch["first_item"])
    for honest in judged.workers[:2]:
        assert (await judged.evidence(world, honest)).json()["items"] == []
    assert (await judged.evidence(world, Wallet())).json()["items"] == []
    path = f"/v1/accounts/me/datasets/{to_hex(judged.dataset.id)}/epochs/1/evidence"
    refused(await world.http.get(path), "not-signed-in", 401)


async def test_evidence__of_an_open_item__is_that_nobody_proven_answered_and_no_gold_was_known(
    world: World,
) -> None:
    dataset = await world.create_dataset(items=30, gold=12)
    workers = [await world.member(dataset) for _ in range(3)]
    await world.label_all(dataset, workers)
    judged = Judged(dataset, workers)
    early = await judged.evidence(world, workers[0])
    refused(early, "not-found", 404)
    await world.settle(dataset)
    found = (await judged.evidence(world, workers[0])).json()["items"]
    assert len(found) == 18
    for one in found:
        assert (one["reason"], one["answers"], one["proven_answers"]) == ("unsettled", 3, 0)
        assert one["gold"]["label"] is None
        assert_opens(one["gold"], 30, 0)
    headers = await world.sign_in(workers[0])
    own = (await world.http.get("/v1/accounts/me/annotations?limit=200", headers=headers)).json()["items"]
    known = {row["row_id"]: row for row in own if row["reason"]}
    assert {one["row_id"]: (one["label"], one["label_salt"]) for one in found} == {
        row_id: (row["label"], row["label_salt"]) for row_id, row in known.items()
    }


async def test_appeal__that_nobody_ruled__is_told_as_unruled(world: World, judged: Judged) -> None:
    """Against a penalty: it is held, and falls when nobody upholds it."""
    fined = judged.workers[2]
    sender = await equip(world, fined, BOND)
    for call in (await judged.ask(world, fined)).json()["transactions"]:
        await sender.send(Address(call["to"]), bytes.fromhex(call["data"][2:]), int(call["value"]))
    await world.indexed()
    case = (await judged.state(world, fined))["case"]
    assert (case["state"], case["has_penalty"], case["units"]) == ("open", True, "0")
    ends = int(parse_time(case["deadline"]).timestamp())
    await world.mine(ends - (await world.services.node.head()).timestamp + 1)
    court = world.deployed.address("SettlementCourt")
    await sender.send(court, SettlementCourt.encode_expire(int(case["case"])))
    await world.indexed()
    found = (await judged.state(world, fined))["case"]
    assert (found["state"], found["correction"], found["paid"]) == ("unruled", None, None)
    (told,) = await inbox(world, fined, "case-closed")
    assert told["data"] == {"case": case["case"], "epoch": "1", "outcome": "unruled"}


def assert_opens(gold: dict[str, Any], count: int, first_item: int) -> None:
    """The opening is the one that the publisher committed to."""
    label = None if gold["label"] is None else hashes.label_hash(gold["label"])
    leaf = hashes.gold_leaf(gold["item_index"], label, bytes.fromhex(gold["salt"][2:]))
    assert to_hex(leaf) == gold["leaf"]
    root, proof = bytes.fromhex(gold["gold_root"][2:]), [bytes.fromhex(step[2:]) for step in gold["proof"]]
    assert log_tree.verify(root, leaf, gold["item_index"] - first_item, count, proof)
