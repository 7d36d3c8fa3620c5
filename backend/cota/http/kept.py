"""Costly things made once and kept for a while: trees of epochs, parsed files.

Promises: however many callers ask for the same thing at once, it is made once; the least used goes first when
room is short; what failed is not kept.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

Thing = TypeVar("Thing")


class Kept:
    """At most `room` things by key. Keys must name content that never changes (roots, hashes)."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._made: OrderedDict[Hashable, asyncio.Task[Any]] = OrderedDict()

    def holds(self, key: Hashable) -> bool:
        """Whether asking for it costs nothing: it is there, or being made."""
        return key in self._made

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Thing]]) -> Thing:
        task = self._made.get(key)
        if task is None or task.cancelled():
            task = asyncio.ensure_future(_run(make))
            self._made[key] = task
            task.add_done_callback(lambda done: self._forget_failure(key, done))
        self._made.move_to_end(key)
        while len(self._made) > self._room:
            self._made.popitem(last=False)
        # Shielded: one caller who hangs up must not take the work from the others.
        thing: Thing = await asyncio.shield(task)
        return thing

    def _forget_failure(self, key: Hashable, task: "asyncio.Task[Any]") -> None:
        if (task.cancelled() or task.exception() is not None) and self._made.get(key) is task:
            del self._made[key]


async def _run(make: Callable[[], Awaitable[Thing]]) -> Thing:
    return await make()
