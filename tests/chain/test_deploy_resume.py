"""A deployment can stop anywhere and be run again: each contract once, one system, whole files (B24)."""

import asyncio
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from cota import settings
from cota.units import parse_address
from scripts.deploy import deploy
from scripts.deployment.factory import FACTORY
from scripts.stack.ports import free_port
from tests.fixtures.anvil import Anvil, StartAnvil

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def chain(start_anvil: StartAnvil) -> Anvil:
    return start_anvil()


@pytest.fixture
def env(chain: Anvil, tmp_path: Path) -> dict[str, str]:
    return {"COTA_NETWORK": "local", "RPC_URL": chain.url, "COTA_DEPLOYMENTS": str(tmp_path)}


def command(module: str) -> list[str]:
    return [sys.executable, "-m", f"scripts.{module}"]


def run(module: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    whole = {**os.environ, **env}
    return subprocess.run(command(module), cwd=ROOT, env=whole, capture_output=True, text=True, timeout=120)


def written(env: Mapping[str, str]) -> dict[str, object]:
    value: dict[str, object] = json.loads((Path(env["COTA_DEPLOYMENTS"]) / "local.json").read_text())
    return value


def factory_calls(chain: Anvil) -> int:
    """Contracts ever sent through the factory."""
    blocks = [chain.rpc("eth_getBlockByNumber", [hex(n), True]) for n in range(chain.block_number + 1)]
    sent = [tx for block in blocks for tx in block["transactions"]]  # type: ignore[index]
    return sum(1 for tx in sent if tx["to"] and parse_address(tx["to"]) == FACTORY)


def test_deploy__twice__second_run_sends_nothing_and_says_so(chain: Anvil, env: dict[str, str]) -> None:
    first = run("deploy", env)
    assert first.returncode == 0, first.stderr
    before, block = written(env), chain.block_number
    assert before["complete"] is True
    second = run("deploy", env)
    assert second.returncode == 0, second.stderr
    assert "nothing to do, nothing sent" in second.stdout
    assert chain.block_number == block
    assert written(env) == before
    checked = run("check_deployment", env)
    assert (checked.returncode, checked.stdout) == (0, "local: file, chain and build agree\n"), checked.stderr


def test_deploy__killed_after_each_step__ends_complete_with_each_contract_once(
    chain: Anvil, env: dict[str, str]
) -> None:
    kills = 0
    while dies_after_first_transaction(env):
        kills += 1
        file = Path(env["COTA_DEPLOYMENTS"]) / "local.json"
        if file.exists():
            json.loads(file.read_text())
        assert kills < 60
    found = written(env)
    assert found["complete"] is True
    contracts = found["contracts"]
    assert isinstance(contracts, dict)
    assert kills > len(contracts)
    assert factory_calls(chain) == len(contracts)
    assert all(entry["tx"] and entry["block"] for entry in contracts.values())
    assert run("check_deployment", env).returncode == 0


def dies_after_first_transaction(env: Mapping[str, str]) -> bool:
    """kill -9 once something was sent and mined, before it is written down. False when it came to its end."""

    def die(line: str) -> None:
        if "there already" not in line and "nothing sent" not in line:
            os.kill(os.getpid(), signal.SIGKILL)

    def deploy_and_die() -> None:
        asyncio.run(deploy(settings.load(environ=env), tell=die))

    # Forked, not started anew: dozens of starts of Python would take a minute.
    child = multiprocessing.get_context("fork").Process(target=deploy_and_die)
    child.start()
    child.join(60)
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode != 0


def test_deploy__record_lost__finds_every_contract_with_its_block(chain: Anvil, env: dict[str, str]) -> None:
    assert run("deploy", env).returncode == 0
    before = written(env)
    chain.mine(20)
    for damage in ("", "{", "[]", '{"contracts": 1}'):
        (Path(env["COTA_DEPLOYMENTS"]) / "local.json").write_text(damage)
        again = run("deploy", env)
        assert "cannot be read" in again.stdout
        assert "nothing sent" in again.stdout, again.stderr
        assert written(env) == before


def test_deploy__two_at_once__one_wins_and_the_other_stops(env: dict[str, str]) -> None:
    results: list[subprocess.CompletedProcess[str]] = []
    threads = [threading.Thread(target=lambda: results.append(run("deploy", env))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The loser says so, or came late enough to find everything done.
    outcomes = sorted("another deploy" in done.stderr or "nothing sent" in done.stdout for done in results)
    assert outcomes == [False, True], results
    assert written(env)["complete"] is True


def test_deploy__chain_reset_with_the_old_file__is_noticed_and_deploys_anew(
    start_anvil: StartAnvil, chain: Anvil, env: dict[str, str]
) -> None:
    """B08: same chain id, same addresses, and nothing there."""
    assert run("deploy", env).returncode == 0
    old = written(env)
    chain.stop()
    fresh = start_anvil(port=free_port())
    env["RPC_URL"] = fresh.url
    checked = run("check_deployment", env)
    assert checked.returncode == 1
    assert "not of this one" in checked.stderr
    again = run("deploy", env)
    assert again.returncode == 0, again.stderr
    assert "tells of another chain" in again.stdout
    new = written(env)
    assert new["genesis_hash"] != old["genesis_hash"]
    assert new["complete"] is True
    assert run("check_deployment", env).returncode == 0


def test_deploy__code_gone_at_a_recorded_address__is_sent_again(chain: Anvil, env: dict[str, str]) -> None:
    assert run("deploy", env).returncode == 0
    market = written(env)["contracts"]["LicenseMarket"]["address"]  # type: ignore[index]
    chain.rpc("anvil_setCode", [market, "0x"])
    chain.rpc("anvil_setNonce", [market, "0x0"])
    assert f"LicenseMarket: there is no code at {market}" in run("check_deployment", env).stderr
    again = run("deploy", env)
    assert "is recorded, but the chain does not have it" in again.stdout, again.stderr
    assert run("check_deployment", env).returncode == 0


def test_deploy__other_code_at_an_address__is_refused(chain: Anvil, env: dict[str, str]) -> None:
    assert run("deploy", env).returncode == 0
    market = written(env)["contracts"]["LicenseMarket"]["address"]  # type: ignore[index]
    chain.rpc("anvil_setCode", [market, "0x6001"])
    refused = run("deploy", env)
    assert refused.returncode == 1
    assert f"the code at {market} is not the LicenseMarket of this build" in refused.stderr
