"""Many rows -> **processes of their own** -> how far each check holds. The verifier's own checks, looked ahead with.

A check of a million signatures is the same check on every core. Promises: nothing is judged here: where a row does
not hold, or where only a node can tell (wallets that are contracts, keys of receipts), the verifier itself goes on from
there, row by row, so a report says what it would say without. A process reads places in a file, not records sent to it.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from array import array
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from cota.auth.signatures import recover
from cota.auth.typed import Domain, digest_of
from cota.errors import BadSignature
from cota.units import Address

MANY, MANY_BYTES = 20_000, 2**25
"""Fewer rows, or bytes of a file, are not worth a process."""

Signed = tuple[bytes, bytes, Address]
"""(struct hash, signature, key)."""


class Job(Protocol):
    """What a process does."""

    def run(self) -> Any: ...


def processes_for(rows: int) -> int:
    """How many processes look ahead over so many rows; 0: none."""
    return 0 if rows < MANY else _cores()


def readers_for(size: int) -> int:
    """How many processes read a file of so many bytes; 0: none."""
    return 0 if size < MANY_BYTES else _cores()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def ranges(count: int, parts: int) -> list[range]:
    """The numbers below `count`, in so many parts."""
    ends = [count * part // parts for part in range(parts + 1)]
    return [range(first, last) for first, last in zip(ends, ends[1:], strict=False)]


class CannotLook(Exception):
    """A process could not be started or did not end: nothing is known, and nothing is wrong."""


def run_all(jobs: Sequence[Job]) -> list[Any]:
    """What each job gives, in their order, each in a process of its own. Raises CannotLook."""
    try:
        with ThreadPoolExecutor(max(1, len(jobs))) as pool:
            return list(pool.map(_run, jobs))
    except (subprocess.CalledProcessError, OSError, EOFError, pickle.UnpicklingError) as failure:
        raise CannotLook(str(failure)) from None


def _run(job: Job) -> Any:
    # Not multiprocessing: it would run again the program of whoever calls the client from a script.
    done = subprocess.run(
        [sys.executable, "-c", "from cota.verify.ahead import work; work()"],
        input=pickle.dumps(job),
        stdout=subprocess.PIPE,
        check=True,
    )
    return pickle.loads(done.stdout)


@dataclass(frozen=True)
class Signatures:
    """Statements of one domain, each with its signature and the key that must have made it."""

    domain: Domain
    signed: Sequence[Signed]

    def run(self) -> int:
        """How many are right before the first that is not."""
        for number, (struct_hash, signature, key) in enumerate(self.signed):
            try:
                if recover(digest_of(self.domain, struct_hash), signature) != key:
                    return number
            except BadSignature:
                return number
        return len(self.signed)


def signed_ahead(domain: Domain, signed: Sequence[Signed]) -> int:
    """How many of the signatures are right before the first that is not."""
    parts = ranges(len(signed), processes_for(len(signed)) or 1)
    found = 0
    try:
        rights = run_all([Signatures(domain, signed[part.start : part.stop]) for part in parts])
    except CannotLook:
        return 0
    for part, right in zip(parts, rights, strict=True):
        found += right
        if right < len(part):
            break
    return found


@dataclass(frozen=True)
class Lines:
    """Records of an export by where they begin, and its items."""

    path: Path
    header: Any
    records: array[int]
    item_indexes: array[int]
    items: array[int]


@dataclass
class Ahead:
    """How far checks hold: by name the records and the comparisons before the first that does not; and what the caller
    has to ask for itself."""

    held: dict[str, tuple[int, int]] = field(default_factory=dict)
    accounts: set[Address] = field(default_factory=set)
    keys: set[tuple[Address, int, int]] = field(default_factory=set)

    def far(self, check: str) -> tuple[int, int]:
        return self.held.get(check, (0, 0))


def together(parts: Iterable[tuple[range, Ahead]]) -> Ahead:
    """The parts of a whole, in order."""
    whole = Ahead()
    open_checks: dict[str, bool] = {}
    for part, found in parts:
        whole.accounts |= found.accounts
        whole.keys |= found.keys
        for name, (rows, compared) in found.held.items():
            if open_checks.setdefault(name, True):
                before = whole.far(name)
                whole.held[name] = before[0] + rows, before[1] + compared
                open_checks[name] = rows == len(part)
    return whole


def work() -> None:
    """What such a process runs: a job in, pickled, by its parent alone; what it gives out."""
    sys.stdout.buffer.write(pickle.dumps(pickle.load(sys.stdin.buffer).run()))
