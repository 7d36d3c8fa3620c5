"""What a person types, or a cell holds -> **label in its one form** -> signature.

| kind | typed |
| --- | --- |
| choice, preference | the class, or its number |
| rating | the number |
| choices | classes or numbers with commas; `-` for none |
| text | the text |
| spans | `start-end class; ...`, offsets in code points |
| boxes | `x y width height class; ...`, pixels of the upright frame |
| polygons | `x,y x,y x,y class; ...` |

In files the last three are canonical JSON, as the API takes them. Promises: what does not fit is refused before
anything is signed, with what would fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from cota.commitments.canonical import parse_json
from cota.datasets.labels import canonical_label, check_label
from cota.datasets.question import closed_classes
from cota.errors import DomainError, InvalidLabel

NONE = "-"
_SPAN = re.compile(r"(\d+)-(\d+) (.+)")
_BOX = re.compile(r"(\d+) (\d+) (\d+) (\d+) (.+)")
_POLYGON = re.compile(r"((?:\d+,\d+ )+)(.+)")
_AS_JSON = frozenset({"choices", "spans", "boxes", "polygons"})


def answers_for(classes: Sequence[str]) -> dict[str, str]:
    """What may be typed, and what it means: each class by its name, and by a number where no class is one."""
    numbers = {} if any(_is_number(name) for name in classes) else dict(enumerate(classes, 1))
    return {str(number): name for number, name in numbers.items()} | {name: name for name in classes}


def hint(schema: Any) -> str:
    """How to type an answer, in one line."""
    kind = schema["kind"]
    if kind == "rating":
        return f"a whole number from {schema['least']} to {schema['most']}"
    return {
        "choices": f"classes or their numbers, with commas between; {NONE} for none",
        "text": "your text, in one line",
        "spans": f"start-end class; ... (code points); {NONE} for none",
        "boxes": f"x y width height class; ... (pixels); {NONE} for none",
        "polygons": f"x,y x,y x,y class; ... (pixels); {NONE} for none",
    }.get(kind, "a class or its number")


def read_typed(schema: Any, content: Any, typed: str) -> Any:
    """The label that was typed for an item. Raises InvalidLabel with what fits."""
    kind = schema["kind"]
    if kind in _TYPED:
        answers = answers_for(schema["classes"])
        parts = (
            []
            if typed == NONE
            else [part.strip() for part in re.split("[,]" if kind == "choices" else ";", typed)]
        )
        label: Any = [_TYPED[kind](part, answers, content) for part in parts]
    elif kind == "rating":
        label = int(typed) if _is_number(typed) else typed
    elif kind == "text":
        label = typed
    else:
        label = answers_for(closed_classes(schema) or ()).get(typed, typed)
    label = canonical_label(schema, label)
    check_label(schema, label, content)
    return label


def read_cell(schema: Any, cell: str) -> Any:
    """The label in a cell of a file. Raises InvalidLabel."""
    kind = schema["kind"]
    if kind == "rating":
        return checked(schema, int(cell) if _is_number(cell) else cell)
    if kind not in _AS_JSON:
        return checked(schema, cell)
    try:
        return checked(schema, parse_json(cell.encode()))
    except InvalidLabel:
        raise
    except DomainError as error:
        raise InvalidLabel(f"a label of kind {kind} is written as JSON: {error.detail}") from None


def checked(schema: Any, label: Any) -> Any:
    """A label in its one form, as far as it can be checked without its item. Raises InvalidLabel."""
    label = canonical_label(schema, label)
    check_label(schema, label)
    return label


def _choice(part: str, answers: dict[str, str], _content: Any) -> str:
    return answers.get(part, part)


def _span(part: str, answers: dict[str, str], content: Any) -> dict[str, Any]:
    start, end, name = _parts(_SPAN, part, "start-end class")
    place = slice(int(start), int(end))
    return {
        "start": place.start,
        "end": place.stop,
        "class": answers.get(name, name),
        "text": content["text"][place],
    }


def _box(part: str, answers: dict[str, str], _content: Any) -> dict[str, Any]:
    *numbers, name = _parts(_BOX, part, "x y width height class")
    return dict(zip(("x", "y", "width", "height"), map(int, numbers), strict=True)) | {
        "class": answers.get(name, name)
    }


def _polygon(part: str, answers: dict[str, str], _content: Any) -> dict[str, Any]:
    corners, name = _parts(_POLYGON, part, "x,y x,y x,y class")
    points = [[int(value) for value in corner.split(",")] for corner in corners.split()]
    return {"class": answers.get(name, name), "points": points}


def _parts(form: re.Pattern[str], part: str, wanted: str) -> tuple[str, ...]:
    found = form.fullmatch(part)
    if found is None:
        raise InvalidLabel(f'"{part[:100]}" is not of the form {wanted}')
    return found.groups()


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]{1,9}", text) is not None


_TYPED: dict[str, Callable[[str, dict[str, str], Any], Any]] = {
    "choices": _choice,
    "spans": _span,
    "boxes": _box,
    "polygons": _polygon,
}
