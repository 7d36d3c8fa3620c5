"""The stack of one machine: itself alone, whatever the terminal that it is started from was used for before."""

import subprocess
import sys
from pathlib import Path

import pytest

from cota import settings
from cota.keys import local_key
from scripts.stack.local import FolderInUse, LocalStack, WrongNetwork

ROOT = Path(__file__).resolve().parents[2]
NOBODYS_KEY = "0x" + "11" * 32


@pytest.mark.parametrize("name", ["sepolia", "loacl"])
def test_stack__another_network_was_asked_for__is_not_started(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COTA_NETWORK", name)
    with (
        pytest.raises(WrongNetwork, match=f"COTA_NETWORK is '{name}'.*'local': unset it"),
        LocalStack(tmp_path),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_stack__its_folder_is_in_use__names_the_folder(tmp_path: Path) -> None:
    second = pytest.raises(FolderInUse, match=f"another stack runs in {tmp_path}")
    with LocalStack(tmp_path), second, LocalStack(tmp_path):
        pass
    with LocalStack(tmp_path):
        pass


def test_stack__keys_and_databases_of_the_terminal__are_not_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = {
        "COTA_DEPLOYER_KEY": NOBODYS_KEY,
        "COTA_COORDINATOR_KEY_FILE": str(tmp_path / "no such file"),
        "COTA_TREASURY": "no address",
        "DATABASE_URL_FILE": str(tmp_path / "no such file"),
        "RPC_URL": "http://127.0.0.1:1",
    }
    for name, value in theirs.items():
        monkeypatch.setenv(name, value)
    with LocalStack(tmp_path) as stack:
        stack.start(services=())  # chain, contracts and database: deploying works, or this raises
        found = settings.load(environ=stack.env, needs=["database", "rpc", "store"])
    assert found.key("deployer").address == local_key("deployer").address
    assert found.treasury == local_key("treasury").address
    assert found.rpc_urls == (stack.env["RPC_URL"],) != (theirs["RPC_URL"],)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--api-port", "70000"], "70000 is not a port, 1 to 65535"),
        (["--rpc-port", "0"], "0 is not a port, 1 to 65535"),
        (["--api-port", "x"], "x is not a port, 1 to 65535"),
        (["--api-port", "8600", "--rpc-port", "8600"], "--api-port and --rpc-port must differ"),
    ],
)
def test_up__ports_that_cannot_be__are_wrong_use(options: list[str], problem: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.up", *options], cwd=ROOT, text=True, capture_output=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].endswith(problem)
