"""Who asks too often, or for too much at once: caller -> **moving window, what is open** -> 429 with `Retry-After`.

Counts are kept per process: a limit is there to bound what one caller can cost, not to be exact over many
processes. What must be exact (relayed joins) is counted in the database.
"""

import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from contextvars import ContextVar
from ipaddress import IPv6Address, ip_address
from typing import TypeVar

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from cota.errors import RateLimited

Piece = TypeVar("Piece")

CALLER: ContextVar[str] = ContextVar("caller", default="unknown")
"""The network address that the request came from: what limits count by, never an account that it names."""

# Whoever has one IPv6 address has its whole network.
_SUBSCRIBER_BITS = 64


def caller_of(host: str | None) -> str:
    """What counts as one caller: an IPv4 address, or a network of IPv6."""
    try:
        address = ip_address((host or "").partition("%")[0])
    except ValueError:
        return host or "unknown"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return f"{IPv6Address(int(address) >> _SUBSCRIBER_BITS << _SUBSCRIBER_BITS)}/{_SUBSCRIBER_BITS}"
    return str(getattr(address, "ipv4_mapped", None) or address)


DEFAULTS: Mapping[str, str] = {
    # Each writes a row or costs a call to a node, and needs no session.
    "nonce": "600/minute",
    "agent-key": "600/minute",
    "relay": "120/minute",
    "wallet-check": "120/minute",
    # Whether an account that was not seen lately is a contract; and a tree of a checkpoint that is not at hand.
    "account-check": "1200/minute",
    "tree": "60/minute",
    # Reads the files of as many epochs as a page shows.
    "earned": "120/minute",
    "stream": "60/minute",
    "report": "30/minute",
}


class Limits:
    """Named limits, each counted by caller."""

    def __init__(self, rates: Mapping[str, str] = DEFAULTS) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._items: dict[str, RateLimitItem] = {name: parse(rate) for name, rate in rates.items()}

    def check(self, name: str, caller: str) -> None:
        """Counts a call. Raises `RateLimited`."""
        item = self._items[name]
        if not self._window.hit(item, name, caller):
            free_at = self._window.get_window_stats(item, name, caller).reset_time
            raise RateLimited(retry_after=max(1, int(free_at - time.time()) + 1))


class AtOnce:
    """How many long answers, `what`, one caller has open at the same time in this process."""

    def __init__(self, most: int, what: str) -> None:
        self._most, self._what = most, what
        self._open: Counter[str] = Counter()

    def check(self, caller: str) -> None:
        """Raises `RateLimited` when the caller has as many open as it may."""
        if self._open[caller] >= self._most:
            raise RateLimited(
                f"{self._most} {self._what} of this caller are open: finish or close one", retry_after=5
            )

    @contextmanager
    def held(self, caller: str) -> Iterator[None]:
        """Counted as open."""
        self._open[caller] += 1
        try:
            yield
        finally:
            self._open[caller] -= 1
            if not self._open[caller]:
                del self._open[caller]

    async def of(self, caller: str, pieces: AsyncGenerator[Piece, None]) -> AsyncGenerator[Piece, None]:
        """The same pieces, counted while they are read."""
        with self.held(caller):
            async with aclosing(pieces):
                async for piece in pieces:
                    yield piece
