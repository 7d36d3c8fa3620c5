"""Answers that may be a moment old: many callers -> **remembered** -> one question at a time for each key.

Promises: none is given that was older than said when the caller came; from half that age on it is asked for again
beside its callers, who are given the last one meanwhile, so that what runs out at once for all of them costs one
question and makes nobody wait; keys without an answer take no room; memory is bounded: the key that came first makes
room.
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
    renewal: asyncio.Task[Any] | None = None


class Remembered(Generic[Key, Value]):
    """Up to `most` answers, none older than `seconds`. `None` is no answer and is never kept."""

    def __init__(self, seconds: float, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._known: dict[Key, _Known[Value]] = {}

    async def of(self, key: Key, ask: Callable[[], Awaitable[Value | None]]) -> Value | None:
        """The answer for a key, by `ask` where none is known; what `ask` raises reaches who waits for it."""
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= self._most:
                del self._known[next(iter(self._known))]
            known = self._known[key] = _Known()
        oldest = self._clock() - self._seconds
        if known.at < oldest:
            return await self._ask(key, known, ask, oldest)
        half = oldest + self._seconds / 2
        if known.at < half and (known.renewal is None or known.renewal.done()):
            known.renewal = asyncio.create_task(self._ask(key, known, ask, half))
            known.renewal.add_done_callback(_let_pass)
        return known.value

    async def _ask(
        self, key: Key, known: _Known[Value], ask: Callable[[], Awaitable[Value | None]], oldest: float
    ) -> Value | None:
        """An answer since `oldest`: one that somebody else was waiting for serves too."""
        try:
            async with known.asking:
                if known.at < oldest:
                    asked_at = self._clock()
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


def _let_pass(renewal: asyncio.Task[Any]) -> None:
    """Nobody waits for it: whoever needs the answer once it is too old asks again, and is told of the failure."""
    if not renewal.cancelled():
        renewal.exception()
