"""The question of a dataset: **schema check** -> its hash in the terms -> labels that answer it (`labels`).

A schema is `{"kind", "question"}` with the members of its kind; `"guidelines"` (text) and `"item"` (what an item
is: `contents`) may be added. Its kinds:

| kind | members | a label |
| --- | --- | --- |
| choice | classes | one class |
| choices | classes; least, most | a list of classes |
| preference | ties | "a", "b", or "tie" where `ties` is true; items are pairs |
| rating | least, most | a whole number |
| text | most (characters) | a text |
| spans | classes | a list of places in a text item |
| boxes, polygons | classes | a list of places in an image item |

Promises: a schema is refused with what is wrong with it; a member that nobody knows is refused and not ignored.
"""

from collections.abc import Callable
from typing import Any

from cota.datasets.contents import ITEM_KINDS
from cota.errors import InvalidBody

MOST_CLASSES = 1000
MOST_CHARACTERS = 10_000
"""Longest free text, unless the schema says less."""
FURTHEST_RATING = 1000

_COMMON = {"kind", "question", "guidelines", "item"}
_MEMBERS: dict[str, set[str]] = {
    "choice": {"classes"},
    "choices": {"classes", "least", "most"},
    "preference": {"ties"},
    "rating": {"least", "most"},
    "text": {"most"},
    "spans": {"classes"},
    "boxes": {"classes"},
    "polygons": {"classes"},
}
KINDS = tuple(_MEMBERS)
# What an item of these kinds must be, whether the schema says so or not.
_ITEM_OF = {"spans": "text", "boxes": "image", "polygons": "image", "preference": "pair"}


def check_schema(schema: Any) -> None:
    """Raises `InvalidBody` with what is wrong."""
    kind = schema.get("kind") if isinstance(schema, dict) else None
    if not isinstance(kind, str) or kind not in _MEMBERS:
        raise InvalidBody(f"the schema's kind must be one of {', '.join(KINDS)}")
    _check_common(schema, kind)
    if "classes" in _MEMBERS[kind]:
        _check_classes(schema.get("classes"))
    check = _CHECKS.get(kind)
    if check is not None:
        check(schema)


def item_kind(schema: Any) -> str | None:
    """text, image, pair or audio; None when an item may be any JSON."""
    found: str | None = _ITEM_OF.get(schema["kind"], schema.get("item"))
    return found


def closed_classes(schema: Any) -> tuple[str, ...] | None:
    """Every possible answer, as a text, in the declared order; None for kinds whose answers cannot be listed."""
    kind = schema["kind"]
    if kind == "choice":
        return tuple(schema["classes"])
    if kind == "preference":
        return ("a", "b", "tie") if schema.get("ties") else ("a", "b")
    if kind == "rating":
        return tuple(str(value) for value in range(schema["least"], schema["most"] + 1))
    return None


def scored_classes(schema: Any, rules: int) -> tuple[str, ...] | None:
    """The classes that the rules score the answers by; None for kinds that have none (`scoring.is_scored`).

    Of `choices` each class is scored by itself, from rules 2 on: there the answers are lists of these.
    """
    if schema["kind"] == "choices" and rules >= 2:
        return tuple(schema["classes"])
    return closed_classes(schema)


def has_several(schema: Any) -> bool:
    """Whether an answer is a list of classes."""
    return bool(schema["kind"] == "choices")


def _check_common(schema: dict[str, Any], kind: str) -> None:
    unknown = sorted(set(schema) - _COMMON - _MEMBERS[kind])
    if unknown:
        known = ", ".join(sorted(_COMMON | _MEMBERS[kind]))
        raise InvalidBody(f'the schema has "{unknown[0]}"; of kind {kind} it may have {known}')
    question = schema.get("question")
    if not isinstance(question, str) or not question.strip():
        raise InvalidBody("the schema has no question")
    if not isinstance(schema.get("guidelines", ""), str):
        raise InvalidBody("the schema's guidelines must be a text")
    item, implied = schema.get("item"), _ITEM_OF.get(kind)
    if "item" in schema and item not in ITEM_KINDS:
        raise InvalidBody(f"the schema's item must be one of {', '.join(ITEM_KINDS)}")
    if "item" in schema and implied not in (None, item):
        raise InvalidBody(f'the items of kind {kind} are "{implied}", not "{item}"')


def _check_classes(classes: Any) -> None:
    if not isinstance(classes, list) or not 1 <= len(classes) <= MOST_CLASSES:
        raise InvalidBody(f"the schema's classes must be a list of 1 to {MOST_CLASSES}")
    if not all(isinstance(name, str) and name for name in classes) or len(set(classes)) != len(classes):
        raise InvalidBody("the schema's classes must be different texts, none empty")


def _check_choice(schema: dict[str, Any]) -> None:
    if len(schema["classes"]) < 2:
        raise InvalidBody(f"the schema's classes must be a list of 2 to {MOST_CLASSES}")


def _check_choices(schema: dict[str, Any]) -> None:
    count = len(schema["classes"])
    least, most = schema.get("least", 0), schema.get("most", count)
    if not _is_whole(least) or not _is_whole(most) or not 0 <= least <= most <= count or most == 0:
        raise InvalidBody(
            f"the schema's least and most must be whole numbers, 0 to {count}, least not above most"
        )


def _check_preference(schema: dict[str, Any]) -> None:
    if not isinstance(schema.get("ties", False), bool):
        raise InvalidBody("the schema's ties must be true or false")


def _check_rating(schema: dict[str, Any]) -> None:
    least: Any = schema.get("least")
    most: Any = schema.get("most")
    if not _is_whole(least) or not _is_whole(most) or not -FURTHEST_RATING <= least < most <= FURTHEST_RATING:
        raise InvalidBody(
            "the schema's least and most must be whole numbers, least below most, "
            f"both within {-FURTHEST_RATING} and {FURTHEST_RATING}"
        )


def _check_text(schema: dict[str, Any]) -> None:
    most = schema.get("most", MOST_CHARACTERS)
    if not _is_whole(most) or not 1 <= most <= MOST_CHARACTERS:
        raise InvalidBody(f"the schema's most must be a whole number of characters, 1 to {MOST_CHARACTERS}")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "choice": _check_choice,
    "choices": _check_choices,
    "preference": _check_preference,
    "rating": _check_rating,
    "text": _check_text,
}
