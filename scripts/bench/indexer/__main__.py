"""`make bench-indexer`: our indexer, its peers and the floors on one chain, then live -> var/bench/indexer.json.

    make bench-indexer              all; PEERS=0 leaves the peers out
    make bench-indexer RUNS=1 EVENTS=50000

Each candidate runs as often as RUNS says, in turns, and its median counts. Floors: `slice_copy` slices the known
layout of these events into COPY, with one header a block, in one process; `pull` only reads the logs and drops
them. Raw lines of every run, with the CPU seconds of PostgreSQL, lie in var/bench/indexer/runs.json.
"""

import argparse
import os
import statistics
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from scripts.bench import record
from scripts.bench.indexer import live, ours, peers
from scripts.bench.indexer.stage import FOLDER, Chain, Database, database, filled_chain
from scripts.stack.files import write_json

_PER_BLOCK = 100
_SAMPLES = 30
_SETUP = FOLDER / "setup.log"

Line = dict[str, Any]
Candidate = Callable[[], Line]


def main() -> None:
    options = argparse.ArgumentParser(prog="bench-indexer", description="Our indexer beside others.")
    options.add_argument("--events", type=int, default=200_000)
    options.add_argument("--runs", type=int, default=3)
    wanted = options.parse_args()
    out = Console(stderr=True)
    with database() as served, filled_chain(wanted.events // _PER_BLOCK, _PER_BLOCK) as chain:
        harness = find_harness(out)
        candidates = list_candidates(harness, chain, served, out)
        lines = run_in_turns(candidates, wanted.runs, out)
        steps = live.follow(harness, chain, served, FOLDER / "live.log", _SAMPLES) if harness else []
    write_json(FOLDER / "runs.json", {"backfill": lines, "live": steps})
    figures = summarise(chain, lines, steps)
    path = record.write("indexer", figures, wanted.runs)
    show(figures, lines, out)
    out.print(f"written: {path}")


def find_harness(out: Console) -> peers.Harness | None:
    try:
        return peers.prepare(_SETUP)
    except (peers.HarnessMissing, peers.PeerFailed) as failure:
        out.print(f"[yellow]{failure}[/]")
        return None


def list_candidates(
    harness: peers.Harness | None, chain: Chain, served: Database, out: Console
) -> dict[str, Candidate]:
    """What is run, by name."""
    found: dict[str, Candidate] = {"ours": lambda: ours.backfill(chain, served).to_json()}
    if harness is None:
        return found
    for name in peers.FLOORS:
        found[name] = _harness_run(harness, chain, served, name)
    for name in peers.NAMES if os.environ.get("PEERS") != "0" else ():
        try:
            peers.prepare_peer(harness, name, chain, _SETUP)
        except peers.PeerFailed as failure:
            out.print(f"[yellow]{name} is left out: {failure}[/]")
            continue
        found[name] = _harness_run(harness, chain, served, name)
    return found


def _harness_run(harness: peers.Harness, chain: Chain, served: Database, name: str) -> Candidate:
    return lambda: peers.backfill(harness, chain, served, name, FOLDER / f"{name}.log")


def run_in_turns(candidates: dict[str, Candidate], runs: int, out: Console) -> dict[str, list[Line]]:
    """In turns, so that what else the machine does hits all alike."""
    lines: dict[str, list[Line]] = {name: [] for name in candidates}
    for n in range(runs):
        for name, candidate in candidates.items():
            try:
                line = candidate()
            except peers.PeerFailed as failure:
                out.print(f"[yellow]{failure}[/]")
                continue
            lines[name].append(line)
            told = f"{line['events_per_s']:,} events/s" if line["ok"] else "[red]not all rows[/]"
            out.print(f"run {n + 1} {name}: {told}")
    return lines


def summarise(chain: Chain, lines: dict[str, list[Line]], steps: list[Line]) -> Line:
    """The fixed names of var/bench/indexer.json; null where something could not be run."""
    speeds = {name: _median(of, "events_per_s") for name, of in lines.items()}
    return {
        "events": chain.events,
        "events_per_s": speeds["ours"],
        "rss_mb": _median(lines["ours"], "rss_mb"),
        "peers": {name: speeds.get(name) for name in peers.NAMES},
        "floors": {name: speeds.get(name) for name in peers.FLOORS},
        "live": live.latency(steps) if steps else {"p50_ms": None, "p95_ms": None},
        "reorg_steps_ok": live.are_all_right(steps) if steps else None,
    }


def _median(lines: list[Line], name: str) -> int | None:
    """Of the runs that stored every row."""
    values = [line[name] for line in lines if line["ok"]]
    return round(statistics.median(values)) if values else None


def show(figures: Line, lines: dict[str, list[Line]], out: Console) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("", "events/s", "of ours", "CPU s", "PostgreSQL CPU s", "others CPU s"):
        table.add_column(column, justify="right")
    mine = figures["events_per_s"]
    for name, of in lines.items():
        good = [line for line in of if line["ok"]]
        if not good or not mine:
            continue
        speed = statistics.median(line["events_per_s"] for line in good)
        seconds = [
            f"{statistics.median(line[key] for line in good):.1f}" if key in good[0] else ""
            for key in (
                "cpu_s",
                "pg_cpu_s",
                next(k for k in ("others_cpu_s", "other_cpu_s", "cpu_s") if k in good[0]),
            )
        ]
        table.add_row(name, f"{speed:,.0f}", f"{speed / mine:.2f}", *seconds)
    out.print(table)
    out.print(f"live {figures['live']}, every step right: {figures['reorg_steps_ok']}")


if __name__ == "__main__":
    main()
