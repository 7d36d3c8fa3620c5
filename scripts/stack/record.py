"""What the running stack tells others: var/stack.json, written by its keeper, read by `make up`, `make down`,
settings.

Promise: the file says nothing without the lock. A keeper that was killed cannot be mistaken for a running
one.
"""

import fcntl
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.stack.foundry import ROOT

if TYPE_CHECKING:
    from scripts.stack.local import LocalStack

RECORD = ROOT / "var" / "stack.json"
LOCK = ROOT / "var" / "stack.lock"


@dataclass(frozen=True)
class Running:
    pid: int
    """The keeper: stopping it stops all."""
    processes: list[dict[str, Any]]
    settings: dict[str, str]
    """What settings takes as defaults on the network `local`."""

    @classmethod
    def of(cls, stack: "LocalStack", pid: int) -> "Running":
        processes = [
            {"name": c.process.name, "pid": c.pid, "where": c.process.where, "log": str(c.log)}
            for c in stack.children
        ]
        names = {
            "database_url": "DATABASE_URL",
            "rpc_url": "RPC_URL",
            "api_url": "COTA_API_URL",
            "store": "COTA_STORE",
        }
        return cls(pid, processes, {name: stack.env[variable] for name, variable in names.items()})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def table(self) -> str:
        lines = [f"  {'process':10} {'pid':>7}  {'where':24} log"]
        for entry in self.processes:
            log = Path(entry["log"]).relative_to(ROOT)
            lines.append(f"  {entry['name']:10} {entry['pid']:7}  {entry['where']:24} {log}")
        lines += ["", f"  open {self.settings['api_url']}, or try: .venv/bin/cota status"]
        lines += ["  stop with make down; the chain and the database of this stack go with it"]
        return "\n".join(lines)


def is_held() -> bool:
    """Whether a keeper lives."""
    try:
        with LOCK.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def read_running() -> Running | None:
    """None unless a keeper lives and all its processes answered."""
    if not is_held():
        return None
    try:
        return Running(**json.loads(RECORD.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
