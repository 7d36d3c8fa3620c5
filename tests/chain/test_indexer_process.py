"""The indexer as a process: killed, doubled, told to stop, pointed at the wrong chain (B06, B08, B09)."""

import asyncio
import random
import signal
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from cota import settings
from cota.indexer.follow import FollowOptions
from cota.indexer.options import IndexerOptions
from cota.indexer.problems import MirrorMismatch
from cota.indexer.run import Indexer
from scripts.deploy import deploy
from tests.chain.mirroring import (
    LOCAL,
    assert_mirror_is_chain,
    cursor,
    database,
    head,
    index_to_head,
    mirrored,
    run_indexer,
    until_caught_up,
)
from tests.chain.running import end, reached, slow, start, wait_until
from tests.chain.stage import Stage
from tests.fixtures.anvil import Anvil, StartAnvil
from tests.fixtures.deployed import Deployed, DeployOn
from tests.fixtures.shim import Shim

Shims = Callable[[str], Shim]


@pytest.fixture(scope="module")
def busy(deployed: Deployed) -> Deployed:
    """A chain of some 500 blocks, an event in each."""
    stage = Stage(deployed)
    stage.add_batch(stage.create_dataset())
    sender, data = stage.address(7), stage.cota.encode_approve(stage.address(8), 1)
    call = {"from": sender, "to": stage.cota.address, "data": "0x" + data.hex()}
    for _ in range(500):
        deployed.anvil.rpc("eth_sendTransaction", [call])
    stage.close()
    return deployed


def kill_and_resume(url: str, busy: Deployed, shim: Shim, times: int) -> None:
    slow(shim)
    chance = random.Random(times)
    top = head(busy)[0]
    env = {**busy.env, "RPC_URL": shim.url}
    for n in range(times):
        process = start(url, env, "--until-head")
        # Later each time, and never so late that the rest could be done before the blow.
        target = max(reached(url), (n + chance.random()) * (top - 200) / times)
        wait_until(lambda: reached(url) >= target or process.poll() is not None)  # noqa: B023
        time.sleep(chance.random() * 0.02)
        end(process, signal.SIGKILL)
    before = reached(url)
    assert before < top, "it was never killed in the middle"
    process = start(url, env, "--until-head")
    process.communicate(timeout=90)
    assert process.returncode == 0
    assert_mirror_is_chain(url, busy)


def test_p8_b06_kill_9__at_five_moments_of_a_backfill__no_gap_no_double(
    busy: Deployed, migrated_url: str, shims: Shims
) -> None:
    kill_and_resume(migrated_url, busy, shims(busy.anvil.url), 5)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_p8_b06_kill_9__at_fifty_moments_of_a_backfill__no_gap_no_double(
    busy: Deployed, migrated_url: str, shims: Shims
) -> None:
    kill_and_resume(migrated_url, busy, shims(busy.anvil.url), 50)


def leaders(url: str) -> list[int]:
    """The database sessions that hold the leader's lock."""
    with database(url) as connection:
        rows = connection.execute(
            "SELECT a.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
            " WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database()"
        ).fetchall()
    return [pid for (pid,) in rows]


def is_standing_by(url: str) -> bool:
    query = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query = %s"
    with database(url) as connection:
        return bool(connection.execute(query, ("SELECT pg_try_advisory_lock($1)",)).fetchone())


def test_b06_two_indexers__leader_killed__standby_leads_within_five_seconds(
    busy: Deployed, migrated_url: str, shims: Shims
) -> None:
    shim = shims(busy.anvil.url)
    slow(shim)
    env = {**busy.env, "RPC_URL": shim.url}
    first = start(migrated_url, env)
    wait_until(lambda: reached(migrated_url) > 20)
    second = start(migrated_url, env)
    wait_until(lambda: is_standing_by(migrated_url))
    (before,) = leaders(migrated_url)
    killed = time.monotonic()
    code, _ = end(first, signal.SIGKILL)
    wait_until(lambda: leaders(migrated_url) not in ([], [before]))
    assert time.monotonic() - killed < 5
    assert code == -signal.SIGKILL
    wait_until(lambda: cursor(migrated_url) == head(busy))
    code, errors = end(second, signal.SIGTERM)
    assert code == 0
    assert errors.count("standing by") == 1
    assert_mirror_is_chain(migrated_url, busy)


def test_sigterm__in_the_middle_of_a_backfill__ends_with_code_0_and_a_whole_mirror(
    busy: Deployed, migrated_url: str, shims: Shims
) -> None:
    shim = shims(busy.anvil.url)
    slow(shim, 0.05)
    process = start(migrated_url, {**busy.env, "RPC_URL": shim.url})
    wait_until(lambda: reached(migrated_url) > 200)
    code, errors = end(process, signal.SIGTERM)
    assert code == 0, errors
    assert reached(migrated_url) < head(busy)[0]
    assert mirrored(migrated_url)[-1][0] <= reached(migrated_url)
    index_to_head(migrated_url, busy)
    assert_mirror_is_chain(migrated_url, busy)


def test_database__restarted_connections__indexer_comes_back(busy: Deployed, migrated_url: str) -> None:
    async def during(_: Indexer) -> None:
        await until_caught_up(migrated_url, busy)
        await asyncio.to_thread(cut_connections, migrated_url)
        await asyncio.to_thread(busy.anvil.mine, 3)
        await until_caught_up(migrated_url, busy)

    asyncio.run(run_indexer(migrated_url, busy, LOCAL, during))
    assert_mirror_is_chain(migrated_url, busy)


def cut_connections(url: str) -> None:
    with database(url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


# --- the wrong chain, and a chain begun anew


def test_b09_node_of_another_chain__refused_before_any_write(
    busy: Deployed, migrated_url: str, start_anvil: StartAnvil
) -> None:
    other = start_anvil(chain_id=1)
    process = start(migrated_url, {**busy.env, "RPC_URL": other.url})
    _, errors = process.communicate(timeout=40)
    other.stop()
    assert process.returncode == 1
    assert "serves chain 1, not 31337" in errors
    assert "Traceback" not in errors
    assert cursor(migrated_url) is None


def test_database_not_migrated__says_what_to_run(busy: Deployed, postgres_url: str) -> None:
    process = start(postgres_url, busy.env)
    _, errors = process.communicate(timeout=40)
    assert process.returncode == 1
    assert "python -m cota.store.migrate" in errors
    assert "Traceback" not in errors


async def restart(before: Deployed, start_anvil: StartAnvil) -> Deployed:
    """Anvil again, empty, on the same port; the contracts again, at the same addresses."""
    port = int(before.anvil.url.rsplit(":", 1)[1])
    before.anvil.stop()
    await asyncio.sleep(1.1)  # a genesis of the same second would be the same genesis
    anvil: Anvil = start_anvil(port=port)
    await deploy(settings.load(environ=before.env), tell=lambda _line: None)
    return replace(before, anvil=anvil)


@pytest.mark.parametrize("blocks", [0, 300])
def test_b08_local_chain_begun_anew__while_away__mirror_begins_anew_with_one_message(
    start_anvil: StartAnvil, deploy_on: DeployOn, migrated_url: str, blocks: int
) -> None:
    """`blocks` more than before, or fewer: the head's height tells nothing."""
    first = deploy_on(start_anvil())
    first.anvil.mine(100)
    index_to_head(migrated_url, first)
    old = mirrored(migrated_url)
    second = asyncio.run(restart(first, start_anvil))
    second.anvil.mine(1 + blocks)
    process = start(migrated_url, second.env, "--until-head")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert errors.count("the mirror is emptied and begun again") == 1
    assert_mirror_is_chain(migrated_url, second)
    assert not set(old) & set(mirrored(migrated_url))
    second.anvil.stop()


def test_b08_local_chain_begun_anew__under_a_running_indexer__mirror_follows(
    start_anvil: StartAnvil, deploy_on: DeployOn, migrated_url: str
) -> None:
    first = deploy_on(start_anvil())
    running: list[Deployed] = []

    async def during(_: Indexer) -> None:
        await until_caught_up(migrated_url, first)
        running.append(await restart(first, start_anvil))
        await until_caught_up(migrated_url, running[0], timeout=30)

    asyncio.run(run_indexer(migrated_url, first, LOCAL, during))
    assert_mirror_is_chain(migrated_url, running[0])
    running[0].anvil.stop()


def test_public_chain__other_genesis__mirror_is_left_alone_until_told(
    start_anvil: StartAnvil, deploy_on: DeployOn, migrated_url: str
) -> None:
    public = IndexerOptions(follow=FollowOptions(max_rollback=1_000))
    first = deploy_on(start_anvil())
    index_to_head(migrated_url, first, public)
    before = mirrored(migrated_url)
    second = asyncio.run(restart(first, start_anvil))
    with pytest.raises(MirrorMismatch, match="--rebuild"):
        index_to_head(migrated_url, second, public)
    assert mirrored(migrated_url) == before
    index_to_head(migrated_url, second, replace(public, rebuild=True))
    assert_mirror_is_chain(migrated_url, second)
    second.anvil.stop()


def test_public_chain__deeper_than_allowed__nothing_is_deleted(
    start_anvil: StartAnvil, deploy_on: DeployOn, migrated_url: str
) -> None:
    deployed = deploy_on(start_anvil())
    deployed.anvil.mine(30)
    index_to_head(migrated_url, deployed)
    deployed.anvil.reorg(12)
    deployed.anvil.mine(1)
    before = cursor(migrated_url)
    public = replace(LOCAL, follow=FollowOptions(max_rollback=10))

    async def during(_: Indexer) -> None:
        await asyncio.sleep(1)
        assert cursor(migrated_url) == before

    asyncio.run(run_indexer(migrated_url, deployed, public, during))
    index_to_head(migrated_url, deployed, replace(LOCAL, follow=FollowOptions(max_rollback=None)))
    assert_mirror_is_chain(migrated_url, deployed)
    deployed.anvil.stop()
