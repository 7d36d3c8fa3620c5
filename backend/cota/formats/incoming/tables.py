"""CSV and TSV: bytes -> **rows of named cells** -> items. Read as RFC 4180 says, strictly.

A cell is the text that stands there: numbers, dates and formulas stay the letters they are. Promises: a mark
of byte order is no part of the first column's name; line breaks inside quotes are kept; the row that has too
few cells, the column that is there twice, the byte that is no text are named by line.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from cota.errors import BadRequest
from cota.formats.incoming.found import Found, Incoming, ReadOptions, gold_of_cell, refuse
from cota.formats.lines import MAX_LINE

NEUTRALISED = re.compile(r"'+[=+\-@\t\r]")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
MARK = "cota_cells"
"""The name of the column that says that formulas in this file were neutralised by `neutral`."""
_MARKS_OF_BYTE_ORDER = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def neutral(cell: str) -> str:
    """The cell as a spreadsheet shows it instead of running it: a quote goes before what would be a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def plain(cell: str) -> str:
    """The cell that `neutral` was given."""
    return cell[1:] if NEUTRALISED.match(cell) else cell


def read(path: Path, options: ReadOptions) -> Incoming:
    """The reader of a table. Its columns are the fields of an item's content, but for that of the gold."""
    try:
        codecs.lookup(options.encoding)
    except LookupError:
        raise BadRequest(f"{options.encoding!r} is no encoding that is known here") from None
    return Incoming("csv", lambda: _items(path, options))


def _items(path: Path, options: ReadOptions) -> Iterator[Found]:
    gold = options.gold or "gold"
    for place, cells in rows(path, options):
        if options.gold and gold not in cells:
            refuse("line 1", f"there is no column {gold!r}")
        content = {name: cell for name, cell in cells.items() if name != gold}
        yield Found(content, gold_of_cell(cells.get(gold, ""), options.kind, place), place)


def rows(path: Path, options: ReadOptions) -> Iterator[tuple[str, dict[str, str]]]:
    """(place, cell by column) of every row. Raises MalformedFile."""
    delimiter = options.delimiter or ("\t" if path.suffix.lower() == ".tsv" else ",")
    if len(delimiter) != 1:
        raise BadRequest("cells are separated by one character")
    # The standard library has one limit for the process; ours is that of a line everywhere else.
    csv.field_size_limit(MAX_LINE)
    with path.open("rb") as raw:
        lines = _Lines(raw, options.encoding)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            yield from _rows(reader, lines)
        except csv.Error as error:
            refuse(f"line {lines.number}", str(error))


def _rows(reader: Iterator[list[str]], lines: _Lines) -> Iterator[tuple[str, dict[str, str]]]:
    header = next(reader, [])
    names, unnamed = _names(header)
    is_neutralised = MARK in names
    start = lines.number + 1
    for cells in reader:
        place, start = f"line {start}", lines.number + 1
        if not cells:
            continue
        if len(cells) != len(header):
            refuse(place, f"{len(header)} cells are wanted, not {len(cells)}")
        if unnamed and cells[-1]:
            refuse(place, "the last cell stands in a column without a name")
        found = dict(zip(names, cells, strict=False))
        if is_neutralised:
            found = {name: plain(cell) for name, cell in found.items() if name != MARK}
        yield place, found


def _names(header: list[str]) -> tuple[list[str], bool]:
    """The columns' names, and whether an empty last one follows them: many programs end lines with a comma."""
    unnamed = len(header) > 1 and not header[-1].strip()
    names = header[:-1] if unnamed else header
    if not names:
        refuse("line 1", "a header with the columns' names is wanted")
    for number, name in enumerate(names, 1):
        if not name.strip():
            refuse("line 1", f"column {number} has no name")
        if name in names[: number - 1]:
            refuse("line 1", f"there are two columns called {name!r}")
    return names, unnamed


class _Lines:
    """The file's lines as text, each whole with its line feed; a bad byte is told with its line."""

    def __init__(self, raw: IO[bytes], encoding: str) -> None:
        start = raw.read(4)
        raw.seek(0)
        marked = next((name for mark, name in _MARKS_OF_BYTE_ORDER if start.startswith(mark)), None)
        self.number = 0
        self._encoding = marked or encoding
        self._decoder = codecs.getincrementaldecoder(self._encoding)()
        self._raw = raw
        self._text = ""
        self._is_over = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.number += 1
        end = self._find()
        while end < 0 and not self._is_over:
            if len(self._text) > MAX_LINE:
                refuse(f"line {self.number}", f"longer than {MAX_LINE} characters")
            self._text += self._decode()
            end = self._find()
        if not self._text:
            self.number -= 1
            raise StopIteration
        cut = end if end >= 0 else len(self._text)
        line, self._text = self._text[:cut], self._text[cut:]
        if "\0" in line:
            refuse(f"line {self.number}", "U+0000 is no text: is this a table at all?")
        return line

    def _find(self) -> int:
        return self._text.find("\n") + 1 or -1

    def _decode(self) -> str:
        chunk = self._raw.read(2**16)
        self._is_over = not chunk
        try:
            return self._decoder.decode(chunk, final=self._is_over)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(self._encoding, "replace")
            number = self.number + (self._text + before).count("\n")
            byte = error.object[error.start] if error.start < len(error.object) else 0
            refuse(
                f"line {number}",
                f"the byte 0x{byte:02x} is no {self._encoding.removesuffix('-sig')} text: save the file as "
                "UTF-8, or name its encoding, such as latin-1",
            )
