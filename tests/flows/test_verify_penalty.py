"""A penalty from the proven fault to the burnt stake, and the verifier on it: told as it was, and told otherwise."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from cota.settlement.epoch_file import read_epoch_file
from cota.units import Address
from cota.verify import verify
from cota.verify.report import Report
from tests.api import world as stage
from tests.api.world import Dataset, World
from tests.fixtures.shim import Shim
from tests.flows.bending import After, bend, withhold

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Burnt:
    """A network where one account failed the gold on purpose and paid its cap."""

    world: World
    dataset: Dataset
    account: Address
    epochs: Path

    async def verify(self, rpc: str) -> Report:
        deployments = self.world.deployed.deployments
        return await asyncio.to_thread(verify, "local", [rpc], deployments, epoch_folder=self.epochs)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def burnt(world: World, tmp_path_factory: pytest.TempPathFactory) -> Burnt:
    dataset = await world.create_dataset(items=90, gold=60, penalty_period=600)
    honest = stage.answer_to

    def answer(lease: dict[str, Any], accuracy: float, number: int) -> str:
        return honest(lease, accuracy if number < 2 else 0.0, number)

    workers = [await world.member(dataset) for _ in range(3)]
    await world.mine(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "answer_to", answer)
        await world.label_all(dataset, workers)
    done = await world.settle(dataset)
    for _ in range(40):
        if "penalise" in done:
            break
        await world.mine(1)
        done += await world.work.advance(dataset.id)
    assert done.count("penalise") == 1
    await world.mine()
    epochs = tmp_path_factory.mktemp("epochs")
    content = (await world.http.get(f"{dataset.path}/epochs/1/file")).content
    (epochs / "epoch-1.jsonl").write_bytes(content)
    assert read_epoch_file(io.BytesIO(content)).penalties == {workers[2].address: dataset.terms.penalty_cap}
    return Burnt(world, dataset, workers[2].address, epochs)


async def test_verify__penalty_executed__agrees_with_leaf_lock_and_token_P7(burnt: Burnt) -> None:
    report = await burnt.verify(burnt.world.deployed.anvil.url)
    assert report.ok, report.first_failure
    penalties = report.outcome_of("stakes.penalties")
    assert penalties.outcome == "ok"
    assert penalties.compared > 0


@pytest.mark.parametrize(
    ("after", "check", "names"),
    [
        (bend("StakeVault", "Penalised", "penalty"), "stakes.penalties", "penalty of"),
        (bend("StakeVault", "Penalised", "burnt"), "stakes.penalties", "burnt"),
        (bend("StakeVault", "Penalised", "index", by=1000), "stakes.penalties", "leaf of"),
        (bend("StakeVault", "Penalised", "account"), "stakes.penalties", "account of"),
        (bend("StakeVault", "Penalised", "stake_left"), "stakes.penalties", "left"),
        (withhold("StakeVault", "Penalised"), "stakes.locks", "stake of"),
    ],
    ids=["penalty", "burnt", "index", "account", "stake_left", "kept_back"],
)
async def test_verify__penalty_told_otherwise__is_named_P7(
    burnt: Burnt, shims: Callable[[str], Shim], after: After, check: str, names: str
) -> None:
    shim = shims(burnt.world.deployed.anvil.url)
    shim.after = after
    report = await burnt.verify(shim.url)
    found = report.outcome_of(check)
    assert found.outcome == "failed", [one for one in report.checks if one.outcome == "failed"]
    assert found.finding is not None
    assert names in str(found.finding)
