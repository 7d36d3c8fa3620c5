"""What several checks want of every record, some bytes each: read once with the file -> **columns** -> checks.

A record of an export takes kilobytes as an object; told again for each check it takes minutes for a million.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from cota.datasets.labels import answer_text
from cota.formats.export import Item, Record
from cota.scoring import LabelRow
from cota.units import to_hex

_ID = 32


class _Names:
    """Texts by number; each is held once."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def number_of(self, text: str) -> int:
        number = self._numbers.setdefault(text, len(self.texts))
        if number == len(self.texts):
            self.texts.append(text)
        return number


class Columns:
    """Of each record, in the file's order: index, row id, item, and the label as the scoring takes it."""

    def __init__(self) -> None:
        self._epochs, self._indexes, self._items = array("Q"), array("Q"), array("Q")
        self._row_ids = bytearray()
        self._columns = [array("I"), array("I"), array("I")]
        self._names = [_Names(), _Names(), _Names()]
        self.erased = 0
        """Records without their label."""

    def __len__(self) -> int:
        return len(self._indexes)

    def add(self, record: Record) -> None:
        self._epochs.append(record.epoch)
        self._indexes.append(record.index)
        self._items.append(record.item_index)
        self._row_ids += record.row_id
        self.erased += record.is_erased
        told = to_hex(record.annotation.item_ref), record.annotation.account, answer_text(record.label)
        for column, names, text in zip(self._columns, self._names, told, strict=True):
            column.append(names.number_of(text))

    def extend(self, more: Columns) -> None:
        """Takes the records of another after its own."""
        self._epochs.extend(more._epochs)
        self._indexes.extend(more._indexes)
        self._items.extend(more._items)
        self._row_ids += more._row_ids
        self.erased += more.erased
        for column, names, theirs, texts in zip(
            self._columns, self._names, more._columns, more._names, strict=True
        ):
            numbers = [names.number_of(text) for text in texts.texts]
            column.extend(array("I", (numbers[number] for number in theirs)))

    def rows(self) -> Iterator[tuple[int, bytes]]:
        """(index, row id)."""
        for number, index in enumerate(self._indexes):
            yield index, bytes(self._row_ids[number * _ID : (number + 1) * _ID])

    def row_ids(self, numbers: range) -> dict[int, bytes]:
        """Row ids by epoch, of the epochs that some records are of; in a file in order, all of an epoch's."""
        found = {}
        for epoch in sorted(set(self._epochs[numbers.start : numbers.stop])):
            first, end = bisect_left(self._epochs, epoch), bisect_right(self._epochs, epoch)
            found[epoch] = bytes(self._row_ids[first * _ID : end * _ID])
        return found

    def labels(self, epoch: int) -> tuple[list[LabelRow], set[int]]:
        """An epoch's labels as the scoring takes them (task = item reference, worker = account), and its items."""
        tasks, workers, answers = (names.texts for names in self._names)
        rows, items = [], set()
        for number, of in enumerate(self._epochs):
            if of == epoch:
                task, worker, answer = (column[number] for column in self._columns)
                rows.append(LabelRow(tasks[task], workers[worker], answers[answer]))
                items.add(self._items[number])
        return rows, items


class ItemColumns:
    """Of each item, in the file's order: its reference, and its gold as the scoring takes it."""

    def __init__(self) -> None:
        self._refs = bytearray()
        self._gold = array("I")
        self._labels = _Names()

    def add(self, item: Item) -> None:
        label = item.gold.label
        self._refs += item.item_ref
        self._gold.append(0 if label is None else self._labels.number_of(answer_text(label)) + 1)

    def extend(self, more: ItemColumns) -> None:
        """Takes the items of another after its own."""
        numbers = [0, *(self._labels.number_of(text) + 1 for text in more._labels.texts)]
        self._refs += more._refs
        self._gold.extend(array("I", (numbers[number] for number in more._gold)))

    def ref(self, number: int) -> str:
        """0x and hex digits, of the n-th item."""
        return "0x" + self._refs[number * _ID : (number + 1) * _ID].hex()

    def gold(self, number: int) -> str | None:
        known = self._gold[number]
        return self._labels.texts[known - 1] if known else None
