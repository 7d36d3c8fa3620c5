"""mirror.cursor -> **what is indexed** -> `X-Indexed-Block`, `min_block`, `indexed | final`.

Promises: the block told is never beyond what the answer was read at (it is read before the answer is made,
and may be a tenth of a second old); however many callers wait for a block, they cost one small query a tenth
of a second; nobody waits for a block that cannot come meanwhile.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from cota.errors import BlockTooFar, NotIndexedYet
from cota.http.remembered import Remembered
from cota.networks import Network
from cota.store.session import Database

KEEP_SECONDS = 0.1
WAIT_SECONDS = 10.0

# Blocks that may come at once, when a node was away; on the local chain anybody mines as many as they like.
_BURST, _LOCAL_BURST = 256, 100_000

_CURSOR = text("SELECT number, hash, time, head_number FROM mirror.cursor")


@dataclass(frozen=True, slots=True)
class Indexed:
    """The newest block in the mirror, and the chain's head as the indexer last saw it."""

    number: int
    hash: bytes
    time: datetime | None
    head: int


class Freshness:
    """Reads the indexer's cursor for everybody. Of the network it takes the depth at which a block counts as final,
    and how fast blocks come."""

    def __init__(self, database: Database, network: Network) -> None:
        self._database = database
        self._confirmations = network.confirmations
        self._block_seconds = network.block_seconds
        self._burst = _LOCAL_BURST if network.is_local else _BURST
        self._known: Indexed | None = None
        self._readings: Remembered[str, tuple[Indexed | None]] = Remembered(KEEP_SECONDS, 1)

    async def current(self) -> Indexed | None:
        """What is indexed; None before the first block, or while the database is away."""
        await self._readings.of("cursor", self._look)
        return self._known

    async def now(self) -> int:
        """What time it is for the contracts, in Unix seconds: that of the newest indexed block; ours before there is
        one."""
        known = await self.current()
        return int(known.time.timestamp() if known and known.time else time.time())

    async def wait_for(self, block: int) -> None:
        """Returns once `block` is indexed. Raises `NotIndexedYet` after ten seconds, `BlockTooFar` at once for one that
        cannot be there by then."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            known = await self.current()
            if known is not None and known.number >= block:
                return
            if known is not None and block > self._furthest(known):
                told = {"head": known.head, "indexed": known.number}
                raise BlockTooFar(f"block {block} is far ahead of the chain's head", **told)
            if time.monotonic() >= deadline:
                reached = known.number if known else None
                raise NotIndexedYet(f"block {block} is not indexed yet", indexed=reached, retry_after=1)
            await asyncio.sleep(KEEP_SECONDS)

    def status_of(self, block: int) -> Literal["indexed", "final"]:
        """Whether the block of an answer has the network's confirmation depth."""
        head = max(self._known.head, self._known.number) if self._known else 0
        return "final" if head - block + 1 >= self._confirmations else "indexed"

    def reach(self, block: int | None) -> Literal["pending", "indexed", "final"]:
        """The same for a block that may not be indexed yet, or not even be there."""
        if block is None or self._known is None or self._known.number < block:
            return "pending"
        return self.status_of(block)

    def _furthest(self, known: Indexed) -> int:
        """The furthest block that may be there when the wait is over: twice as many as should come until then since
        the newest one that is indexed, so that an indexer that stands still keeps nobody out."""
        since = max(0.0, time.time() - known.time.timestamp()) if known.time else 0.0
        coming = 2 * (since + WAIT_SECONDS) / self._block_seconds
        return max(known.head, known.number) + int(coming) + self._burst

    async def _look(self) -> tuple[Indexed | None]:
        """That nothing is indexed, or that the database is away, is an answer too: not each caller asks again."""
        self._known = await self._read()
        return (self._known,)

    async def _read(self) -> Indexed | None:
        try:
            async with self._database.glance() as session:
                row = (await session.execute(_CURSOR)).one_or_none()
        except (SQLAlchemyError, OSError):
            return None
        if row is None or row.number is None:
            return None
        return Indexed(int(row.number), bytes(row.hash), row.time, int(row.head_number or row.number))
