"""Processes that must not start say why in words, and end with 1."""

import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

from scripts.stack.ports import free_port
from tests.fixtures.anvil import StartAnvil
from tests.fixtures.deployed import Deployed


def start(module: str, env: Mapping[str, str], *, to: float = 60) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", module], env={**kept, **env}, capture_output=True, text=True, timeout=to
    )


@pytest.mark.parametrize("module", ["cota.app", "cota.worker"])
def test_start__a_node_of_another_chain__is_refused(
    module: str, deployed: Deployed, migrated_url: str, start_anvil: StartAnvil
) -> None:
    other = start_anvil(chain_id=31338)
    ended = start(module, {**deployed.env, "DATABASE_URL": migrated_url, "RPC_URL": other.url})
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "31338" in ended.stderr


@pytest.mark.parametrize("module", ["cota.app", "cota.worker"])
def test_start__nothing_deployed__is_refused(
    module: str, deployed: Deployed, migrated_url: str, tmp_path: object
) -> None:
    env = {**deployed.env, "DATABASE_URL": migrated_url, "COTA_DEPLOYMENTS": str(tmp_path)}
    ended = start(module, env)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "local" in ended.stderr


@pytest.mark.parametrize("module", ["cota.app", "cota.worker", "cota.store.migrate", "cota.indexer"])
def test_start__settings_that_make_no_sense__are_named(module: str) -> None:
    ended = start(module, {"COTA_NETWORK": "loacl"})
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "COTA_NETWORK='loacl' is not known" in ended.stderr


def test_start__no_database__is_told_in_words() -> None:
    port = free_port()
    ended = start("cota.store.migrate", {"DATABASE_URL": f"postgresql://cota@127.0.0.1:{port}/cota"})
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert str(port) in ended.stderr
