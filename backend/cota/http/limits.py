"""Who asks too often: caller -> **moving window** -> 429 with `Retry-After`.

Counts are kept per process: a limit is there to bound what one caller can cost, not to be exact over many
processes. What must be exact (relayed joins) is counted in the database.
"""

import time
from collections.abc import Mapping
from contextvars import ContextVar

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from cota.errors import RateLimited

CALLER: ContextVar[str] = ContextVar("caller", default="unknown")
"""The network address that the request came from: what limits count by, never an account that it names."""

DEFAULTS: Mapping[str, str] = {
    # Each writes a row or costs a call to a node, and needs no session.
    "nonce": "600/minute",
    "relay": "120/minute",
    "wallet-check": "120/minute",
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
