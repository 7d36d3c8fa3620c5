"""What a buyer sees before paying: figures, drawn rows, a test of her own; and no label more than the terms allow."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from cota.chain.terms import PreviewPolicy
from cota.commitments import log_tree
from cota.commitments.canonical import canonical
from cota.commitments.hashes import item_hash
from cota.commitments.words import keccak
from cota.formats.export_records import RECORD
from cota.insight.drawing import draw, rows_shown
from cota.units import to_hex
from tests.api.problems import refused
from tests.api.wallets import Wallet
from tests.api.world import Dataset, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
ITEMS, GOLD, WORKERS = 40, 24, 4


@dataclass
class Shown:
    dataset: Dataset
    workers: list[Wallet]


async def settled(world: World, **changes: Any) -> Shown:
    dataset = await world.create_dataset(items=ITEMS, gold=GOLD, seats=WORKERS, **changes)
    workers = [await world.member(dataset) for _ in range(WORKERS)]
    await world.label_all(dataset, workers)
    await world.settle(dataset)
    return Shown(dataset, workers)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shown(world: World) -> Shown:
    return await settled(world, preview_policy=PreviewPolicy.ITEMS)


async def test_quality__rates_with_intervals__holders_and_payers(world: World, shown: Shown) -> None:
    path = f"{shown.dataset.path}/quality"
    found = (await world.http.get(path)).json()
    assert (found["labels"], found["items"], found["annotators"]) == (ITEMS * WORKERS, ITEMS, WORKERS)
    assert found["epochs"] == [1]
    gold = found["on_gold"]
    assert gold["of"] == GOLD * WORKERS
    assert gold["low"] < gold["rate"] < gold["high"] <= 1
    assert found["agreement"]["of"] == ITEMS * WORKERS * (WORKERS - 1) // 2
    assert 0 < found["alpha"] < 1
    assert found["decided"]["of"] == ITEMS
    assert found["decided"]["right"] >= GOLD
    assert found["holding"]["unclaimed_bps"] == 10_000
    assert found["payers"]["payments"] == 0
    await world.buy(shown.dataset)
    await world.indexed()
    after = (await world.http.get(path)).json()["payers"]
    assert (after["payments"], after["distinct"], after["distinct_without_publisher_and_holders"]) == (
        1,
        1,
        1,
    )


async def test_preview__drawn_by_a_later_block__proven_and_the_same_again(world: World, shown: Shown) -> None:
    found = (await world.http.get(f"{shown.dataset.path}/preview")).json()
    assert (found["policy"], found["epoch"], found["count"]) == ("items", 1, ITEMS * WORKERS)
    epoch = (await world.http.get(f"{shown.dataset.path}/epochs/1")).json()
    assert found["log_root"] == epoch["log_root"]
    assert found["beacon_block"] == epoch["block"] + 1
    beacon = await world.services.node.block(found["beacon_block"])
    assert beacon is not None
    assert found["beacon"] == to_hex(beacon.hash)
    expected = draw(shown.dataset.id, 1, beacon.hash, found["count"])
    records = [RECORD.read(record) for record in found["records"]]
    assert [record.index - found["first"] for record in records] == expected
    assert len(records) == rows_shown(found["count"]) == 8
    root = bytes.fromhex(found["log_root"][2:])
    for record in records:
        assert record.problem() is None
        assert log_tree.verify(root, record.row_id, record.index, found["count"], list(record.proof))
    assert {one["item_ref"] for one in found["items"]} == {to_hex(r.annotation.item_ref) for r in records}
    assert all("truth" in one["item"] and "gold" not in one for one in found["items"])
    assert (await world.http.get(f"{shown.dataset.path}/preview")).json() == found


@pytest.mark.parametrize("policy", [PreviewPolicy.NONE, PreviewPolicy.LABELS])
async def test_preview__policy__nothing_more_than_the_terms_say(world: World, policy: PreviewPolicy) -> None:
    """P10."""
    other = await settled(world, preview_policy=policy)
    found = (await world.http.get(f"{other.dataset.path}/preview")).json()
    assert found["policy"] == policy.name.lower()
    assert found["items"] == []
    assert bool(found["records"]) == (policy is PreviewPolicy.LABELS)
    assert "example.org" not in str(found)


def opening(answers: list[tuple[str, Any]]) -> tuple[dict[str, Any], str]:
    body = {
        "answers": [{"item": item, "label": label} for item, label in answers],
        "salt": to_hex(secrets.token_bytes(32)),
    }
    return body, to_hex(keccak(canonical(body)))


def own_answers(dataset: Dataset, count: int, wrong: int = 0) -> list[tuple[str, Any]]:
    names = [to_hex(item_hash(item["content"])) for item in dataset.items[:count]]
    truths = [item["content"]["truth"] for item in dataset.items[:count]]
    other = {"heron": "ibis", "ibis": "stork", "stork": "heron"}
    return [
        (name, other[t] if place < wrong else t)
        for place, (name, t) in enumerate(zip(names, truths, strict=True))
    ]


async def test_trial__committed_answers__only_the_count_is_told(world: World, shown: Shown) -> None:
    headers = await world.sign_in(Wallet())
    begin, path = f"{shown.dataset.path}/trials", "/v1/trials/{}/opening"
    body, commitment = opening(own_answers(shown.dataset, ITEMS, wrong=6))
    begun = (await world.http.post(begin, json={"commitment": commitment}, headers=headers)).json()
    assert (begun["least_answers"], begun["left_today"]) == (20, 2)
    other, _ = opening(own_answers(shown.dataset, ITEMS))
    refused(
        await world.http.post(path.format(begun["trial"]), json=other, headers=headers), "invalid-body", 422
    )
    foreign = await world.sign_in(Wallet())
    refused(await world.http.post(path.format(begun["trial"]), json=body, headers=foreign), "not-found", 404)
    told = (await world.http.post(path.format(begun["trial"]), json=body, headers=headers)).json()
    assert told.get("of", 0) >= GOLD, told
    assert told["of"] - 9 <= told["right"] <= told["of"] - 4
    assert set(told) == {"trial", "right", "of", "rate", "low", "high"}
    again = await world.http.post(path.format(begun["trial"]), json=body, headers=headers)
    refused(again, "forbidden", 403)


async def test_trial__few_answers_or_many_tests__refused(world: World, shown: Shown) -> None:
    headers = await world.sign_in(Wallet())
    begin = f"{shown.dataset.path}/trials"
    body, commitment = opening(own_answers(shown.dataset, 19))
    begun = (await world.http.post(begin, json={"commitment": commitment}, headers=headers)).json()
    few = await world.http.post(f"/v1/trials/{begun['trial']}/opening", json=body, headers=headers)
    refused(few, "invalid-body", 422)
    same, commitment = opening([own_answers(shown.dataset, 1)[0]] * 30)
    begun = (await world.http.post(begin, json={"commitment": commitment}, headers=headers)).json()
    doubled = await world.http.post(f"/v1/trials/{begun['trial']}/opening", json=same, headers=headers)
    refused(doubled, "invalid-body", 422)
    third = await world.http.post(begin, json={"commitment": commitment}, headers=headers)
    assert third.json()["left_today"] == 0
    fourth = await world.http.post(begin, json={"commitment": commitment}, headers=headers)
    refused(fourth, "rate-limited", 429)
    assert int(fourth.headers["Retry-After"]) > 3_600
    refused(await world.http.post(begin, json={"commitment": commitment}), "not-signed-in", 401)
