"""CoNLL: a token, where it stands, its BIO tag; a sentence per annotation.

    # row_id = 0x...
    # text = "Ana foi"
    Ana 0 3 B-PER
    foi 4 7 O

Offsets count code points, end exclusive. Tokens are those of the item's content, where it has "tokens"; else
runs of letters and digits, and single signs. A span that begins or ends inside a token cuts it. BIO has no
place for spans that overlap: the longest stays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cota.commitments.canonical import Json, canonical
from cota.errors import BadRequest
from cota.formats.outgoing.joined import ExportFile
from cota.units import to_hex

_TOKEN = re.compile(r"\w+|[^\w\s]")
Place = tuple[int, int]


def write_conll(export: ExportFile, path: Path, lost: Counter[str]) -> None:
    if export.schema["kind"] != "spans":
        raise BadRequest(f"CoNLL holds spans, not {export.schema['kind']!r}")
    blank = [name for name in export.schema["classes"] if re.search(r"\s", name)]
    if blank:
        raise BadRequest(f"a tag cannot have blanks, as the class {blank[0]!r} has")
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in export.rows():
            text = row.content["text"]
            head = {
                "row_id": to_hex(row.record.row_id),
                "account": row.record.annotation.account,
                "item_index": str(row.record.item_index),
                "text": canonical(text).decode(),
            }
            file.writelines(f"# {name} = {value}\n" for name, value in head.items())
            for (start, end), tag in tagged(text, row.content.get("tokens"), row.label, lost):
                file.write(f"{text[start:end]} {start} {end} {tag}\n")
            file.write("\n")


def tagged(
    text: str, tokens: Json, spans: list[dict[str, Any]], lost: Counter[str]
) -> Iterator[tuple[Place, str]]:
    """Each token's place with its tag."""
    kept = _apart(spans, lost)
    edges = {edge for span in kept for edge in (span["start"], span["end"])}
    pieces = list(_cut(tokens_of(text, tokens), edges))
    for place, (start, end) in enumerate(pieces):
        inside = next((span for span in kept if span["start"] <= start and end <= span["end"]), None)
        if inside is None:
            yield (start, end), "O"
            continue
        begins = place == 0 or pieces[place - 1][0] < inside["start"]
        yield (start, end), f"{'B' if begins else 'I'}-{inside['class']}"
    for span in kept:
        if not any(span["start"] <= start and end <= span["end"] for start, end in pieces):
            lost["spans of blanks only"] += 1


def tokens_of(text: str, told: Json) -> list[Place]:
    """The content's own tokens where they are places in the text, in order; else ours."""
    if isinstance(told, list):
        places = [
            (one[0], one[1])
            for one in told
            if isinstance(one, list) and len(one) == 2 and all(isinstance(edge, int) for edge in one)
        ]
        ends = [0, *(end for _, end in places)]
        fits = len(places) == len(told) and all(
            before <= start < end <= len(text) and not re.search(r"\s", text[start:end])
            for before, (start, end) in zip(ends, places, strict=False)
        )
        if fits:
            return places
    return [found.span() for found in _TOKEN.finditer(text)]


def _cut(tokens: list[Place], edges: set[int]) -> Iterator[Place]:
    for start, end in tokens:
        for edge in sorted(edge for edge in edges if start < edge < end):
            yield start, edge
            start = edge
        yield start, end


def _apart(spans: list[dict[str, Any]], lost: Counter[str]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    for span in sorted(spans, key=lambda one: (one["start"] - one["end"], one["start"])):
        if all(span["end"] <= other["start"] or other["end"] <= span["start"] for other in kept):
            kept.append(span)
        else:
            lost["spans that overlap a longer one"] += 1
    return sorted(kept, key=lambda one: int(one["start"]))
