"""The draw over HTTP: newcomers wait for their block, get what is drawn for them alone, and anyone can check."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from cota.chain.contracts import DatasetRegistry
from cota.chain.terms import DatasetState
from cota.commitments import draw
from cota.commitments.draw import FULL, Cohort, is_drawn
from cota.tasks.draws import widen_stalled
from cota.tasks.service import KEEP_SECONDS
from cota.units import to_hex
from tests.api.problems import refused
from tests.api.test_leases import ask
from tests.api.wallets import Wallet, label_body
from tests.api.world import CLASSES, Dataset, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = b"\5" * 32


async def drawn_dataset(
    world: World, items: int = 10, *, secret: bytes | None = SECRET, **changes: Any
) -> Dataset:
    dataset = await world.create_dataset(items, draw_commitment=draw.commitment_of(SECRET), **changes)
    if secret is not None:
        assert (await tell(world, dataset, secret)).status_code == 204
    return dataset


async def tell(world: World, dataset: Dataset, secret: bytes) -> Any:
    from tests.api.world import SCHEMA

    body = {"schema": SCHEMA, "title": "Birds", "draw_secret": to_hex(secret)}
    headers = await world.sign_in(world.publisher)
    return await world.http.post(f"{dataset.path}/details", json=body, headers=headers)


async def narrow(world: World, dataset: Dataset, threshold: int, spread: int) -> None:
    """As if the cohorts had been drawn among many members."""
    async with world.services.database.write() as session:
        changed = text("UPDATE draw_cohorts SET threshold = :t, spread = :s WHERE dataset = :d")
        await session.execute(changed, {"t": threshold, "s": spread, "d": dataset.id})
    await asyncio.sleep(KEEP_SECONDS)  # what a process may remember of a cohort


async def drawn_member(world: World, dataset: Dataset) -> Wallet:
    """A member whose cohort is drawn, everything still free."""
    wallet = await world.member(dataset)
    await world.mine()
    (lease,) = await world.lease(dataset, wallet)
    headers = await world.sign_in(wallet)
    await world.http.delete(f"/v1/leases/{lease['id']}", headers=headers)
    return wallet


async def test_draw__newcomer__waits_for_the_next_block(world: World) -> None:
    dataset = await drawn_dataset(world)
    wallet = await world.member(dataset)
    answer = await ask(world, dataset, wallet)
    problem = refused(answer, "not-drawn-yet", 503)
    assert int(answer.headers["Retry-After"]) >= 1
    await world.mine()
    assert len(await world.lease(dataset, wallet)) == 1
    (cohort,) = (await world.http.get(f"{dataset.path}/draw")).json()["cohorts"]
    assert cohort["block"] == problem["block"]


async def test_draw__secret_not_told_or_wrong__no_task(world: World) -> None:
    dataset = await drawn_dataset(world, secret=None)
    wallet = await world.member(dataset)
    await world.mine()
    assert "has not told the secret" in refused(await ask(world, dataset, wallet), "no-task", 404)["detail"]
    problem = refused(await tell(world, dataset, b"\6" * 32), "invalid-body", 422)
    assert "not the secret that the terms commit to" in problem["detail"]


async def test_draw__many_items__only_what_is_drawn_and_anyone_can_check(world: World) -> None:
    """Each row can be checked alone, from the public answer and the secret told at the close."""
    dataset = await drawn_dataset(world, items=1000, gold=0, seats=2)
    wallet = await drawn_member(world, dataset)
    await narrow(world, dataset, FULL // 2, 2)
    leases = await world.lease(dataset, wallet, 50)
    for _ in range(20):
        bodies = [label_body(wallet, world.ledger, dataset.id, lease, CLASSES[0]) for lease in leases]
        sent = await world.http.post(f"{dataset.path}/annotations/batch", json={"annotations": bodies})
        assert {one["status"] for one in sent.json()["results"]} == {201}
        answer = await ask(world, dataset, wallet, 50)
        if answer.status_code == 404:
            break
        leases = answer.json()["leases"]
    async with world.services.database.read() as session:
        rows = text(
            "SELECT i.index AS place FROM annotations a JOIN items i ON i.id = a.item_id WHERE a.dataset = :d"
        )
        labelled = {row.place for row in await session.execute(rows, {"d": dataset.id})}
    shown = (await world.http.get(f"{dataset.path}/draw")).json()
    assert shown["secret"] is None
    data = DatasetRegistry.encode_set_state(dataset.id, DatasetState.CLOSED)
    await world.send("publisher", world.deployed.address("DatasetRegistry"), data)
    await world.indexed()
    shown = (await world.http.get(f"{dataset.path}/draw")).json()
    secret = bytes.fromhex(shown["secret"][2:])
    assert to_hex(draw.commitment_of(secret)) == shown["commitment"] == to_hex(dataset.terms.draw_commitment)
    (kept,) = shown["cohorts"]
    header = await world.services.node.block(kept["block"])
    assert header is not None
    assert to_hex(header.hash) == kept["block_hash"]
    seed = draw.seed_of(secret, header.hash)
    cohort = Cohort(kept["block"], seed, int(kept["threshold"]), kept["spread"])
    assert labelled == {index for index in range(1000) if is_drawn(cohort, wallet.address, index)}
    assert 120 < len(labelled) < 400  # half of one or two sections, the last of which is short


async def test_draw__seats_that_nobody_takes__are_offered_more_widely(world: World) -> None:
    dataset = await drawn_dataset(world, items=40, gold=0, seats=1)
    wallet = await drawn_member(world, dataset)
    await narrow(world, dataset, 1, 1)
    refused(await ask(world, dataset, wallet), "no-task", 404)
    async with world.services.database.write() as session:
        await widen_stalled(session, timedelta(hours=1))
    refused(await ask(world, dataset, wallet), "no-task", 404)
    async with world.services.database.write() as session:
        await widen_stalled(session, timedelta(0))
    await asyncio.sleep(KEEP_SECONDS)
    assert len(await world.lease(dataset, wallet, 50)) == 40


async def test_draw__terms_without_one__says_so(world: World, birds: Dataset) -> None:
    shown = (await world.http.get(f"{birds.path}/draw")).json()
    assert (shown["is_drawn"], shown["cohorts"]) == (False, [])


async def test_draw__pages__all_cohorts_once(world: World) -> None:
    dataset = await drawn_dataset(world)
    for _ in range(3):
        await drawn_member(world, dataset)
    seen, after = [], -1
    while after is not None:
        page = (await world.http.get(f"{dataset.path}/draw", params={"after": after, "limit": 2})).json()
        seen += [one["block"] for one in page["cohorts"]]
        after = page["next"]
    assert len(seen) == len(set(seen)) == 3
    assert seen == sorted(seen)
