"""Parquet: column groups -> **rows** -> items, a thousand at a time."""

from __future__ import annotations

import base64
import datetime
import decimal
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cota.commitments.canonical import MAX_SAFE_INTEGER, Json
from cota.errors import BadRequest
from cota.formats.incoming.found import Found, Incoming, ReadOptions, gold_of_cell, refuse

_ROWS_AT_ONCE = 1_000
_LARGEST_GROUP = 512 * 2**20
"""Of one row group, unpacked: readers have to hold a column of it whole."""


def read(path: Path, options: ReadOptions) -> Incoming:
    """Its columns are the fields of an item's content, but for that of the gold; with the columns `content` and
    gold only, the content is the first. Raises BadRequest for a file that is no Parquet.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
    except (pa.ArrowException, OSError) as error:
        raise BadRequest(f"{path.name} is no Parquet file that can be read: {error}") from error
    _check(names, options)
    for number, group in enumerate(groups, 1):
        if group.total_byte_size > _LARGEST_GROUP:
            raise BadRequest(
                f"row group {number} of {path.name} unpacks to {group.total_byte_size:,} bytes, more than "
                f"{_LARGEST_GROUP:,}: write the file with smaller row groups"
            )
    return Incoming("parquet", lambda: _items(path, options))


def _check(names: list[str], options: ReadOptions) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadRequest(f"there are two columns called {twice[0]!r}")
    if options.gold and options.gold not in names:
        raise BadRequest(f"there is no column {options.gold!r}")


def _items(path: Path, options: ReadOptions) -> Iterator[Found]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    gold, number = options.gold or "gold", 0
    with pq.ParquetFile(path) as file:
        batches = file.iter_batches(batch_size=_ROWS_AT_ONCE)
        while True:
            try:
                batch = next(batches, None)
            except (pa.ArrowException, OSError) as error:
                refuse(f"row {number + 1}", f"cannot be read: {error}")
            if batch is None:
                return
            for row in batch.to_pylist():
                number += 1
                yield _item(row, gold, options.kind, f"row {number}")


def _item(row: dict[str, Any], gold: str, kind: str | None, place: str) -> Found:
    known = row.pop(gold, None)
    fields = {name: _plain(value, f"{place}, column {name!r}") for name, value in row.items()}
    content: Json = fields["content"] if set(fields) == {"content"} else fields
    if isinstance(known, str):
        return Found(content, gold_of_cell(known, kind, place), place)
    return Found(content, _plain(known, place), place)


def _plain(value: Any, place: str) -> Json:
    """A cell as JSON; times become ISO 8601, bytes base64, decimals text."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= MAX_SAFE_INTEGER else str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            refuse(place, f"{value} is not a JSON number")
        return value
    if isinstance(value, list):
        return [_plain(one, place) for one in value]
    if isinstance(value, dict):
        return {str(name): _plain(one, place) for name, one in value.items()}
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    refuse(place, f"a value of type {type(value).__name__} has no form in JSON")
