"""A licensed export on disk -> **its rows beside their items**, without holding either.

The export stands in log order, items after rows. It is read once, strictly, to learn where each line begins;
then lines are fetched as they are wanted. Promises: an export that is cut or altered is refused before anything
is made of it; what is erased stays out and is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from cota.commitments.canonical import Json
from cota.datasets.question import item_kind
from cota.formats.export import Consensus, Header, Item, Record, read_export
from cota.formats.export_records import ITEM, RECORD

_ITEMS_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Row:
    """One annotation beside its item; `consensus` is the last epoch's, None where there is none."""

    record: Record
    item: Item
    consensus: str | None

    @property
    def label(self) -> Json:
        return self.record.label

    @property
    def content(self) -> Json:
        return self.item.item


class ExportFile:
    """One export. Raises MalformedFile, OSError when it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.header: Header
        self.erased = 0
        self._rows: list[int] = []
        self._of_item: dict[int, list[int]] = {}
        self._items: dict[int, int] = {}
        self._consensus: dict[int, str | None] = {}
        self._source = path.open("rb")
        try:
            self._index()
        except BaseException:
            self._source.close()
            raise
        self._item = lru_cache(maxsize=_ITEMS_KEPT)(self._read_item)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._source.close()

    @property
    def schema(self) -> dict[str, Any]:
        found: dict[str, Any] = self.header.schema
        return found

    @property
    def item_kind(self) -> str | None:
        """text, image, pair, audio, or None for any JSON."""
        return item_kind(self.schema)

    def __len__(self) -> int:
        """How many annotations can be given out."""
        return len(self._rows)

    def rows(self) -> Iterator[Row]:
        """Every annotation, in log order."""
        for offset in self._rows:
            record = self._read_record(offset)
            yield self._row(record, self._item(record.item_index))

    def items(self) -> Iterator[tuple[Item, list[Row]]]:
        """Every item that is not erased with its annotations, in the order of the dataset."""
        for index in sorted(self._items):
            item = self._item(index)
            if not item.is_erased:
                offsets = self._of_item.get(index, [])
                yield item, [self._row(self._read_record(offset), item) for offset in offsets]

    def consensus_of(self, item: Item) -> str | None:
        return self._consensus.get(item.item_index)

    def _index(self) -> None:
        start = 0
        erased_items: set[int] = set()
        for line in read_export(self._source):
            if isinstance(line, Header):
                self.header = line
            elif isinstance(line, Record) and line.is_erased:
                self.erased += 1
            elif isinstance(line, Record):
                self._rows.append(start)
                self._of_item.setdefault(line.item_index, []).append(start)
            elif isinstance(line, Item):
                self._items[line.item_index] = start
                if line.is_erased:
                    erased_items.add(line.item_index)
            elif isinstance(line, Consensus):
                self._consensus[line.item_index] = line.label
            start = self._source.tell()
        gone = {offset for index in erased_items for offset in self._of_item.pop(index, [])}
        self.erased += len(gone)
        self._rows = [offset for offset in self._rows if offset not in gone]

    def _row(self, record: Record, item: Item) -> Row:
        return Row(record, item, self._consensus.get(item.item_index))

    def _read_record(self, offset: int) -> Record:
        return RECORD.read(self._line(offset))

    def _read_item(self, index: int) -> Item:
        return ITEM.read(self._line(self._items[index]))

    def _line(self, offset: int) -> Json:
        self._source.seek(offset)
        return orjson.loads(self._source.readline())
