"""Answers that may be a moment old: many callers -> **remembered** -> one question at a time for each key.

Promises: while one caller asks anew, the others are given the last answer instead of asking too, so that what runs
out at once for all of them costs one question and makes nobody wait; where an old answer could do harm, none is given
that is older than said; keys without an answer take no room; memory is bounded: the key that came
first makes room.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(slots=True)
class _Known(Generic[Value]):
    at: float = float("-inf")
    value: Value | None = None
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Remembered(Generic[Key, Value]):
    """Up to `most` answers, each asked for again after `seconds`. `None` is no answer and is never kept. `oldest`: in
    seconds, how old an answer may be that is given while somebody asks anew."""

    def __init__(self, seconds: float, most: int, *, oldest: float = float("inf")) -> None:
        self._seconds = seconds
        self._most = most
        self._oldest = oldest
        self._known: dict[Key, _Known[Value]] = {}

    async def of(self, key: Key, ask: Callable[[], Awaitable[Value | None]]) -> Value | None:
        """The answer for a key, by `ask` where none is fresh; what `ask` raises reaches who asked."""
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= self._most:
                del self._known[next(iter(self._known))]
            known = self._known[key] = _Known()
        is_enough = self._oldest if known.value is not None and known.asking.locked() else self._seconds
        if _age(known) <= is_enough:
            return known.value
        try:
            async with known.asking:
                if _age(known) > self._seconds:
                    asked_at = time.monotonic()
                    known.value = await ask()
                    known.at = asked_at if known.value is not None else float("-inf")
                return known.value
        finally:
            if known.value is None and not known.asking.locked() and self._known.get(key) is known:
                del self._known[key]

    def last(self, key: Key) -> Value | None:
        """The last answer for a key, however old it is."""
        known = self._known.get(key)
        return None if known is None else known.value

    def forget(self, key: Key) -> None:
        """Asks at the next call; a question that is on its way is not kept."""
        self._known.pop(key, None)

    def __len__(self) -> int:
        return len(self._known)


def _age(known: _Known[Any]) -> float:
    return time.monotonic() - known.at
