"""Our own indexer as it is measured: the command that operators run, pointed at other contracts.

    python -m scripts.bench.indexer.ours SCHEMA     (BENCH_RPC, BENCH_ADDR, DATABASE_URL)

writes down where the contract is and becomes the indexer; the harness that tests live following starts it so.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import psycopg

from cota.chain.abi import load_abis
from cota.chain.events import build_catalogue
from cota.indexer.__main__ import ensure_tables
from scripts.bench.indexer.measure import Run, run
from scripts.bench.indexer.stage import FOLDER, Chain, Database, describe
from scripts.stack.anvil import ask

TABLES = ("emitter_transfer", "emitter_order_filled", "emitter_note")


def command(schema: str, abis: Path, *more: str) -> list[str | Path]:
    flags = ["--schema", schema, "--abis", str(abis), *more]
    return [sys.executable, "-m", "cota.indexer", *flags]


def count(schema: str) -> str:
    return "SELECT " + " + ".join(f"(SELECT count(*) FROM {schema}.{table})" for table in TABLES)


def rows(schema: str) -> str:
    """Every stored event as the harness wants it: block, its hash as text, log index."""
    select = "SELECT block_number, '0x' || encode(block_hash, 'hex'), log_index FROM {}.{}"
    return " UNION ALL ".join(select.format(schema, table) for table in TABLES)


def backfill(chain: Chain, server: Database, name: str = "ours", database: str = "ours") -> Run:
    """From nothing to the last event. `name`: of its log; `database`: where on the server."""
    dsn = server.dsn(database)
    environ = chain.describe(FOLDER / "deployment")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS backfill CASCADE")
    # Tables are there before the clock starts, as the floor's and Subsquid's are, and as migrations make ours.
    catalogue = build_catalogue(load_abis(FOLDER / "deployment" / "abi").values())
    asyncio.run(ensure_tables(dsn, catalogue, "backfill"))
    return run(
        name,
        command("backfill", FOLDER / "deployment" / "abi", "--until-head"),
        {**environ, "DATABASE_URL": dsn},
        dsn,
        count("backfill"),
        chain.events,
        (server.pid, chain.pid),
        FOLDER / f"{name}.log",
    )


def main() -> None:
    schema, url = sys.argv[1], os.environ["BENCH_RPC"]
    folder = Path(tempfile.mkdtemp(prefix="cota-bench-"))
    genesis: Any = ask(url, "eth_getBlockByNumber", "0x0", False)
    environ = describe(folder, url, genesis["hash"], {"Emitter": (os.environ["BENCH_ADDR"], 1)})
    words = [str(word) for word in command(schema, folder / "abi", *sys.argv[2:])]
    os.execve(words[0], words, {**os.environ, **environ})


if __name__ == "__main__":
    main()
