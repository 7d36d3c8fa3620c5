"""The licensed export: header, rows, items, consensus -> **canonical JSON lines** -> licensee, `cota verify`.

Order: header; rows and void indexes by (epoch, index); items by index; consensus by (epoch, item index);
end. Promises (P11): written and read one line at a time, so the size of an export costs no memory; a cut
or altered file is recognised by its last line; the reader takes no other order, spelling or key, and
names the line.
"""

import hashlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from cota.errors import BadRequest
from cota.formats import export_records as records
from cota.formats.export_records import (
    Consensus,
    End,
    Gold,
    Header,
    Item,
    Record,
    RowReceipt,
    SignedAgentKey,
    Void,
)
from cota.formats.lines import MalformedFile, read_lines, refuse, write_line
from cota.formats.shapes import Shape

__all__ = [
    "Consensus", "End", "ExportLine", "ExportWriter", "Gold", "Header", "Item", "MalformedFile", "Record",
    "RowReceipt", "SignedAgentKey", "Stretch", "Void", "read_export", "read_stretch",
]  # fmt: skip

ExportLine = Header | Record | Void | Item | Consensus | End

_SHAPES: dict[type[Any], Shape[Any]] = {
    shape.record: shape
    for shape in (
        records.HEADER,
        records.RECORD,
        records.VOID,
        records.ITEM,
        records.CONSENSUS,
        records.END,
    )
}
_BY_NAME = {shape.name: shape for shape in _SHAPES.values()}
_STAGES = {Header: 0, Record: 1, Void: 1, Item: 2, Consensus: 3, End: 4}


def _place(line: ExportLine) -> tuple[int, int, int]:
    """Where a line stands: every line stands after the one before."""
    stage = _STAGES[type(line)]
    if isinstance(line, Record | Void):
        return stage, line.epoch, line.index
    if isinstance(line, Item):
        return stage, line.item_index, 0
    if isinstance(line, Consensus):
        return stage, line.epoch, line.item_index
    return stage, 0, 0


class _Account:
    """Order, counts and digest of the lines so far: the same for writer and reader."""

    def __init__(self) -> None:
        self._last: tuple[int, int, int] | None = None
        self._digest = hashlib.sha256()
        self._epochs: frozenset[int] = frozenset()
        self.records = self.items = self.erased = 0

    @property
    def is_ended(self) -> bool:
        return self._last is not None and self._last[0] == _STAGES[End]

    def end(self) -> End:
        return End(self.records, self.items, self.erased, self._digest.digest())

    def add(self, line: ExportLine, raw: bytes) -> None:
        """Raises BadRequest for a line that may not stand here."""
        place = _place(line)
        if (self._last is None) != isinstance(line, Header):
            raise BadRequest("an export starts with its one header")
        if self._last is not None and place <= self._last:
            raise BadRequest("the line is out of order, or there twice")
        self._check(line)
        self._last = place
        self._hash(raw)

    def _hash(self, raw: bytes) -> None:
        self._digest.update(raw)

    def _check(self, line: ExportLine) -> None:
        if isinstance(line, Header):
            if line.version != records.VERSION:
                raise BadRequest(f"version {line.version} is unknown here")
            self._epochs = frozenset(line.epochs)
        elif isinstance(line, End):
            if line != self.end():
                raise BadRequest("the end does not fit what stands before it: the file was altered")
        elif isinstance(line, Item):
            self.items += 1
            self.erased += line.is_erased
        elif line.epoch not in self._epochs:
            raise BadRequest(f"epoch {line.epoch} is not in the header")
        elif isinstance(line, Record):
            self.records += 1
            self.erased += line.is_erased


class ExportWriter:
    """Makes the lines of one export, in order. `write` each record, then `end`."""

    def __init__(self) -> None:
        self._account = _Account()

    def write(self, line: ExportLine) -> bytes:
        """The line's bytes. Raises BadRequest if it may not stand here."""
        raw = write_line(_SHAPES[type(line)].write(line))
        self._account.add(line, raw)
        return raw

    def end(self) -> bytes:
        """The last line: counts, and the SHA-256 of all before it."""
        return self.write(self._account.end())


class Stretch(_Account):
    """Lines from the midst of an export: what they are together with those of the other stretches is the caller's to
    say, by `first` and `last` place, the counts, and the end's own."""

    def __init__(self, header: Header) -> None:
        super().__init__()
        super().add(header, b"")
        self.first: tuple[int, int, int] | None = None

    @property
    def last(self) -> tuple[int, int, int] | None:
        return self._last

    def add(self, line: ExportLine, raw: bytes) -> None:
        super().add(line, raw)
        self.first = self.first or self._last

    def _hash(self, _raw: bytes) -> None:
        """The digest is of the whole file, and the caller's."""

    def _check(self, line: ExportLine) -> None:
        if not isinstance(line, End):
            super()._check(line)


def read_export(source: BinaryIO) -> Iterator[ExportLine]:
    """All records in order, the header first and the end last. Raises MalformedFile, at the latest at the
    end.
    """
    account, last = _Account(), 0
    for number, line in _read(source, account):
        last = number
        yield line
    if not account.is_ended:
        refuse(last + 1, "the export is incomplete: its end is missing")


def read_stretch(source: BinaryIO, stretch: Stretch) -> Iterator[ExportLine]:
    """The lines of a stretch, held to the same form and order. Raises MalformedFile."""
    return (line for _, line in _read(source, stretch))


def _read(source: BinaryIO, account: _Account) -> Iterator[tuple[int, ExportLine]]:
    for number, raw, value in read_lines(source):
        shape = _BY_NAME.get(value["type"])
        if shape is None:
            refuse(number, f"lines of type {value['type']!r} are unknown here")
        try:
            line: ExportLine = shape.read(value)
            account.add(line, raw)
        except BadRequest as error:
            refuse(number, error.detail)
        yield number, line
