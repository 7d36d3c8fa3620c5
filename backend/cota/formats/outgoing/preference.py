"""Preference pairs as trainers of language models read them: `prompt`, `chosen`, `rejected`, a line per annotation."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from cota.commitments.canonical import Json, canonical
from cota.errors import BadRequest
from cota.formats.outgoing.joined import ExportFile
from cota.units import to_hex


def write_preference(export: ExportFile, path: Path, lost: Counter[str]) -> None:
    """The prompt is the item's "prompt", or the dataset's question. Ties choose nothing and stay out."""
    if export.schema["kind"] != "preference":
        raise BadRequest(f"pairs are made of preferences, not of {export.schema['kind']!r}")
    with path.open("wb") as file:
        for row in export.rows():
            if row.label == "tie":
                lost["ties"] += 1
                continue
            content = row.content
            sides = _part(content["a"]), _part(content["b"])
            chosen, rejected = sides if row.label == "a" else sides[::-1]
            pair = {
                "prompt": content.get("prompt", export.schema["question"]),
                "chosen": chosen,
                "rejected": rejected,
                "account": row.record.annotation.account,
                "row_id": to_hex(row.record.row_id),
            }
            file.write(canonical(pair) + b"\n")


def _part(side: Json) -> Json:
    """A text side as its text; pictures and sounds by their address."""
    if not isinstance(side, dict):
        return side
    return next((side[name] for name in ("text", "image", "audio") if name in side), side)
