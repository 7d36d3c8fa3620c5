"""CoNLL: a token and its tag a line, an empty line between sentences -> **texts with spans as gold**.

The first column is the token, the last its tag: BIO, IOB1 or BIOES, as usual in CoNLL-2003. A text is its tokens
with a space between them; in files that Cota wrote, the text of the comment, with the tokens at their offsets.
Where each token stands is kept in the content's "tokens", so that the way back gives the same tokens. Columns
between are counted as lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from cota.commitments.canonical import Json, parse_json
from cota.errors import DomainError
from cota.formats.incoming.found import Found, Incoming, ReadOptions, refuse
from cota.formats.lines import MAX_LINE

_COMMENT = re.compile(r"# \w+ = (.*)")
_TAG = re.compile(r"(O)|([BIESLU])-(.+)")
_TEXT = re.compile(r"# text = (\".*\")")
_OUTSIDE = "O"


class _Sentence(NamedTuple):
    """`text` is that of the comment, where there is one; each token has its line and columns."""

    text: str | None
    tokens: list[tuple[int, list[str]]]


def read(path: Path, options: ReadOptions) -> Incoming:
    """The classes are read first: they are the tags' own. Raises MalformedFile."""
    lost: Counter[str] = Counter()
    classes: dict[str, None] = {}
    for sentence in _sentences(path, options.encoding):
        for number, columns in sentence.tokens:
            tag = _parsed(columns[-1], number)
            if tag[1]:
                classes[tag[1]] = None
    schema = {"kind": "spans", "item": "text", "classes": list(classes)}
    return Incoming("conll", lambda: _items(path, options, lost), schema, lost)


def _items(path: Path, options: ReadOptions, lost: Counter[str]) -> Iterator[Found]:
    lost.clear()
    for sentence in _sentences(path, options.encoding):
        first = sentence.tokens[0][0]
        if sentence.text is None:
            lost["columns between token and tag"] += max(len(columns) - 2 for _, columns in sentence.tokens)
            text, tokens = _joined(sentence.tokens)
        else:
            text, tokens = sentence.text, [_place(sentence.text, *token) for token in sentence.tokens]
        tags = [_parsed(columns[-1], number) for number, columns in sentence.tokens]
        yield Found({"text": text, "tokens": tokens}, _spans(text, tokens, tags), f"line {first}")


def _joined(given: list[tuple[int, list[str]]]) -> tuple[str, list[list[int]]]:
    text, tokens = "", []
    for _, columns in given:
        text += " " if text else ""
        tokens.append([len(text), len(text) + len(columns[0])])
        text += columns[0]
    return text, tokens


def _place(text: str, number: int, columns: list[str]) -> list[int]:
    if len(columns) != 4 or not columns[1].isdecimal() or not columns[2].isdecimal():
        refuse(f"line {number}", "token, start, end and tag are wanted under a comment with the text")
    start, end = int(columns[1]), int(columns[2])
    if text[start:end] != columns[0]:
        refuse(f"line {number}", f"the text has not {columns[0]!r} at {start} to {end}")
    return [start, end]


def _spans(text: str, tokens: list[list[int]], tags: list[tuple[str, str]]) -> list[Json]:
    """Joins tokens of one entity. A tag I that follows nothing of its class begins one (as IOB1 writes)."""
    spans: list[Json] = []
    open_class = ""
    for (start, end), (mark, name) in zip(tokens, tags, strict=True):
        if name and open_class == name and mark in "IEL":
            spans[-1]["end"] = end
            spans[-1]["text"] = text[spans[-1]["start"] : end]
        elif name:
            spans.append({"start": start, "end": end, "class": name, "text": text[start:end]})
        open_class = "" if mark in "OESLU" else name
    return spans


def _parsed(tag: str, number: int) -> tuple[str, str]:
    found = _TAG.fullmatch(tag)
    if found is None:
        refuse(f"line {number}", f"{tag!r} is no tag: O, B-CLASS or I-CLASS is wanted")
    return (_OUTSIDE, "") if found[1] else (found[2], found[3])


def _sentences(path: Path, encoding: str) -> Iterator[_Sentence]:
    sentence, size = _Sentence(None, []), 0
    with path.open("rb") as source:
        for number, line in _lines(source, encoding):
            columns = line.split()
            if not columns or columns[0] == "-DOCSTART-":
                if sentence.tokens:
                    yield sentence
                sentence, size = _Sentence(None, []), 0
            elif _COMMENT.fullmatch(line):
                sentence = sentence._replace(text=_told_text(line, number) or sentence.text)
            elif len(columns) < 2:
                refuse(f"line {number}", "a token and its tag are wanted")
            else:
                size += len(line)
                sentence.tokens.append((number, columns))
            if size > MAX_LINE:
                refuse(
                    f"line {number}",
                    f"a sentence is longer than {MAX_LINE} characters: is an empty line missing?",
                )
    if sentence.tokens:
        yield sentence


def _told_text(line: str, number: int) -> str | None:
    found = _TEXT.fullmatch(line)
    if found is None:
        return None
    try:
        return str(parse_json(found[1].encode()))
    except DomainError as error:
        refuse(f"line {number}", error.detail)


def _lines(source: BinaryIO, encoding: str) -> Iterator[tuple[int, str]]:
    number = 0
    while raw := source.readline(MAX_LINE + 1):
        number += 1
        if len(raw) > MAX_LINE:
            refuse(f"line {number}", f"longer than {MAX_LINE} bytes")
        if number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        try:
            yield number, raw.decode(encoding).rstrip("\r\n")
        except UnicodeDecodeError:
            refuse(f"line {number}", f"is no {encoding} text")
