"""A labeller's file -> **answers** -> submit. CSV with the columns `item,label`, JSON lines with these keys, or
what Label Studio exports as JSON of tasks that `cota work --label-studio` wrote.

An item is named by its reference (as `cota work --take` prints it), by its content when that is a text, by
its content as JSON, or by one field of its content. Promises: bad lines are refused with their number, never
skipped; the same answer twice counts once, two different ones for an item are refused; every label fits the
dataset's question, in its one form, before the first one is signed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from cota.cli.answering import checked, read_cell
from cota.cli.dataset_file import read_bytes
from cota.cli.failures import Failed
from cota.client import Lease
from cota.commitments.canonical import canonical, parse_json
from cota.errors import DomainError
from cota.formats.label_studio_work import labels_in
from cota.units import to_hex


def read_answers(path: Path, schema: Any) -> dict[str, Any]:
    """Label by item. Raises Failed."""
    text = _read_text(path)
    if text.lstrip()[:1] == "[":
        return _label_studio(path, text, schema)
    answers: dict[str, Any] = {}
    is_json = text.lstrip()[:1] == "{"
    rows = _json_rows(path, text) if is_json else _csv_rows(path, text)
    for number, item, given in rows:
        try:
            label = checked(schema, given) if is_json else read_cell(schema, given)
        except DomainError as error:
            _refuse(path, number, f"{_name(given)[:100]}: {error.detail}")
        if answers.setdefault(item, label) != label:
            _refuse(path, number, f"item {item[:100]} has two different labels")
    if not answers:
        raise Failed(f"{path} holds no answers")
    return answers


def _label_studio(path: Path, text: str, schema: Any) -> dict[str, Any]:
    try:
        found = labels_in(parse_json(text.encode()), schema)
    except DomainError as error:
        raise Failed(f"{path}: {error.detail}") from None
    if not found:
        raise Failed(f"{path} holds no answers")
    return {to_hex(reference): label for reference, label in found.items()}


def names_of(lease: Lease, field: str | None) -> list[str]:
    """How a file may name a leased item."""
    content, names = lease.content, [to_hex(lease.item_ref)]
    if field is not None:
        value = content.get(field) if isinstance(content, dict) else None
        return names if value is None else [*names, _name(value)]
    return [*names, _name(content)]


def _name(value: Any) -> str:
    return value if isinstance(value, str) else canonical(value).decode()


def _read_text(path: Path) -> str:
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Failed(f"{path} is not UTF-8") from None


def _csv_rows(path: Path, text: str) -> Iterator[tuple[int, str, str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        for name in ("item", "label"):
            if header.count(name) != 1:
                _refuse(path, 1, f"one column named {name} is wanted, the header has {header.count(name)}")
        item, label = header.index("item"), header.index("label")
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                _refuse(path, reader.line_num, f"{len(header)} cells are wanted, not {len(cells)}")
            if not cells[item] or not cells[label]:
                _refuse(path, reader.line_num, "a cell is empty")
            yield reader.line_num, cells[item], cells[label]
    except csv.Error as error:
        _refuse(path, reader.line_num, str(error))


def _json_rows(path: Path, text: str) -> Iterator[tuple[int, str, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            found = parse_json(line.encode())
        except DomainError as error:
            _refuse(path, number, error.detail)
        if not isinstance(found, dict) or set(found) != {"item", "label"}:
            _refuse(path, number, 'an object with "item" and "label" is wanted')
        yield number, _name(found["item"]), found["label"]


def _refuse(path: Path, line: int, reason: str) -> NoReturn:
    raise Failed(f"{path}, line {line}: {reason}")
