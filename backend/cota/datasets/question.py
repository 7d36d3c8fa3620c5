"""The question of a dataset and what answers fit it: schema -> **label check** -> commitment.

`{"kind": "choice", "question": text, "classes": [text, ...]}`: the label is one class, letter by letter.
Promises: a refusal says which answers fit.
"""

from typing import Any

from cota.errors import InvalidBody, InvalidLabel

MOST_CLASSES = 1000
_SHOWN = 20


def check_schema(schema: Any) -> None:
    """Raises `InvalidBody` with what is wrong."""
    if not isinstance(schema, dict) or schema.get("kind") != "choice":
        raise InvalidBody('the schema\'s kind must be "choice"')
    if not isinstance(schema.get("question"), str) or not schema["question"].strip():
        raise InvalidBody("the schema has no question")
    classes = schema.get("classes")
    if not isinstance(classes, list) or not 2 <= len(classes) <= MOST_CLASSES:
        raise InvalidBody(f"the schema's classes must be a list of 2 to {MOST_CLASSES}")
    if not all(isinstance(name, str) and name for name in classes) or len(set(classes)) != len(classes):
        raise InvalidBody("the schema's classes must be different texts, none empty")


def check_label(schema: Any, label: Any) -> None:
    """Raises `InvalidLabel` unless the label answers the question."""
    classes: list[str] = schema["classes"]
    # `in` alone would let True pass for 1 in a list of numbers; classes are texts, so a label must be one.
    if isinstance(label, str) and label in classes:
        return
    shown = ", ".join(f'"{name}"' for name in classes[:_SHOWN]) + (", ..." if len(classes) > _SHOWN else "")
    raise InvalidLabel(f"the label must be exactly one of {shown}", classes=classes)
