"""The local chain: Anvil, as a Process for the stack and the tests.

The network `local` mines a block per transaction and an empty one each second, so that windows pass in real
time and nothing has to jump the clock. Tests that count blocks take `block_time=None`: a block per
transaction and no other.
"""

import json
import tomllib
import urllib.request
from pathlib import Path

from scripts.stack.foundry import ROOT, find_tool
from scripts.stack.processes import Process

CHAIN_ID = 31_337


def anvil_process(
    port: int, folder: Path, block_time: float | None = 1, chain_id: int = CHAIN_ID, name: str = "anvil"
) -> Process:
    """`folder` takes what Anvil would otherwise leave in the home folder."""
    command: list[str | Path] = [find_tool("anvil"), "--host", "127.0.0.1", "--port", str(port)]
    # Ten for roles and visitors, the rest for jurors (cota/keys.py).
    command += ["--accounts", "20", "--chain-id", str(chain_id), "--hardfork", evm_version(), "--quiet"]
    command += ["--cache-path", folder / "anvil"]
    if block_time is not None:
        command += ["--block-time", str(block_time), "--mixed-mining"]
    url = f"http://127.0.0.1:{port}"
    return Process(name, command, ready=lambda: _answers(url), where=url)


def evm_version() -> str:
    """The rules that the contracts are compiled for are the rules that the chain plays by."""
    with (ROOT / "foundry.toml").open("rb") as file:
        version: str = tomllib.load(file)["profile"]["default"]["evm_version"]
        return version


def ask(url: str, method: str, *params: object) -> object:
    """One JSON-RPC call, without any library. Raises OSError, or RuntimeError with the node's own message."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    request = urllib.request.Request(url, body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        answer = json.load(response)
    if "error" in answer:
        raise RuntimeError(f"{method}: {answer['error'].get('message')}")
    return answer["result"]


def _answers(url: str) -> bool:
    try:
        return bool(ask(url, "eth_chainId"))
    except OSError:
        return False
