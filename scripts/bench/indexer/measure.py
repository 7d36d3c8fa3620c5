"""Runs one indexer until the database holds all events, as the harness beside the clone runs its peers.

The clock goes from the start of the process to the first look that sees every row; CPU seconds are those of the
process and its children, of PostgreSQL and of the node; what the rest of the machine used meanwhile is told too,
because it decides how much a wall time is worth.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg

_LOOK = 0.1
_SHARE = 40  # looking takes at most a fortieth of the time


@dataclass(frozen=True)
class Run:
    """`others_cpu_s`: CPU that everything else on the machine used; the looks at the database are in it."""

    name: str
    ok: bool
    rows: int
    wall_s: float
    events_per_s: int
    cpu_s: float
    pg_cpu_s: float
    node_cpu_s: float
    rss_mb: int
    others_cpu_s: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class _Meter(threading.Thread):
    """CPU seconds of a process and all its children, also of those that ended; the largest memory of all."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._root = pid
        self._cpu: dict[int, float] = {}
        self._stopped = threading.Event()
        self.peak = 0
        self._look()
        self._before = sum(self._cpu.values())

    def run(self) -> None:
        while not self._stopped.wait(_LOOK):
            self._look()

    def stop(self) -> float:
        self._look()
        self._stopped.set()
        return sum(self._cpu.values()) - self._before

    def _look(self) -> None:
        memory = 0
        try:
            root = psutil.Process(self._root)
            for process in (root, *root.children(recursive=True)):
                used = process.cpu_times()
                self._cpu[process.pid] = used.user + used.system
                memory += process.memory_info().rss
        except psutil.Error:
            return  # it ended between two looks
        self.peak = max(self.peak, memory)


def run(
    name: str,
    command: Sequence[str | Path],
    environ: Mapping[str, str],
    dsn: str,
    count: str,
    expected: int,
    pids: tuple[int, int],
    log: Path,
    timeout: float = 600,
) -> Run:
    """`count`: a query for the number of rows; `pids`: PostgreSQL's and the node's."""
    busy = _busy()
    with log.open("wb") as out, psycopg.connect(dsn, autocommit=True) as connection:
        began = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            env={**os.environ, **environ},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        meters = [_Meter(pid) for pid in (process.pid, *pids)]
        for meter in meters:
            meter.start()
        rows, wall = _until_all(connection, count, expected, process, began, timeout)
        own, database, node = (meter.stop() for meter in meters)
        _end(process)
    others = _busy() - busy - own - database - node
    return Run(
        name,
        rows == expected,
        rows,
        round(wall, 3),
        round(rows / wall),
        round(own, 2),
        round(database, 2),
        round(node, 2),
        meters[0].peak >> 20,
        round(others, 1),
    )


def _until_all(
    connection: psycopg.Connection,
    count: str,
    expected: int,
    process: "subprocess.Popen[bytes]",
    began: float,
    timeout: float,
) -> tuple[int, float]:
    """Rows at last, seconds until then."""
    while True:
        ended = process.poll() is not None
        looked = time.perf_counter()
        rows = _rows(connection, count)
        now = time.perf_counter()
        if rows >= expected or ended or now - began > timeout:
            return rows, now - began
        time.sleep(max(_LOOK, _SHARE * (now - looked)))


def _rows(connection: psycopg.Connection, count: str) -> int:
    try:
        row = connection.execute(count.encode()).fetchone()
    except psycopg.errors.UndefinedTable:
        return 0
    return int(row[0] or 0) if row else 0


def _end(process: "subprocess.Popen[bytes]") -> None:
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)
    except ProcessLookupError:
        process.wait()
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _busy() -> float:
    """CPU seconds that the machine has spent since it started, not idle and not waiting."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))
