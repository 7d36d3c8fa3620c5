"""COCO: images, annotations, categories (JSON) -> **pictures with boxes or polygons as gold**.

The file is read three times, one element at a time; only each picture's marks are kept, as compact numbers.
COCO counts in the stored frame of a picture; so do we, once EXIF's orientation is applied: for pictures
without such a tag they are the same. Fractions of pixels are rounded to whole ones and counted as lost; so
are runs of pixels (RLE) and crowds.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeGuard

import orjson

from cota.commitments.canonical import Json
from cota.errors import BadRequest
from cota.formats.incoming.found import Found, Incoming, ReadOptions, refuse
from cota.formats.incoming.json_arrays import Element, elements

_KINDS = ("boxes", "polygons")


def read(path: Path, options: ReadOptions) -> Incoming:
    """`options.kind` chooses boxes (usual) or polygons. Raises MalformedFile for a file without categories."""
    kind = options.kind or "boxes"
    if kind not in _KINDS:
        raise BadRequest(f"COCO holds boxes and polygons, not {kind!r}")
    categories = _categories(path)
    lost: Counter[str] = Counter()
    schema = {"kind": kind, "item": "image", "classes": list(categories.values())}
    return Incoming("coco", lambda: _items(path, kind, options.base_url, categories, lost), schema, lost)


def _each(path: Path, key: str, what: str) -> Iterator[tuple[Element, dict[str, Any]]]:
    with path.open("rb") as source:
        for element in elements(source):
            if element.key != key:
                continue
            value = element.parse(what)
            if element.number == 0 or not isinstance(value, dict):
                refuse(f"{what} {element.number} (line {element.line})", f"{key!r} is an array of objects")
            yield element, value


def _categories(path: Path) -> dict[int, str]:
    found: dict[int, str] = {}
    for element, value in _each(path, "categories", "category"):
        place = f"category {element.number} (line {element.line})"
        number, name = value.get("id"), value.get("name")
        if not _is_whole(number) or not isinstance(name, str) or not name:
            refuse(place, 'a whole number "id" and a text "name" are wanted')
        if number in found or name in found.values():
            refuse(place, f"the category {number} or its name {name!r} is there twice")
        found[number] = name
    if not found:
        raise BadRequest("the file has no categories")
    return found


def _items(
    path: Path, kind: str, base_url: str, categories: dict[int, str], lost: Counter[str]
) -> Iterator[Found]:
    lost.clear()
    # Sorted on disk: a file may hold far more marks than memory does.
    with closing(sqlite3.connect("")) as table:
        table.execute("CREATE TABLE marks (image INTEGER, mark BLOB)")
        table.executemany("INSERT INTO marks VALUES (?, ?)", _marks(path, kind, categories, lost))
        table.execute("CREATE INDEX by_image ON marks (image)")
        table.execute("CREATE TABLE images (image INTEGER PRIMARY KEY)")
        for element, value in _each(path, "images", "image"):
            yield _item(table, element, value, base_url)
        orphans = "SELECT image FROM marks WHERE image NOT IN (SELECT image FROM images) LIMIT 1"
        found = table.execute(orphans).fetchone()
        if found is not None:
            raise BadRequest(f"an annotation names image {found[0]}, which the file does not have")


def _item(table: sqlite3.Connection, element: Element, value: dict[str, Any], base_url: str) -> Found:
    place = f"image {element.number} (line {element.line})"
    number, name = value.get("id"), value.get("file_name")
    width, height = value.get("width"), value.get("height")
    if not _is_whole(number) or not isinstance(name, str) or not name:
        refuse(place, 'a whole number "id" and a text "file_name" are wanted')
    if not _is_whole(width) or not _is_whole(height) or width < 1 or height < 1:
        refuse(place, 'whole numbers "width" and "height" are wanted')
    try:
        table.execute("INSERT INTO images VALUES (?)", (number,))
    except sqlite3.IntegrityError:
        refuse(place, f"image {number} is there twice")
    url = base_url + name if base_url else str(value.get("coco_url") or name)
    content: Json = {"image": url, "width": width, "height": height}
    marks = [
        orjson.loads(mark) for (mark,) in table.execute("SELECT mark FROM marks WHERE image = ?", (number,))
    ]
    for mark in marks:
        _check_inside(mark, width, height, place)
    keys = (lambda one: (one["points"], one["class"])) if marks and "points" in marks[0] else _box_key
    return Found(content, sorted(marks, key=keys) or None, place)


def _box_key(one: dict[str, Any]) -> tuple[Any, ...]:
    return one["x"], one["y"], one["width"], one["height"], one["class"]


def _check_inside(mark: dict[str, Any], width: int, height: int, place: str) -> None:
    points = mark.get("points") or [
        [mark["x"], mark["y"]],
        [mark["x"] + mark["width"], mark["y"] + mark["height"]],
    ]
    if any(not (0 <= x <= width and 0 <= y <= height) for x, y in points):
        refuse(place, f"a mark of class {mark['class']!r} reaches out of the picture of {width} x {height}")


def _marks(
    path: Path, kind: str, categories: dict[int, str], lost: Counter[str]
) -> Iterator[tuple[int, bytes]]:
    for element, value in _each(path, "annotations", "annotation"):
        place = f"annotation {element.number} (line {element.line})"
        image, category = value.get("image_id"), value.get("category_id")
        if not _is_whole(image) or not _is_whole(category) or category not in categories:
            refuse(place, f"image_id and a known category_id are wanted, not {image!r} and {category!r}")
        if value.get("iscrowd"):
            lost["crowds"] += 1
            continue
        made = _boxes(value, place, lost) if kind == "boxes" else _polygons(value, place, lost)
        for shape in made:
            yield image, orjson.dumps({"class": categories[category], **shape})


def _boxes(value: dict[str, Any], place: str, lost: Counter[str]) -> Iterator[dict[str, Json]]:
    box = value.get("bbox")
    if not isinstance(box, list) or len(box) != 4 or not all(_is_number(one) for one in box):
        refuse(place, 'four numbers "bbox" are wanted: x, y, width, height')
    left, top = _whole(box[0], lost), _whole(box[1], lost)
    right, bottom = _whole(box[0] + box[2], lost), _whole(box[1] + box[3], lost)
    if right <= left or bottom <= top:
        lost["boxes of less than half a pixel"] += 1
        return
    yield {"x": left, "y": top, "width": right - left, "height": bottom - top}


def _polygons(value: dict[str, Any], place: str, lost: Counter[str]) -> Iterator[dict[str, Json]]:
    rings = value.get("segmentation")
    if isinstance(rings, dict):
        lost["masks in runs of pixels (RLE)"] += 1
        return
    if not isinstance(rings, list):
        refuse(place, 'an array "segmentation" is wanted')
    lost["marks of several parts, which became one mark a part"] += len(rings) > 1
    for ring in rings:
        if (
            not isinstance(ring, list)
            or len(ring) < 6
            or len(ring) % 2
            or not all(_is_number(n) for n in ring)
        ):
            refuse(place, "a polygon is x, y, x, y, ... of three points or more")
        yield {
            "points": [[_whole(x, lost), _whole(y, lost)] for x, y in zip(ring[::2], ring[1::2], strict=True)]
        }


def _whole(number: float, lost: Counter[str]) -> int:
    lost["fractions of pixels"] += round(number) != number
    return round(number)


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
