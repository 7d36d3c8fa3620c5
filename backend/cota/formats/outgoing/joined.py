"""A licensed export on disk -> **its rows beside their items**, without holding either.

The export stands in log order, items after rows. It is read once, strictly, to learn where each line begins;
then lines are fetched as they are wanted. Promises: an export that is cut or altered is refused before anything
is made of it; what is erased stays out and is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cota.closing import Closing
from cota.commitments.canonical import Json
from cota.datasets.question import item_kind
from cota.formats.export import Consensus, Header, Item, Record, read_export
from cota.formats.export_records import ITEM, RECORD
from cota.formats.located import Located, LocatedByIndex


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


class ExportFile(Closing):
    """One export. Raises MalformedFile, OSError when it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.header: Header
        self.erased = 0
        self._records = Located(path, RECORD)
        self._items = LocatedByIndex(path, ITEM)
        self._rows: list[int] = []
        self._of_item: dict[int, list[int]] = {}
        self._consensus: dict[int, str | None] = {}
        try:
            self._index()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._records.close()
        self._items.close()

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
        for number in self._rows:
            record = self._records.get(number)
            yield self._row(record, self._items[record.item_index])

    def items(self) -> Iterator[tuple[Item, list[Row]]]:
        """Every item that is not erased with its annotations, in the order of the dataset."""
        for index in sorted(self._items):
            item = self._items[index]
            if not item.is_erased:
                numbers = self._of_item.get(index, [])
                yield item, [self._row(self._records.get(number), item) for number in numbers]

    def consensus_of(self, item: Item) -> str | None:
        return self._consensus.get(item.item_index)

    def _index(self) -> None:
        start = 0
        erased_items: set[int] = set()
        with self.path.open("rb") as source:
            for line in read_export(source):
                if isinstance(line, Header):
                    self.header = line
                elif isinstance(line, Record) and line.is_erased:
                    self.erased += 1
                elif isinstance(line, Record):
                    self._rows.append(self._records.add(start))
                    self._of_item.setdefault(line.item_index, []).append(self._rows[-1])
                elif isinstance(line, Item):
                    self._items.add(line.item_index, start)
                    if line.is_erased:
                        erased_items.add(line.item_index)
                elif isinstance(line, Consensus):
                    self._consensus[line.item_index] = line.label
                start = source.tell()
        gone = {number for index in erased_items for number in self._of_item.pop(index, [])}
        self.erased += len(gone)
        self._rows = [number for number in self._rows if number not in gone]

    def _row(self, record: Record, item: Item) -> Row:
        return Row(record, item, self._consensus.get(item.item_index))
