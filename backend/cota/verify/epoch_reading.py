"""Bytes of epoch files -> **what they hold**, large ones each in a process of its own -> checks.

Promises: a file read elsewhere is the one that would be read here, its log root and data hash computed from its rows;
where a process cannot tell, it is read here.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from cota.errors import DomainError
from cota.settlement.epoch_file import EpochFile, read_epoch_file
from cota.settlement.epoch_lines import Row
from cota.verify.ahead import MANY_BYTES, CannotLook, readers_for, run_all

Read = tuple[EpochFile | None, str]
"""A file, or why there is none that can be read."""


def read_files(contents: Iterator[bytes | None]) -> Iterator[tuple[bytes | None, Read]]:
    """Of each content its SHA-256 and what it holds, in order; no more are held than are read at once."""
    most = max(1, readers_for(MANY_BYTES))
    while some := list(islice(contents, most)):
        there = [content for content in some if content is not None]
        is_large = len(there) > 1 and readers_for(sum(map(len, there))) > 1
        found = iter((_together(there) if is_large else None) or map(_read, there))
        for content in some:
            if content is None:
                yield None, (None, "no file")
            else:
                yield hashlib.sha256(content).digest(), next(found)


def _read(content: bytes) -> Read:
    try:
        return read_epoch_file(io.BytesIO(content)), ""
    except DomainError as error:
        return None, error.detail


def _together(contents: Sequence[bytes]) -> list[Read] | None:
    try:
        return [told.unpack() for told in run_all([_Reading(content) for content in contents])]
    except CannotLook:
        return None


@dataclass(frozen=True)
class _Reading:
    """A file, as a process of its own reads it."""

    content: bytes

    def run(self) -> _Told:
        file, problem = _read(self.content)
        if file is None:
            return _Told(None, (), {}, problem)
        columns = [[getattr(row, name) for row in file.rows] for name in Row.__slots__]
        known = {"rows_root": file.rows_root, "data_hash": file.data_hash}
        return _Told(replace(file, rows=()), columns, known, "")


@dataclass(frozen=True)
class _Told:
    """What the process tells: a million rows one by one would take longer to send than to read."""

    file: EpochFile | None
    columns: Sequence[list[Any]]
    known: dict[str, bytes]
    problem: str

    def unpack(self) -> Read:
        if self.file is None:
            return None, self.problem
        file = replace(self.file, rows=list(map(Row, *self.columns)))
        vars(file).update(self.known)
        return file, ""
