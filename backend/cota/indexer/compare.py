"""Whether the mirror is exact (P8): a fresh index beside it -> **compare** -> tests, `cota verify --mirror`.

Indexes the canonical chain from nothing into a schema of its own, up to the block where the mirror stands,
and compares every table row by row. Promises: the mirror is only read; the schema is dropped whatever
happens; a mirror that reorganised meanwhile is compared anew; of each table that differs the first row, in the
chain's order, is named with what is wrong with it. The database user needs the right to create a schema.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, LiteralString

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
_PAUSE = 1.0
_SHOWN = 80


class MirrorMoved(Exception):
    """There was no block at which both stood: `str()` says why. Try again in a calmer moment."""


@dataclass(frozen=True, slots=True)
class RowDifference:
    """One row: by block and log (None in the table of blocks), what the chain gives and what the mirror has."""

    block: int
    log_index: int | None
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows of one table: `missing` in the mirror, `extra` in it, `changed` in their contents; the `first`."""

    missing: int
    extra: int
    changed: int
    first: RowDifference

    @property
    def rows(self) -> int:
        return self.missing + self.extra + self.changed


@dataclass(frozen=True)
class Comparison:
    """`block` is where both stood; `rows` how many were compared, in how many `tables`."""

    block: Position
    rows: int
    tables: int
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
    """`options`: the mirror's own indexer's. Raises MirrorMismatch for a mirror that is empty, or that stands
    on a block of another chain; MirrorMoved."""
    served = build_mirror(catalogue, options.schema)
    dsn = psycopg_dsn(database_url)
    why = ""
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        for attempt in range(_ATTEMPTS):
            await asyncio.sleep(_PAUSE if attempt else 0)
            target = await position(connection, served)
            if target is None:
                raise MirrorMismatch("the mirror is empty: there is nothing to compare")
            async with _fresh_schema(connection, catalogue) as fresh:
                indexing = replace(options, schema=fresh.schema, until_head=True, up_to=target.number)
                await Indexer(database_url, client, load_deployment, catalogue, indexing).run()
                found = await _compare(connection, served, fresh, target)
                reached = await position(connection, fresh)
            if found is not None:
                return found
            why = _why_not(target, reached, has_moved=await position(connection, served) != target)
    raise MirrorMoved(why)


def _why_not(target: Position, reached: Position | None, *, has_moved: bool) -> str:
    """Raises MirrorMismatch when a mirror that stands still is on a block that the chain does not have."""
    if reached is None or reached.number < target.number:
        ends = "nothing" if reached is None else f"block {reached.number}"
        return f"the mirror stands at block {target.number}, and the node has {ends} yet: it is behind"
    if reached != target and not has_moved:
        raise MirrorMismatch(
            f"the mirror stands on 0x{target.hash.hex()}, and the chain's block {target.number} is"
            f" 0x{reached.hash.hex()}"
        )
    return f"the mirror reorganised each of the {_ATTEMPTS} times while it was compared"


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
        stands = await position(connection, served) == target or await _has(connection, served, target)
        if not stands or await position(connection, fresh) != target:
            return None
        return await compare_tables(connection, served, fresh, target)


async def compare_tables(
    connection: psycopg.AsyncConnection, served: Mirror, fresh: Mirror, target: Position
) -> Comparison:
    """Every table up to a block at which the fresh one stands; of blocks those that both kept."""
    rows, tables, differences = 0, served.log_tables(), {}
    pairs = [_Pair.of_logs(*pair) for pair in zip(tables, fresh.log_tables(), strict=True)]
    for pair in (*pairs, _Pair.of_blocks(served.blocks, fresh.blocks)):
        count, difference = await pair.compare(connection, target.number)
        rows += count
        if difference is not None:
            differences[pair.ours.name] = difference
    return Comparison(target, rows, len(tables) + 1, differences)


async def _has(connection: psycopg.AsyncConnection, mirror: Mirror, block: Position) -> bool:
    """Whether the mirror has gone on from that block."""
    query = sql.SQL("SELECT 1 FROM {} WHERE number = %s AND hash = %s").format(_name(mirror.blocks))
    return await (await connection.execute(query, (block.number, block.hash))).fetchone() is not None


@dataclass(frozen=True)
class _Pair:
    """One table twice. `key`: the columns that say which row it is; `order`: the chain's; `join`: FULL where
    each must have all rows of the other, INNER where only common ones are comparable."""

    ours: Table
    theirs: Table
    key: tuple[str, ...]
    order: tuple[str, ...]
    join: str

    @classmethod
    def of_logs(cls, ours: Table, theirs: Table) -> "_Pair":
        return cls(ours, theirs, ("block_hash", "log_index"), ("block_number", "log_index"), "FULL")

    @classmethod
    def of_blocks(cls, ours: Table, theirs: Table) -> "_Pair":
        """Which blocks are kept depends on how the mirror came to them (windows far from the head)."""
        return cls(ours, theirs, ("number",), ("number",), "INNER")

    async def compare(
        self, connection: psycopg.AsyncConnection, number: int
    ) -> tuple[int, Difference | None]:
        """How many rows the right table has (of blocks: both have), and how the mirror's differs."""
        parts = self._parts(number)
        counts = await self._one(
            connection,
            "SELECT count(t.{key}), count(*) FILTER (WHERE o.{key} IS NULL),"
            " count(*) FILTER (WHERE t.{key} IS NULL), count(*) FILTER (WHERE o.{key} = t.{key} AND {differs})"
            " FROM {joined}",
            parts,
        )
        rows, missing, extra, changed = counts
        if not missing + extra + changed:
            return rows, None
        worst = "SELECT to_jsonb(t), to_jsonb(o) FROM {joined} WHERE {differs} ORDER BY {order} LIMIT 1"
        return rows, Difference(
            missing, extra, changed, self._row(*await self._one(connection, worst, parts))
        )

    def _parts(self, number: int) -> dict[str, sql.Composable]:
        """What the queries are made of: `o` are the mirror's rows, `t` the fresh ones."""
        columns = [sql.Identifier(column.name) for column in self.ours.columns]
        own, fresh = (sql.SQL(", ").join(sql.SQL(f"{side}.{{}}").format(c) for c in columns) for side in "ot")
        same = [sql.SQL("o.{0} = t.{0}").format(sql.Identifier(name)) for name in self.key]
        order = [sql.SQL("COALESCE(t.{0}, o.{0})").format(sql.Identifier(name)) for name in self.order]
        joined = sql.SQL(
            "(SELECT {columns} FROM {ours} WHERE {height} <= {number}) o {join} JOIN"
            " (SELECT {columns} FROM {theirs}) t ON {same}"
        ).format(
            columns=sql.SQL(", ").join(columns),
            ours=_name(self.ours),
            theirs=_name(self.theirs),
            height=sql.Identifier(self.order[0]),
            number=sql.Literal(number),
            join=sql.SQL(self.join),
            same=sql.SQL(" AND ").join(same),
        )
        return {
            "joined": joined,
            "key": sql.Identifier(self.key[0]),
            "differs": sql.SQL("ROW({}) IS DISTINCT FROM ROW({})").format(own, fresh),
            "order": sql.SQL(", ").join(order),
        }

    @staticmethod
    async def _one(
        connection: psycopg.AsyncConnection, query: LiteralString, parts: Mapping[str, sql.Composable]
    ) -> tuple[Any, ...]:
        row = await (await connection.execute(sql.SQL(query).format(**parts))).fetchone()
        if row is None:
            raise RuntimeError("the mirror changed within one snapshot")
        return row

    def _row(self, right: dict[str, Any] | None, ours: dict[str, Any] | None) -> RowDifference:
        seen = right or ours or {}
        block, *log_index = (int(seen[name]) for name in self.order)
        place = block, log_index[0] if log_index else None
        if right is None:
            return RowDifference(*place, "no such row", "one too many")
        if ours is None:
            return RowDifference(*place, "a row", "none")
        column = next(name for name in right if right[name] != ours[name])
        return RowDifference(*place, f"{column} {_shown(right[column])}", f"{column} {_shown(ours[column])}")


def _shown(value: Any) -> str:
    """As people write it: bytes in hexadecimal, long ones cut."""
    text = str(value)
    text = "0x" + text[2:] if text.startswith("\\x") else text
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _name(table: Table) -> sql.Identifier:
    return sql.Identifier(str(table.schema), table.name)
