"""Files of canonical JSON lines: bytes <-> **lines** <-> records.

Each line is one object in canonical form (RFC 8785) and ends with one line feed. Promises: reading holds
one line in memory at a time and none longer than MAX_LINE; every error names its line; no second spelling
of a file is taken.
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, NoReturn

from cota.commitments.canonical import Json, canonical, parse_canonical
from cota.errors import BadRequest, DomainError

MAX_LINE = 16 * 2**20


class MalformedFile(BadRequest):
    """`line` says where."""


class Line(NamedTuple):
    """One line read: its number from 1, its bytes with the line feed, its object."""

    number: int
    raw: bytes
    value: Json


def refuse(line: int, reason: str) -> NoReturn:
    """Raises MalformedFile for a line."""
    raise MalformedFile(f"line {line}: {reason}", line=line)


def write_line(value: Json) -> bytes:
    """The line of an object. Raises MalformedJson."""
    return canonical(value) + b"\n"


def read_lines(source: BinaryIO) -> Iterator[Line]:
    """All lines of a file. Raises MalformedFile."""
    number = 0
    while raw := source.readline(MAX_LINE + 1):
        number += 1
        if len(raw) > MAX_LINE:
            refuse(number, f"longer than {MAX_LINE} bytes")
        if not raw.endswith(b"\n"):
            refuse(number, "the line is cut off: it does not end with a line feed")
        try:
            value = parse_canonical(raw[:-1])
        except DomainError as error:
            refuse(number, error.detail)
        if not isinstance(value, dict) or not isinstance(value.get("type"), str):
            refuse(number, "an object with a type is wanted")
        yield Line(number, raw, value)
