"""Second looks, skipped and flagged items: seats come back, nobody is punished, others' labels stay nameless."""

from typing import Any

import pytest

from tests.api.problems import refused
from tests.api.test_leases import ask, expire, seats
from tests.api.wallets import Wallet, label_body
from tests.api.world import SCHEMA, Dataset, World, batch_body

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def reviewed(world: World, items: int = 1, reviews: int = 1, labels: int = 2) -> Dataset:
    dataset = await world.create_dataset(upload=False, seats=labels)
    body = {"schema": SCHEMA, "title": "Birds", "reviews": reviews}
    headers = await world.sign_in(world.publisher)
    assert (await world.http.post(f"{dataset.path}/details", json=body, headers=headers)).status_code == 204
    await world.add_items(dataset, batch_body(items, 0, 0))
    return dataset


async def ask_review(world: World, dataset: Dataset, wallet: Wallet) -> Any:
    headers = await world.sign_in(wallet)
    body = {"kind": "review", "count": 1}
    return await world.http.post(f"{dataset.path}/leases", json=body, headers=headers)


async def submit(world: World, dataset: Dataset, label: str) -> Wallet:
    wallet = await world.member(dataset)
    answer = await world.submit(dataset, await world.label(dataset, wallet, label))
    assert answer.status_code == 201
    return wallet


async def test_review__labels_differ__second_look_without_names(world: World) -> None:
    dataset = await reviewed(world)
    first = await submit(world, dataset, "heron")
    reviewer = await world.member(dataset)
    refused(await ask_review(world, dataset, reviewer), "no-task", 404)  # a label is still to come
    await submit(world, dataset, "ibis")
    refused(await ask_review(world, dataset, first), "no-task", 404)  # never her own item again
    answer = await ask_review(world, dataset, reviewer)
    (lease,) = answer.json()["leases"]
    assert (lease["kind"], lease["answers"]) == ("review", ["heron", "ibis"])
    assert first.address[2:].lower() not in answer.text.lower()
    plain = label_body(reviewer, world.ledger, dataset.id, lease, "ibis")
    problem = refused(await world.submit(dataset, plain), "not-leased", 409)
    assert "the lease is for kind 1" in problem["detail"]
    body = label_body(reviewer, world.ledger, dataset.id, lease, "ibis", kind=1)
    assert (await world.submit(dataset, body)).status_code == 201
    refused(await ask_review(world, dataset, await world.member(dataset)), "no-task", 404)


async def test_review__labels_agree__none(world: World) -> None:
    dataset = await reviewed(world)
    await submit(world, dataset, "heron")
    await submit(world, dataset, "heron")
    refused(await ask_review(world, dataset, await world.member(dataset)), "no-task", 404)


async def test_review__given_back_or_expired__seat_of_a_review_comes_back(world: World) -> None:
    dataset = await reviewed(world)
    await submit(world, dataset, "heron")
    await submit(world, dataset, "ibis")
    one, two = await world.member(dataset), await world.member(dataset)
    lease = (await ask_review(world, dataset, one)).json()["leases"][0]
    refused(await ask_review(world, dataset, two), "no-task", 404)
    headers = await world.sign_in(one)
    mine = (await world.http.get("/v1/leases", headers=headers)).json()["leases"]
    assert mine == [lease]
    await world.http.delete(f"/v1/leases/{lease['id']}", headers=headers)
    assert (await ask_review(world, dataset, two)).status_code == 200
    await expire(world, dataset)
    assert (await ask_review(world, dataset, one)).status_code == 200
    assert await seats(world, dataset) == 0


async def test_skip__seat_comes_back_and_item_goes_to_others(world: World) -> None:
    dataset = await world.create_dataset(items=1, gold=1, seats=1)
    wallet, other = await world.member(dataset), await world.member(dataset)
    (lease,) = await world.lease(dataset, wallet)
    headers = await world.sign_in(wallet)
    path = f"/v1/leases/{lease['id']}/skip"
    refused(await world.http.post(path, json={"reason": "bored"}, headers=headers), "invalid-body", 422)
    foreign = await world.sign_in(other)
    refused(await world.http.post(path, json={"reason": "unclear"}, headers=foreign), "not-leased", 409)
    assert (await world.http.post(path, json={"reason": "unclear"}, headers=headers)).status_code == 204
    assert (await world.http.post(path, json={"reason": "unclear"}, headers=headers)).status_code == 204
    assert await seats(world, dataset) == 1
    refused(await ask(world, dataset, wallet), "no-task", 404)
    assert len(await world.lease(dataset, other)) == 1


async def test_flag__publisher_sees_what_and_why_not_who(world: World) -> None:
    dataset = await world.create_dataset(items=1, gold=1, seats=5)
    for reason, note in (("broken", "does not load"), ("illegal", ""), ("too-hard", "hard"), ("broken", "")):
        wallet = await world.member(dataset)
        (lease,) = await world.lease(dataset, wallet)
        body = {"reason": reason, "note": note}
        headers = await world.sign_in(wallet)
        assert (
            await world.http.post(f"/v1/leases/{lease['id']}/skip", json=body, headers=headers)
        ).status_code == 204
    path = f"{dataset.path}/flags"
    refused(await world.http.get(path, headers=headers), "forbidden", 403)
    refused(await world.http.get(path), "not-signed-in", 401)
    answer = await world.http.get(path, headers=await world.sign_in(world.publisher))
    (flag,) = answer.json()["items"]
    assert flag["reasons"] == {"broken": 2, "illegal": 1}
    assert flag["notes"] == ["does not load"]
    assert flag["content"] == dataset.items[0]["content"]
    assert wallet.address.lower() not in answer.text.lower()
