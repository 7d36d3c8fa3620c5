"""Rules 2 in the service: an epoch builds on those before it, and leaked gold holds it until a person has looked."""

import asyncio
import io
from typing import Any

import pytest

from cota.client.drafts import NEWEST
from cota.scoring import rules_hash
from cota.settlement.earning import earn
from cota.settlement.epoch_file import EpochFile, read_epoch_file
from cota.settlement.steps import Coordinator
from cota.settlement.units import earnings
from cota.units import to_hex
from cota.worker import Work, parse_released
from tests.api import world as stage
from tests.api.world import Dataset, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def more_work(world: World, dataset: Dataset, items: int, gold: int) -> None:
    """A further batch, once the service no longer remembers that nothing was left to label."""
    await world.add_batch(dataset, items, gold)
    await asyncio.sleep(2)


async def files(world: World, dataset: Dataset) -> dict[int, EpochFile]:
    epochs = (await world.http.get(f"{dataset.path}/epochs")).json()["items"]
    return {
        one["epoch"]: read_epoch_file(io.BytesIO((await world.http.get(one["file_url"])).content))
        for one in epochs
        if one["state"] == "finalized"
    }


async def test_settle__proven_by_the_second_epoch__what_the_first_left_open_counts_and_is_raised(
    world: World,
) -> None:
    dataset = await world.create_dataset(items=30, gold=12)
    workers = [await world.member(dataset) for _ in range(3)]
    await world.label_all(dataset, workers)
    await world.settle(dataset)
    await more_work(world, dataset, 60, 24)
    await world.label_all(dataset, workers)
    await world.settle(dataset)
    first, second = (await files(world, dataset)).values()
    assert first.header.rules == second.header.rules == NEWEST
    assert first.header.rules_hash == rules_hash(NEWEST)
    assert not any(line.proven for line in first.skills)
    assert [line.counted for line in first.skills] == [12] * 3
    assert first.reasons == {"unsettled": 18 * 3}
    assert all(line.proven for line in second.skills)
    assert [line.counted for line in second.skills] == [60 + 18] * 3
    units = dataset.terms.units_per_label
    before = {line.account: line for line in first.skills}
    raised = [
        earnings(line.skill, before[line.account].weight, units, paid_at=before[line.account].skill)
        for line in second.skills
    ]
    assert max(raised) > 0
    assert earn(second.skills, {1: first.skills}, len(second.rows), units)[1] == second.units
    assert sum(second.units.values()) > sum(earn(second.skills, {}, len(second.rows), units)[1].values())


async def test_settle__gold_has_leaked__is_held_until_somebody_lets_it_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third worker is right on all gold and never elsewhere."""
    dataset = await world.create_dataset(items=80, gold=20)
    gold = {item["content"]["image"] for item in dataset.items if item["gold_label"] is not None}
    honest = stage.answer_to

    def answer(lease: dict[str, Any], accuracy: float, number: int) -> str:
        if number != 2 or lease["item"]["content"]["image"] in gold:
            return honest(lease, accuracy if number != 2 else 1.0, number)
        return honest(lease, 0.0, number)

    monkeypatch.setattr(stage, "answer_to", answer)
    workers = [await world.member(dataset) for _ in range(3)]
    await world.label_all(dataset, workers)
    assert await world.settle(dataset) == ["checkpoint"]
    (epoch,) = (await world.http.get(f"{dataset.path}/epochs")).json()["items"]
    assert epoch["state"] == "checkpointed"
    scored: list[int] = []
    original = Coordinator._score

    async def count(self: Coordinator, dataset: Any, row: Any) -> Any:
        scored.append(row.epoch)
        return await original(self, dataset, row)

    monkeypatch.setattr(Coordinator, "_score", count)
    assert await world.work.advance(dataset.id) == []
    assert scored == []  # what is held is not scored again at every tick
    person = Work(world.services, parse_released([f"0x{dataset.id.hex()}:1"]))
    assert (await person.advance(dataset.id))[0] == "propose"


async def test_settle__terms_name_rules_that_are_not_known__nothing_is_proposed(world: World) -> None:
    """A file that no verifier accepts would cost the bond."""
    dataset = await world.create_dataset(items=3, gold=1, seats=1, rules_hash=b"\1" * 32)
    await world.label_all(dataset, [await world.member(dataset)])
    assert await world.settle(dataset) == ["checkpoint"]


async def test_settle__terms_name_rules_1__they_are_followed(world: World) -> None:
    dataset = await world.create_dataset(items=3, gold=1, seats=1, rules_hash=rules_hash(1))
    await world.label_all(dataset, [await world.member(dataset)])
    await world.settle(dataset)
    (file,) = (await files(world, dataset)).values()
    assert (file.header.rules, file.skills[0].weight) == (1, 1000)


@pytest.mark.parametrize("word", ["", "0x12:1", f"0x{'07' * 32}", f"0x{'07' * 32}:x", f"{'07' * 32}x:1"])
async def test_parse_released__not_dataset_and_epoch__is_refused(word: str) -> None:
    with pytest.raises(Exception, match="is not DATASET:EPOCH"):
        parse_released([word])


async def test_settle__several_answers_at_once__each_class_is_scored_and_a_label_paid_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    classes = ["heron", "ibis"]
    schema = {"kind": "choices", "question": "Which birds?", "classes": classes}
    dataset = await world.create_dataset(schema=schema, seats=2)
    items = stage.batch_body(70, 0, 0)["items"]
    for place, item in enumerate(items):
        item["content"]["truth"] = [c for k, c in enumerate(classes) if (place + k) % 3]
        item["gold_label"] = item["content"]["truth"] if place < 40 else None
    await world.add_items(dataset, {"items": items, **stage.roots_of(items, 0)})

    def answer(lease: dict[str, Any], _accuracy: float, number: int) -> Any:
        truth = lease["item"]["content"]["truth"]
        return truth if int(lease["item"]["item_ref"][-2:], 16) % 7 != number else []

    monkeypatch.setattr(stage, "answer_to", answer)
    await world.label_all(dataset, [await world.member(dataset) for _ in range(2)])
    await world.settle(dataset)
    (file,) = (await files(world, dataset)).values()
    assert [line.counted for line in file.skills] == [70, 70]
    assert all(line.proven and line.skill > 500_000_000 for line in file.skills)
    assert all(70 * 500 <= line.weight <= 70 * 2000 for line in file.skills)


async def test_settle__gold_failed_on_purpose__costs_the_cap_and_nobody_else_anything(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = await world.create_dataset(items=90, gold=60, penalty_period=600)
    honest = stage.answer_to

    def answer(lease: dict[str, Any], accuracy: float, number: int) -> str:
        return honest(lease, accuracy if number < 2 else 0.0, number)

    monkeypatch.setattr(stage, "answer_to", answer)
    workers = [await world.member(dataset) for _ in range(3)]
    await world.mine(1)  # a lock of the checkpoint's own second answers for nothing in it
    await world.label_all(dataset, workers)
    await world.settle(dataset)
    (file,) = (await files(world, dataset)).values()
    assert file.penalties == {workers[2].address: dataset.terms.penalty_cap}
    assert set(file.units) == {worker.address for worker in workers[:2]}
    leaf = (await world.http.get(f"{dataset.path}/epochs/1/leaves/{workers[2].address}")).json()
    assert (leaf["units"], leaf["penalty"]) == ("0", str(dataset.terms.penalty_cap))
    claimed = await world.http.post(f"{dataset.path}/claims", json={"account": workers[2].address})
    assert claimed.json()["tx_hashes"] == []
    # Nobody may appeal any more: the worker has the vault burn it, once.
    for _ in range(20):
        await world.mine()
        if await world.work.advance(dataset.id):
            break
        await asyncio.sleep(0.2)
    assert await world.work.advance(dataset.id) == []
    for number, worker in enumerate(workers):
        account = (await world.http.get(f"/v1/accounts/{worker.address}")).json()
        (one,) = [one for one in account["memberships"] if one["dataset"] == to_hex(dataset.id)]
        assert int(one["penalised"]) == (dataset.terms.penalty_cap if number == 2 else 0)


async def test_standing__before_and_after_an_epoch__tells_how_far_she_is(world: World) -> None:
    dataset = await world.create_dataset(items=70, gold=30, seats=1)
    ana = await world.member(dataset)
    path = f"{dataset.path}/standings/{ana.address}"
    none = {"account": ana.address, "labels": 0, "labels_wanted": 60}
    unknown = {"epoch": None, "proven": None, "skill": None, "counted": None}
    assert (await world.http.get(path)).json() == {**none, **unknown}
    await world.label_all(dataset, [ana])
    await world.settle(dataset)
    (line,) = (await files(world, dataset))[1].skills
    assert (await world.http.get(path)).json() == {
        **none, "labels": 70, "epoch": 1, "proven": True, "skill": line.skill, "counted": 70,
    }  # fmt: skip
