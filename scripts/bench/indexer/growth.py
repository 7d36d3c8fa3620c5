"""Does it stay flat? Backfills of growing chains, and the API's reads while one runs -> var/bench/indexer/growth.json.

    python -m scripts.bench.indexer.growth [--events 50000 200000 1000000]

Time must grow with the number of events and no faster, memory not at all; whoever reads meanwhile must not notice.
"""

import argparse
import statistics
import threading
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from rich.console import Console

from scripts.bench.indexer import ours
from scripts.bench.indexer.stage import FOLDER, Database, database, filled_chain
from scripts.stack.files import write_json
from scripts.stack.local import LocalStack

_PER_BLOCK = 100
_BESIDE = 1_000_000  # events of the backfill beside the API: long enough for some hundred reads
_PAUSE = 0.02  # between two reads: fifty a second, as many people would
_QUIET = 5.0  # seconds of reads before
_READS = ("/v1/datasets?limit=50", "/v1/status")


def main() -> None:
    options = argparse.ArgumentParser(prog="growth", description="Backfills of growing chains.")
    options.add_argument("--events", type=int, nargs="+", default=[50_000, 200_000, 1_000_000])
    options.add_argument("--no-reads", action="store_true", help="leave the API out")
    wanted = options.parse_args()
    out = Console(stderr=True)
    lines: list[dict[str, Any]] = []
    for events in wanted.events:
        with database() as served, filled_chain(events // _PER_BLOCK, _PER_BLOCK) as chain:
            line = ours.backfill(chain, served, f"ours-{events}").to_json()
        lines.append({"events": events, **line})
        out.print(f"{events:,} events: {line['wall_s']} s, CPU {line['cpu_s']} s, {line['rss_mb']} MB")
    reads = {} if wanted.no_reads else read_while_filling(_BESIDE, out)
    write_json(FOLDER / "growth.json", {"backfills": lines, "reads_ms": reads})


def read_while_filling(events: int, out: Console) -> dict[str, dict[str, dict[str, float]]]:
    """Milliseconds of the API's answers by path, before and while an indexer fills the same PostgreSQL."""
    with LocalStack(FOLDER / "stack") as stack, filled_chain(events // _PER_BLOCK, _PER_BLOCK) as chain:
        stack.start(services=("api", "indexer"))
        url = stack.env["DATABASE_URL"].replace("+psycopg", "", 1).rsplit("/", 1)[0]
        served = Database(stack.process("postgres").pid, url)
        found = {
            "before": _reads(stack.api_url, lambda: time.sleep(_QUIET)),
            "meanwhile": _reads(
                stack.api_url, lambda: ours.backfill(chain, served, "ours-beside-api", "cota")
            ),
        }
    for when, paths in found.items():
        for path, summary in paths.items():
            out.print(f"{when} {path}: {summary}")
    return found


def _reads(api: str, act: Callable[[], object]) -> dict[str, dict[str, float]]:
    """Milliseconds by path, asked for as long as `act` takes."""
    times: dict[str, list[float]] = {path: [] for path in _READS}
    done = threading.Event()
    reader = threading.Thread(target=_read, args=(api, times, done))
    reader.start()
    try:
        act()
    finally:
        done.set()
        reader.join()
    return {path: _summary(of) for path, of in times.items()}


def _read(api: str, times: dict[str, list[float]], done: threading.Event) -> None:
    while not done.wait(_PAUSE):
        for path, of in times.items():
            began = time.perf_counter()
            with urllib.request.urlopen(api + path, timeout=30) as answer:
                answer.read()
            of.append(1000 * (time.perf_counter() - began))


def _summary(of: list[float]) -> dict[str, float]:
    ordered = sorted(of)
    return {
        "p50": round(statistics.median(ordered), 1),
        "p99": round(ordered[int(len(ordered) * 0.99) - 1], 1),
        "reads": len(ordered),
    }


if __name__ == "__main__":
    main()
