"""What everybody is measured on: one Anvil full of events, one PostgreSQL with stock settings.

Promises: the same chain for all; everything ends with the block in which it was opened.
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from scripts.bench import record
from scripts.compile import SOLC
from scripts.stack.anvil import CHAIN_ID, ask
from scripts.stack.files import write_json
from scripts.stack.foundry import find_tool
from scripts.stack.ports import free_port
from scripts.stack.postgres import create_cluster
from scripts.stack.processes import Child, Process

ROOT = record.ROOT
FOLDER = record.FOLDER / "indexer"
SENDER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"  # Anvil's first account, unlocked
EMIT_BATCH = "0x44dcbd1e"  # selector of emitBatch(uint256)
DATABASES = ("ours", "floor", "subsquid", "ponder", "envio")


@dataclass(frozen=True)
class Chain:
    """A node with `events` events of one contract in blocks 1..head."""

    url: str
    pid: int
    address: str
    head: int
    events: int
    genesis: str

    def ask(self, method: str, *params: object) -> Any:
        return ask(self.url, method, *params)

    def describe(self, folder: Path) -> dict[str, str]:
        """Writes what an indexer of any contract needs, and returns the environment that names it."""
        return describe(folder, self.url, self.genesis, {"Emitter": (self.address, 1)})


def describe(folder: Path, url: str, genesis: str, contracts: dict[str, tuple[str, int]]) -> dict[str, str]:
    """A deployment file and the ABI beside it. `contracts`: address and version by name."""
    written = {
        name: {"address": address, "version": version, "block": 1}
        for name, (address, version) in contracts.items()
    }
    value = {"network": "local", "chain_id": CHAIN_ID, "genesis_hash": genesis, "complete": True}
    write_json(folder / "local.json", {**value, "contracts": written})
    write_json(folder / "abi" / "Emitter.json", artifact()["abi"])
    return {"COTA_NETWORK": "local", "COTA_DEPLOYMENTS": str(folder), "RPC_URL": url}


@cache
def artifact() -> dict[str, Any]:
    """`abi` and `bytecode` of the emitting contract."""
    source = Path(__file__).with_name("Emitter.sol").read_text("utf-8")
    wanted = {"*": {"*": ["abi", "evm.bytecode.object"]}}
    settings = {"optimizer": {"enabled": True}, "evmVersion": "paris", "outputSelection": wanted}
    question = {"language": "Solidity", "sources": {"Emitter.sol": {"content": source}}, "settings": settings}
    done = subprocess.run(
        [SOLC, "--standard-json"], input=json.dumps(question), text=True, capture_output=True, check=True
    )
    built = json.loads(done.stdout)["contracts"]["Emitter.sol"]["Emitter"]
    return {"abi": built["abi"], "bytecode": "0x" + built["evm"]["bytecode"]["object"]}


def node(port: int, log: Path) -> Child:
    """An Anvil that mines when it is told to, with room for hundreds of events in a block."""
    command: list[str | Path] = [find_tool("anvil"), "--port", str(port), "--chain-id", str(CHAIN_ID)]
    command += ["--no-mining", "--gas-limit", "1000000000", "--base-fee", "0", "--gas-price", "0", "--quiet"]
    url = f"http://127.0.0.1:{port}"
    return Child(Process("anvil", command, ready=lambda: _answers(url), where=url), log)


def _answers(url: str) -> bool:
    try:
        return bool(ask(url, "eth_chainId"))
    except OSError:
        return False


@contextmanager
def filled_chain(blocks: int, per_block: int, empty_between: int = 0) -> Iterator[Chain]:
    """`empty_between`: how many blocks without events follow each one that has them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    child = node(free_port(), FOLDER / "anvil.log")
    try:
        child.wait_ready()
        url = child.process.where
        address = deploy(url)
        data = EMIT_BATCH + f"{per_block:064x}"
        for _ in range(blocks):
            gas = hex(200_000 + 20_000 * per_block)
            ask(url, "eth_sendTransaction", {"from": SENDER, "to": address, "data": data, "gas": gas})
            ask(url, "evm_mine")
            if empty_between:
                ask(url, "anvil_mine", hex(empty_between))
        head = int(str(ask(url, "eth_blockNumber")), 16)
        genesis: Any = ask(url, "eth_getBlockByNumber", "0x0", False)
        yield Chain(url, child.pid, address, head, blocks * per_block, genesis["hash"])
    finally:
        child.stop()


def deploy(url: str) -> str:
    """One emitting contract; its address."""
    transaction = {"from": SENDER, "data": artifact()["bytecode"], "gas": hex(5_000_000)}
    sent = ask(url, "eth_sendTransaction", transaction)
    ask(url, "evm_mine")
    receipt: Any = ask(url, "eth_getTransactionReceipt", sent)
    return str(receipt["contractAddress"])


@dataclass(frozen=True)
class Database:
    """A running server. `url` lacks the database's name."""

    pid: int
    url: str

    def dsn(self, name: str) -> str:
        return f"{self.url}/{name}"


@contextmanager
def database() -> Iterator[Database]:
    """One empty database for each candidate, as durable as it comes: fsync on."""
    cluster = create_cluster(FOLDER / "postgres", free_port())
    child = Child(cluster.process(), FOLDER / "postgres.log")
    try:
        child.wait_ready()
        for name in DATABASES:
            cluster.create_database(name)
        with psycopg.connect(cluster.dsn(), autocommit=True) as connection:
            # The harness's peers expect this account.
            connection.execute("CREATE ROLE bench SUPERUSER LOGIN PASSWORD 'x'")
        yield Database(child.pid, f"postgresql://bench:x@127.0.0.1:{cluster.port}")
    finally:
        child.stop()
        cluster.remove()
