"""Leases: who gets which item, that a seat is given once, and that no lease lives for ever."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest
from sqlalchemy import text

from cota.chain.contracts import DatasetRegistry
from cota.chain.terms import DatasetState
from cota.store.session import QUICK
from tests.api.problems import refused
from tests.api.wallets import Wallet, label_body
from tests.api.world import Dataset, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def ask(world: World, dataset: Dataset, wallet: Wallet, count: int = 1) -> Any:
    headers = await world.sign_in(wallet)
    return await world.http.post(f"{dataset.path}/leases", json={"count": count}, headers=headers)


async def expire(world: World, dataset: Dataset) -> None:
    """Moves the dataset's leases into the past."""
    async with world.services.database.write() as session:
        past = text("UPDATE leases SET expires_at = now() - interval '1 second' WHERE dataset = :d")
        await session.execute(past, {"d": dataset.id})


async def seats(world: World, dataset: Dataset) -> int:
    async with world.services.database.read() as session:
        found = text("SELECT sum(open_seats) FROM items WHERE dataset = :d")
        return int((await session.execute(found, {"d": dataset.id})).scalar_one())


async def test_lease__50_wallets_at_once_10_seats__10_leases(world: World) -> None:
    """B27: ten distinct items are handed out, forty are told that there is none."""
    dataset = await world.create_dataset(items=10, seats=1)
    wallets = [await world.member(dataset) for _ in range(50)]
    for wallet in wallets:
        await world.sign_in(wallet)
    answers = await asyncio.gather(*(ask(world, dataset, wallet) for wallet in wallets))
    given = [answer.json()["leases"][0] for answer in answers if answer.status_code == 200]
    assert len(given) == len({one["item"]["item_ref"] for one in given}) == 10
    assert {answer.json()["type"] for answer in answers if answer.status_code != 200} == {"/problems/no-task"}
    assert await seats(world, dataset) == 0


async def test_lease__same_wallet_many_times_at_once__never_one_item_twice(world: World) -> None:
    dataset = await world.create_dataset(items=12, seats=3)
    wallet = await world.member(dataset)
    await world.sign_in(wallet)
    answers = await asyncio.gather(*(ask(world, dataset, wallet, 3) for _ in range(6)))
    given = [
        one["item"]["item_ref"]
        for answer in answers
        if answer.status_code == 200
        for one in answer.json()["leases"]
    ]
    assert len(given) == len(set(given)) == 12


async def test_lease__same_wallet_asks_for_many_at_once__holds_fifty_at_most(world: World) -> None:
    """Each request counts what the one before it gave."""
    dataset = await world.create_dataset(items=200, seats=1)
    wallet = await world.member(dataset)
    await world.sign_in(wallet)
    answers = await asyncio.gather(*(ask(world, dataset, wallet, 20) for _ in range(6)))
    given = [len(answer.json()["leases"]) for answer in answers if answer.status_code == 200]
    assert sum(given) == 50
    assert {answer.status_code for answer in answers} == {200, 429}


async def test_lease__need_not_wait_for_the_disk__what_comes_after_it_does(world: World) -> None:
    """A receipt says that its row is durable: rows are stored on the connections that leases are given on."""
    dataset = await world.create_dataset()
    wallet = await world.member(dataset)

    async def on_each(statement: str) -> set[Any]:
        async with AsyncExitStack() as held:
            quick = world.services.database.quick
            connections = [await held.enter_async_context(quick()) for _ in range(QUICK)]
            cursors = [await connection.execute(statement) for connection in connections]
            return {await one.fetchone() for one in cursors if one.description}

    await on_each("SET synchronous_commit = on")  # tests run on a database that does not wait at all
    await asyncio.gather(*(ask(world, dataset, wallet) for _ in range(2 * QUICK)))
    assert await on_each("SHOW synchronous_commit") == {("on",)}
    await on_each("RESET synchronous_commit")


async def test_lease__all_items_being_given_to_others__waits_instead_of_saying_none(world: World) -> None:
    """B27: twenty wallets ask for every item at once; seats are enough, so nobody is told that there is no work."""
    dataset = await world.create_dataset(items=10, seats=20)
    wallets = [await world.member(dataset) for _ in range(20)]
    for wallet in wallets:
        await world.sign_in(wallet)
    answers = await asyncio.gather(*(ask(world, dataset, wallet, 10) for wallet in wallets))
    assert {answer.status_code for answer in answers} == {200}


async def test_lease__item_shown__tells_neither_place_nor_gold(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    (lease,) = await world.lease(birds, wallet)
    assert set(lease["item"]) == {"content", "item_ref"}


async def test_lease__labelled_before__not_offered_again(world: World) -> None:
    dataset = await world.create_dataset(items=2, seats=3)
    wallet = await world.member(dataset)
    assert await world.label_all(dataset, [wallet]) == 2
    refused(await ask(world, dataset, wallet), "no-task", 404)


async def test_lease__expired__seat_goes_to_another_and_label_is_refused(world: World) -> None:
    """B27: the first one's late label is refused, never both counted."""
    dataset = await world.create_dataset(items=1, gold=1, seats=1)
    slow, quick = await world.member(dataset), await world.member(dataset)
    (lease,) = await world.lease(dataset, slow)
    refused(await ask(world, dataset, quick), "no-task", 404)
    await expire(world, dataset)
    (other,) = await world.lease(dataset, quick)
    assert other["item"]["item_ref"] == lease["item"]["item_ref"]
    late = label_body(slow, world.ledger, dataset.id, lease, "heron")
    refused(await world.submit(dataset, late), "lease-expired", 409)
    kept = label_body(quick, world.ledger, dataset.id, other, "heron")
    assert (await world.submit(dataset, kept)).status_code == 201
    assert await seats(world, dataset) == 0


async def test_lease__expired_and_nobody_asks__worker_frees_the_seat(world: World) -> None:
    dataset = await world.create_dataset(items=1, gold=1, seats=1)
    await world.lease(dataset, await world.member(dataset))
    await expire(world, dataset)
    await world.work.tidy()
    assert await seats(world, dataset) == 1


async def test_lease__given_back_twice__one_seat_back(world: World) -> None:
    dataset = await world.create_dataset(items=1, gold=1, seats=1)
    wallet = await world.member(dataset)
    (lease,) = await world.lease(dataset, wallet)
    headers = await world.sign_in(wallet)
    answers = await asyncio.gather(
        *(world.http.delete(f"/v1/leases/{lease['id']}", headers=headers) for _ in range(5))
    )
    assert [answer.status_code for answer in answers] == [204] * 5
    assert await seats(world, dataset) == 1


async def test_heartbeat__live_lease__lives_on(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    (lease,) = await world.lease(birds, wallet)
    headers = await world.sign_in(wallet)
    answer = await world.http.post(f"/v1/leases/{lease['id']}/heartbeat", headers=headers)
    assert answer.json()["expires_at"] >= lease["expires_at"]
    mine = (await world.http.get("/v1/leases", headers=headers)).json()["leases"]
    assert [one["id"] for one in mine] == [lease["id"]]


async def test_heartbeat__after_two_hours__no_longer(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    (lease,) = await world.lease(birds, wallet)
    async with world.services.database.write() as session:
        old = text("UPDATE leases SET created_at = now() - interval '119 minutes' WHERE id = :id")
        await session.execute(old, {"id": bytes.fromhex(lease["id"][2:])})
    headers = await world.sign_in(wallet)
    answer = await world.http.post(f"/v1/leases/{lease['id']}/heartbeat", headers=headers)
    assert answer.json()["expires_at"] == lease["expires_at"]


async def test_heartbeat__not_live_or_not_hers__refused(world: World) -> None:
    dataset = await world.create_dataset(items=1, gold=1)
    wallet, other = await world.member(dataset), await world.member(dataset)
    (lease,) = await world.lease(dataset, wallet)
    path = f"/v1/leases/{lease['id']}/heartbeat"
    refused(await world.http.post(path, headers=await world.sign_in(other)), "not-leased", 409)
    await expire(world, dataset)
    refused(await world.http.post(path, headers=await world.sign_in(wallet)), "lease-expired", 409)
    refused(await world.http.post(path), "not-signed-in", 401)


async def test_heartbeat__given_back__says_so(world: World) -> None:
    dataset = await world.create_dataset(items=1, gold=1)
    wallet = await world.member(dataset)
    (lease,) = await world.lease(dataset, wallet)
    headers, path = await world.sign_in(wallet), f"/v1/leases/{lease['id']}"
    assert (await world.http.delete(path, headers=headers)).status_code == 204
    problem = refused(await world.http.post(f"{path}/heartbeat", headers=headers), "not-leased", 409)
    assert "given back" in problem["detail"]


async def test_lease__who_may_not_work__is_told_why(world: World) -> None:
    dataset = await world.create_dataset(items=2)
    refused(await ask(world, dataset, world.publisher), "own-dataset", 403)
    refused(await ask(world, dataset, Wallet()), "not-a-member", 403)
    member = await world.member(dataset)
    data = DatasetRegistry.encode_set_state(dataset.id, DatasetState.PAUSED)
    await world.send("publisher", world.deployed.address("DatasetRegistry"), data)
    await world.indexed()
    problem = refused(await ask(world, dataset, member), "dataset-not-open", 409)
    assert problem["state"] == "paused"


async def test_lease__batch_not_on_chain__no_task(world: World) -> None:
    """Items are worked on only once the chain has their roots and their gold's."""
    from tests.api.world import batch_body

    dataset = await world.create_dataset(upload=False)
    member = await world.member(dataset)
    headers = await world.sign_in(world.publisher)
    await world.http.post(f"{dataset.path}/batches", json=batch_body(3, 1, 0), headers=headers)
    refused(await ask(world, dataset, member), "no-task", 404)


@pytest.mark.parametrize("count", [0, 51, -1, "1", 1.5, None, True])
async def test_lease__count_out_of_range__invalid_body(world: World, birds: Dataset, count: Any) -> None:
    wallet = await world.member(birds)
    refused(await ask(world, birds, wallet, count), "invalid-body", 422)


async def test_lease__fifty_held__rate_limited(world: World) -> None:
    dataset = await world.create_dataset(items=60)
    wallet = await world.member(dataset)
    assert len(await world.lease(dataset, wallet, 50)) == 50
    answer = await ask(world, dataset, wallet)
    refused(answer, "rate-limited", 429)
    assert answer.headers["Retry-After"] == "30"
