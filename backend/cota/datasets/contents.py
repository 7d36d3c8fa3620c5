"""What an item is: uploaded content -> **form of its kind** -> hash. Text, image, pair or audio.

| item | content |
| --- | --- |
| text | `{"text": text}` |
| image | `{"image": address, "width", "height"}`: pixels of the upright frame |
| audio | `{"audio": address}`, and `"seconds"` where places in it are asked for |
| pair | `{"a": ..., "b": ...}`, each of them content of one of the other kinds, or any text |

The upright frame of an image is the picture as a viewer shows it, after its EXIF orientation was applied: (0, 0) is
its upper left corner, x goes right, y goes down. Other members may be added and are shown to whoever labels.
Promises: a refusal says which member is wrong; text is never changed, normalised or trimmed.
"""

from typing import Any

from cota.errors import InvalidBody

ITEM_KINDS = ("text", "image", "pair", "audio")
LARGEST_SIDE = 10**6
"""Pixels."""
_LONGEST_ADDRESS = 4096


def check_content(item: str | None, content: Any) -> None:
    """Raises `InvalidBody` unless the content is of that kind; None takes anything."""
    if item is None:
        return
    if not isinstance(content, dict):
        raise InvalidBody(f"the content of {_a(item)} item must be an object")
    if item == "pair":
        _check_pair(content)
    elif item == "text":
        _check_text(content)
    else:
        _check_medium(item, content)


def frame_of(content: Any) -> tuple[int, int]:
    """(width, height) of an image item's upright frame, in pixels."""
    return content["width"], content["height"]


def _check_text(content: dict[str, Any]) -> None:
    if not isinstance(content.get("text"), str) or not content["text"]:
        raise InvalidBody('the content\'s "text" must be a text that is not empty')


def _check_medium(item: str, content: dict[str, Any]) -> None:
    address = content.get(item)
    if not isinstance(address, str) or not 0 < len(address) <= _LONGEST_ADDRESS:
        raise InvalidBody(
            f'the content\'s "{item}" must be its address, at most {_LONGEST_ADDRESS} characters'
        )
    if item == "image":
        for side in ("width", "height"):
            if not _is_number(content.get(side), whole=True) or not 1 <= content[side] <= LARGEST_SIDE:
                raise InvalidBody(
                    f'the content\'s "{side}" must be whole pixels of the upright frame, 1 to {LARGEST_SIDE}'
                )
    elif "seconds" in content and not (_is_number(content["seconds"]) and content["seconds"] > 0):
        raise InvalidBody('the content\'s "seconds" must be a number above 0')


def _check_pair(content: dict[str, Any]) -> None:
    for side in ("a", "b"):
        part = content.get(side)
        if isinstance(part, dict):
            kind = next((one for one in ("text", "image", "audio") if one in part), None)
            if kind is None:
                raise InvalidBody(f'the content\'s "{side}" must be a text, or a text, image or audio item')
            try:
                check_content(kind, part)
            except InvalidBody as error:
                raise InvalidBody(f'"{side}": {error.detail}') from error
        elif not isinstance(part, str) or not part:
            raise InvalidBody(f'the content\'s "{side}" must be a text, or a text, image or audio item')


def _is_number(value: Any, *, whole: bool = False) -> bool:
    return isinstance(value, int if whole else int | float) and not isinstance(value, bool)


def _a(item: str) -> str:
    return f"an {item}" if item[0] in "ai" else f"a {item}"
