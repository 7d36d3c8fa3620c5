"""Items in doubt are looked at by more people before they settle: gold among them, bounded, told to the publisher."""

import time
from typing import Any

import pytest
from sqlalchemy import text

from cota.settlement.queries import Backlog
from cota.settlement.steps import receipts_press
from cota.units import to_hex
from tests.api import world as stage
from tests.api.problems import refused
from tests.api.wallets import Wallet
from tests.api.world import CLASSES, Dataset, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

ITEMS, GOLD, SEATS = 80, 20, 2
DOUBTFUL = {place for place in range(GOLD, ITEMS) if place % 4 == 0}


@pytest.fixture(autouse=True)
def crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Able, but of two minds about every fourth item: the first errs on one half of those, the second on the other."""
    honest = stage.answer_to

    def answer(lease: dict[str, Any], _accuracy: float, number: int) -> str:
        picture = lease["item"]["content"]["image"]
        place = int(picture.rsplit("/")[-1].split(".")[0])
        truth: str = lease["item"]["content"]["truth"]
        if place in DOUBTFUL and place % 8 == 4 * number:
            return CLASSES[(CLASSES.index(truth) + 1) % 3]
        return honest(lease, 1.0, number)

    monkeypatch.setattr(stage, "answer_to", answer)


async def listed(world: World, dataset: Dataset, wallet: Wallet) -> list[dict[str, Any]]:
    headers = await world.sign_in(wallet)
    answer = await world.http.get(f"{dataset.path}/extra-seats?limit=200", headers=headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def places(items: list[dict[str, Any]]) -> set[int]:
    return {int(one["content"]["image"].rsplit("/")[-1].split(".")[0]) for one in items}


async def test_more_seats__items_in_doubt_and_somebody_to_ask__are_seen_by_one_more_before_they_settle(
    world: World,
) -> None:
    dataset = await world.create_dataset(items=ITEMS, gold=GOLD, seats=SEATS)
    workers = [await world.member(dataset) for _ in range(3)]
    await world.label_all(dataset, workers[:2])
    assert await world.work.advance(dataset.id) == ["seats"]
    assert await world.work.advance(dataset.id) == []  # while they are free nothing is logged
    extra = await listed(world, dataset, world.publisher)
    assert {(one["extra_seats"], one["open_seats"], one["labels"]) for one in extra} == {(1, 1, 2)}
    found = places(extra)
    assert found >= DOUBTFUL
    decoys = found - DOUBTFUL
    assert decoys <= set(range(GOLD))
    assert len(decoys) == -(-len(DOUBTFUL) * GOLD // (ITEMS - GOLD))
    assert await world.label_all(dataset, workers[2:]) == len(extra)
    assert await world.settle(dataset) == ["checkpoint", "propose", "finalize"]
    (epoch,) = (await world.http.get(f"{dataset.path}/epochs")).json()["items"]
    assert epoch["to_index"] == SEATS * ITEMS + len(extra)


async def test_more_seats__doubt_remains__ends_at_twice_the_seats_of_the_terms(world: World) -> None:
    dataset = await world.create_dataset(items=6, gold=2, seats=SEATS)
    workers = [await world.member(dataset) for _ in range(6)]
    await world.label_all(dataset, workers[:2])  # too few labels to prove anybody: all stays open
    for worker in workers[2:4]:
        assert await world.work.advance(dataset.id) == ["seats"]
        await world.label_all(dataset, [worker])
    assert (await world.work.advance(dataset.id))[0] == "checkpoint"
    assert {one["extra_seats"] for one in await listed(world, dataset, world.publisher)} == {SEATS}


async def test_more_seats__nobody_left_to_ask__checkpoint_at_once(world: World) -> None:
    dataset = await world.create_dataset(items=6, gold=2, seats=SEATS)
    await world.label_all(dataset, [await world.member(dataset) for _ in range(SEATS)])
    assert (await world.work.advance(dataset.id))[0] == "checkpoint"
    assert await listed(world, dataset, world.publisher) == []


async def test_more_seats__a_receipt_has_waited_half_its_time__is_logged_as_it_is(world: World) -> None:
    dataset = await world.create_dataset(items=6, gold=2, seats=SEATS)
    workers = [await world.member(dataset) for _ in range(3)]
    await world.label_all(dataset, workers[:2])
    earlier = text("UPDATE annotations SET include_by = include_by - 400 WHERE dataset = :d")
    async with world.services.database.write() as session:
        await session.execute(earlier, {"d": dataset.id})
    assert (await world.work.advance(dataset.id))[0] == "checkpoint"


async def test_extra_seats__not_the_publisher__is_refused(world: World, birds: Dataset) -> None:
    stranger = await world.sign_in(Wallet())
    refused(await world.http.get(f"{birds.path}/extra-seats", headers=stranger), "forbidden", 403)
    refused(await world.http.get(f"{birds.path}/extra-seats"), "not-signed-in", 401)
    unknown = f"/v1/datasets/{to_hex(bytes(32))}/extra-seats"
    refused(await world.http.get(unknown, headers=stranger), "unknown-dataset", 404)


@pytest.mark.parametrize(("left", "presses"), [(61, False), (59, True), (-5, True)])
async def test_receipts_press__half_of_the_time_is_over__do(left: int, presses: bool) -> None:
    now = time.time()
    backlog = Backlog(1, 0, 0, int(now) + left, False, False)
    assert receipts_press(backlog, 120, now) is presses
