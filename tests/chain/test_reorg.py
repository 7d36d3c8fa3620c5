"""P8: whatever the chain takes back, the mirror ends as a fresh index of what is canonical.

Each test disturbs a chain under a running indexer (or between two runs) and then compares the mirror with the
node's own logs and, table by table, with a fresh index.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest

from cota.chain.client import NodeClient
from cota.chain.deployment import Deployment
from cota.chain.events import committed_catalogue
from cota.indexer.compare import Comparison, compare_with_fresh
from cota.indexer.run import Indexer
from tests.chain.mirroring import (
    LOCAL,
    assert_mirror_is_chain,
    database,
    index_to_head,
    run_indexer,
    until_caught_up,
)
from tests.chain.stage import UNITS, Dataset, Stage
from tests.fixtures.anvil import StartAnvil
from tests.fixtures.deployed import Deployed, DeployOn


@pytest.fixture
def stage(start_anvil: StartAnvil, deploy_on: DeployOn) -> Iterator[Stage]:
    """A chain of its own: what these tests do to it would hurt others."""
    anvil = start_anvil()
    stage = Stage(deploy_on(anvil))
    yield stage
    stage.close()
    anvil.stop()


@pytest.fixture
def dataset(stage: Stage) -> Dataset:
    dataset = stage.create_dataset()
    stage.run_epoch(dataset, [(8, UNITS), (9, UNITS)])
    stage.claim_shares(dataset)
    stage.deployed.anvil.mine(45)
    return dataset


def follow(url: str, stage: Stage, act: Callable[[Indexer], Awaitable[None]]) -> None:
    """`act` on the chain while an indexer follows it; then both must agree in every way."""

    async def during(indexer: Indexer) -> None:
        await until_caught_up(url, stage.deployed)
        await act(indexer)
        await until_caught_up(url, stage.deployed)

    asyncio.run(run_indexer(url, stage.deployed, LOCAL, during))
    assert_mirror_is_chain(url, stage.deployed)
    assert_equals_fresh(url, stage.deployed)


def compared(url: str, deployed: Deployed) -> Comparison:
    async def compare() -> Comparison:
        async with NodeClient([deployed.anvil.url], 31_337) as client:
            load = lambda: Deployment.load("local", deployed.deployments)  # noqa: E731
            return await compare_with_fresh(url, client, load, committed_catalogue(), LOCAL)

    return asyncio.run(compare())


def assert_equals_fresh(url: str, deployed: Deployed) -> None:
    found = compared(url, deployed)
    assert found.is_exact, found.differences
    assert found.rows > 20


@pytest.mark.parametrize("depth", [1, 3, 10, 40])
def test_p8_reorg__blocks_replaced_by_empty_ones__rows_go(
    stage: Stage, dataset: Dataset, migrated_url: str, depth: int
) -> None:
    for n in range(depth):
        stage.transfer(dataset, 8, 9, 1 + n)

    async def act(_: Indexer) -> None:
        await asyncio.to_thread(stage.deployed.anvil.reorg, depth)
        await until_caught_up(migrated_url, stage.deployed)
        await asyncio.to_thread(stage.transfer, dataset, 9, 8, 1_000)

    follow(migrated_url, stage, act)
    with database(migrated_url) as connection:
        moved = "SELECT amount FROM mirror.dataset_shares_shares_moved"
        assert connection.execute(moved).fetchall() == [(1_000,)]


def test_p8_reorg__transfer_goes_to_somebody_else__balances_follow(
    stage: Stage, dataset: Dataset, migrated_url: str
) -> None:
    """B05: a transfer and a claim are replaced by a transfer to another and no claim; then again at once."""
    stage.pay(dataset)
    snapshot = stage.deployed.anvil.snapshot()
    stage.transfer(dataset, 8, 9, 100)
    stage.claim(dataset, 9)

    async def act(_: Indexer) -> None:
        for recipient in (5, 6):
            nonlocal snapshot
            await asyncio.to_thread(stage.deployed.anvil.revert, snapshot)
            snapshot = await asyncio.to_thread(stage.deployed.anvil.snapshot)
            await asyncio.to_thread(stage.transfer, dataset, 8, recipient, 100)
            await asyncio.sleep(0.3)

    follow(migrated_url, stage, act)
    with database(migrated_url) as connection:
        query = "SELECT count(*) FROM mirror.balances WHERE account = %s"
        for actor, expected in ((5, 0), (6, 1)):
            account = bytes.fromhex(stage.address(actor)[2:])
            assert connection.execute(query, (account,)).fetchone() == (expected,)
        assert connection.execute("SELECT count(*) FROM mirror.revenue_claims").fetchone() == (0,)


def test_p8_reorg__head_goes_down_and_stays__mirror_goes_down(
    stage: Stage, dataset: Dataset, migrated_url: str
) -> None:
    snapshot = stage.deployed.anvil.snapshot()
    for _ in range(5):
        stage.transfer(dataset, 8, 9, 1)

    async def act(_: Indexer) -> None:
        await asyncio.to_thread(stage.deployed.anvil.revert, snapshot)

    follow(migrated_url, stage, act)


def test_p8_rollback__then_past_the_old_head__is_exact(
    stage: Stage, dataset: Dataset, migrated_url: str
) -> None:
    for _ in range(6):
        stage.transfer(dataset, 8, 9, 1)

    async def act(_: Indexer) -> None:
        await asyncio.to_thread(stage.deployed.anvil.rpc, "anvil_rollback", [4])
        for _ in range(8):
            await asyncio.to_thread(stage.transfer, dataset, 9, 8, 2)

    follow(migrated_url, stage, act)


def test_p8_reorg__while_the_indexer_is_away__is_found_at_its_return(
    stage: Stage, dataset: Dataset, migrated_url: str
) -> None:
    for _ in range(12):
        stage.transfer(dataset, 8, 9, 1)
    index_to_head(migrated_url, stage.deployed)
    stage.deployed.anvil.reorg(11)
    stage.transfer(dataset, 9, 8, 5)
    stage.deployed.anvil.mine(200)
    index_to_head(migrated_url, stage.deployed)
    assert_mirror_is_chain(migrated_url, stage.deployed)
    assert_equals_fresh(migrated_url, stage.deployed)


def test_p8_reorg__creation_of_a_dataset_taken_back__its_clone_is_forgotten(
    stage: Stage, dataset: Dataset, migrated_url: str
) -> None:
    stage.create_dataset(b"soon gone")

    async def act(_: Indexer) -> None:
        await asyncio.to_thread(stage.deployed.anvil.reorg, 2)

    follow(migrated_url, stage, act)
    with database(migrated_url) as connection:
        assert connection.execute("SELECT count(*) FROM mirror.datasets").fetchone() == (1,)


def test_compare__row_altered_added_or_lost__is_told(
    stage: Stage, dataset: Dataset, migrated_url: str
) -> None:
    """The comparison itself must be able to fail."""
    index_to_head(migrated_url, stage.deployed)
    with database(migrated_url) as connection:
        connection.execute("UPDATE mirror.dataset_shares_shares_claimed SET units = units + 1")
        connection.execute("DELETE FROM mirror.annotation_ledger_epoch_finalized")
    found = compared(migrated_url, stage.deployed)
    told = {name: (one.missing, one.extra, one.changed) for name, one in found.differences.items()}
    assert told == {
        "dataset_shares_shares_claimed": (0, 0, 2),
        "annotation_ledger_epoch_finalized": (1, 0, 0),
    }
