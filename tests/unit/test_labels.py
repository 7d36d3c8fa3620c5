"""Task kinds: which schemas are questions, which items they are asked about, which labels answer them."""

from typing import Any

import pytest

from cota.commitments.canonical import canonical
from cota.datasets.contents import check_content
from cota.datasets.labels import answer_text, canonical_label, check_label, needs_item
from cota.datasets.question import KINDS, check_schema, closed_classes, item_kind
from cota.errors import InvalidBody, InvalidLabel

CLASSES = ["person", "place"]
# B26: CR LF, an emoji of two code points, a combining accent.
TEXT = "Ada\r\n\U0001f44d\U0001f3ff met cafe\u0301 owner Kim"
KIM = TEXT.index("Kim")
PHOTO = {"image": "https://example.org/1.jpg", "width": 400, "height": 300}


def schema(kind: str, **members: Any) -> dict[str, Any]:
    made = {"kind": kind, "question": "What is it?", **members}
    if kind in ("choice", "choices", "spans", "boxes", "polygons"):
        made.setdefault("classes", CLASSES)
    if kind == "rating":
        made = {"least": 1, "most": 5} | made
    return made


def span(start: int, end: int, name: str = "person", text: str | None = None) -> dict[str, Any]:
    return {"start": start, "end": end, "class": name, "text": TEXT[start:end] if text is None else text}


def box(x: int, y: int, width: Any, height: Any, name: str = "person") -> dict[str, Any]:
    return {"x": x, "y": y, "width": width, "height": height, "class": name}


def polygon(*points: tuple[int, int], name: str = "person") -> dict[str, Any]:
    return {"points": [list(point) for point in points], "class": name}


CONTENT: dict[str, Any] = {
    "spans": {"text": TEXT}, "boxes": PHOTO, "polygons": PHOTO, "preference": {"a": "one", "b": "two"},
}  # fmt: skip
GOOD: list[tuple[str, dict[str, Any], Any]] = [
    ("choice", {}, "place"),
    ("choices", {}, []),
    ("choices", {}, ["person", "place"]),
    ("choices", {"least": 1, "most": 1}, ["place"]),
    ("preference", {}, "b"),
    ("preference", {"ties": True}, "tie"),
    ("rating", {}, 1),
    ("rating", {"least": -2, "most": 2}, -2),
    ("text", {}, "Two lines,\nwell said \U0001f44d"),
    ("text", {"most": 3}, "abc"),
    ("spans", {}, []),
    ("spans", {}, [span(0, 3), span(KIM, KIM + 3)]),
    ("spans", {}, [span(0, 3, "person"), span(0, 3, "place"), span(0, 4)]),
    ("boxes", {}, [box(0, 0, 400, 300), box(10, 20, 1, 1, "place")]),
    ("polygons", {}, [polygon((0, 0), (400, 0), (400, 300))]),
]


@pytest.mark.parametrize(("kind", "members", "label"), GOOD)
def test_check_label__fits__taken(kind: str, members: dict[str, Any], label: Any) -> None:
    asked = schema(kind, **members)
    check_schema(asked)
    check_content(item_kind(asked), CONTENT.get(kind, "anything"))
    check_label(asked, label, CONTENT.get(kind))
    assert canonical(canonical_label(asked, label)) == canonical(label)
    assert needs_item(asked) == (kind in ("spans", "boxes", "polygons"))


BAD: list[tuple[str, dict[str, Any], Any, str]] = [
    ("choice", {}, "Place", 'exactly one of "person", "place"'),
    ("choice", {"classes": ["1", "2"]}, 1, 'exactly one of "1", "2"'),
    ("choice", {"classes": ["1", "2"]}, True, 'exactly one of "1", "2"'),
    ("choice", {}, ["person"], "exactly one of"),
    ("choices", {}, "person", "a list of 0 to 2 classes"),
    ("choices", {"least": 1}, [], "a list of 1 to 2 classes"),
    ("choices", {}, ["thing"], "each class must be exactly one of"),
    ("choices", {}, ["person", "person"], "names a class twice"),
    ("choices", {}, ["place", "person"], "not in its one form: classes in the schema's order"),
    ("preference", {}, "tie", 'exactly one of "a", "b"'),
    ("rating", {}, 6, "a whole number from 1 to 5"),
    ("rating", {}, 3.0, "a whole number from 1 to 5"),
    ("rating", {}, True, "a whole number from 1 to 5"),
    ("rating", {}, "3", "a whole number from 1 to 5"),
    ("text", {}, "", "a text of 1 to 10000 characters"),
    ("text", {"most": 3}, "abcd", "a text of 1 to 3 characters"),
    ("text", {}, " \n", "nothing but white space"),
    ("text", {}, "a\r\nb", "not in its one form"),
    ("text", {}, " a", "not in its one form"),
    ("spans", {}, {}, "a list of at most 1000 spans"),
    ("spans", {}, [{"start": 0, "end": 3, "class": "person"}], "spans.0: exactly class, end, start, text"),
    ("spans", {}, [span(0, 3, "thing")], 'spans.0: class must be exactly one of "person", "place"'),
    ("spans", {}, [span(3, 3)], "spans.0: start 3 and end 3 must satisfy 0 <= start < end"),
    ("spans", {}, [span(4, 3)], "must satisfy 0 <= start < end"),
    ("spans", {}, [span(-1, 3, text="Ada")], "must satisfy 0 <= start < end"),
    ("spans", {}, [span(0, 3.0, text="Ada")], "whole numbers of code points"),  # type: ignore[arg-type]
    ("spans", {}, [span(False, 3)], "whole numbers of code points"),
    ("spans", {}, [span(KIM, KIM + 4, text="Kim")], f"end {KIM + 4} is beyond the text's {KIM + 3} code points"),
    ("spans", {}, [span(KIM + 2, KIM + 3, text="Kim")], 'stands "m", not "Kim"'),
    ("spans", {}, [span(KIM - 1, KIM + 2, text="Kim")], 'stands " Ki", not "Kim"'),
    ("spans", {}, [span(0, 3), span(0, 3)], "holds one of its spans twice"),
    ("spans", {}, [span(KIM, KIM + 3), span(0, 3)], "not in its one form: spans by start"),
    ("boxes", {}, [box(0, 0, 0, 5)], "boxes.0: width and height must be at least 1 pixel"),
    ("boxes", {}, [box(0, 0, 1.5, 5)], "boxes.0: width must be whole pixels"),
    ("boxes", {}, [box(-1, 0, 5, 5)], "boxes.0: x is -1, outside 0 to 1000000"),
    ("boxes", {}, [box(0, 0, 5, 5), box(100, 290, 10, 11)],
     r"boxes.1: \(110, 301\) is outside the image's upright frame of 400 x 300 pixels"),
    ("boxes", {}, [box(5, 0, 5, 5), box(0, 0, 5, 5)], "not in its one form: boxes by x"),
    ("polygons", {}, [polygon((0, 0), (5, 0))], "polygons.0: points must be a list of 3 to 1000"),
    ("polygons", {}, [polygon((0, 0), (5, 0), (9, 0))], "polygons.0: the points enclose nothing"),
    ("polygons", {}, [polygon((0, 0), (5, 0), (5, 5), (0, 0))], "a point occurs twice"),
    ("polygons", {}, [{"points": [[0, 0], [5], [5, 5]], "class": "person"}], r"each point must be \[x, y\]"),
    ("polygons", {}, [polygon((0, 0), (401, 0), (5, 5))], r"\(401, 0\) is outside"),
    ("polygons", {}, [polygon((5, 0), (5, 5), (0, 0))], "not in its one form: each from its least x"),
    ("polygons", {}, [polygon((0, 0), (5, 5), (5, 0))], "not in its one form: each from its least x"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "members", "label", "complaint"), BAD)
def test_check_label__does_not_fit__told_what_does(
    kind: str, members: dict[str, Any], label: Any, complaint: str
) -> None:
    with pytest.raises(InvalidLabel, match=complaint):
        check_label(schema(kind, **members), label, CONTENT.get(kind))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "label", [None, True, 0, -1.5, "", "x", [], [None], [[]], [{}], {}, {"a": 1}, [1, "a"]]
)
def test_check_label__anything_at_all__label_or_refusal(kind: str, label: Any) -> None:
    """Whatever comes in is taken or refused by name, never by accident."""
    asked = schema(kind)
    for content in (CONTENT.get(kind), None):
        try:
            check_label(asked, label, content)
        except InvalidLabel:
            continue
        assert canonical(canonical_label(asked, label)) == canonical(label)


def test_spans__offsets__are_code_points() -> None:
    """B26: 24 code points, 26 UTF-16 units, 31 bytes; normalised text would say 23."""
    assert KIM == 24
    assert len(TEXT[:KIM].encode("utf-16-le")) // 2 == 26
    for start in (26, 31, 23):
        with pytest.raises(InvalidLabel, match="spans.0"):
            check_label(schema("spans"), [span(start, start + 3, text="Kim")], {"text": TEXT})


def test_canonical_label__same_meaning__same_bytes() -> None:
    drawn = [
        [polygon((5, 5), (0, 0), (5, 0)), polygon((0, 0), (9, 0), (9, 9), (0, 0), name="place")],
        [polygon((0, 0), (9, 0), (9, 9), name="place"), polygon((5, 0), (5, 5), (0, 0))],
        [polygon((9, 9), (9, 0), (0, 0), name="place"), polygon((0, 0), (5, 5), (5, 0))],
    ]
    made = {canonical(canonical_label(schema("polygons"), one)) for one in drawn}
    assert len(made) == 1
    check_label(schema("polygons"), canonical_label(schema("polygons"), drawn[0]), PHOTO)
    assert canonical_label(schema("choices"), ["place", "person"]) == ["person", "place"]
    assert canonical_label(schema("text"), " a\r\nb ") == "a\nb"
    assert canonical_label(schema("boxes"), "nonsense") == "nonsense"


@pytest.mark.parametrize(
    "points",
    # The second is a text of 2^53 characters for whoever multiplies before looking.
    [
        {},
        [[0, "1"], [2**53 - 1, 0], [9, 9]],
        [[0, 0], [9, 0], [9, 9.0]],
        [[0, 0], [9, True], [9, 9]],
        "abc",
        [[0, 0, 0]] * 3,
        None,
    ],
)
def test_canonical_label__points_that_are_none__given_back_for_the_check(points: object) -> None:
    label = [{"class": "person", "points": points}]
    assert canonical_label(schema("polygons"), label) is label
    with pytest.raises(InvalidLabel):
        check_label(schema("polygons"), label)


@pytest.mark.parametrize("label", ["person", {"person": 1}, None, 7])
def test_canonical_label__no_list__is_not_made_one(label: object) -> None:
    for kind in ("choices", "spans", "boxes", "polygons"):
        assert canonical_label(schema(kind), label) is label


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ([], "kind must be one of choice, choices, preference"),
        ({"kind": "guess", "question": "?"}, "kind must be one of"),
        ({"kind": ["choice"], "question": "?"}, "kind must be one of"),
        ({"kind": "text", "question": " "}, "has no question"),
        (schema("choice", classes=["one"]), "a list of 2 to 1000"),
        (schema("spans", classes=[]), "a list of 1 to 1000"),
        (schema("spans", classes=["a", "a"]), "different texts"),
        (
            schema("choice", class_names=[]),
            'the schema has "class_names"; of kind choice it may have classes, ',
        ),
        (schema("choices", least=3), "least and most must be whole numbers, 0 to 2"),
        (schema("choices", least=2, most=1), "least not above most"),
        (schema("choices", least=True), "least and most must be whole numbers"),
        (schema("rating", least=5, most=5), "least below most"),
        (schema("rating", most=10**9), "within -1000 and 1000"),
        (schema("rating", most=4.5), "whole numbers"),
        (schema("text", most=0), "1 to 10000"),
        (schema("preference", ties=1), "true or false"),
        (schema("spans", item="image"), 'the items of kind spans are "text", not "image"'),
        (schema("choice", item="video"), "item must be one of text, image, pair, audio"),
        (schema("choice", item=None), "item must be one of"),
        (schema("choice", item=["text"]), "item must be one of"),
        (schema("choice", guidelines=1), "guidelines must be a text"),
    ],
)
def test_check_schema__not_a_question__told_why(given: Any, complaint: str) -> None:
    with pytest.raises(InvalidBody, match=complaint):
        check_schema(given)


@pytest.mark.parametrize(
    ("item", "content", "complaint"),
    [
        ("text", "plain", "the content of a text item must be an object"),
        ("image", [], "the content of an image item must be an object"),
        ("text", {"text": ""}, '"text" must be a text that is not empty'),
        ("image", {"image": "x", "width": 4}, '"height" must be whole pixels of the upright frame'),
        ("image", {"image": "x", "width": 4.5, "height": 3}, '"width" must be whole pixels'),
        ("image", {"image": "", "width": 4, "height": 3}, '"image" must be its address'),
        ("audio", {"audio": "x", "seconds": 0}, '"seconds" must be a number above 0'),
        ("pair", {"a": "x"}, '"b" must be a text, or a text, image or audio item'),
        ("pair", {"a": "x", "b": {"image": "y"}}, '"b": the content\'s "width"'),
        ("pair", {"a": {"video": "x"}, "b": "y"}, '"a" must be a text, or'),
    ],
)
def test_check_content__not_of_its_kind__told_why(item: str, content: Any, complaint: str) -> None:
    with pytest.raises(InvalidBody) as refused:
        check_content(item, content)
    assert complaint in refused.value.detail


@pytest.mark.parametrize(
    ("item", "content"),
    [
        (None, 17),
        ("text", {"text": "x", "author": "y"}),
        ("image", PHOTO),
        ("audio", {"audio": "https://example.org/1.ogg", "seconds": 12.5}),
        ("pair", {"a": "one", "b": {"text": "two"}, "prompt": "say a number"}),
        ("pair", {"a": PHOTO, "b": {"audio": "x"}}),
    ],
)
def test_check_content__of_its_kind__taken(item: str | None, content: Any) -> None:
    check_content(item, content)


def test_closed_classes__every_answer_in_order_or_none() -> None:
    assert closed_classes(schema("choice")) == ("person", "place")
    assert closed_classes(schema("preference", ties=True)) == ("a", "b", "tie")
    assert closed_classes(schema("rating", least=-1, most=1)) == ("-1", "0", "1")
    assert {kind for kind in KINDS if closed_classes(schema(kind)) is None} == {
        "choices", "text", "spans", "boxes", "polygons",
    }  # fmt: skip
    assert [answer_text(label) for label in ("a", 3, ["a"])] == ["a", "3", '["a"]']
