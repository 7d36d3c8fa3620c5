"""Label Studio's task list: a task per item, an annotation per label; the gold is marked `ground_truth`, the
consensus a prediction. Beside it the labelling configuration that asks the same question.

Who labelled, and each row's id, stand in the task's `meta`, which Label Studio keeps: its own `completed_by`
names users of one installation.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import orjson

from cota.commitments.canonical import Json
from cota.datasets.labels import answer_of
from cota.errors import BadRequest
from cota.formats.export import Item
from cota.formats.label_studio_config import CONTROLS, write_config
from cota.formats.label_studio_results import results_of
from cota.formats.outgoing.joined import ExportFile, Row
from cota.units import to_hex


def write_tasks(export: ExportFile, path: Path, lost: Counter[str]) -> None:
    """A JSON array, a task a line."""
    if export.schema["kind"] not in CONTROLS:
        raise BadRequest(f"Label Studio has no control for {export.schema['kind']!r}")
    with path.open("wb") as file:
        before = b"[\n"
        for item, rows in export.items():
            file.write(before + orjson.dumps(_task(export, item, rows, lost)))
            before = b",\n"
        file.write(b"\n]\n" if before == b",\n" else b"[]\n")


def config_of(export: ExportFile) -> str:
    """The configuration to import the tasks under."""
    return write_config(export.schema, export.item_kind)


def _task(export: ExportFile, item: Item, rows: list[Row], lost: Counter[str]) -> dict[str, Json]:
    content = item.item
    data = content if isinstance(content, dict) else {"text": content}
    if export.item_kind is None and not isinstance(data.get("text"), str):
        # Whatever an item is, people must see it: Label Studio shows one field.
        data = {**data, "text": orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()}
        lost['items shown as JSON text, under "text"'] += 1
    made = [_annotation(export, row.label, data, lost) for row in rows]
    marked = item.gold.label is not None
    if marked:
        made.append({**_annotation(export, item.gold.label, data, lost), "ground_truth": True})
    who = [{"account": row.record.annotation.account, "row_id": to_hex(row.record.row_id)} for row in rows]
    return {
        "id": item.item_index + 1,
        "data": data,
        "annotations": made,
        "predictions": _predictions(export, item, data),
        "meta": {"cota": {"item_ref": to_hex(item.item_ref), "annotations": who}},
    }


def _annotation(export: ExportFile, label: Json, data: Json, lost: Counter[str]) -> dict[str, Any]:
    if label == "tie" and export.schema["kind"] == "preference":
        lost["ties, which Label Studio's Pairwise has not"] += 1
    if export.schema["kind"] == "rating" and label < 1:
        lost["ratings below 1, which Label Studio's Rating has not"] += 1
        return {"result": [], "was_cancelled": False, "ground_truth": False}
    results = results_of(label, export.schema, export.item_kind, data)
    return {"result": results, "was_cancelled": False, "ground_truth": False}


def _predictions(export: ExportFile, item: Item, data: Json) -> list[Json]:
    decided = export.consensus_of(item)
    if decided is None:
        return []
    made = _annotation(export, answer_of(export.schema, decided), data, Counter())
    return [{"model_version": "cota-consensus", "result": made["result"]}]
