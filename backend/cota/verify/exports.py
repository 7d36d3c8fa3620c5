"""Licensed export -> **export** -> label checks. Reads a download once, and keeps where its lines begin.

Promises: a cut or altered file is told with its line, and what can be read of it is still compared;
nothing is taken from the file that is not checked afterwards against the chain; memory holds places, not records.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from cota.errors import DomainError
from cota.formats.export import (
    Consensus,
    End,
    Header,
    Item,
    Record,
    Stretch,
    Void,
    read_export,
    read_stretch,
)
from cota.formats.export_records import ITEM, RECORD
from cota.formats.lines import MAX_LINE
from cota.formats.located import Located, LocatedByIndex
from cota.verify.ahead import CannotLook, ranges, readers_for, run_all
from cota.verify.columns import Columns, ItemColumns
from cota.verify.report import Disagreement

_END_SIZE = 4096
"""Bytes that the last line surely has room in."""


@dataclass
class Export:
    """One download."""

    path: Path
    header: Header
    records: Located[Record]
    items: LocatedByIndex[Item]
    """By index in the dataset."""
    columns: Columns = field(default_factory=Columns)
    """Of the records."""
    item_columns: ItemColumns = field(default_factory=ItemColumns)
    """By number in `items`."""
    voids: list[Void] = field(default_factory=list)
    consensus: list[Consensus] = field(default_factory=list)
    end: End | None = None
    problem: str = ""
    """What is wrong with the file as such; its lines are kept all the same, so that the row can be named."""


def read(path: Path) -> Export:
    """The content of a download. Raises Disagreement for a file without a header, OSError."""
    return _read_together(path) or _read_alone(path)


def _read_alone(path: Path) -> Export:
    export: Export | None = None
    start = 0
    try:
        with path.open("rb") as source:
            for line in read_export(source):
                if isinstance(line, Header):
                    export = _empty(path, line)
                elif export is not None:
                    _sort(export, line, start)
                start = source.tell()
    except DomainError as error:
        if export is None:
            raise Disagreement(f"export {path.name}", "an export's header", error.detail) from error
        export.problem = error.detail
    if export is None:
        raise Disagreement(f"export {path.name}", "an export's header", "an empty file")
    return export


def _empty(path: Path, header: Header) -> Export:
    return Export(path, header, Located(path, RECORD), LocatedByIndex(path, ITEM))


def _sort(export: Export, line: Record | Void | Item | Consensus | End | Header, start: int) -> None:
    if isinstance(line, Record):
        export.records.add(start)
        export.columns.add(line)
    elif isinstance(line, Void):
        export.voids.append(line)
    elif isinstance(line, Item):
        export.items.add(line.item_index, start)
        export.item_columns.add(line)
    elif isinstance(line, Consensus):
        export.consensus.append(line)
    elif isinstance(line, End):
        export.end = line


@dataclass
class _Told:
    """What a process read of a stretch: first and last place, counts as in an end, lines."""

    first: tuple[int, int, int]
    last: tuple[int, int, int]
    records: int
    items: int
    erased: int
    offsets: array[int]
    """Of the records."""
    located: list[tuple[int, int]]
    """The items: index, and where the line begins."""
    columns: Columns
    item_columns: ItemColumns
    voids: list[Void]
    consensus: list[Consensus]
    end: End | None


@dataclass(frozen=True)
class _Stretch:
    """The lines of an export between two bytes, as a process of its own reads them."""

    path: Path
    header: Header
    start: int
    stop: int

    def run(self) -> _Told | None:
        """None if anything at all is wrong: then one reader goes through the whole file and says what."""
        export, stretch = _empty(self.path, self.header), Stretch(self.header)
        start = self.start
        try:
            with self.path.open("rb") as source:
                source.seek(start)
                bounded = _Bounded(source, self.stop - start)
                for line in read_stretch(cast("BinaryIO", bounded), stretch):
                    _sort(export, line, start)
                    start = source.tell()
        except DomainError:
            return None
        if stretch.first is None or stretch.last is None:
            return None
        places = export.items.records.offsets
        return _Told(
            stretch.first,
            stretch.last,
            stretch.records,
            stretch.items,
            stretch.erased,
            export.records.offsets,
            [(index, places[number]) for index, number in export.items.numbers.items()],
            export.columns,
            export.item_columns,
            export.voids,
            export.consensus,
            export.end,
        )


class _Bounded:
    """A file up to a byte."""

    def __init__(self, source: BinaryIO, size: int) -> None:
        self._source, self._left = source, size

    def readline(self, limit: int) -> bytes:
        line = self._source.readline(min(limit, self._left))
        self._left -= len(line)
        return line


def _read_together(path: Path) -> Export | None:
    """By several processes, a stretch each; None of a small file, or if the stretches are no whole export."""
    size = path.stat().st_size
    readers = readers_for(size)
    if not readers:
        return None
    with path.open("rb") as source:
        try:
            header = next(read_export(source), None)
        except DomainError:
            return None
        begins, last = _begins(source, size, readers), _last_line(source, size)
    if not isinstance(header, Header) or begins != sorted(set(begins)) or begins[-1] > last:
        return None
    jobs = [
        _Stretch(path, header, start, stop) for start, stop in zip(begins, [*begins[1:], size], strict=True)
    ]
    with ThreadPoolExecutor(1) as beside:
        digest = beside.submit(_digest, path, last)
        try:
            told = run_all(jobs)
        except CannotLook:
            return None
        return _join(_empty(path, header), told, digest.result())


def _begins(source: BinaryIO, size: int, parts: int) -> list[int]:
    """Where each part's first line begins; the first after the header, where the source stands."""
    begins = [source.tell()]
    for part in ranges(size, parts)[1:]:
        source.seek(part.start)
        source.readline(MAX_LINE)
        begins.append(source.tell())
    return begins


def _last_line(source: BinaryIO, size: int) -> int:
    """Where the last line begins."""
    base = max(0, size - _END_SIZE)
    source.seek(base)
    return base + source.read()[:-1].rfind(b"\n") + 1


def _digest(path: Path, size: int) -> bytes:
    """SHA-256 of a file's first bytes."""
    told = hashlib.sha256()
    with path.open("rb") as source:
        while size > 0 and (piece := source.read(min(size, 2**20))):
            told.update(piece)
            size -= len(piece)
    return told.digest()


def _join(export: Export, parts: Sequence[_Told | None], digest: bytes) -> Export | None:
    """The stretches as one export, if they follow one another and their end is that of all."""
    before, records, items, erased = (0, 0, 0), 0, 0, 0
    for part in parts:
        if part is None or export.end is not None or part.first <= before:
            return None
        before = part.last
        records, items, erased = records + part.records, items + part.items, erased + part.erased
        export.records.offsets.extend(part.offsets)
        for index, offset in part.located:
            export.items.add(index, offset)
        export.columns.extend(part.columns)
        export.item_columns.extend(part.item_columns)
        export.voids += part.voids
        export.consensus += part.consensus
        export.end = part.end
    return export if export.end == End(records, items, erased, digest) else None
