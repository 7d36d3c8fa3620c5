"""How far the mirror is, and waiting for it: indexer's cursor -> **mirror** -> X-Indexed-Block, `min_block`.

Promises: the block given is one whose rows are all committed (rows and cursor move in one transaction).
"""

import asyncio
import time

from sqlalchemy import select

from cota.errors import NotIndexedYet
from cota.store.session import Database, ReadSession
from cota.store.tables import cursor
from cota.units import BlockRef, Hash32

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 0.4


async def indexed_block(session: ReadSession) -> BlockRef | None:
    """The newest block whose events are all here; None before the first."""
    row = (await session.execute(select(cursor.c.number, cursor.c.hash, cursor.c.time))).first()
    return None if row is None else BlockRef(row.number, Hash32(row.hash), int(row.time.timestamp()))


async def head_block(session: ReadSession) -> int | None:
    """The chain's head when the indexer last looked."""
    number: int | None = await session.scalar(select(cursor.c.head_number))
    return number


async def wait_for_block(database: Database, number: int, timeout: float) -> BlockRef:
    """Returns once block `number` is indexed. Raises NotIndexedYet after `timeout` seconds.

    Each look is a new snapshot: a session opened before the wait would never see the block arrive.
    """
    ends = time.monotonic() + timeout
    pause = _FIRST_PAUSE
    while True:
        async with database.read() as session:
            block = await indexed_block(session)
        if block is not None and block.number >= number:
            return block
        if time.monotonic() + pause > ends:
            reached = block.number if block else None
            raise NotIndexedYet(f"block {number} is not indexed yet", indexed=reached, retry_after=2)
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)
