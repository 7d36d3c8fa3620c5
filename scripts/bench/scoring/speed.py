"""Time and memory of a million labels and of ten, beside crowd-kit's Dawid-Skene on the same labels.

    .venv/bin/python -m scripts.bench.scoring.speed run FILE      scores one file of columns, prints seconds and MB

Each run is a process of its own and tells its whole memory at the peak, columns included; time is from columns in
memory to labels and skills. crowd-kit has an environment of its own, built on the first run.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from cota.scoring.answers import sort_answers
from cota.scoring.independent import INDEPENDENT
from cota.scoring.outward.rounds import judge
from scripts.bench.record import FOLDER, ROOT

PEER = FOLDER / "crowd-kit"
PEER_VERSION = "1.4.2"
CLASSES, SEATS = 4, 5


class PeerFailed(Exception):
    """crowd-kit could not be installed or did not run."""


def make_columns(labels: int, workers: int, path: Path) -> None:
    """A made-up crowd in random order of rows, a tenth of its items gold."""
    draw = np.random.default_rng(labels)
    items = labels // SEATS
    truth = draw.integers(CLASSES, size=items).astype(np.int16)
    skill = draw.uniform(0.4, 0.95, workers)
    task = np.repeat(np.arange(items, dtype=np.int32), SEATS)
    step = workers // SEATS
    first = draw.integers(workers, size=items)
    spread = np.tile(np.arange(SEATS), items) * step + draw.integers(step, size=labels)
    worker = ((np.repeat(first, SEATS) + spread) % workers).astype(np.int32)
    # Two seats of an item may meet in one worker: the later row goes.
    once = np.unique(task.astype(np.int64) * workers + worker, return_index=True)[1]
    task, worker = task[once], worker[once]
    wrong = (truth[task] + draw.integers(1, CLASSES, size=len(task))) % CLASSES
    answer = np.where(draw.random(len(task)) < skill[worker], truth[task], wrong).astype(np.int16)
    gold = np.where(draw.random(items) < 0.1, truth, np.int16(-1)).astype(np.int16)
    order = draw.permutation(len(task))
    np.savez(path, task=task[order], worker=worker[order], answer=answer[order], gold=gold, truth=truth)


def run(path: Path) -> dict[str, Any]:
    """Scores the columns of a file."""
    with np.load(path) as columns:
        task, worker, answer = columns["task"], columns["worker"], columns["answer"]
        gold, truth = columns["gold"], columns["truth"]
    started, busy = time.perf_counter(), time.process_time()
    workers = int(worker.max()) + 1
    verdict = judge(sort_answers(task, worker, answer, gold, workers, CLASSES), INDEPENDENT)
    seconds = time.perf_counter() - started
    return {
        "labels": len(task),
        "seconds": seconds,
        "cpu_seconds": time.process_time() - busy,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "accuracy": float((verdict.decided == truth)[gold < 0].mean()),
    }


def measure(labels: int, workers: int, peer: bool) -> dict[str, dict[str, Any]]:
    """`ours`, and `peer` if wanted, on the same file. Raises PeerFailed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "columns.npz"
        make_columns(labels, workers, path)
        found = {"ours": _child([sys.executable, "-m", "scripts.bench.scoring.speed", "run", str(path)])}
        if peer:
            script = Path(__file__).parent / "crowdkit_run.py"
            found["peer"] = _child([str(_peer_python()), str(script), str(path)])
        return found


def _peer_python() -> Path:
    python = PEER / "bin" / "python"
    if not python.exists():
        uv = ROOT / ".venv" / "bin" / "uv"
        for command in (
            [uv, "venv", "--quiet", "--python", sys.executable, PEER],
            [uv, "pip", "install", "--quiet", "--python", python, f"crowd-kit=={PEER_VERSION}"],
        ):
            done = subprocess.run(
                [str(part) for part in command], capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise PeerFailed(
                    f"crowd-kit cannot be installed (PEERS=0 leaves it out): {done.stderr.strip()}"
                )
    return python


def _child(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise PeerFailed(f"{' '.join(command[:3])} failed: {done.stderr.strip()[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[2]))))
