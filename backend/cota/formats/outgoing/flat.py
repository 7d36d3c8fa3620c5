"""One flat row per annotation: JSON lines, CSV, Parquet. All three have the same columns.

Labels and items that are texts stand as they are in JSON lines; in CSV and Parquet, whose columns have one type,
everything that is no text is canonical JSON.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from cota.commitments.canonical import Json, canonical
from cota.datasets.labels import answer_text
from cota.formats.incoming.tables import MARK, neutral
from cota.formats.outgoing.joined import ExportFile, Row
from cota.units import to_hex

COLUMNS: Mapping[str, str] = {
    "epoch": "number of the epoch that the annotation was settled in",
    "index": "place in the dataset's log",
    "row_id": "hash of the signed statement: leaf of the log",
    "account": "who labelled",
    "item_index": "place of the item in the dataset",
    "item_ref": "salted hash of the item",
    "item": "what was labelled",
    "label": "the annotation",
    "gold": "the publisher's hidden answer, where there is one",
    "consensus": "what the scoring says of the item; empty: undecided",
    "logged_by": "UTC, ISO 8601: until when its receipt promised it to be logged",
    "signature": "of the statement, by the account or its agent key",
}
NUMBERS = frozenset({"epoch", "index", "item_index"})
_ROWS_AT_ONCE = 2_000


def flat_row(row: Row) -> dict[str, Json]:
    """One annotation by its columns."""
    record, item = row.record, row.item
    return {
        "epoch": record.epoch,
        "index": record.index,
        "row_id": to_hex(record.row_id),
        "account": record.annotation.account,
        "item_index": record.item_index,
        "item_ref": to_hex(item.item_ref),
        "item": item.item,
        "label": record.label,
        "gold": item.gold.label,
        "consensus": row.consensus,
        "logged_by": datetime.fromtimestamp(record.receipt.include_by, UTC).isoformat(),
        "signature": to_hex(record.signature),
    }


def write_json_lines(export: ExportFile, path: Path, _lost: Counter[str]) -> None:
    with path.open("wb") as file:
        for row in export.rows():
            file.write(canonical(flat_row(row)) + b"\n")


def write_csv(export: ExportFile, path: Path, _lost: Counter[str]) -> None:
    """For spreadsheets: what they would run as a formula is neutralised; the column `cota_cells` says so."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([MARK, *COLUMNS])
        for row in export.rows():
            writer.writerow(["1", *(neutral(_cell(value)) for value in flat_row(row).values())])


def write_parquet(export: ExportFile, path: Path, _lost: Counter[str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = [(name, pa.int64() if name in NUMBERS else pa.string()) for name in COLUMNS]
    schema = pa.schema(columns)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for part in _parts(export.rows()):
            rows = [
                {name: value if name in NUMBERS else _text(value) for name, value in flat_row(row).items()}
                for row in part
            ]
            writer.write_table(pa.Table.from_pylist(rows, schema))


def _parts(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while part := list(islice(rows, _ROWS_AT_ONCE)):
        yield part


def _text(value: Json) -> str | None:
    return None if value is None else answer_text(value)


def _cell(value: Json) -> str:
    return _text(value) or ""
