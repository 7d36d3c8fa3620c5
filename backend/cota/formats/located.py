"""A file of lines -> **records by where their lines begin** -> checks, converters. Read again when wanted, never held.

A list of records of an export of 200,000 labels takes more memory than a small machine has; their places take
eight bytes each.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import orjson

from cota.formats.shapes import Shape

R = TypeVar("R")

_KEPT = 4096


class Located(Generic[R]):
    """Records of one shape, in the order in which they were added. `kept` of them stay in memory."""

    def __init__(self, path: Path, shape: Shape[R], kept: int = 0) -> None:
        self._path, self._shape = path, shape
        self.offsets = array("Q")
        """Where each line begins, by number."""
        self._source = path.open("rb")
        self.get = lru_cache(maxsize=kept)(self._read) if kept else self._read

    def __len__(self) -> int:
        return len(self.offsets)

    def __iter__(self) -> Iterator[R]:
        return (self.get(number) for number in range(len(self)))

    def add(self, offset: int) -> int:
        """Takes the line that begins at a byte; its number."""
        self.offsets.append(offset)
        return len(self.offsets) - 1

    def close(self) -> None:
        self._source.close()

    def __del__(self) -> None:
        self.close()

    def _read(self, number: int) -> R:
        self._source.seek(self.offsets[number])
        return self._shape.read(orjson.loads(self._source.readline()))


class LocatedByIndex(Mapping[int, R]):
    """The same, by an index of their own."""

    def __init__(self, path: Path, shape: Shape[R]) -> None:
        self.records = Located(path, shape, _KEPT)
        self.numbers: dict[int, int] = {}
        """Number of the record by its index."""

    def add(self, index: int, offset: int) -> None:
        self.numbers[index] = self.records.add(offset)

    def __getitem__(self, index: int) -> R:
        return self.records.get(self.numbers[index])

    def __iter__(self) -> Iterator[int]:
        return iter(self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)

    def __contains__(self, index: Any) -> bool:
        return index in self.numbers

    def close(self) -> None:
        self.records.close()
