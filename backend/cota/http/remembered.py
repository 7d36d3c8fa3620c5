"""Answers that may be a moment old: many callers -> **remembered** -> one question at a time for each key.

Promises: while one caller asks anew, the others are given the last answer instead of asking too, so that what runs
out at once for all of them costs one question and makes nobody wait; memory is bounded.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(slots=True)
class _Known(Generic[Value]):
    at: float = float("-inf")
    value: Value | None = None
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Remembered(Generic[Key, Value]):
    """Up to `most` answers, each asked for again after `seconds`. `None` is no answer and is never kept."""

    def __init__(self, seconds: float, most: int) -> None:
        self._seconds = seconds
        self._most = most
        self._known: dict[Key, _Known[Value]] = {}

    async def of(self, key: Key, ask: Callable[[], Awaitable[Value | None]]) -> Value | None:
        """The answer for a key, by `ask` where none is fresh; what `ask` raises reaches who asked."""
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= self._most:
                self._known.clear()
            known = self._known[key] = _Known()
        if self._is_fresh(known) or (known.value is not None and known.asking.locked()):
            return known.value
        async with known.asking:
            if not self._is_fresh(known):
                known.value = await ask()
                known.at = time.monotonic() if known.value is not None else float("-inf")
            return known.value

    def __len__(self) -> int:
        return len(self._known)

    def _is_fresh(self, known: _Known[Value]) -> bool:
        return time.monotonic() - known.at <= self._seconds
