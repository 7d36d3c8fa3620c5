"""Texts, spans, boxes, polygons from labels to shares: settled, claimed, made again by whoever bought the labels."""

import asyncio
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from cota.scoring import NEWEST, rules_hash
from cota.scoring.open.measures import OPEN_KINDS
from cota.settlement.epoch_file import EpochFile, read_epoch_file
from cota.verify import run, verify
from cota.verify.licensed import Licensed
from cota.verify.report import Report
from cota.verify.scores import check_scores
from tests.api import world as stage
from tests.api.world import Dataset, World
from tests.unit.scoring_open_crowd import SCHEMAS, content_of, near, truth_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

ITEMS, GOLD, CARES = 66, 24, (97, 90, 0)


@dataclass
class Audit:
    """What a verification said, and what it was made of."""

    report: Report
    sold: Sequence[Licensed]


@pytest.fixture(scope="module")
def epochs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The public files of all that this module settles."""
    return tmp_path_factory.mktemp("epochs")


async def settled(world: World, kind: str, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """Labelled by two who take care and one who does not look."""
    dataset = await world.create_dataset(schema=SCHEMAS[kind])
    items = stage.batch_body(ITEMS, 0, 0)["items"]
    truths: dict[str, Any] = {}
    for place, item in enumerate(items):
        item["content"], truth = content_of(kind, place) | {"number": place}, truth_of(kind, place)
        item["gold_label"] = truth if place < GOLD else None
        truths[str(place)] = truth
    await world.add_items(dataset, {"items": items, **stage.roots_of(items, 0)})

    def answer(lease: dict[str, Any], _accuracy: float, number: int) -> Any:
        place = str(lease["item"]["content"]["number"])
        return near(kind, truths[place], random.Random(f"{number} {place}"), CARES[number])

    monkeypatch.setattr(stage, "answer_to", answer)
    await world.label_all(dataset, [await world.member(dataset) for _ in CARES])
    assert await world.settle(dataset) == ["checkpoint", "propose", "finalize"]
    return dataset


async def bought(world: World, dataset: Dataset, folder: Path) -> Path:
    license, block = await world.buy(dataset)
    headers = await world.sign_in(world.buyer)
    answer = await world.http.get(f"/v1/licenses/{license}/export?min_block={block}", headers=headers)
    path = folder / f"{dataset.id.hex()}.jsonl"
    path.write_bytes(answer.content)
    return path


async def audit(world: World, epochs: Path, labels: Path, monkeypatch: pytest.MonkeyPatch) -> Audit:
    sold: list[Licensed] = []

    def check(report: Report, found: Sequence[Licensed]) -> None:
        sold.extend(found)
        check_scores(report, found)

    monkeypatch.setattr(run, "check_scores", check)
    report = await asyncio.to_thread(
        verify,
        "local",
        world.services.settings.rpc_urls,
        world.deployed.deployments,
        epoch_folder=epochs,
        labels=[labels],
    )
    return Audit(report, sold)


@pytest.mark.parametrize("kind", OPEN_KINDS)
async def test_settle__answers_that_cannot_be_listed__are_paid_by_likeness_and_verified(
    world: World, kind: str, epochs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = await settled(world, kind, monkeypatch)
    raw = (await world.http.get(f"{dataset.path}/epochs/1/file")).content
    (epochs / f"{kind}.jsonl").write_bytes(raw)
    file = read_epoch_file(io.BytesIO(raw))
    assert (file.header.rules, file.header.rules_hash) == (NEWEST, rules_hash(NEWEST))
    assert [line.counted for line in file.skills] == [ITEMS] * 3
    assert sorted(line.proven for line in file.skills) == [False, True, True]
    assert len(file.units) == 2
    account = max(file.units, key=lambda one: file.units[one])
    claimed = (await world.http.post(f"{dataset.path}/claims", json={"account": account})).json()
    assert claimed["units"] == str(file.units[account])
    found = await audit(world, epochs, await bought(world, dataset, tmp_path), monkeypatch)
    assert found.report.ok, found.report.first_failure
    assert {found.report.outcome_of(f"scores.{one}").outcome for one in ("skills", "units", "consensus")} == {
        "ok"
    }
    tampered(found, file, account)


def tampered(honest: Audit, file: EpochFile, account: Any) -> None:
    """One unit more for somebody than her answers are worth."""
    (sold,) = honest.sold
    forged = replace(file, units={**file.units, account: file.units[account] + 1})
    report = Report("local", honest.report.chain_id, honest.report.block_number, honest.report.block_hash)
    check_scores(report, [Licensed(sold.export, sold.anchors, {1: forged})])
    failure = report.first_failure
    assert failure is not None
    assert failure.finding is not None
    assert failure.name == "scores.units"
    assert failure.finding.where == f"units of {account} in epoch 1 of {sold.name}"
    assert failure.finding.difference == "+1"
