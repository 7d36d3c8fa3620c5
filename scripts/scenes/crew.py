"""demo -> **crew** -> many contributors at once. A small pool of threads that stops when it is told to.

Promises: the first failure ends the scene and is the one that is raised; after it, or after Ctrl-C, no
new piece of work starts, and the pieces at hand (each a call or two) are waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

THREADS = 8


class Cut(Exception):
    """The scene was stopped; raised in the threads, never shown."""


class Crew:
    """Runs one scene's work; `check` lets long work notice that the scene is over."""

    def __init__(self) -> None:
        self._is_over = False

    def check(self) -> None:
        if self._is_over:
            raise Cut

    def each(self, people: Sequence[T], work: Callable[[T], R]) -> list[R]:
        """The results in the order of `people`. Raises the first failure."""
        with ThreadPoolExecutor(THREADS, thread_name_prefix="crew") as pool:
            try:
                futures = [pool.submit(self._play, work, person) for person in people]
                done, _ = wait(futures, return_when=FIRST_EXCEPTION)
                for future in done:
                    future.result()
                return [future.result() for future in futures]
            except BaseException:
                self._is_over = True
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _play(self, work: Callable[[T], R], person: T) -> R:
        self.check()
        return work(person)
