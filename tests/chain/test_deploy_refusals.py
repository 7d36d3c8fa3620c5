"""Deploying where one must not, or with what one must not, is refused before anything is sent (B09, B23)."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from cota.keys import SigningKey, local_key
from tests.fixtures.anvil import Anvil, StartAnvil
from tests.fixtures.marker import MARKER, pieces_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def foreign(start_anvil: StartAnvil) -> Anvil:
    """A node of chain id 1."""
    return start_anvil(chain_id=1)


def run(env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    whole = {**os.environ, **env}
    return subprocess.run(
        [sys.executable, "-m", "scripts.deploy"],
        cwd=ROOT,
        env=whole,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_deploy__node_of_another_chain__is_refused_before_any_write(foreign: Anvil, tmp_path: Path) -> None:
    refused = run({"COTA_NETWORK": "local", "RPC_URL": foreign.url, "COTA_DEPLOYMENTS": str(tmp_path)})
    assert refused.returncode == 1
    assert "serves chain 1, not 31337" in refused.stderr
    assert foreign.block_number == 0
    assert list(tmp_path.iterdir()) == []


def test_deploy__development_key_elsewhere__is_refused_before_any_write(
    foreign: Anvil, tmp_path: Path
) -> None:
    env = {"COTA_NETWORK": "sepolia", "RPC_URL": foreign.url, "COTA_DEPLOYMENTS": str(tmp_path)}
    for known in ("deployer", "coordinator", "relayer"):
        refused = run(
            {**env, "COTA_DEPLOYER_KEY": MARKER, f"COTA_{known.upper()}_KEY": local_key(known).reveal()}
        )
        assert refused.returncode == 1
        assert (
            f"COTA_{known.upper()}_KEY is a development account whose private key everybody knows"
            in refused.stderr
        )
    assert foreign.block_number == 0
    assert list(tmp_path.iterdir()) == []


def test_deploy__two_nodes_of_two_chains__is_refused(foreign: Anvil, anvil: Anvil, tmp_path: Path) -> None:
    refused = run({"RPC_URL": f"{anvil.url},{foreign.url}", "COTA_DEPLOYMENTS": str(tmp_path)})
    assert refused.returncode == 1
    assert "serves chain 1, not 31337" in refused.stderr


def test_deploy__no_node__says_so_without_a_stack_trace(tmp_path: Path) -> None:
    refused = run({"RPC_URL": "http://127.0.0.1:9/secret-part-of-a-path", "COTA_DEPLOYMENTS": str(tmp_path)})
    assert refused.returncode == 1
    assert refused.stderr.startswith("deploy: no node answers")
    assert "Traceback" not in refused.stderr
    assert "secret-part-of-a-path" not in refused.stderr + refused.stdout


def test_deploy__deployer_without_gas__says_what_the_node_says(anvil: Anvil, tmp_path: Path) -> None:
    refused = run({"RPC_URL": anvil.url, "COTA_DEPLOYMENTS": str(tmp_path), "COTA_DEPLOYER_KEY": MARKER})
    assert refused.returncode == 1
    assert "funds" in refused.stderr.lower()
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    "given", [MARKER, MARKER + " ", f"'{MARKER}'", MARKER[:-1], MARKER[2:], "rpc down", "constructor reverts"]
)
def test_deploy__marker_key_in_seven_ways__never_appears(
    given: str, start_anvil: StartAnvil, tmp_path: Path
) -> None:
    chain = start_anvil()
    chain.rpc("anvil_setBalance", [SigningKey(MARKER).address, hex(10**20)])
    key = given if MARKER[2:40] in given else MARKER
    env = {"RPC_URL": chain.url, "COTA_DEPLOYMENTS": str(tmp_path), "COTA_LOG_LEVEL": "DEBUG"}
    env["COTA_DEPLOYER_KEY"] = key
    if given == "rpc down":
        env["RPC_URL"] = "http://127.0.0.1:9"
    if given == "constructor reverts":
        env["COTA_TREASURY"] = "0x" + "00" * 20
    done = run(env)
    told = (
        done.stdout
        + done.stderr
        + "".join(file.read_text() for file in tmp_path.rglob("*") if file.is_file())
    )
    assert not pieces_of(MARKER[2:]) & pieces_of(told)
    assert done.returncode == (0 if given == MARKER else 1)
    if key != MARKER:
        assert "COTA_DEPLOYER_KEY" in done.stderr
    if given == "constructor reverts":
        assert "the constructor of LicenseMarket refuses: ZeroAddress()" in done.stderr
