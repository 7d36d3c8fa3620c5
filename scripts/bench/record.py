"""What every benchmark writes: its figures -> **date, machine, runs around them** -> var/bench/<name>.json."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scripts.stack.files import write_json

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "var" / "bench"


def machine() -> dict[str, str | int]:
    """Processor, its cores that this process may use, memory in MB, system, Python."""
    return {
        "processor": _field(Path("/proc/cpuinfo"), "model name")
        or platform.processor()
        or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0,
        "memory_mb": int((_field(Path("/proc/meminfo"), "MemTotal") or "0").split()[0]) // 1024,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def write(name: str, figures: dict[str, Any], runs: int) -> Path:
    """`runs`: how often each figure was measured. Returns the file written."""
    path = FOLDER / f"{name}.json"
    date = datetime.now(UTC).isoformat(timespec="seconds")
    write_json(path, {"date": date, "machine": machine(), "runs": runs, **figures})
    return path


def _field(path: Path, name: str) -> str:
    """The first value of `name` in a file of "name : value" lines; empty where the system has none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
