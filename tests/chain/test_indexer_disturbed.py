"""P8 under violence: whatever happens to chain, database or process, the mirror ends as a fresh index would.

Here the disturbances that come many times, or in the middle of something; single ones are in test_reorg.py.
"""

import asyncio
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from cota.chain.client import NodeClient
from cota.chain.deployment import Deployment
from cota.chain.events import committed_catalogue
from cota.indexer.compare import compare_with_fresh
from cota.indexer.run import Indexer
from cota.store.migrate import upgrade
from scripts.stack.ports import free_port
from scripts.stack.postgres import create_cluster
from scripts.stack.processes import Child
from tests.chain.mirroring import (
    LOCAL,
    assert_mirror_is_chain,
    cursor,
    head,
    index_to_head,
    mirrored,
    run_indexer,
    until_caught_up,
)
from tests.chain.running import end, reached, slow, start, verify_mirror, wait_until
from tests.chain.stage import Stage
from tests.fixtures.anvil import StartAnvil
from tests.fixtures.deployed import Deployed, DeployOn
from tests.fixtures.shim import Answer, Shim

Shims = Callable[[str], Shim]


@pytest.fixture
def stage(start_anvil: StartAnvil, deploy_on: DeployOn) -> Iterator[Stage]:
    """A chain of its own, with a dataset."""
    anvil = start_anvil()
    stage = Stage(deploy_on(anvil))
    stage.create_dataset()
    yield stage
    stage.close()
    anvil.stop()


def emit(stage: Stage, blocks: int, chance: random.Random) -> None:
    """Blocks of which every other one, or so, holds an event."""
    for _ in range(blocks):
        if chance.random() < 0.5:
            stage.deployed.anvil.mine(1)
            continue
        data = stage.cota.encode_approve(stage.address(8), chance.randrange(2**256))
        call = {"from": stage.address(7), "to": stage.cota.address, "data": "0x" + data.hex()}
        sent = stage.deployed.anvil.rpc("eth_sendTransaction", [call])
        # Mined a moment after it is accepted; a reorganisation just then would leave Anvil with a missing block.
        while stage.deployed.anvil.rpc("eth_getTransactionReceipt", [sent]) is None:
            time.sleep(0.002)


def assert_equals_fresh(url: str, deployed: Deployed) -> None:
    async def compare() -> None:
        async with NodeClient([deployed.anvil.url], 31_337) as client:
            load = lambda: Deployment.load("local", deployed.deployments)  # noqa: E731
            found = await compare_with_fresh(url, client, load, committed_catalogue(), LOCAL)
        assert found.is_exact, found.differences

    asyncio.run(compare())


def reorganise(url: str, stage: Stage, depths: list[int]) -> None:
    """One after the other under a running indexer; every fourth is followed by another one at once."""
    chance = random.Random(len(depths))

    async def during(_: Indexer) -> None:
        await asyncio.to_thread(emit, stage, 70, chance)
        for n, depth in enumerate(depths):
            await until_caught_up(url, stage.deployed, timeout=60)
            await asyncio.to_thread(stage.deployed.anvil.reorg, depth)
            if n % 4 == 3:
                await asyncio.to_thread(emit, stage, 2, chance)
                await asyncio.to_thread(stage.deployed.anvil.reorg, chance.randint(1, depth))
            await asyncio.to_thread(emit, stage, chance.randint(0, 6), chance)
        await until_caught_up(url, stage.deployed, timeout=60)

    asyncio.run(run_indexer(url, stage.deployed, LOCAL, during))
    assert_mirror_is_chain(url, stage.deployed)
    assert_equals_fresh(url, stage.deployed)


def test_p8_b05_reorgs__of_many_depths_one_after_another__mirror_is_the_chain(
    stage: Stage, migrated_url: str
) -> None:
    reorganise(migrated_url, stage, [1, 2, 5, 9, 17, 31, 63, 64])


@pytest.mark.long
@pytest.mark.timeout(900)
def test_p8_b05_reorgs__of_every_depth_to_64__mirror_is_the_chain(stage: Stage, migrated_url: str) -> None:
    depths = list(range(1, 65))
    random.Random(64).shuffle(depths)
    reorganise(migrated_url, stage, depths)


def test_p8_reorg__in_the_middle_of_a_backfill__mirror_is_the_chain(
    stage: Stage, migrated_url: str, shims: Shims
) -> None:
    """Deep enough to replace blocks that were read, or were being read, as history."""
    emit(stage, 300, random.Random(3))
    shim = shims(stage.deployed.anvil.url)
    slow(shim)

    async def during(_: Indexer) -> None:
        while await asyncio.to_thread(reached, migrated_url) < 100:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(stage.deployed.anvil.reorg, 150)
        await asyncio.to_thread(emit, stage, 5, random.Random(4))
        await until_caught_up(migrated_url, stage.deployed, timeout=60)

    asyncio.run(run_indexer(migrated_url, stage.deployed, LOCAL, during, (shim.url,)))
    assert_mirror_is_chain(migrated_url, stage.deployed)
    assert_equals_fresh(migrated_url, stage.deployed)


# --- PostgreSQL


def test_p8_postgres__restarted_in_the_middle_of_a_backfill__mirror_is_the_chain(
    stage: Stage, shims: Shims, tmp_path: Path
) -> None:
    emit(stage, 250, random.Random(5))
    shim = shims(stage.deployed.anvil.url)
    slow(shim)
    folder = Path(__file__).resolve().parents[2] / "var" / "test" / f"restarted-{free_port()}"
    cluster = create_cluster(folder, free_port())
    server = Child(cluster.process(), tmp_path / "postgres.log")
    try:
        server.wait_ready()
        url = cluster.create_database("mirror")
        upgrade(url)

        async def during(_: Indexer) -> None:
            nonlocal server
            while await asyncio.to_thread(reached, url) < 100:
                await asyncio.sleep(0.01)
            await asyncio.to_thread(server.stop)
            assert cursor_is_away(url)
            await asyncio.sleep(0.5)
            server = Child(cluster.process(), tmp_path / "postgres.log")
            await asyncio.to_thread(server.wait_ready)
            await until_caught_up(url, stage.deployed, timeout=60)

        asyncio.run(run_indexer(url, stage.deployed, LOCAL, during, (shim.url,)))
        assert_mirror_is_chain(url, stage.deployed)
        assert_equals_fresh(url, stage.deployed)
    finally:
        server.stop()
        cluster.remove()


def cursor_is_away(url: str) -> bool:
    try:
        cursor(url)
    except psycopg.OperationalError:
        return True
    return False


# --- kills while following


def kill_while_following(url: str, stage: Stage, times: int) -> None:
    """Blocks come all the time, some are taken back; the process dies again and again."""
    stopped, chance = threading.Event(), random.Random(times)

    def happen() -> None:
        mine = random.Random(6)
        while not stopped.is_set():
            emit(stage, 1, mine)
            if mine.random() < 0.1:
                stage.deployed.anvil.reorg(mine.randint(1, 5))
            time.sleep(0.02)

    index_to_head(url, stage.deployed)
    thread = threading.Thread(target=happen)
    thread.start()
    try:
        for _ in range(times):
            before = cursor(url)
            process = start(url, stage.deployed.env)
            wait_until(lambda: cursor(url) != before)  # noqa: B023
            time.sleep(chance.random() * 0.3)
            assert end(process, signal.SIGKILL)[0] == -signal.SIGKILL
    finally:
        stopped.set()
        thread.join()
    assert len(mirrored(url)) == len(set(mirrored(url)))
    index_to_head(url, stage.deployed)
    assert_mirror_is_chain(url, stage.deployed)
    made = verify_mirror(url, stage.deployed.env)
    assert made["outcome"] == "ok", made
    assert made["compared"] >= len(mirrored(url))


def test_p8_b06_kill_9__at_five_moments_of_following__no_gap_no_double(
    stage: Stage, migrated_url: str
) -> None:
    kill_while_following(migrated_url, stage, 5)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_p8_b06_kill_9__at_fifty_moments_of_following__no_gap_no_double(
    stage: Stage, migrated_url: str
) -> None:
    kill_while_following(migrated_url, stage, 50)


# --- nodes


def test_two_nodes__the_first_dies_in_the_middle__the_other_goes_on(
    stage: Stage, migrated_url: str, shims: Shims
) -> None:
    emit(stage, 200, random.Random(7))
    first, second = shims(stage.deployed.anvil.url), shims(stage.deployed.anvil.url)
    slow(first)
    capped = first.rule
    asked = {"logs": 0}

    def dies(method: str, params: list[object]) -> Answer | None:
        asked["logs"] += method == "eth_getLogs"
        return Answer(status=503) if asked["logs"] > 20 else capped and capped(method, params)

    first.rule = dies
    index_to_head(migrated_url, stage.deployed, urls=(first.url, second.url))
    assert second.calls["eth_getLogs"] > 0
    assert_mirror_is_chain(migrated_url, stage.deployed)


def test_new_block__announced_by_the_node__is_there_long_before_the_next_look(
    stage: Stage, migrated_url: str
) -> None:
    patient = replace(LOCAL, poll_seconds=30)

    async def during(_: Indexer) -> None:
        await until_caught_up(migrated_url, stage.deployed)
        await asyncio.sleep(1)  # the subscription stands
        for _ in range(3):
            await asyncio.to_thread(emit, stage, 1, random.Random(8))
            await until_caught_up(migrated_url, stage.deployed, timeout=5)

    asyncio.run(run_indexer(migrated_url, stage.deployed, patient, during))
    assert head(stage.deployed) == cursor(migrated_url)
