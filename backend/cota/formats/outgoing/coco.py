"""COCO: pictures, boxes or polygons of every annotator, categories.

The frame is the upright one: pictures whose EXIF orientation is not 1 must be loaded with it applied, as
viewers do; `cota_orientation` names it. Each mark carries its annotator and row under `attributes`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from cota.commitments.canonical import Json
from cota.errors import BadRequest
from cota.formats.export import Item
from cota.formats.outgoing.joined import ExportFile, Row
from cota.units import to_hex


def write_coco(export: ExportFile, path: Path, _lost: Counter[str]) -> None:
    """One annotation per mark of each annotator, none for the publisher's gold."""
    _write(export, path, lambda _item, rows: [(row.label, _who(row)) for row in rows])


def write_coco_gold(export: ExportFile, path: Path, _lost: Counter[str]) -> None:
    """The publisher's gold alone: one set of marks a picture, as training code expects."""
    _write(export, path, lambda item, _rows: [(item.gold.label or [], {"source": "gold"})])


def _write(export: ExportFile, path: Path, labels: Any) -> None:
    kind = export.schema["kind"]
    if kind not in ("boxes", "polygons"):
        raise BadRequest(f"COCO holds boxes and polygons, not {kind!r}")
    classes = {name: number for number, name in enumerate(export.schema["classes"], 1)}
    info = {"description": f"Cota dataset {to_hex(export.header.dataset)}", "version": "1.0"}
    with path.open("wb") as file:
        file.write(b'{"info":' + orjson.dumps(info) + b',\n"categories":')
        file.write(orjson.dumps([{"id": number, "name": name} for name, number in classes.items()]))
        file.write(b',\n"images":[')
        _join(file, (_image(item) for item, _ in export.items()))
        file.write(b'],\n"annotations":[')
        _join(file, _marks(export, labels, classes))
        file.write(b"]}\n")


def _join(file: Any, values: Iterator[Json]) -> None:
    for number, value in enumerate(values):
        file.write((b",\n" if number else b"\n") + orjson.dumps(value))


def _image(item: Item) -> Json:
    content = item.item
    found = {
        "id": item.item_index + 1,
        "file_name": content["image"],
        "width": content["width"],
        "height": content["height"],
    }
    if content.get("orientation", 1) != 1:
        found["cota_orientation"] = content["orientation"]
    return found


def _marks(export: ExportFile, labels: Any, classes: dict[str, int]) -> Iterator[Json]:
    number = 0
    for item, rows in export.items():
        for label, attributes in labels(item, rows):
            for mark in label:
                number += 1
                yield {
                    "id": number,
                    "image_id": item.item_index + 1,
                    "category_id": classes[mark["class"]],
                    "iscrowd": 0,
                    **_shape(mark),
                    "attributes": attributes,
                }


def _shape(mark: Any) -> dict[str, Json]:
    if "points" not in mark:
        left, top, width, height = mark["x"], mark["y"], mark["width"], mark["height"]
        return {"bbox": [left, top, width, height], "area": width * height, "segmentation": []}
    points = mark["points"]
    across, down = [x for x, _ in points], [y for _, y in points]
    left, top = min(across), min(down)
    return {
        "bbox": [left, top, max(across) - left, max(down) - top],
        "area": area_of(points),
        "segmentation": [[value for point in points for value in point]],
    }


def area_of(points: list[list[int]]) -> float:
    """In square pixels, by the shoelace formula."""
    twice = sum(x * points[place - 1][1] - points[place - 1][0] * y for place, (x, y) in enumerate(points))
    return abs(twice) / 2


def _who(row: Row) -> dict[str, Json]:
    return {"account": row.record.annotation.account, "row_id": to_hex(row.record.row_id)}
