"""What people and machines see of an indexer: why it does not start, how far it is, what it counts."""

import asyncio
import json
import os
import pty
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cota.chain.events import committed_catalogue
from cota.store.leader import has_leader
from cota.store.mirror_names import SCHEMA
from cota.store.session import Database
from scripts.stack.ports import free_port
from tests.chain.mirroring import cursor, head, index_to_head
from tests.chain.running import ROOT, end, start, wait_until
from tests.chain.stage import Stage
from tests.fixtures.anvil import StartAnvil
from tests.fixtures.deployed import Deployed

Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def stage(deployed: Deployed) -> Iterator[Stage]:
    stage = Stage(deployed)
    stage.add_batch(stage.create_dataset())
    yield stage
    stage.close()


def changed_file(deployed: Deployed, folder: Path, change: Change) -> dict[str, str]:
    """The environment of a network whose deployment file says something else."""
    value = json.loads((deployed.deployments / "local.json").read_text("utf-8"))
    change(value)
    (folder / "local.json").write_text(json.dumps(value), "utf-8")
    return {**deployed.env, "COTA_DEPLOYMENTS": str(folder)}


def refusal(url: str, env: dict[str, str]) -> str:
    """What the indexer says when it does not start; it must have written nothing."""
    process = start(url, env)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in errors
    return errors


def test_start__everything_wrong_at_once__is_one_message_before_any_write(
    stage: Stage, migrated_url: str, tmp_path: Path
) -> None:
    def spoil(value: dict[str, Any]) -> None:
        value["complete"] = False
        value["contracts"]["CotaToken"]["address"] = "0x" + "00" * 19 + "77"
        value["contracts"]["StakeVault"]["code_hash"] = "0x" + "11" * 32

    said = refusal(migrated_url, changed_file(stage.deployed, tmp_path, spoil))
    lines = [line for line in said.splitlines() if line.startswith("  ")]
    assert [re.split(r"[: ]", line.strip())[0] for line in lines] == ["the", "CotaToken", "StakeVault"]
    assert "not complete" in lines[0]
    assert "there is no contract at 0x0000000000000000000000000000000000000077" in lines[1]
    assert "not the recorded one" in lines[2]
    assert cursor(migrated_url) is None


def test_start__file_of_another_chain_and_node_of_a_third__are_told_together(
    stage: Stage, postgres_url: str, tmp_path: Path, start_anvil: StartAnvil
) -> None:
    other = start_anvil(chain_id=1)
    env = changed_file(stage.deployed, tmp_path, lambda value: value.update(chain_id=5))
    said = refusal(postgres_url, {**env, "RPC_URL": other.url})
    other.stop()
    assert "the deployment file is of chain 5, not 31337" in said
    assert "serves chain 1, not 31337" in said
    assert "python -m cota.store.migrate" in said


def test_start__other_genesis__names_both(stage: Stage, migrated_url: str, tmp_path: Path) -> None:
    env = changed_file(stage.deployed, tmp_path, lambda value: value.update(genesis_hash="0x" + "22" * 32))
    assert re.search(r"genesis 0x(22){32}, the node's has 0x[0-9a-f]{64}", refusal(migrated_url, env))


def test_start__no_deployment_file__says_what_to_do(stage: Stage, migrated_url: str, tmp_path: Path) -> None:
    assert "deploy the contracts first" in refusal(
        migrated_url, {**stage.deployed.env, "COTA_DEPLOYMENTS": str(tmp_path)}
    )


# --- metrics


def metrics(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    pairs = [line.rsplit(" ", 1) for line in lines if line.startswith("cota_")]
    return {name: float(value) for name, value in pairs}


def test_metrics__of_a_running_indexer__tell_head_lag_events_reorgs_and_undecodable(
    stage: Stage, migrated_url: str
) -> None:
    deployed, port = stage.deployed, free_port()
    process = start(migrated_url, deployed.env, COTA_METRICS_PORT=str(port))
    wait_until(lambda: cursor(migrated_url) == head(deployed))
    before = metrics(port)
    deployed.anvil.reorg(2)
    garble(stage)
    wait_until(lambda: metrics(port)["cota_indexer_undecodable_total"] == 1)
    after = metrics(port)
    code, errors = end(process, signal.SIGTERM)
    assert code == 0
    assert before["cota_indexer_events_total"] > 10
    assert before["cota_indexer_leads"] == 1
    assert before["cota_indexer_reorganisations_total"] == 0
    top = head(deployed)[0]
    assert after["cota_chain_head"] == after["cota_indexed_block"] == top
    assert after["cota_indexer_lag_blocks"] == after["cota_indexer_lag_seconds"] == 0
    assert after["cota_indexer_reorganisations_total"] == 1
    assert after["cota_indexer_blocks_taken_back_total"] == 2
    assert "kept raw what no ABI decodes" in errors


def garble(stage: Stage) -> None:
    """Has the registry emit a log that its ABI cannot decode."""
    node, where = stage.node, stage.registry.address
    topic = bytes.fromhex(committed_catalogue().spec("DatasetRegistry", "BatchAdded").topic[2:])
    before = node.request("eth_getCode", where, "latest")
    # PUSH32 topic, PUSH0 size, PUSH0 offset, LOG1: an event without its arguments.
    node.request("anvil_setCode", where, "0x7f" + topic.hex() + "5f5fa100")
    stage.send("deployer", where, b"")
    node.request("anvil_setCode", where, before)


async def is_led(url: str) -> bool:
    database = Database(url)
    try:
        async with database.read() as session:
            return await has_leader(session, SCHEMA)
    finally:
        await database.close()


def test_leader__while_an_indexer_runs_and_after__is_told_apart(stage: Stage, migrated_url: str) -> None:
    assert not asyncio.run(is_led(migrated_url))
    process = start(migrated_url, stage.deployed.env)
    wait_until(lambda: cursor(migrated_url) == head(stage.deployed))
    assert asyncio.run(is_led(migrated_url))
    end(process, signal.SIGKILL)
    wait_until(lambda: not asyncio.run(is_led(migrated_url)), timeout=5)


# --- the log and the terminal


def test_log__at_the_head__has_no_line_a_block(stage: Stage, migrated_url: str) -> None:
    process = start(migrated_url, stage.deployed.env)
    wait_until(lambda: cursor(migrated_url) == head(stage.deployed))
    for _ in range(30):
        stage.deployed.anvil.mine(1)
        wait_until(lambda: cursor(migrated_url) == head(stage.deployed))
    code, errors = end(process, signal.SIGTERM)
    told = [json.loads(line) for line in errors.splitlines()]
    # Of the chain's earlier life: another test's garbled log.
    lines = [line for line in told if line["event"] != "kept raw what no ABI decodes"]
    assert code == 0
    assert [line["event"] for line in lines] == ["leading", "at the head", "stopped"]
    assert all({"timestamp", "level", "logger", "process", "network"} <= set(line) for line in lines)


def test_terminal__long_history__shows_a_bar_with_the_time_left(stage: Stage, migrated_url: str) -> None:
    for _ in range(8):
        stage.deployed.anvil.mine(200)
    ours, theirs = pty.openpty()
    env = {
        **os.environ,
        **stage.deployed.env,
        "DATABASE_URL": migrated_url,
        "TERM": "xterm",
        "COLUMNS": "100",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "cota.indexer", "--until-head"], cwd=ROOT, env=env, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65_536):
            shown += part
    except OSError:
        pass  # how a terminal says that the other side has gone
    os.close(ours)
    assert process.wait(30) == 0
    assert re.search(rb"reading blocks.*\d+/1\d\d\d.*\d:\d\d:\d\d", shown)


def test_until_head__second_run__has_nothing_to_do(stage: Stage, migrated_url: str) -> None:
    index_to_head(migrated_url, stage.deployed)
    process = start(migrated_url, stage.deployed.env, "--until-head")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "at the head" not in errors
