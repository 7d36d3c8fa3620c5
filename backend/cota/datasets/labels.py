"""Which labels answer a question: schema, label, item -> **checked label** -> commitment.

A label has one form, so that two people who mean the same sign the same bytes: `canonical_label` brings an answer
into it before it is signed, `check_label` refuses every other form and says which one is wanted. Offsets count code
points (Unicode scalar values), as Python does; a browser's UTF-16 offsets differ after the first emoji. Promises:
nothing is repaired here, since what was signed cannot be changed any more; a refusal says what fits.
"""

from collections.abc import Callable
from typing import Any

from cota.commitments.canonical import canonical, parse_json
from cota.datasets.question import MOST_CHARACTERS, closed_classes
from cota.datasets.regions import box_key, canonical_points, check_box, check_polygon, polygon_key
from cota.errors import InvalidLabel

MOST_MARKS = 1000
"""Spans, boxes or polygons in one label."""
_SHOWN = 20
_NEEDS_ITEM = frozenset({"spans", "boxes", "polygons"})


def needs_item(schema: Any) -> bool:
    """Whether a label can only be checked beside its item's content."""
    return schema["kind"] in _NEEDS_ITEM


def check_label(schema: Any, label: Any, content: Any = None) -> None:
    """Raises `InvalidLabel` unless the label answers the question, in the one form that it has.

    `content`: the item's; without it places are checked as far as they can be without their item.
    """
    _CHECKS[schema["kind"]](schema, label, content)
    form = _FORMS.get(schema["kind"])
    if form is not None and canonical(label) != canonical(canonical_label(schema, label)):
        raise InvalidLabel(f"the label is not in its one form: {form}")


def canonical_label(schema: Any, label: Any) -> Any:
    """The form in which an answer is signed: lists in order, polygons from their first corner, text trimmed.

    What is not of the question's kind is given back as it is, for `check_label` to refuse.
    """
    kind = schema["kind"]
    try:
        if kind == "text" and isinstance(label, str):
            return label.replace("\r\n", "\n").replace("\r", "\n").strip()
        if not isinstance(label, list):
            return label
        if kind == "choices":
            return sorted(label, key=schema["classes"].index)
        if kind in _KEYS:
            place = {name: number for number, name in enumerate(schema["classes"])}
            marks = [canonical_points(mark) for mark in label] if kind == "polygons" else list(label)
            return sorted(marks, key=lambda mark: (_KEYS[kind](mark), place[mark["class"]]))
    except (KeyError, TypeError, ValueError):
        pass
    return label


def answer_text(label: Any) -> str:
    """A label as one text: itself, or its canonical JSON."""
    return label if isinstance(label, str) else canonical(label).decode()


def answer_of(schema: Any, told: str) -> Any:
    """The label that `answer_text` told. Raises MalformedJson."""
    return told if schema["kind"] in ("choice", "preference", "text") else parse_json(told.encode())


def _check_one_of(schema: Any, label: Any, _content: Any) -> None:
    classes = closed_classes(schema) or ()
    # `in` alone would let True pass for 1 in a list of numbers; answers are texts, so a label must be one.
    if not isinstance(label, str) or label not in classes:
        raise InvalidLabel(f"the label must be exactly one of {_listed(classes)}", classes=list(classes))


def _check_rating(schema: Any, label: Any, _content: Any) -> None:
    least, most = schema["least"], schema["most"]
    if isinstance(label, bool) or not isinstance(label, int) or not least <= label <= most:
        raise InvalidLabel(f"the label must be a whole number from {least} to {most}", least=least, most=most)


def _check_choices(schema: Any, label: Any, _content: Any) -> None:
    classes = schema["classes"]
    least, most = schema.get("least", 0), schema.get("most", len(classes))
    if not isinstance(label, list) or not least <= len(label) <= most:
        raise InvalidLabel(f"the label must be a list of {least} to {most} classes", least=least, most=most)
    for name in label:
        if not isinstance(name, str) or name not in classes:
            raise InvalidLabel(f"each class must be exactly one of {_listed(classes)}", classes=classes)
    if len(set(label)) != len(label):
        raise InvalidLabel("the label names a class twice")


def _check_text(schema: Any, label: Any, _content: Any) -> None:
    most = schema.get("most", MOST_CHARACTERS)
    if not isinstance(label, str) or not 1 <= len(label) <= most:
        raise InvalidLabel(f"the label must be a text of 1 to {most} characters", most=most)
    if not label.strip():
        raise InvalidLabel("the label holds nothing but white space")


def _check_spans(schema: Any, label: Any, content: Any) -> None:
    for place, mark in enumerate(_marks(schema, label, {"start", "end", "class", "text"})):
        start, end, surface = mark["start"], mark["end"], mark["text"]
        if not all(isinstance(value, int) and not isinstance(value, bool) for value in (start, end)):
            raise InvalidLabel(f"spans.{place}: start and end must be whole numbers of code points")
        if not 0 <= start < end:
            raise InvalidLabel(f"spans.{place}: start {start} and end {end} must satisfy 0 <= start < end")
        if not isinstance(surface, str):
            raise InvalidLabel(f"spans.{place}: text must be what stands between start and end")
        if content is None:
            continue
        text = content["text"]
        if end > len(text):
            raise InvalidLabel(f"spans.{place}: end {end} is beyond the text's {len(text)} code points")
        if text[start:end] != surface:
            raise InvalidLabel(
                f"spans.{place}: between {start} and {end} (in code points) stands "
                f'"{text[start:end][:100]}", not "{surface[:100]}"'
            )


def _check_boxes(schema: Any, label: Any, content: Any) -> None:
    for place, mark in enumerate(_marks(schema, label, {"class", "x", "y", "width", "height"})):
        check_box(f"boxes.{place}", mark, content)


def _check_polygons(schema: Any, label: Any, content: Any) -> None:
    for place, mark in enumerate(_marks(schema, label, {"class", "points"})):
        check_polygon(f"polygons.{place}", mark, content)


def _marks(schema: Any, label: Any, members: set[str]) -> list[dict[str, Any]]:
    kind, classes = schema["kind"], schema["classes"]
    if not isinstance(label, list) or len(label) > MOST_MARKS:
        raise InvalidLabel(f"the label must be a list of at most {MOST_MARKS} {kind}")
    for place, mark in enumerate(label):
        if not isinstance(mark, dict) or set(mark) != members:
            raise InvalidLabel(f"{kind}.{place}: exactly {', '.join(sorted(members))} are wanted")
        if not isinstance(mark["class"], str) or mark["class"] not in classes:
            raise InvalidLabel(
                f"{kind}.{place}: class must be exactly one of {_listed(classes)}", classes=classes
            )
    seen = {canonical(mark) for mark in label}
    if len(seen) != len(label):
        raise InvalidLabel(f"the label holds one of its {kind} twice")
    return label


def _listed(classes: Any) -> str:
    return ", ".join(f'"{name}"' for name in classes[:_SHOWN]) + (", ..." if len(classes) > _SHOWN else "")


def _span_key(mark: dict[str, Any]) -> tuple[int, int]:
    return mark["start"], mark["end"]


_KEYS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "spans": _span_key,
    "boxes": box_key,
    "polygons": polygon_key,
}
_CHECKS: dict[str, Callable[[Any, Any, Any], None]] = {
    "choice": _check_one_of,
    "choices": _check_choices,
    "preference": _check_one_of,
    "rating": _check_rating,
    "text": _check_text,
    "spans": _check_spans,
    "boxes": _check_boxes,
    "polygons": _check_polygons,
}
_FORMS = {
    "choices": "classes in the schema's order",
    "text": 'no white space at its ends, lines ended by "\\n"',
    "spans": "spans by start, end, class in the schema's order",
    "boxes": "boxes by x, y, width, height, class in the schema's order",
    "polygons": "each from its least x (then y) clockwise as seen, without a closing point; "
    "polygons by points, class in the schema's order",
}
