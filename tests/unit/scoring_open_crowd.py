"""Made-up crowds that draw and write, for the tests of the scoring: truths, and answers more or less near them."""

import random
from collections.abc import Callable
from typing import Any

from cota.datasets.labels import answer_text, canonical_label
from cota.scoring import LabelRow

WORDS = [
    "a",
    "quiet",
    "grey",
    "heron",
    "stands",
    "in",
    "shallow",
    "water",
    "near",
    "reeds",
    "while",
    "two",
    "young",
    "ibis",
    "watch",
    "from",
    "the",
    "far",
    "bank",
]
TEXT = " ".join(WORDS * 3)
WIDTH, HEIGHT = 400, 300
SCHEMAS: dict[str, dict[str, Any]] = {
    "text": {"kind": "text", "question": "What is said?", "most": 400},
    "spans": {"kind": "spans", "question": "Which birds?", "classes": ["heron", "ibis"]},
    "boxes": {"kind": "boxes", "question": "Where are birds?", "classes": ["heron", "ibis"]},
    "polygons": {"kind": "polygons", "question": "Which pixels are birds?", "classes": ["heron", "ibis"]},
}
ITEMS = 100


def content_of(kind: str, number: int) -> Any:
    """An item that the truth fits."""
    if kind == "spans":
        return {"text": TEXT, "number": number}
    return {"image": f"https://example.org/{number}.jpg", "width": WIDTH, "height": HEIGHT}


def truth_of(kind: str, number: int) -> Any:
    """The same at every call."""
    draw = random.Random(f"{kind} {number}")
    if kind == "text":
        return " ".join(draw.choice(WORDS) for _ in range(draw.randrange(5, 12)))
    return _label(kind, [_MARKS[kind](draw) for _ in range(draw.randrange(1, 4))])


def _label(kind: str, marks: list[Any]) -> Any:
    once = {answer_text(mark): mark for mark in marks}
    return canonical_label(SCHEMAS[kind], list(once.values()))


def _span(draw: random.Random) -> dict[str, Any]:
    start = draw.randrange(0, len(TEXT) - 40)
    return _marked(draw, start, start + draw.randrange(5, 30))


def _marked(draw: random.Random, start: int, end: int) -> dict[str, Any]:
    return {"start": start, "end": end, "class": draw.choice(["heron", "ibis"]), "text": TEXT[start:end]}


def _box(draw: random.Random) -> dict[str, Any]:
    x, y = draw.randrange(0, WIDTH - 120), draw.randrange(0, HEIGHT - 120)
    size = {"width": draw.randrange(30, 110), "height": draw.randrange(30, 110)}
    return {"x": x, "y": y, **size, "class": draw.choice(["heron", "ibis"])}


def _polygon(draw: random.Random) -> dict[str, Any]:
    box = _box(draw)
    left, top, right, bottom = box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]
    middle = (left + right) // 2
    return {"points": [[left, bottom], [middle, top], [right, bottom - 7]], "class": box["class"]}


_MARKS: dict[str, Callable[[random.Random], Any]] = {"spans": _span, "boxes": _box, "polygons": _polygon}


def near(kind: str, truth: Any, draw: random.Random, care: int) -> Any:
    """An answer of somebody who errs a little everywhere, and in `100 - care` of a hundred cases misses altogether."""
    if draw.randrange(100) >= care:
        return truth_of(kind, draw.randrange(10_000, 20_000))
    if kind == "text":
        at = draw.randrange(len(truth))
        return (truth[:at] + draw.choice("aeiou") + truth[at + 1 :]).strip() or "a"
    return _label(kind, [_SHIFTS[kind](mark, draw) for mark in truth])


def _shifted_span(mark: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    start, end = max(0, mark["start"] + draw.randrange(-1, 2)), mark["end"] + draw.randrange(0, 2)
    return {"start": start, "end": end, "class": mark["class"], "text": TEXT[start:end]}


def _shifted_box(mark: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    moved = {name: max(0, mark[name] + draw.randrange(-3, 4)) for name in ("x", "y")}
    return {**mark, **moved, "width": mark["width"] + draw.randrange(-3, 4)}


def _shifted_polygon(mark: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    points = [
        [max(0, x + draw.randrange(-3, 4)), max(0, y + draw.randrange(-3, 4))] for x, y in mark["points"]
    ]
    return {**mark, "points": points}


_SHIFTS = {"spans": _shifted_span, "boxes": _shifted_box, "polygons": _shifted_polygon}


def crowd(kind: str, *cares: int, items: int = ITEMS) -> list[LabelRow]:
    """Each worker answers every item; the same at every call."""
    return [
        LabelRow(
            f"t{n:03d}", f"w{w}", answer_text(near(kind, truth_of(kind, n), random.Random(f"{w} {n}"), care))
        )
        for w, care in enumerate(cares)
        for n in range(items)
    ]


def truths(kind: str, items: int = ITEMS) -> dict[str, str]:
    return {f"t{n:03d}": answer_text(truth_of(kind, n)) for n in range(items)}


def golds(kind: str, items: int = ITEMS) -> dict[str, str]:
    """Every fifth."""
    return {task: text for n, (task, text) in enumerate(truths(kind, items).items()) if n % 5 == 0}
