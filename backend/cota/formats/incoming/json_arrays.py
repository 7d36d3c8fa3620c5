"""A JSON file of any size -> **its elements, one at a time**, each still as bytes, to be read strictly.

Takes one array, or one object: then the elements of each member that is an array, and each other member
whole. Promises: no more than one element is in memory, and none longer than MAX_LINE; what stands between the
elements is checked as strictly as the elements are. (Streaming parsers that exist repair half a surrogate
pair to a question mark and take a repeated key.)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from cota.commitments.canonical import Json, parse_json
from cota.errors import DomainError
from cota.formats.incoming.found import refuse
from cota.formats.lines import MAX_LINE

_CHUNK = 2**16
_TOKEN = re.compile(rb'"(?:[^"\\]+|\\.)*+"|[\[\]{},:]|"', re.DOTALL)
_BLANK = b" \t\r\n"


class Element(NamedTuple):
    """`key`: of the member that it stands in, None in an array; `number` counts from 1 within it, 0: the
    member's whole value; `line` is where it begins."""

    key: str | None
    number: int
    line: int
    raw: bytes

    def parse(self, what: str) -> Json:
        """Its value; `what` an element is, in complaints. Raises MalformedFile."""
        try:
            return parse_json(self.raw)
        except DomainError as error:
            refuse(f"{what} {self.number} (line {self.line})", error.detail)


def first_key(source: BinaryIO) -> str | None:
    """The first key of a file that holds an object; None when it holds an array."""
    head = source.read(_CHUNK).removeprefix(b"\xef\xbb\xbf").lstrip(_BLANK)
    if head[:1] == b"[":
        return None
    found = re.match(rb'\{[ \t\r\n]*"((?:[^"\\]|\\.)*)"', head)
    return found[1].decode("utf-8", "replace") if found else ""


def elements(source: BinaryIO) -> Iterator[Element]:
    """Every element of the file. Raises MalformedFile."""
    yield from _Scan(source).run()


class _Scan:
    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._buffer = b""
        self._at = 0  # how far the buffer was looked at
        self._line = 1  # of the buffer's beginning
        self._is_over = False

    def run(self) -> Iterator[Element]:
        while len(self._buffer) < 3 and not self._is_over:
            self._fill()
        self._buffer = self._buffer.removeprefix(b"\xef\xbb\xbf")
        opening = self._mark()
        if opening == b"[":
            yield from self._array(None)
        elif opening == b"{":
            yield from self._object()
        else:
            refuse(f"line {self._line}", "a JSON array or object is wanted")
        if self._rest():
            refuse(f"line {self._line}", "something follows after the end of the JSON value")

    def _array(self, key: str | None) -> Iterator[Element]:
        """The elements up to the array's end; its opening bracket was taken."""
        number = 0
        while True:
            number += 1
            line, raw, closing = self._value(b"]")
            if raw or closing == b"," or number > 1:
                yield Element(key, number, line, raw)
            if closing == b"]":
                return

    def _object(self) -> Iterator[Element]:
        while True:
            token = self._mark()
            if token == b"}":
                return
            key = self._key(token)
            if self._mark() != b":":
                refuse(f"line {self._line}", f"a colon is wanted after {key!r}")
            if self._peek() == b"[":
                self._mark()
                yield from self._array(key)
                closing = self._mark()
            else:
                line, raw, closing = self._value(b"}")
                yield Element(key, 0, line, raw)
            if closing == b"}":
                return
            if closing != b",":
                refuse(f"line {self._line}", "a comma or the end of the object is wanted")

    def _key(self, token: bytes) -> str:
        if len(token) < 2 or token[:1] != b'"':
            refuse(f"line {self._line}", "a member's name is wanted")
        try:
            return str(json.loads(token.decode()))
        except (UnicodeDecodeError, ValueError):
            refuse(f"line {self._line}", "a member's name is not text")

    def _value(self, end: bytes) -> tuple[int, bytes, bytes]:
        """(line, bytes, what ended it) of one value at this level; drops it from the buffer."""
        depth = 0
        while True:
            token = self._next()
            if token in (b"[", b"{"):
                depth += 1
            elif token in (b"]", b"}") and depth:
                depth -= 1
            elif not depth and token in (b",", end):
                raw = self._buffer[: self._at - 1]
                blank = len(raw) - len(raw.lstrip(_BLANK))
                line = self._line + raw[:blank].count(b"\n")
                self._drop()
                return line, raw.strip(_BLANK), token
            elif not depth and token in (b"]", b"}"):
                refuse(f"line {self._line}", "brackets do not fit together")

    def _mark(self) -> bytes:
        """The next token, taken out of the buffer, with nothing but blanks before it."""
        token = self._next()
        before = self._buffer[: self._at - len(token)]
        if before.strip(_BLANK):
            refuse(f"line {self._line}", f"{before.strip(_BLANK)[:20]!r} does not belong here")
        self._drop()
        return token

    def _next(self) -> bytes:
        """The next bracket, comma, colon or text; all before it stays in the buffer."""
        while True:
            found = _TOKEN.search(self._buffer, self._at)
            if found is None:
                self._at = len(self._buffer)
            elif found[0] == b'"':
                self._at = found.start()  # a text whose end is still to come
            else:
                self._at = found.end()
                return found[0]
            if self._is_over:
                refuse(f"line {self._line + self._buffer.count(10)}", "the file is cut off")
            self._fill()

    def _peek(self) -> bytes:
        while not (rest := self._buffer[self._at :].lstrip(_BLANK)) and not self._is_over:
            self._fill()
        return rest[:1]

    def _rest(self) -> bytes:
        while not (rest := self._buffer[self._at :].strip(_BLANK)) and not self._is_over:
            self._drop_all()
            self._fill()
        return rest

    def _drop(self) -> None:
        """Forgets all that was looked at."""
        self._line += self._buffer.count(b"\n", 0, self._at)
        self._buffer, self._at = self._buffer[self._at :], 0

    def _drop_all(self) -> None:
        self._at = len(self._buffer)
        self._drop()

    def _fill(self) -> None:
        if len(self._buffer) > MAX_LINE:
            refuse(f"line {self._line}", f"an element is longer than {MAX_LINE} bytes")
        chunk = self._source.read(_CHUNK)
        self._is_over = not chunk
        self._buffer += chunk
