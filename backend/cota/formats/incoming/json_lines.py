"""JSON lines: **one object a line** -> items. Either `{"content": ..., "gold": label}`, or any objects, whose
fields are the content but for that of the gold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cota.commitments.canonical import parse_json
from cota.errors import DomainError
from cota.formats.incoming.found import Found, Incoming, ReadOptions, refuse
from cota.formats.lines import MAX_LINE

_WANTED = 'an object with "content", and "gold" where it is known, is wanted'


def read(path: Path, options: ReadOptions) -> Incoming:
    """The first line decides which of the two forms the file has."""
    return Incoming("jsonl", lambda: _items(path, options))


def _items(path: Path, options: ReadOptions) -> Iterator[Found]:
    gold = options.gold or "gold"
    is_wrapped: bool | None = None
    for place, value in objects(path):
        if is_wrapped is None:
            is_wrapped = "content" in value
        if is_wrapped:
            if "content" not in value or set(value) - {"content", gold}:
                refuse(place, f'an object with "content", and "{gold}" where it is known, is wanted')
            yield Found(value["content"], value.get(gold), place)
        else:
            known = value.pop(gold, None)
            yield Found(value, known, place)


def objects(path: Path, wanted: str = _WANTED) -> Iterator[tuple[str, dict[str, Any]]]:
    """(place, object) of every line that is not blank. Raises MalformedFile; `wanted` says what a line should be."""
    with path.open("rb") as source:
        number = 0
        while raw := source.readline(MAX_LINE + 1):
            number += 1
            place = f"line {number}"
            if len(raw) > MAX_LINE:
                refuse(place, f"longer than {MAX_LINE} bytes")
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            if not raw.strip():
                continue
            try:
                value = parse_json(raw)
            except DomainError as error:
                refuse(place, error.detail)
            if not isinstance(value, dict):
                refuse(place, wanted)
            yield place, value
