"""Items as a stream -> file on disk -> **rows, a bounded part at a time** -> one transaction.

A line is one item: JSON as in an upload at one go (`content`, `item_salt`, `gold_label`, `gold_salt`), or a row of a
table, whose other columns are the content's fields. Promises: memory holds one part, however long the stream; a slow
sender keeps no connection of the database and no lock; the first bad line stops all of it and is named by its number;
either every item is stored or none.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from cota.commitments.log_tree import GrowingRoot
from cota.datasets import queries
from cota.datasets.queries import Dataset, KnownBatch
from cota.datasets.schemas import NewItem
from cota.datasets.service import IS_A_QUESTION, check_item, gold_leaf, prepare_item
from cota.errors import DomainError, InvalidBody, RootsMismatch
from cota.formats.incoming.found import MOST_ITEMS, ReadOptions, gold_of_cell, refuse
from cota.formats.incoming.json_lines import objects
from cota.formats.incoming.tables import rows as table_rows
from cota.formats.lines import MalformedFile
from cota.http.problems import BodyTooLarge
from cota.store.session import Database, WriteSession
from cota.units import Address, address_bytes, to_hex

Form = Callable[[Path, str], Iterator[tuple[str, dict[str, Any]]]]
"""(file, kind of question) -> (place, item) of each line."""

PART_ITEMS = 500
PART_BYTES = 4 * 2**20
# Each holds a connection and a core for as long as its items take.
AT_ONCE = 2
_running = asyncio.Semaphore(AT_ONCE)
_SALTS = ("item_salt", "gold_salt")
_WANTED = 'an object with "content", "item_salt", "gold_salt", and "gold_label" where it is known, is wanted'


@dataclass(frozen=True, slots=True)
class Upload:
    """What is announced before the first line."""

    dataset: Dataset
    account: Address
    items_root: bytes
    gold_root: bytes
    first_item: int | None


@asynccontextmanager
async def spooled(chunks: AsyncIterator[bytes], limit: int, declared: int | None) -> AsyncIterator[Path]:
    """The stream as a file that goes with the block. `declared`: the length that its sender says, if one is said.

    Raises BodyTooLarge at the byte after `limit`, or before the first one where the length says it all.
    """
    too_large = BodyTooLarge(f"an upload here has at most {limit} bytes", limit=limit)
    if declared is not None and declared > limit:
        raise too_large
    with tempfile.NamedTemporaryFile(prefix="cota-upload-") as file:
        size = 0
        async for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise too_large
            await asyncio.to_thread(file.write, chunk)
        file.flush()
        yield Path(file.name)


async def store(database: Database, upload: Upload, file: Path, form: Form) -> KnownBatch:
    """Stores the batch in a file. The same roots again change nothing, whatever the file says.

    Raises MalformedFile, InvalidBody and InvalidLabel with the `line`, RootsMismatch.
    """
    async with _running, database.write() as session:
        dataset, roots = upload.dataset.id, (upload.items_root, upload.gold_root)
        await queries.lock_uploads(session, dataset)
        known = await queries.find_batch(session, dataset, *roots)
        if known is not None:
            return known
        first_item = upload.first_item
        if first_item is None:
            first_item = await queries.next_first_item(session, dataset, *roots)
        return await _store(session, upload, first_item, file, form)


async def _store(
    session: WriteSession, upload: Upload, first_item: int, file: Path, form: Form
) -> KnownBatch:
    dataset = upload.dataset
    batch = {
        "dataset": dataset.id,
        "items_root": upload.items_root,
        "gold_root": upload.gold_root,
        "first_item": first_item,
        "count": 0,
        "uploaded_by": address_bytes(upload.account),
    }
    number = await queries.save_batch(session, batch)
    places = {
        "batch": number,
        "dataset": dataset.id,
        "seats": dataset.terms.seats,
        "reviews": await queries.reviews_of(session, dataset.id),
    }
    reading = _Reading(dataset.schema, first_item, form(file, dataset.schema["kind"]))
    with closing(reading):
        while part := await asyncio.to_thread(reading.part):
            await _refuse_known(session, dataset.id, part)
            await queries.save_items(session, places, first_item, list(part.values()))
    found = (reading.items.root, reading.gold.root)
    if found != (upload.items_root, upload.gold_root):
        items_root, gold_root = map(to_hex, found)
        raise RootsMismatch(items_root=items_root, gold_root=gold_root, first_item=first_item)
    await queries.count_items(session, number, reading.items.count)
    return KnownBatch(first_item, reading.items.count)


async def _refuse_known(session: WriteSession, dataset: bytes, part: Mapping[str, dict[str, Any]]) -> None:
    """Among the known are those of earlier parts: they are in the transaction."""
    asked = await queries.known_questions(session, dataset, [row["item_hash"] for row in part.values()])
    for place, row in part.items():
        if row["item_hash"] in asked:
            _refuse(place, IS_A_QUESTION)
    again = set(await queries.known_items(session, dataset, [row["item_ref"] for row in part.values()]))
    for place, row in part.items():
        if row["item_ref"] in again:
            _refuse(place, "the dataset has this item already", item_refs=[to_hex(row["item_ref"])])


class _Reading:
    """A file of items, read once: its rows in parts, its roots when it is over."""

    def __init__(self, schema: Any, first_item: int, lines: Iterator[tuple[str, dict[str, Any]]]) -> None:
        self.items, self.gold = GrowingRoot(), GrowingRoot()
        self._schema, self._first_item, self._lines = schema, first_item, lines

    def part(self) -> dict[str, dict[str, Any]]:
        """The next rows by their place; none at the end. Much hashing: run it in a thread."""
        found: dict[str, dict[str, Any]] = {}
        seen: set[bytes] = set()
        size = 0
        while len(found) < PART_ITEMS and size < PART_BYTES:
            place, value = next(self._lines, ("", {}))
            if not place:
                break
            if self.items.count == MOST_ITEMS:
                refuse(place, f"a batch holds at most {MOST_ITEMS:,} items: make several")
            row = found[place] = self._row(place, value)
            if row["item_ref"] in seen:
                _refuse(place, "the item is there twice", item_refs=[to_hex(row["item_ref"])])
            seen.add(row["item_ref"])
            size += len(row["content"])
        if not self.items.count:
            raise MalformedFile("the upload holds no items")
        return found

    def _row(self, place: str, value: dict[str, Any]) -> dict[str, Any]:
        try:
            item = NewItem.model_validate(value)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            _refuse(place, f"{where}: {first['msg'].removeprefix('Value error, ')}")
        check_item(self._schema, item, f"{place}: ", line=_number(place))
        try:
            row = prepare_item(self.items.count, item)
        except DomainError as error:
            _refuse(place, error.detail)
        self.gold.add(gold_leaf(self._first_item + self.items.count, item))
        self.items.add(row["item_ref"])
        return row

    def close(self) -> None:
        """Closes the file, also in the middle of it."""
        close = getattr(self._lines, "close", None)
        if close is not None:
            close()


def json_items(file: Path, _kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Items of JSON lines."""
    return objects(file, _WANTED)


def table_items(file: Path, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Items of a table with a header; gold is read as from any other table (docs/formats.md)."""
    for place, cells in table_rows(file, ReadOptions(kind=kind)):
        missing = [name for name in _SALTS if name not in cells]
        if missing:
            refuse("line 1", f"there is no column {missing[0]!r}")
        salts = {name: cells.pop(name) for name in _SALTS}
        gold = gold_of_cell(cells.pop("gold_label", ""), kind, place)
        yield place, {"content": cells, "gold_label": gold, **salts}


FORMS: Mapping[str, Form] = {
    "application/jsonl": json_items,
    "application/x-ndjson": json_items,
    "text/csv": table_items,
}
"""By media type."""


def _refuse(place: str, reason: str, **extra: object) -> NoReturn:
    raise InvalidBody(f"{place}: {reason}", line=_number(place), **extra)


def _number(place: str) -> int:
    return int(place.rsplit(" ", 1)[-1])
