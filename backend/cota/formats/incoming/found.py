"""What every reader gives: an item, where it stood, and what of the file is not taken over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from cota.commitments.canonical import Json, parse_json
from cota.errors import DomainError
from cota.formats.lines import MalformedFile

MOST_ITEMS = 2**20
"""As many as an epoch may have rows (PROTOCOL.md)."""


@dataclass(frozen=True, slots=True)
class Found:
    """One item; `gold` is None where the file knows none. `place` is said in complaints: "line 7", "task 3"."""

    content: Json
    gold: Json
    place: str


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a file does not say of itself."""

    format: str | None = None
    kind: str | None = None
    """The dataset's kind of question, where it is known: how the gold of a table's cells is read."""
    gold: str | None = None
    """The column that holds gold; "gold" unless given. For pictures "folder": each lies in its class's folder."""
    encoding: str = "utf-8"
    delimiter: str | None = None
    """Between the cells of a table; a comma, and a tab for files called .tsv, unless given."""
    base_url: str = ""
    """Goes before the path of a picture."""
    config: Path | None = None
    """Label Studio's labelling configuration (XML)."""


@dataclass
class Incoming:
    """A file opened. `items()` reads it from its beginning, as often as it is called.

    `schema`: as much of the question as the file tells, or None. `lost`: what was not taken over and how
    often, of the last reading.
    """

    format: str
    items: Callable[[], Iterator[Found]]
    schema: Json = None
    lost: Counter[str] = field(default_factory=Counter)


def refuse(place: str, reason: str) -> NoReturn:
    """Raises MalformedFile for a place."""
    number = place.rsplit(" ", 1)[-1]
    raise MalformedFile(f"{place}: {reason}", **({"line": int(number)} if number.isdecimal() else {}))


def gold_of_cell(cell: str, kind: str | None, place: str) -> Json:
    """The gold of a table's cell: "" is none; a class or a text as it stands; everything else as JSON."""
    if not cell:
        return None
    if kind in (None, "choice", "preference", "text"):
        return cell
    try:
        return parse_json(cell.encode())
    except DomainError as error:
        refuse(place, f"the gold of a question of kind {kind!r} is JSON: {error.detail}")


def numbered(items: Iterator[Found]) -> Iterator[Found]:
    """The same, and a file without items or with far too many is refused."""
    count = 0
    for count, item in enumerate(items, 1):
        if count > MOST_ITEMS:
            refuse(item.place, f"a file holds at most {MOST_ITEMS:,} items: split it")
        yield item
    if not count:
        raise MalformedFile("the file holds no items")
