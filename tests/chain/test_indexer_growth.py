"""Long chains and many contracts: how often a node is asked, and how much memory it takes."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from eth_abi.abi import encode

from cota.chain.abi import committed_abis
from cota.chain.client import NodeClient
from cota.chain.deployment import Deployment
from cota.chain.events import committed_catalogue
from cota.indexer.run import Indexer
from tests.chain.formula import CHAIN_ID, Formula, hash_of, log
from tests.chain.mirroring import LOCAL, database
from tests.chain.running import ROOT
from tests.fixtures.shim import Answer, Shim

Shims = Callable[[str], Shim]

NOWHERE = "http://127.0.0.1:9"
TOKEN, REGISTRY = "0x" + "c0" * 20, "0x" + "c1" * 20
LATENCY = 0.05

# The kernel's own peak of this process alone, in KiB: what wait4 tells begins with the parent's.
INDEX_AND_TELL_THE_PEAK = """
import atexit, runpy, sys
from pathlib import Path

def tell(at=sys.argv[1]):
    status = Path("/proc/self/status").read_text().splitlines()
    Path(at).write_text(next(line.split()[1] for line in status if line.startswith("VmHWM")))

atexit.register(tell)
sys.argv = ["cota.indexer", "--until-head"]
runpy.run_module("cota.indexer", run_name="__main__")
"""


def word(value: int) -> str:
    return f"0x{value:064x}"


def deployment_of(**contracts: str) -> dict[str, Any]:
    listed = {name: {"version": 1, "address": at, "block": 1} for name, at in contracts.items()}
    found = {"network": "local", "chain_id": CHAIN_ID, "genesis_hash": hash_of(0), "complete": True}
    return {**found, "contracts": listed}


def topic(contract: str, event: str) -> str:
    return committed_catalogue().spec(contract, event).topic


def test_sparse_chain__a_million_blocks__is_asked_at_most_half_more_than_it_must(
    migrated_url: str, shims: Shims
) -> None:
    """One event in a thousand blocks, at most ten thousand blocks a question, fifty milliseconds an answer."""
    head, every = 1_000_000, 1_000
    transfer = [topic("CotaToken", "Transfer"), word(1), word(2)]
    formula = Formula(
        head,
        lambda number: number > 0 and number % every == 0,
        lambda number: [log(number, 0, TOKEN, transfer, word(number))],
    )
    shim = shims(NOWHERE)

    def late(method: str, params: list[Any]) -> Answer:
        if method == "eth_getLogs":
            time.sleep(LATENCY)
        return formula.answer(method, params)

    shim.rule = late
    deployment = Deployment.parse(deployment_of(CotaToken=TOKEN))

    async def index() -> None:
        async with NodeClient([shim.url], CHAIN_ID) as client:
            options = replace(LOCAL, until_head=True)
            await Indexer(migrated_url, client, lambda: deployment, committed_catalogue(), options).run()

    asyncio.run(index())
    with database(migrated_url) as connection:
        query = "SELECT count(*), count(DISTINCT block_number), sum(value) FROM mirror.cota_token_transfer"
        events = head // every
        assert connection.execute(query).fetchone() == (events, events, every * events * (events + 1) // 2)
    # Two questions for logs a window, one for contracts by address, one for clones by topic; one header an event.
    least = 2 * head // formula.widest + events
    assert sum(shim.calls.values()) <= 1.5 * least, shim.calls
    ranges = [(asked["fromBlock"], "topics" in asked) for asked in shim.asked if "fromBlock" in asked]
    assert len(ranges) == len(set(ranges)), "a range was asked for twice"


# --- ten thousand clones

CLONES, A_BLOCK = 10_000, 10


@cache
def announcement_data() -> str:
    """The arguments of DatasetCreated that are no topics: of their types, and nothing more."""
    item = next(i for i in committed_abis()["DatasetRegistry"].events() if i.name == "DatasetCreated")
    types = [p.type.replace("string", "bytes") for p in item.inputs if not p.indexed]
    values = [b"" if t == "bytes" else bytes(32) if t == "bytes32" else 1 for t in types]
    return "0x" + encode(types, values).hex()


def clone(n: int) -> str:
    return f"0x{n + 0x1000:040x}"


def clone_logs(number: int) -> list[dict[str, Any]]:
    """First they are announced, ten a block; then each moves shares, and a stranger says that it does too."""
    created, moved = topic("DatasetRegistry", "DatasetCreated"), topic("DatasetShares", "SharesMoved")
    first = (number - 1) * A_BLOCK
    if first < CLONES:
        return [
            log(number, i, REGISTRY, [created, word(first + i), word(1), "0x" + clone(first + i)[2:].zfill(64)],
                announcement_data())
            for i in range(A_BLOCK)
        ]  # fmt: skip
    data = "0x" + encode(["uint256"] * 3, [1, 2, 3]).hex()
    members = [clone(n) for n in range(first - CLONES, first - CLONES + A_BLOCK)]
    return [
        log(number, i, emitter, [moved, word(first - CLONES + i), word(1), word(2)], data)
        for i, emitter in enumerate([*members, "0x" + "ee" * 20])
    ]


def test_ten_thousand_clones__all_are_followed__in_little_memory(
    migrated_url: str, shims: Shims, tmp_path: Path
) -> None:
    head = 2 * CLONES // A_BLOCK
    shim = shims(NOWHERE)
    shim.rule = Formula(head, lambda number: number > 0, clone_logs).answer
    (tmp_path / "local.json").write_text(json.dumps(deployment_of(DatasetRegistry=REGISTRY)), "utf-8")
    env = {**os.environ, "COTA_NETWORK": "local", "RPC_URL": shim.url, "COTA_DEPLOYMENTS": str(tmp_path)}
    peak = tmp_path / "peak"
    ended = subprocess.run(
        [sys.executable, "-c", INDEX_AND_TELL_THE_PEAK, str(peak)],
        cwd=ROOT, env={**env, "DATABASE_URL": migrated_url}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert int(peak.read_text()) < 150 * 1024, f"{int(peak.read_text()) >> 10} MB"
    with database(migrated_url) as connection:
        for table in ("dataset_registry_dataset_created", "dataset_shares_shares_moved"):
            query = f"SELECT count(*), count(DISTINCT dataset) FROM mirror.{table}"
            assert connection.execute(query).fetchone() == (CLONES, CLONES)
        assert connection.execute("SELECT count(*) FROM mirror.undecodable_logs").fetchone() == (0,)
