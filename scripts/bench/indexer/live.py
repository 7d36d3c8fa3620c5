"""Following the head, as the harness beside the clone tests it: its live.py -> **latency, each step right or not**.

It mines blocks and waits for their rows, then replaces 3, 10 and 40 blocks, takes blocks back, and begins a new
chain on the same port; after each step every stored row is compared with the node's logs.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

from scripts.bench.indexer.ours import rows
from scripts.bench.indexer.peers import Harness
from scripts.bench.indexer.stage import ROOT, Chain, Database
from scripts.stack.foundry import find_tool
from scripts.stack.ports import free_port


def follow(
    harness: Harness, chain: Chain, database: Database, log: Path, samples: int
) -> list[dict[str, Any]]:
    """The harness's lines, one a step."""
    with psycopg.connect(database.dsn("ours"), autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS live CASCADE")
    command = [harness.python, harness.folder / "live.py", "--name", "ours", "--anvil", find_tool("anvil")]
    command += ["--artifact", harness.artifact, "--port", str(free_port()), "--dsn", database.dsn("ours")]
    command += ["--rows-sql", rows("live"), "--cwd", ROOT, "--log", log, "--samples", str(samples)]
    command += ["--", sys.executable, "-m", "scripts.bench.indexer.ours", "live"]
    environ = {
        **harness.environment(chain, database),
        "PYTHONPATH": f"{ROOT}:{harness.folder}",
        "DATABASE_URL": database.dsn("ours"),
    }
    done = subprocess.run(
        [str(word) for word in command],
        env=environ,
        text=True,
        capture_output=True,
        timeout=900,
    )
    steps = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if not steps:
        raise RuntimeError(f"the harness said nothing: {done.stderr.strip()[-300:]}")
    return steps


def latency(steps: list[dict[str, Any]]) -> dict[str, int]:
    """Milliseconds from a block's mining to the row that can be read."""
    found = next(step for step in steps if step["step"] == "latency")
    return {"p50_ms": found["p50_ms"], "p95_ms": found["p95_ms"]}


def are_all_right(steps: list[dict[str, Any]]) -> bool:
    judged = [step["ok"] for step in steps if "ok" in step]
    return len(judged) >= 9 and all(judged)
