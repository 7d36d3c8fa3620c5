"""Bytes -> **a file that is whole or not there**, with what is known of it once it stands."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class WholeFile:
    """A file that was written: its size in bytes and the SHA-256 of its content."""

    path: Path
    size: int
    sha256: str


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A name in the same folder to write to; moved over `path` if nothing goes wrong, else removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield unfinished
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_whole(path: Path, write: Callable[[Path], None]) -> WholeFile:
    """Lets `write` make the file under another name, and gives back what it became."""
    with beside(path) as unfinished:
        write(unfinished)
    return describe(path)


def describe(path: Path) -> WholeFile:
    """Size and hash of a file that is there."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return WholeFile(path, path.stat().st_size, digest)
