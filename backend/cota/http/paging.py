"""Keyset paging: the last row's key -> opaque cursor -> the next page's first row.

Promises: no offsets and no totals, so a page costs the same at any depth; a cursor of another list or a
damaged one is refused, never guessed at.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Query

from cota.errors import BadRequest
from cota.http.schemas import Item, Page
from cota.units import to_hex

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
NEWEST = (2**63 - 1, 2**31 - 1)
"""A (block, log index) above all others: where a list that begins with the newest starts."""

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many items at most")]
Cursor = Annotated[str | None, Query(max_length=400, description="`next` of the page before")]
Key = tuple[int | bytes, ...]
Row = TypeVar("Row")


def encode_cursor(key: Key) -> str:
    parts = [to_hex(part) if isinstance(part, bytes) else part for part in key]
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, start: Key) -> Key:
    """The key that a cursor holds, or `start` without one; it must have the shape of `start`."""
    if cursor is None:
        return start
    try:
        parts = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        if not isinstance(parts, list) or len(parts) != len(start):
            raise ValueError
        return tuple(_part(given, wanted) for given, wanted in zip(parts, start, strict=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise BadRequest("the cursor is not one of this list") from error


def page_of(
    rows: Sequence[Row], limit: int, show: Callable[[Row], Item], key: Callable[[Row], Key]
) -> Page[Item]:
    """A page of rows asked for with `limit + 1`: the row too many only tells that there is a next page."""
    shown = rows[:limit]
    following = encode_cursor(key(shown[-1])) if len(rows) > limit else None
    return Page(items=[show(row) for row in shown], next=following)


def _part(given: object, wanted: int | bytes) -> int | bytes:
    if isinstance(wanted, bytes):
        if not isinstance(given, str) or not given.startswith("0x"):
            raise ValueError
        return bytes.fromhex(given[2:])
    if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given + 1 <= 2**64:
        raise ValueError
    return given
