"""Skill in a field follows a person to other datasets as a saving: one label less, before anybody doubts."""

from typing import Any

import pytest
from sqlalchemy import text

from cota.tasks.fields import able_in, save_seats
from tests.api import world as stage
from tests.api.problems import refused
from tests.api.wallets import Wallet
from tests.api.world import CLASSES, SCHEMA, Dataset, World, batch_body

pytestmark = pytest.mark.asyncio(loop_scope="module")

ITEMS, GOLD = 70, 30


@pytest.fixture(autouse=True)
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever labels first is right; the second is right on every other item, gold or not."""

    def answer(lease: dict[str, Any], _accuracy: float, number: int) -> str:
        content = lease["item"]["content"]
        place = int(content["image"].rsplit("/")[-1].split(".")[0])
        truth: str = content["truth"]
        return truth if number == 0 or place % 2 else CLASSES[(CLASSES.index(truth) + 1) % 3]

    monkeypatch.setattr(stage, "answer_to", answer)


async def dataset_of(world: World, field: str | None, items: int, gold: int, seats: int) -> Dataset:
    dataset = await world.create_dataset(upload=False, seats=seats)
    body: dict[str, Any] = {"schema": SCHEMA, "title": "Birds"}
    body |= {} if field is None else {"field": field}
    headers = await world.sign_in(world.publisher)
    answer = await world.http.post(f"{dataset.path}/details", json=body, headers=headers)
    assert answer.status_code == 204, answer.text
    await world.add_items(dataset, batch_body(items, gold, 0))
    return dataset


async def seats(world: World, dataset: Dataset) -> list[tuple[int, int]]:
    """(free, saved) of each item, by place."""
    query = text("SELECT open_seats, saved_seats FROM items WHERE dataset = :d ORDER BY position")
    async with world.services.database.read() as session:
        return [(row.open_seats, row.saved_seats) for row in await session.execute(query, {"d": dataset.id})]


async def save(world: World) -> int:
    async with world.services.database.write() as session:
        return await save_seats(session)


async def known_as_able(world: World, field: str) -> tuple[Wallet, Wallet]:
    """Two who finished a dataset of a field: one able, one not."""
    dataset = await dataset_of(world, field, ITEMS, GOLD, 2)
    people = await world.member(dataset), await world.member(dataset)
    await world.label_all(dataset, people)
    assert (await world.settle(dataset))[-1] == "finalize"
    return people


async def test_field__labelled_by_somebody_able_in_it__item_needs_one_label_less(world: World) -> None:
    able, weak = await known_as_able(world, "waders")
    dataset = await dataset_of(world, "waders", 6, 2, 3)
    for wallet in (able, weak):
        await world.member(dataset, wallet)
    async with world.services.database.read() as session:
        assert await able_in(session, "waders", dataset.id) == [able.address]
    assert await save(world) == 0  # nobody has labelled anything yet
    for count, wallet in ((4, able), (2, weak)):
        leases = await world.lease(dataset, wallet, count)
        for lease in leases:
            body = stage.label_body(wallet, world.ledger, dataset.id, lease, "heron")
            assert (await world.submit(dataset, body)).status_code == 201
    assert await save(world) == 4
    assert await save(world) == 0  # one seat of an item, once
    found = await seats(world, dataset)
    assert sorted(saved for _, saved in found) == [0, 0, 1, 1, 1, 1]
    assert sum(free for free, _ in found) == 6 * 3 - 6 - 4


async def test_field__another_or_none__saves_nothing(world: World) -> None:
    able, _ = await known_as_able(world, "owls")
    for field in ("gulls", None):
        dataset = await dataset_of(world, field, 3, 1, 2)
        await world.member(dataset, able)
        await world.label_all(dataset, [able])
        assert await save(world) == 0
        assert await seats(world, dataset) == [(1, 0)] * 3


async def test_field__weak_in_one_of_its_datasets__is_not_able(world: World) -> None:
    able, weak = await known_as_able(world, "terns")
    dataset = await dataset_of(world, "terns", ITEMS, GOLD, 2)
    for wallet in (weak, able):  # the other way round: she who was able clicks now
        await world.member(dataset, wallet)
    await world.label_all(dataset, [weak, able])
    await world.settle(dataset)
    third = await dataset_of(world, "terns", 1, 0, 2)
    async with world.services.database.read() as session:
        assert await able_in(session, "terns", third.id) == []


@pytest.mark.parametrize("field", ["", "Waders", "a b", "-x", "x-", "x" * 41])
async def test_details__field_of_another_form__is_refused(world: World, field: str) -> None:
    dataset = await world.create_dataset(upload=False)
    headers = await world.sign_in(world.publisher)
    body = {"schema": SCHEMA, "title": "Birds", "field": field}
    refused(await world.http.post(f"{dataset.path}/details", json=body, headers=headers), "invalid-body", 422)
