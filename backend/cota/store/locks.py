"""Locks that hold across processes: PostgreSQL -> **locks** -> sender, worker.

Promises: a lock ends with its block or, if the process dies, with its connection; nothing is left to clean
up.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from cota.store.session import Database


@asynccontextmanager
async def named_lock(database: Database, name: str) -> AsyncIterator[None]:
    """Waits for the lock called `name` and holds it during the block. Not reentrant."""
    async with database.engine.begin() as connection:
        await connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}
        )
        yield
