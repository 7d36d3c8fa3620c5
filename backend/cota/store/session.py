"""Database sessions: settings -> **session** -> domains. Reading and writing are different types.

Promises: a `ReadSession` sees one snapshot and cannot write (the database refuses); only `Database.write()`
commits, once, when its block ends without an error, so no code below the edge decides what is durable.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from cota.store.urls import psycopg_dsn, sqlalchemy_url

QUICK = 4
"""Connections beside the pool of sessions."""
QUICK_SECONDS = 10.0


class ReadSession(AsyncSession):
    """One REPEATABLE READ, READ ONLY transaction: an answer is of one moment, whatever the indexer does
    meanwhile."""


class WriteSession(ReadSession):
    """A transaction that may write. Functions that only read ask for a `ReadSession` and are given either."""


class Database:
    """One pool of connections. Close it when the process ends."""

    def __init__(self, url: str, *, pool_size: int = 10, max_overflow: int = 10) -> None:
        self.url = sqlalchemy_url(url)
        self.dsn = psycopg_dsn(url)
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[Any]] | None = None
        self.engine: AsyncEngine = create_async_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_pre_ping=True,
            # Labels and salts pass here: an error's text is logged, and may not hold them.
            hide_parameters=True,
        )
        readable = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._read = async_sessionmaker(readable, class_=ReadSession, expire_on_commit=False)
        glancing = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._glance = async_sessionmaker(glancing, class_=ReadSession, expire_on_commit=False)
        self._write = async_sessionmaker(self.engine, class_=WriteSession, expire_on_commit=False)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadSession]:
        async with self._read() as session:
            yield session

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[ReadSession]:
        """For one small question that many wait for: no transaction is begun and ended around it, which would be three
        trips to the database instead of one. A second question may see a later moment."""
        async with self._glance() as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[WriteSession]:
        """Commits when the block ends well, rolls back when it raises."""
        async with self._write() as session, session.begin():
            yield session

    @asynccontextmanager
    async def quick(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """A connection of psycopg itself, each statement its own transaction: for the two statements that people
        wait for by the thousand. Raises SQLAlchemy's OperationalError while the database is away."""
        try:
            if self._pool is None:
                self._pool = AsyncConnectionPool(
                    self.dsn, min_size=0, max_size=QUICK, open=False, kwargs={"autocommit": True}
                )
                await self._pool.open()
            async with self._pool.connection(timeout=QUICK_SECONDS) as connection:
                yield connection
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise OperationalError("a quick statement", None, error) from error

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()
        await self.engine.dispose()
