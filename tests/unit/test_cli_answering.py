"""What people type and what cells hold becomes a label of the question's kind, or is refused unsigned."""

from typing import Any

import pytest

from cota.cli.answering import read_cell, read_typed
from cota.errors import InvalidLabel

CLASSES = ["person", "place"]
TEXT = {"text": "Ada met Kim in Rio"}
PHOTO = {"image": "https://example.org/1.jpg", "width": 40, "height": 30}


def asked(kind: str, **members: Any) -> dict[str, Any]:
    return {"kind": kind, "question": "?", "classes": CLASSES, **members}


KIM = {"start": 8, "end": 11, "class": "person", "text": "Kim"}
RIO = {"start": 15, "end": 18, "class": "place", "text": "Rio"}
BOX = {"x": 1, "y": 2, "width": 3, "height": 4, "class": "place"}
TYPED: list[tuple[dict[str, Any], Any, str, Any]] = [
    (asked("choice"), "x", "2", "place"),
    (asked("choice"), "x", "place", "place"),
    ({"kind": "preference", "question": "?"}, {"a": "x", "b": "y"}, "b", "b"),
    ({"kind": "rating", "question": "?", "least": -1, "most": 5}, "x", "-1", -1),
    (asked("choices"), "x", "place, 1", CLASSES),
    (asked("choices"), "x", "-", []),
    ({"kind": "text", "question": "?"}, "x", "two words", "two words"),
    (asked("spans"), TEXT, "15-18 2; 8-11 person", [KIM, RIO]),
    (asked("spans"), TEXT, "-", []),
    (asked("boxes"), PHOTO, "1 2 3 4 place", [BOX]),
    (asked("polygons"), PHOTO, "5,5 0,0 5,0 1", [{"points": [[0, 0], [5, 0], [5, 5]], "class": "person"}]),
]


@pytest.mark.parametrize(("schema", "content", "typed", "label"), TYPED)
def test_read_typed__by_kind(schema: dict[str, Any], content: Any, typed: str, label: Any) -> None:
    assert read_typed(schema, content, typed) == label


@pytest.mark.parametrize(
    ("schema", "content", "typed", "complaint"),
    [
        (asked("choice"), "x", "3", "exactly one of"),
        ({"kind": "rating", "question": "?", "least": 1, "most": 5}, "x", "six", "from 1 to 5"),
        (asked("spans"), TEXT, "8 11 person", '"8 11 person" is not of the form start-end class'),
        (asked("spans"), TEXT, "8-99 person", "beyond the text's 18 code points"),
        (asked("spans"), TEXT, "8-11 thing", "class must be exactly one of"),
        (asked("boxes"), PHOTO, "1 2 3 person", "is not of the form x y width height class"),
        (asked("boxes"), PHOTO, "39 0 2 1 person", "outside the image's upright frame"),
        (asked("polygons"), PHOTO, "1,1 person", "3 to 1000"),
        (asked("choices"), "x", "1,1", "names a class twice"),
    ],
)
def test_read_typed__does_not_fit__told(
    schema: dict[str, Any], content: Any, typed: str, complaint: str
) -> None:
    with pytest.raises(InvalidLabel, match=complaint):
        read_typed(schema, content, typed)


def test_read_cell__by_kind() -> None:
    assert read_cell(asked("choice"), "place") == "place"
    assert read_cell({"kind": "rating", "question": "?", "least": 1, "most": 5}, "4") == 4
    assert read_cell(asked("choices"), '["place", "person"]') == CLASSES
    with pytest.raises(InvalidLabel, match="a label of kind spans is written as JSON"):
        read_cell(asked("spans"), "8-11 person")
