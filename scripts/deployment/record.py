"""deployments/<network>.json: what stands where, written after every step.

deploy -> **record** -> everything that has to find the contracts. Promises: written whole (a kill in the
middle leaves the old file), `complete` only when every step is done; a file of another chain is recognised by
the genesis hash, since a development chain that was reset has the same id and even the same addresses.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.stack.files import write_whole


class AnotherDeploy(Exception):
    """Somebody deploys to the same network from this folder at this moment."""


@dataclass
class Record:
    path: Path
    network: str
    chain_id: int
    genesis_hash: str
    contracts: dict[str, dict[str, Any]] = field(default_factory=dict)
    previous: list[dict[str, Any]] = field(default_factory=list)
    """Older versions: they serve the datasets created under them."""
    complete: bool = False

    def save(self) -> None:
        value = {
            "network": self.network,
            "chain_id": self.chain_id,
            "genesis_hash": self.genesis_hash,
            "complete": self.complete,
            "contracts": dict(sorted(self.contracts.items())),
            "previous": self.previous,
        }
        # Compared as text: what lies there may be damaged.
        text = json.dumps(value, indent=2) + "\n"
        if not self.path.exists() or self.path.read_bytes() != text.encode():
            write_whole(self.path, text)

    def put(self, name: str, entry: dict[str, Any]) -> None:
        """Note a contract. One of another address was an older version, which lives on."""
        old = self.contracts.get(name)
        if old is not None and old["address"] != entry["address"]:
            self.previous.append({"name": name, **old})
            entry = {**entry, "version": old["version"] + 1}
        self.contracts[name] = entry


def open_record(path: Path, network: str, chain_id: int, genesis_hash: str) -> tuple[Record, str | None]:
    """The record to go on with, and one line on what was wrong with the file found, if anything was."""
    fresh = Record(path, network, chain_id, genesis_hash)
    try:
        found = json.loads(path.read_text("utf-8"))
        known = Record(
            path,
            found["network"],
            found["chain_id"],
            found["genesis_hash"],
            found["contracts"],
            found["previous"],
        )
    except FileNotFoundError:
        return fresh, None
    except (ValueError, KeyError, TypeError):
        return fresh, f"{path.name} cannot be read: deploying from what the chain itself shows"
    if (known.chain_id, known.genesis_hash) != (chain_id, genesis_hash):
        other = f"genesis {known.genesis_hash}"
        return fresh, f"{path.name} tells of another chain ({other}): deploying anew on this one"
    known.complete = bool(found.get("complete"))
    return known, None


@contextmanager
def sole_deploy(path: Path) -> Iterator[None]:
    """One deploy per network at a time. Raises AnotherDeploy."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherDeploy(f"another deploy to {path.stem} is running: wait for it") from None
        yield
