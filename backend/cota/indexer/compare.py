"""Whether the mirror is exact (P8): a fresh index beside it -> **compare** -> tests, `cota verify --mirror`.

Indexes the canonical chain from nothing into a schema of its own, up to the block where the mirror stands,
and compares every table row by row. Promises: the mirror is only read; the schema is dropped whatever
happens; a mirror that reorganised meanwhile is compared anew. The database user needs the right to create a
schema.
"""

import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import psycopg
from psycopg import sql
from sqlalchemy import Table

from cota.chain.client import NodeClient
from cota.chain.deployment import Deployment
from cota.chain.events import Catalogue
from cota.indexer.options import IndexerOptions
from cota.indexer.problems import MirrorMismatch
from cota.indexer.run import Indexer
from cota.indexer.writer import Position
from cota.store.fresh import create_tables, drop_schema
from cota.store.mirror_tables import Mirror, build_mirror
from cota.store.urls import psycopg_dsn

_ATTEMPTS = 3


class MirrorMoved(Exception):
    """The mirror reorganised each time while it was compared: try again in a calmer moment."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows of one table: `missing` in the mirror, `extra` in it."""

    missing: int
    extra: int


@dataclass(frozen=True)
class Comparison:
    """`block` is where both stood; `rows` how many the fresh index has."""

    block: Position
    rows: int
    differences: Mapping[str, Difference] = field(default_factory=dict)

    @property
    def is_exact(self) -> bool:
        return not self.differences


async def compare_with_fresh(
    database_url: str,
    client: NodeClient,
    load_deployment: Callable[[], Deployment],
    catalogue: Catalogue,
    options: IndexerOptions,
) -> Comparison:
    """`options`: the mirror's own indexer's. Raises MirrorMismatch for an empty mirror, MirrorMoved."""
    served = build_mirror(catalogue, options.schema)
    dsn = psycopg_dsn(database_url)
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        for _ in range(_ATTEMPTS):
            target = await position(connection, served)
            if target is None:
                raise MirrorMismatch("the mirror is empty: there is nothing to compare")
            async with _fresh_schema(connection, catalogue) as fresh:
                indexing = replace(options, schema=fresh.schema, until_head=True, up_to=target.number)
                await Indexer(database_url, client, load_deployment, catalogue, indexing).run()
                found = await _compare(connection, served, fresh, target)
            if found is not None:
                return found
    raise MirrorMoved(f"compared {_ATTEMPTS} times, moved each time")


async def position(connection: psycopg.AsyncConnection, mirror: Mirror) -> Position | None:
    query = sql.SQL("SELECT number, hash FROM {}").format(_name(mirror.cursor))
    row = await (await connection.execute(query)).fetchone()
    return None if row is None else Position(*row)


@asynccontextmanager
async def _fresh_schema(connection: psycopg.AsyncConnection, catalogue: Catalogue) -> AsyncIterator[Mirror]:
    """Empty mirror tables in a schema of their own."""
    fresh = build_mirror(catalogue, f"mirror_fresh_{secrets.token_hex(6)}")
    try:
        await create_tables(connection, fresh)
        yield fresh
    finally:
        await drop_schema(connection, fresh.schema)


async def _compare(
    connection: psycopg.AsyncConnection, served: Mirror, fresh: Mirror, target: Position
) -> Comparison | None:
    """All tables in one snapshot; None when the mirror no longer has the block compared at."""
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        if await position(connection, fresh) != target or not await _has(connection, served, target):
            return None
        return await compare_tables(connection, served, fresh, target)


async def compare_tables(
    connection: psycopg.AsyncConnection, served: Mirror, fresh: Mirror, target: Position
) -> Comparison:
    """Every table up to a block at which the fresh one stands."""
    rows, differences = 0, {}
    for ours, theirs in zip(served.log_tables(), fresh.log_tables(), strict=True):
        count, difference = await _compare_table(connection, ours, theirs, target.number)
        rows += count
        if difference != Difference(0, 0):
            differences[ours.name] = difference
    return Comparison(target, rows, differences)


async def _has(connection: psycopg.AsyncConnection, mirror: Mirror, block: Position) -> bool:
    """Whether the mirror stands on that block, or has gone on from it."""
    query = sql.SQL("SELECT 1 FROM {} WHERE number = %s AND hash = %s").format(_name(mirror.blocks))
    return await (await connection.execute(query, (block.number, block.hash))).fetchone() is not None


async def _compare_table(
    connection: psycopg.AsyncConnection, ours: Table, theirs: Table, number: int
) -> tuple[int, Difference]:
    query = sql.SQL(
        "WITH ours AS (SELECT {columns} FROM {ours} WHERE block_number <= {number}),"
        " theirs AS (SELECT {columns} FROM {theirs})"
        " SELECT (SELECT count(*) FROM theirs),"
        " (SELECT count(*) FROM (SELECT * FROM theirs EXCEPT ALL SELECT * FROM ours) missing),"
        " (SELECT count(*) FROM (SELECT * FROM ours EXCEPT ALL SELECT * FROM theirs) extra)"
    ).format(
        columns=sql.SQL(", ").join(sql.Identifier(c.name) for c in ours.columns),
        ours=_name(ours),
        theirs=_name(theirs),
        number=sql.Literal(number),
    )
    row = await (await connection.execute(query)).fetchone()
    if row is None:
        raise RuntimeError("a count gave no row")
    return row[0], Difference(row[1], row[2])


def _name(table: Table) -> sql.Identifier:
    return sql.Identifier(str(table.schema), table.name)
