"""From labels to money: checkpoint, settlement, sale, download, claim; and the worker killed at each step."""

import asyncio
import hashlib
import io
from typing import Any

import pytest
import pytest_asyncio
from eth_account import Account
from sqlalchemy import text

from cota.chain.contracts import AnnotationLedger, DatasetShares, LicenseMarket, LocalDollar
from cota.chain.contracts.ledger import ProposalState
from cota.chain.sender import Sender
from cota.commitments import log_tree, settlement_tree
from cota.formats.export import Consensus, End, Header, Item, Record, read_export
from cota.keys import local_key
from cota.settlement.epoch_file import read_epoch_file
from cota.settlement.steps import Coordinator
from cota.units import to_hex
from cota.worker import Work
from tests.api.wallets import Wallet
from tests.api.world import DOLLAR, Dataset, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

ITEMS, WORKERS = 80, 3


class Story:
    """A dataset that was labelled, settled and sold once."""

    def __init__(self, dataset: Dataset, workers: list[Wallet], license: int, block: int) -> None:
        self.dataset, self.workers, self.license, self.block = dataset, workers, license, block


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def story(world: World) -> Story:
    dataset = await world.create_dataset(items=ITEMS, gold=20)
    workers = [await world.member(dataset) for _ in range(WORKERS)]
    assert await world.label_all(dataset, workers) == ITEMS * WORKERS
    assert await world.settle(dataset) == ["checkpoint", "propose", "finalize"]
    license, block = await world.buy(dataset)
    return Story(dataset, workers, license, block)


async def test_settle__all_labelled__epoch_on_chain_is_the_file(world: World, story: Story) -> None:
    """P6: what is on chain follows from the public file, byte for byte."""
    epochs = (await world.http.get(f"{story.dataset.path}/epochs")).json()["items"]
    assert [(one["epoch"], one["state"], one["from_index"], one["to_index"]) for one in epochs] == [
        (1, "finalized", 0, ITEMS * WORKERS)
    ]
    raw = (await world.http.get(epochs[0]["file_url"])).content
    assert to_hex(hashlib.sha256(raw).digest()) == epochs[0]["file_hash"]
    content = read_epoch_file(io.BytesIO(raw))
    assert to_hex(content.log_root()) == epochs[0]["log_root"]
    assert to_hex(content.end.settlement_root) == epochs[0]["settlement_root"]
    assert str(content.end.total_units) == epochs[0]["total_units"]
    ledger = AnnotationLedger.of(world.services.node, world.deployed.deployment)
    proposal = await ledger.proposal_of(story.dataset.id, 1, "latest")
    assert (proposal.state, proposal.settlement_root) == (
        ProposalState.FINALIZED,
        content.end.settlement_root,
    )


async def test_epoch_file__public__holds_no_label(world: World, story: Story) -> None:
    """P10."""
    raw = (await world.http.get(f"{story.dataset.path}/epochs/1/file")).text
    assert not any(f'"{name}"' in raw for name in ("heron", "ibis", "stork", "label_salt", "item_salt"))


async def test_leaf__of_a_worker__proves_to_the_root(world: World, story: Story) -> None:
    epoch = (await world.http.get(f"{story.dataset.path}/epochs/1")).json()
    worker = story.workers[0].address
    leaf = (await world.http.get(f"{story.dataset.path}/epochs/1/leaves/{worker.lower()}")).json()
    root, proof = bytes.fromhex(epoch["settlement_root"][2:]), [bytes.fromhex(p[2:]) for p in leaf["proof"]]
    assert settlement_tree.verify(root, bytes.fromhex(leaf["leaf"][2:]), proof)
    assert leaf["account"] == worker
    stranger = await world.http.get(f"{story.dataset.path}/epochs/1/leaves/{Wallet().address}")
    assert stranger.json()["type"] == "/problems/not-found"


async def test_inclusion__receipted_row__is_logged_on_chain(world: World, story: Story) -> None:
    """P6: the receipted row is under the checkpoint's root, and the contract says so too."""
    headers = await world.sign_in(story.workers[1])
    rows = (await world.http.get("/v1/accounts/me/annotations?limit=3", headers=headers)).json()["items"]
    for row in rows:
        found = (await world.http.get(f"/v1/annotations/{row['row_id']}/inclusion")).json()
        proof = [bytes.fromhex(step[2:]) for step in found["proof"]]
        root, leaf = bytes.fromhex(found["log_root"][2:]), bytes.fromhex(row["row_id"][2:])
        assert log_tree.verify(root, leaf, found["position"], found["count"], proof)
        ledger = AnnotationLedger.of(world.services.node, world.deployed.deployment)
        assert await ledger.is_logged(story.dataset.id, 1, found["index"], leaf, proof, "latest")
        assert (row["checkpoint"], row["outcome"]) in ((1, "counted"), (1, "not-counted"))


async def test_own_annotations__another_session__sees_none_of_them(world: World, story: Story) -> None:
    """P10: each contributor her own."""
    stranger = await world.sign_in(Wallet())
    assert (await world.http.get("/v1/accounts/me/annotations", headers=stranger)).json()["items"] == []
    assert (await world.http.get("/v1/accounts/me/annotations")).json()["type"] == "/problems/not-signed-in"


async def test_export__licensee__every_row_proves(world: World, story: Story) -> None:
    """P9, P11: open as soon as the block is indexed; each record carries what proves it."""
    headers = await world.sign_in(world.buyer)
    answer = await world.http.get(
        f"/v1/licenses/{story.license}/export?min_block={story.block}", headers=headers
    )
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["Content-Disposition"]
    lines = list(read_export(io.BytesIO(answer.content)))
    header, end = lines[0], lines[-1]
    assert isinstance(header, Header)
    assert isinstance(end, End)
    assert (header.epochs, header.classes) == ((1,), ("heron", "ibis", "stork"))
    records = [line for line in lines if isinstance(line, Record)]
    items = {line.item_index: line for line in lines if isinstance(line, Item)}
    assert (len(records), len(items)) == (ITEMS * WORKERS, ITEMS) == (end.records, end.items)
    epoch = (await world.http.get(f"{story.dataset.path}/epochs/1")).json()
    root = bytes.fromhex(epoch["log_root"][2:])
    for record in records:
        assert record.problem() is None
        assert log_tree.verify(root, record.row_id, record.index, ITEMS * WORKERS, list(record.proof))
    (batch,) = (await world.http.get(f"{story.dataset.path}/batches")).json()["items"]
    for item in items.values():
        assert item.problem() is None
        place = item.item_index - batch["first_item"]
        items_root, gold_root = (bytes.fromhex(batch[name][2:]) for name in ("items_root", "gold_root"))
        assert log_tree.verify(items_root, item.item_ref, place, ITEMS, list(item.proof))
        assert log_tree.verify(gold_root, item.gold_leaf(), place, ITEMS, list(item.gold.proof))
    decided = [line for line in lines if isinstance(line, Consensus)]
    right = sum(line.label == items[line.item_index].item["truth"] for line in decided)
    assert len(decided) == ITEMS
    assert right > ITEMS * 0.9


async def test_export__anybody_else__not_licensed(world: World, story: Story) -> None:
    """P10: the publisher and the workers buy a licence like anyone."""
    before = await world.count("reads", story.dataset)
    for wallet in (world.publisher, story.workers[0], Wallet()):
        headers = await world.sign_in(wallet)
        answer = await world.http.get(f"/v1/licenses/{story.license}/export", headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-licensed")
    assert (await world.http.get(f"/v1/licenses/{story.license}/export")).status_code == 401
    unknown = await world.http.get("/v1/licenses/999/export", headers=await world.sign_in(world.buyer))
    assert unknown.json()["type"] == "/problems/unknown-license"
    assert await world.count("reads", story.dataset) == before


async def test_export__each_download__is_logged(world: World, story: Story) -> None:
    """P10."""
    before = await world.count("reads", story.dataset)
    headers = await world.sign_in(world.buyer)
    await world.http.get(f"/v1/licenses/{story.license}/export", headers=headers)
    assert await world.count("reads", story.dataset) == before + 1


async def test_check__right_after_the_purchase__waits_and_says_yes(world: World, story: Story) -> None:
    """P9: never "not found" once paid."""
    license, block = await world.buy(story.dataset, role="second_buyer")
    buyer = local_key("second_buyer").address
    query = f"dataset={to_hex(story.dataset.id)}&address={buyer}&min_block={block}"
    answer = (await world.http.get(f"/v1/licenses/check?{query}")).json()
    assert (answer["licensed"], answer["license"], answer["epochs"]) == (True, str(license), [1])
    headers = await world.sign_in(Wallet(bytes(local_key("second_buyer").account().key)))
    assert (await world.http.get(answer["export_url"], headers=headers)).status_code == 200


async def test_account__after_payments__claimable_is_the_contracts(world: World, story: Story) -> None:
    """P1, P3: exact from the account's own rows, before and after claims, payments and transfers."""
    shares = DatasetShares(world.services.node, story.dataset.shares)
    buyer, dollar = local_key("buyer"), world.deployed.address("TestDollar")
    first, second = story.workers[0], story.workers[1]

    async def compare() -> dict[str, Any]:
        await world.indexed()
        for wallet in story.workers:
            shown = (await world.http.get(f"/v1/accounts/{wallet.address}")).json()["shares"][0]
            head = await world.services.node.head()
            assert int(shown["claimable"]) == await shares.claimable(wallet.address, head)
            assert int(shown["balance"]) == await shares.balance_of(wallet.address, head)
        return dict((await world.http.get(f"/v1/accounts/{first.address}")).json()["shares"][0])

    before = await compare()
    assert int(before["unclaimed_units"]) > 0
    assert int(before["claimable_with_unclaimed"]) > 0 == int(before["claimable"])
    claim = await world.http.post(f"{story.dataset.path}/claims", json={"account": first.address})
    assert claim.status_code == 200, claim.text
    await world.indexed(claim.json()["block_number"])
    assert claim.json()["units"] == before["unclaimed_units"]
    assert int(claim.json()["revenue"]) == int(before["claimable_with_unclaimed"])
    after = await compare()
    assert (after["unclaimed_units"], after["claimable"]) == ("0", "0")
    for amount in (7 * DOLLAR + 3, 1, 999_999):
        await world.send("buyer", dollar, LocalDollar.encode_approve(shares.address, amount))
        await world.send("buyer", shares.address, DatasetShares.encode_pay(amount))
        await compare()
    await _transfer(world, first, shares, second.address, 1_000_003)
    await compare()
    await _transfer(world, first, shares, first.address, 5)
    await compare()
    again = await world.http.post(f"{story.dataset.path}/claims", json={"account": second.address})
    assert int(again.json()["units"]) > 0
    await compare()
    assert buyer.address not in [wallet.address for wallet in story.workers]


async def test_claim__nothing_left__sends_nothing(world: World, story: Story) -> None:
    stranger = await world.http.post(f"{story.dataset.path}/claims", json={"account": Wallet().address})
    assert stranger.json()["tx_hashes"] == []
    assert (stranger.json()["units"], stranger.json()["revenue"]) == ("0", "0")


async def test_statement__json_and_csv__tell_the_same(world: World, story: Story) -> None:
    wallet = story.workers[0]
    rows = (await world.http.get(f"/v1/accounts/{wallet.address}/statement")).json()["rows"]
    kinds = [row["kind"] for row in rows]
    assert kinds[0] == "joined"
    assert {"shares-claimed", "payment", "revenue-claimed", "shares-sent"} <= set(kinds)
    csv = await world.http.get(f"/v1/accounts/{wallet.address}/statement?format=csv")
    assert csv.headers["content-type"].startswith("text/csv")
    assert len(csv.text.splitlines()) == len(rows) + 1


async def test_dataset__after_sales__figures_add_up(world: World, story: Story) -> None:
    shown = (await world.http.get(story.dataset.path)).json()
    payments = (await world.http.get(f"{story.dataset.path}/payments?limit=200")).json()["items"]
    assert sum(int(one["amount"]) for one in payments) == int(shown["paid"]) > int(shown["claimed"]) > 0
    holders = (await world.http.get(f"{story.dataset.path}/holders")).json()["items"]
    balances = [int(one["balance"]) for one in holders]
    assert balances == sorted(balances, reverse=True)
    assert shown["rows"] == ITEMS * WORKERS
    market = LicenseMarket.of(world.services.node, world.deployed.deployment)
    price = await market.price_of(story.dataset.id, 0, "latest")
    assert shown["prices"][0]["price"] == str(price)


async def test_payments__paged_one_by_one__same_as_at_once(world: World, story: Story) -> None:
    path = f"{story.dataset.path}/payments"
    whole = (await world.http.get(path)).json()["items"]
    found, cursor = [], ""
    while cursor is not None:
        page = (await world.http.get(f"{path}?limit=1" + (f"&cursor={cursor}" if cursor else ""))).json()
        found += page["items"]
        cursor = page["next"]
    assert found == whole


class Killed(Exception):
    """The process ends here."""


@pytest.mark.parametrize("step", ["checkpoint", "propose", "finalize"])
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_worker__killed_around_a_step__another_finishes_once(
    world: World, step: str, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before a transaction is sent, or after it is mined but before it was noted: each step happens once."""
    dataset = await world.create_dataset(items=3, gold=1, seats=1)
    worker = await world.member(dataset)
    await world.label_all(dataset, [worker])
    killed = Work(world.services)
    _kill(killed, step, moment, monkeypatch)
    with pytest.raises(Killed):
        await _advance(killed, world, dataset)
    await world.indexed()
    await _advance(world.work, world, dataset)
    (epoch,) = (await world.http.get(f"{dataset.path}/epochs")).json()["items"]
    assert (epoch["state"], epoch["attempt"], epoch["to_index"]) == ("finalized", 1, 3)
    raw = (await world.http.get(epoch["file_url"])).content
    assert to_hex(hashlib.sha256(raw).digest()) == epoch["file_hash"]


async def test_worker__two_at_once__each_step_once(world: World) -> None:
    dataset = await world.create_dataset(items=3, gold=1, seats=1)
    await world.label_all(dataset, [await world.member(dataset)])
    others = [Work(world.services) for _ in range(4)]
    done = await asyncio.gather(*(work.advance(dataset.id) for work in others))
    await world.mine(1)
    done += await asyncio.gather(*(work.advance(dataset.id) for work in others))
    assert sorted(step for steps in done for step in steps) == ["checkpoint", "finalize", "propose"]


async def test_checkpoint__seats_left__waits_for_half_the_receipt_period(world: World) -> None:
    dataset = await world.create_dataset(items=3, gold=1, seats=1, receipt_period=1000)
    worker = await world.member(dataset)
    await world.submit(dataset, await world.label(dataset, worker))
    assert await world.work.advance(dataset.id) == []
    async with world.services.database.write() as session:
        earlier = text("UPDATE annotations SET include_by = include_by - 501 WHERE dataset = :d")
        await session.execute(earlier, {"d": dataset.id})
    assert (await world.work.advance(dataset.id))[0] == "checkpoint"


async def test_void_index__after_a_restore__is_logged_as_void(world: World) -> None:
    """P6: indexes that may have been receipted before a restore are jumped over, explicitly."""
    dataset = await world.create_dataset(items=3, gold=1, seats=1)
    worker = await world.member(dataset)
    await world.submit(dataset, await world.label(dataset, worker))
    async with world.services.database.write() as session:
        jump = text("UPDATE log_heads SET next_index = next_index + 2 WHERE dataset = :d")
        await session.execute(jump, {"d": dataset.id})
    await world.label_all(dataset, [worker])
    await world.settle(dataset)
    raw = (await world.http.get(f"{dataset.path}/epochs/1/file")).content
    rows = read_epoch_file(io.BytesIO(raw)).rows
    assert [row.is_void for row in rows] == [False, True, True, False, False]


async def _advance(work: Work, world: World, dataset: Dataset) -> None:
    """Three turns of a worker: checkpoint, propose, finalize."""
    for _ in range(3):
        await work.advance(dataset.id)
        await world.mine(1)


def _kill(work: Work, step: str, moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes this worker die around one step, as a kill would."""
    encoded = getattr(AnnotationLedger, f"encode_{step}")
    selector = encoded(*{"checkpoint": (bytes(32), 0, bytes(32), bytes(32)),
                         "propose": (bytes(32), 0, bytes(32), 0, 0, bytes(32)),
                         "finalize": (bytes(32), 0)}[step])[:4]  # fmt: skip
    coordinator: Coordinator = work._coordinator
    send = coordinator.sender.send

    async def send_and_die(to: Any, data: bytes, *rest: Any) -> Any:
        if data[:4] != selector:
            return await send(to, data, *rest)
        if moment == "after":
            await send(to, data, *rest)
        raise Killed

    monkeypatch.setattr(coordinator.sender, "send", send_and_die)


async def _transfer(world: World, sender: Wallet, shares: DatasetShares, to: str, amount: int) -> None:
    """A transfer from a wallet without gas: the chain lends it some."""
    await world.services.node.request("anvil_setBalance", sender.address, hex(10**18))
    account = Account.from_key(sender.secret)
    await Sender(world.services.node, account).send(shares.address, DatasetShares.encode_transfer(to, amount))
    await world.indexed()
