"""Bounties at the service's doors: listed, told in brief, owed to an account, and made ready for who pays."""

from typing import Any

import pytest
import pytest_asyncio

from cota.bounties import api
from cota.chain.contracts import BountyEscrow, LocalDollar
from cota.http.limits import Limits
from cota.settlement import owed
from cota.units import Address, to_hex, told_time
from tests.api.problems import refused
from tests.api.wallets import Wallet
from tests.api.world import DOLLAR, Dataset, World
from tests.flows.promising import CENT, cash, close_bounty, correct, escrow_of, open_bounty, units_of, worked

pytestmark = pytest.mark.asyncio(loop_scope="module")

U, HOUR = 10**9, 3_600


class Promised:
    """A dataset of one final epoch that two bounties cover: the second has only a part of what it promises."""

    def __init__(self, dataset: Dataset, workers: list[Wallet], numbers: list[int]) -> None:
        self.dataset, self.workers, self.numbers = dataset, workers, numbers

    @property
    def path(self) -> str:
        return f"{self.dataset.path}/bounties"

    def hers(self, wallet: Wallet) -> str:
        return f"/v1/accounts/{wallet.address}/datasets/{to_hex(self.dataset.id)}/bounties"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def promised(world: World) -> Promised:
    dataset = await world.create_dataset(items=12, gold=12)
    numbers = [await open_bounty(world, dataset), await open_bounty(world, dataset, 5 * CENT, 10 * CENT)]
    workers = await worked(world, dataset)
    return Promised(dataset, workers, numbers)


async def get(world: World, path: str) -> Any:
    answer = await world.http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def pages(world: World, path: str, limit: int) -> list[dict[str, Any]]:
    found, cursor = [], ""
    while cursor is not None:
        page = await get(world, f"{path}?limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
        found += page["items"]
        cursor = page["next"]
    return found


async def test_bounties__of_a_dataset__before_and_after_an_epoch_took_its_part(
    world: World, promised: Promised
) -> None:
    """What each shows is what the escrow tells; money that came in is free, assigned or returned."""
    waiting = await get(world, promised.hers(promised.workers[0]))
    assert [one["state"] for one in waiting["items"]] == ["waiting", "waiting"]
    assert all(one["part"] is None and one["leaf"] for one in waiting["items"])
    shown = await get(world, promised.dataset.path)
    assert shown["bounty"] == {
        "bounties": 2, "per_label": str(35 * CENT), "free": str(100 * DOLLAR + 10 * CENT), "labels_left": "2",
    }  # fmt: skip
    await world.work.serve_bounties(promised.dataset.id)
    items = (await get(world, promised.path))["items"]
    assert [int(one["bounty"]) for one in items] == promised.numbers[::-1]
    for one in items:
        found = await escrow_of(world).bounty_of(int(one["bounty"]), "latest")
        assert (one["publisher"], int(one["free"]), one["state"]) == (found.publisher, found.free, "open")
        assert int(one["funded"]) == int(one["assigned"]) + int(one["returned"]) + int(one["free"])
        assert one["labels_left"] == str(found.free // found.per_label)
        assert (one["token"]["symbol"], one["token"]["decimals"], one["epochs"]) == ("TUSD", 6, 1)
        assert (one["ends_at"], one["first_checkpoint"], one["status"]) == (None, 1, "final")
        assert await get(world, f"{promised.path}/{one['bounty']}") == one
        (part,) = (await get(world, f"{promised.path}/{one['bounty']}/parts"))["items"]
        told = await escrow_of(world).part_of(int(one["bounty"]), 1, "latest")
        assert (int(part["amount"]), int(part["total_units"])) == (told.amount, told.total_units)
        assert (part["paid_units"], part["paid"], part["free"]) == (
            part["total_units"],
            one["paid"],
            one["free"],
        )
    # The second ran dry: what is left promises for a label is the first's price.
    assert (await get(world, promised.dataset.path))["bounty"]["per_label"] == str(30 * CENT)
    assert await pages(world, promised.path, 1) == items


async def test_datasets__listed__say_in_brief_what_a_label_is_paid(world: World, promised: Promised) -> None:
    bare = await world.create_dataset(items=3, gold=1)
    listed = {one["id"]: one["bounty"] for one in (await get(world, "/v1/datasets?limit=200"))["items"]}
    assert listed[to_hex(bare.id)] is None
    assert listed[to_hex(promised.dataset.id)] == (await get(world, promised.dataset.path))["bounty"]
    assert (await get(world, f"{bare.path}/bounties")) == {"items": [], "next": None}
    wallet = promised.workers[0]
    path = f"/v1/accounts/{wallet.address}/datasets/{to_hex(bare.id)}/bounties"
    assert await get(world, path) == {"items": [], "next": None}


async def test_datasets__a_high_price_with_no_money_for_one_label__is_no_promise(world: World) -> None:
    dataset = await world.create_dataset(items=3, gold=1)
    await open_bounty(world, dataset, 1_000 * DOLLAR, 1_000 * DOLLAR - 1)
    assert (await get(world, dataset.path))["bounty"] is None
    await open_bounty(world, dataset, 30 * CENT, 30 * CENT)
    shown = (await get(world, dataset.path))["bounty"]
    assert shown == {"bounties": 1, "per_label": str(30 * CENT), "free": str(30 * CENT), "labels_left": "1"}


async def test_earned__of_an_account__is_what_it_got_to_the_base_unit(
    world: World, promised: Promised
) -> None:
    for wallet in promised.workers:
        mine = await units_of(world, promised.dataset, wallet)
        items = (await get(world, promised.hers(wallet)))["items"]
        assert [(one["state"], one["epoch"], one["units"]) for one in items] == [("paid", 1, str(mine))] * 2
        for one in items:
            assert int(one["amount"]) == int(one["part"]) * mine // int(one["total_units"])
            assert (one["to"], one["leaf"], one["correction"]) == (wallet.address, None, None)
            assert one["block"]
        assert sum(int(one["amount"]) for one in items) == await cash(world, promised.dataset, wallet)
        assert await pages(world, promised.hers(wallet), 1) == items
    assert (await get(world, promised.hers(Wallet())))["items"] == []


async def test_earned__of_many_epochs__a_page_reads_few_files_and_a_claim_each_once(
    world: World, promised: Promised, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anyone may ask about any account: what that costs is bounded."""
    asked: list[int] = []
    find = owed.require_epoch

    async def counted(session: Any, dataset: bytes, epoch: int) -> Any:
        asked.append(epoch)
        return await find(session, dataset, epoch)

    monkeypatch.setattr(owed, "require_epoch", counted)
    monkeypatch.setattr(api, "_FILES", 1)
    stranger = Wallet()
    shown = await get(world, promised.hers(stranger) + "?limit=200")
    assert (len(asked), shown["items"], shown["next"] is None) == (1, [], False)
    assert await pages(world, promised.hers(stranger), 200) == []
    asked.clear()
    claimed = await world.http.post(f"{promised.dataset.path}/claims", json={"account": stranger.address})
    assert (claimed.json()["tx_hashes"], asked) == ([], [1])


async def test_earned__asked_for_too_often__waits(
    world: World, promised: Promised, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = Limits({"earned": "1/minute"})
    monkeypatch.setattr(world.services.limits, "check", once.check)
    answers = [await world.http.get(promised.hers(promised.workers[0])) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 429]
    assert int(answers[1].headers["Retry-After"]) > 0


async def test_earned__not_paid__leaf_and_proof_take_it_oneself(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(world.services.settings), "bounties", "ASSIGN")
    dataset = await world.create_dataset(items=15, gold=9)
    bounty = await open_bounty(world, dataset)
    workers = await worked(world, dataset)
    await world.work.serve_bounties(dataset.id)
    await correct(world, dataset, workers[0].address, 2 * U)
    path = Promised(dataset, workers, [bounty]).hers(workers[0])
    first, corrected = (await get(world, path))["items"]
    assert (first["state"], corrected["state"]) == ("owed", "waiting")
    assert int(corrected["correction"]) >> 63 == 1
    assert (corrected["epoch"], corrected["amount"], corrected["leaf"]["proof"]) == (1, str(60 * CENT), [])
    for one in (first, corrected):
        leaf = one["leaf"]
        proof = [bytes.fromhex(step[2:]) for step in leaf["proof"]]
        tuple_ = (
            int(leaf["epoch"]),
            leaf["index"],
            leaf["account"],
            int(leaf["units"]),
            int(leaf["penalty"]),
            proof,
        )
        data = BountyEscrow.encode("pay", int(one["bounty"]), [tuple_])
        before = await cash(world, dataset, workers[0])
        await world.send("buyer", one["escrow"], data)
        assert await cash(world, dataset, workers[0]) - before == int(one["amount"]) > 0
    await world.indexed()
    again = (await get(world, path))["items"]
    assert [one["state"] for one in again] == ["paid", "paid"]
    assert [one["amount"] for one in again] == [first["amount"], corrected["amount"]]
    assert await pages(world, path, 1) == again


async def test_cash__over_all_datasets_of_an_account__is_paid_and_promised(
    world: World, promised: Promised
) -> None:
    ana = promised.workers[0]
    path = f"/v1/accounts/{ana.address}/bounties"
    bare, other = [await world.create_dataset(items=3, gold=1) for _ in range(2)]
    for dataset in (bare, other):
        await world.member(dataset, ana)
    await open_bounty(world, other, CENT, DOLLAR)
    found = {one["dataset"]: one for one in (await get(world, path))["items"]}
    assert set(found) == {to_hex(promised.dataset.id), to_hex(other.id)}
    for dataset in (promised.dataset, other):
        shown = found[to_hex(dataset.id)]
        assert int(shown["paid"]) == (await cash(world, dataset, ana) if dataset is promised.dataset else 0)
        assert shown["bounty"] == (await get(world, dataset.path))["bounty"]
        assert shown["token"]["symbol"] == "TUSD"
    assert int(found[to_hex(promised.dataset.id)]["paid"]) > 0
    assert await pages(world, path, 1) == list(found.values())
    assert await get(world, f"/v1/accounts/{Wallet().address}/bounties") == {"items": [], "next": None}
    refused(await world.http.get(path, params={"cursor": "WzFd"}), "bad-request", 400)
    refused(await world.http.get("/v1/accounts/0x12/bounties"), "bad-request", 400)


async def ready(world: World, path: str, **body: Any) -> Any:
    return await world.http.post(path, json=body)


async def sign(world: World, answer: Any, role: str = "publisher") -> None:
    """What a wallet does with an answer: all of it, in order."""
    assert answer.status_code == 200, answer.text
    for call in answer.json()["transactions"]:
        assert call["value"] == "0"
        await world.send(role, Address(call["to"]), bytes.fromhex(call["data"][2:]))
    await world.indexed()


async def test_publisher__from_opening_to_what_goes_back__signs_what_the_service_made_ready(
    world: World,
) -> None:
    dataset = await world.create_dataset(items=3, gold=1, receipt_period=600)
    path, money = f"{dataset.path}/bounties", {"per_label": str(CENT), "amount": str(DOLLAR)}
    token = LocalDollar(world.services.node, dataset.terms.payment_token)
    escrow = escrow_of(world).address
    await world.send("publisher", token.address, token.encode_approve(escrow, 0))
    made = await ready(world, path, **money)
    assert [call["what"] for call in made.json()["transactions"]] == ["approve", "open"]
    assert (made.json()["account"], made.json()["amount"]) == (world.publisher.address, str(DOLLAR))
    await world.send("publisher", token.address, token.encode_mint(world.publisher.address, 3 * DOLLAR))
    await sign(world, made)
    (bounty,) = (await get(world, path))["items"]
    one = f"{path}/{bounty['bounty']}"
    buyer = world.buyer.address
    await world.send("buyer", token.address, token.encode_mint(buyer, DOLLAR))
    await sign(world, await ready(world, f"{one}/funding", account=buyer, amount="7"), "buyer")
    assert (await get(world, one))["funded"] == str(DOLLAR + 7)
    early = refused(await ready(world, f"{one}/return", to=buyer), "chain-reverted", 409)
    assert early["error"] == "NotClosed"
    await sign(world, await world.http.post(f"{one}/closing"))
    closing = await get(world, one)
    assert (closing["state"], closing["ends_at"] > closing["opened_at"]) == ("closing", True)
    assert (await get(world, dataset.path))["bounty"]["bounties"] == 1
    for late in (
        await world.http.post(f"{one}/closing"),
        await ready(world, f"{one}/funding", account=buyer, amount="1"),
    ):
        assert refused(late, "chain-reverted", 409)["error"] == "AlreadyClosed"
    await world.mine(602)
    assert (await get(world, one))["state"] == "ended"
    assert (await get(world, dataset.path))["bounty"] is None
    had = await token.balance_of(buyer, "latest")
    await sign(world, await ready(world, f"{one}/return", to=buyer))
    assert await token.balance_of(buyer, "latest") - had == DOLLAR + 7
    back = await get(world, one)
    assert (back["state"], back["returned"], back["free"]) == ("returned", str(DOLLAR + 7), "0")


async def test_ready__money_missing__is_told_and_not_refused(world: World) -> None:
    dataset = await world.create_dataset(items=3, gold=1)
    bounty = await open_bounty(world, dataset, CENT, DOLLAR)
    poor = Wallet().address
    answer = await ready(world, f"{dataset.path}/bounties/{bounty}/funding", account=poor, amount="5")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["held"], answer.json()["amount"]) == ("0", "5")
    assert [call["what"] for call in answer.json()["transactions"]] == ["approve", "fund"]


async def test_doors__hostile_input__is_refused_in_words(world: World, promised: Promised) -> None:
    path, number = promised.path, promised.numbers[0]
    for body, error in (
        ({"per_label": "0", "amount": "1"}, "ZeroAmount"),
        ({"per_label": "1", "amount": "0"}, "ZeroAmount"),
    ):
        assert refused(await ready(world, path, **body), "chain-reverted", 409)["error"] == error
    for body in (
        {"per_label": str(2**128), "amount": "1"},
        {"per_label": "1", "amount": str(2**120)},
        {"per_label": "1", "amount": str(2**256)},
        {"per_label": "-1", "amount": "1"},
        {"per_label": 1, "amount": "1"},
        {"per_label": "1.5", "amount": "1"},
        {"per_label": "1"},
        {"per_label": "1", "amount": "1", "publisher": world.publisher.address},
    ):
        refused(await ready(world, path, **body), "invalid-body", 422)
    too_much = await ready(
        world, f"{path}/{number}/funding", account=world.buyer.address, amount=str(2**120 - 1)
    )
    assert refused(too_much, "chain-reverted", 409)["error"] == "TooMuch"
    nobody = "0x" + "00" * 20
    refused(await ready(world, f"{path}/{number}/funding", account=nobody, amount="1"), "invalid-body", 422)
    refused(await ready(world, f"{path}/{number}/return", to=nobody), "invalid-body", 422)
    other = await world.create_dataset(items=3, gold=1)
    for unknown in (f"{other.path}/bounties/{number}", f"{path}/{2**53 - 1}"):
        refused(await world.http.get(unknown), "not-found", 404)
        refused(await world.http.get(f"{unknown}/parts"), "not-found", 404)
        refused(await world.http.post(f"{unknown}/closing"), "not-found", 404)
    for wrong in ("0", "-1", "1e3", str(2**53), "x"):
        refused(await world.http.get(f"{path}/{wrong}"), "bad-request", 400)
    for cursor in ("x", "WzEsMl0", "W10", "WyJhIl0", "é"):
        for listed in (path, promised.hers(promised.workers[0]), f"{path}/{number}/parts"):
            if (listed, cursor) not in (
                (promised.hers(promised.workers[0]), "WzEsMl0"),
                (f"{path}/{number}/parts", "WzEsMl0"),
            ):
                refused(await world.http.get(listed, params={"cursor": cursor}), "bad-request", 400)
    unknown_dataset = f"/v1/datasets/0x{'7' * 64}/bounties"
    refused(await world.http.get(unknown_dataset), "unknown-dataset", 404)
    refused(await ready(world, unknown_dataset, per_label="1", amount="1"), "unknown-dataset", 404)


async def test_state__closed__counts_down_by_the_later_of_two_clocks(world: World) -> None:
    dataset = await world.create_dataset(items=3, gold=1, receipt_period=HOUR)
    bounty = await open_bounty(world, dataset)
    await close_bounty(world, bounty)
    shown = await get(world, f"{dataset.path}/bounties/{bounty}")
    assert (shown["state"], shown["ends_at"]) == (
        "closing",
        told_time((await escrow_of(world).bounty_of(bounty, "latest")).ends_at),
    )
