"""The mirror in the database, written by one connection: rows -> **writer** -> PostgreSQL.

The connection also holds the leader's lock, so whoever has lost the lock has lost the means to write.
Promises: taking back, adding and moving the cursor are one transaction; a cursor that somebody else moved
stops the write.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from cota.chain.decode import EventDecoder
from cota.chain.events import Catalogue
from cota.indexer.headers import Header
from cota.indexer.problems import MirrorTaken
from cota.indexer.rows import Rows
from cota.store.mirror_names import BLOCKS, CURSOR, POSITION, RAW, SCHEMA, UNDECODABLE

CHANNEL = "cota_block"
# Blocks whose hashes are all kept, to find where a reorganisation branches off; below, one in a thousand.
_KEPT, _LADDER, _PRUNE_EVERY = 4_096, 1_000, 512


@dataclass(frozen=True, slots=True)
class Position:
    """A block by number and hash."""

    number: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Identity:
    """Which chain and which contracts a mirror is of."""

    chain_id: int
    genesis: bytes
    deployment: bytes


class MirrorWriter:
    """`connection` must be in autocommit mode: transactions are opened here."""

    def __init__(self, connection: psycopg.AsyncConnection, catalogue: Catalogue, schema: str) -> None:
        self._connection = connection
        self._catalogue, self._schema = catalogue, schema
        self._copies = self._copy_statements()

    def _table(self, name: str) -> sql.Identifier:
        return sql.Identifier(self._schema, name)

    def _log_tables(self) -> list[str]:
        return [*(spec.table for spec in self._catalogue.specs), UNDECODABLE]

    def _copy_statements(self) -> Mapping[str, sql.Composed]:
        columns = {s.table: [*POSITION, *EventDecoder(s).columns] for s in self._catalogue.specs}
        columns[UNDECODABLE] = [*POSITION, *RAW]
        return {
            table: sql.SQL("COPY {} ({}) FROM STDIN").format(
                self._table(table), sql.SQL(", ").join(map(sql.Identifier, names))
            )
            for table, names in columns.items()
        }

    async def load(self) -> tuple[Identity, Position] | None:
        """What the mirror is of and where it stands; None before its first block."""
        query = sql.SQL("SELECT chain_id, genesis_hash, deployment, number, hash FROM {}")
        cursor = await self._connection.execute(query.format(self._table(CURSOR)))
        row = await cursor.fetchone()
        return None if row is None else (Identity(*row[:3]), Position(*row[3:]))

    async def start(self, identity: Identity, genesis: Header, anchor: Header, head: int) -> Position:
        """Empties the mirror and sets it to `anchor`, the last block that needs not be read."""
        tables = [*self._log_tables(), BLOCKS, CURSOR]
        async with self._connection.transaction():
            names = sql.SQL(", ").join(map(self._table, tables))
            await self._connection.execute(sql.SQL("TRUNCATE {}").format(names))
            await self._insert_blocks({h.number: h for h in (genesis, anchor)}.values())
            await self._connection.execute(
                sql.SQL(
                    "INSERT INTO {} (chain_id, genesis_hash, deployment, number, hash, time, head_number)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s)"
                ).format(self._table(CURSOR)),
                (*_values(identity), anchor.number, anchor.hash, anchor.time, head),
            )
            await self._notify(anchor)
        return Position(anchor.number, anchor.hash)

    async def apply(
        self,
        expected: Position,
        end: Header,
        head: int,
        *,
        take_back_to: int | None = None,
        rows: Rows | None = None,
        kept: Sequence[Header] = (),
    ) -> Position:
        """Takes back what lies above `take_back_to`, adds the rows, moves the cursor to `end`: one
        transaction. `kept`: headers to remember besides.

        Raises MirrorTaken when the cursor is not at `expected`.
        """
        async with self._connection.transaction():
            await self._move_cursor(expected, end, head)
            if take_back_to is not None:
                await self._delete_above(take_back_to)
            for table, lines in rows.lines.items() if rows else ():
                async with self._connection.cursor().copy(self._copies[table]) as copy:
                    await copy.write("".join(lines))
            await self._insert_blocks({h.number: h for h in (*kept, end)}.values())
            if end.number % _PRUNE_EVERY == 0:
                await self._prune_blocks(end.number - _KEPT)
            await self._notify(end)
        return Position(end.number, end.hash)

    async def _move_cursor(self, expected: Position, end: Header, head: int) -> None:
        query = sql.SQL(
            "UPDATE {} SET number = %s, hash = %s, time = %s, head_number = %s"
            " WHERE number = %s AND hash = %s"
        ).format(self._table(CURSOR))
        moved = await self._connection.execute(
            query, (end.number, end.hash, end.time, head, expected.number, expected.hash)
        )
        if moved.rowcount != 1:
            raise MirrorTaken("the cursor was moved by somebody else")

    async def _delete_above(self, number: int) -> None:
        statements = [
            sql.SQL("DELETE FROM {} WHERE block_number > {}").format(self._table(name), sql.Literal(number))
            for name in self._log_tables()
        ]
        statements.append(
            sql.SQL("DELETE FROM {} WHERE number > {}").format(self._table(BLOCKS), sql.Literal(number))
        )
        await self._connection.execute(sql.SQL("; ").join(statements))

    async def _insert_blocks(self, headers: Iterable[Header]) -> None:
        # A ladder's step may be inserted twice, after a rollback that kept it: same number, same hash.
        query = sql.SQL(
            "INSERT INTO {} (number, hash, parent_hash, time) SELECT * FROM"
            " unnest(%s::bigint[], %s::bytea[], %s::bytea[], %s::timestamptz[]) ON CONFLICT DO NOTHING"
        ).format(self._table(BLOCKS))
        rows = [(h.number, h.hash, h.parent, h.time) for h in headers]
        await self._connection.execute(query, [list(column) for column in zip(*rows, strict=True)])

    async def _prune_blocks(self, below: int) -> None:
        query = sql.SQL(
            "DELETE FROM {0} b WHERE b.number < {1} AND EXISTS (SELECT 1 FROM {0} o"
            " WHERE o.number < b.number AND o.number / {2} = b.number / {2} AND o.number >= b.number - {2})"
        ).format(self._table(BLOCKS), sql.Literal(below), sql.Literal(_LADDER))
        await self._connection.execute(query)

    async def _notify(self, end: Header) -> None:
        if self._schema == SCHEMA:
            payload = json.dumps({"number": end.number, "hash": "0x" + end.hash.hex()})
            await self._connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))

    async def clones(self, up_to: int) -> frozenset[str]:
        """Emitters announced up to that block, lower-case."""
        rule, announcement = self._catalogue.rule, self._catalogue.announcement
        if rule is None or announcement is None:
            return frozenset()
        query = sql.SQL("SELECT {} FROM {} WHERE block_number <= %s").format(
            sql.Identifier(rule.argument), self._table(announcement.table)
        )
        cursor = await self._connection.execute(query, (up_to,))
        return frozenset("0x" + row[0].hex() for row in await cursor.fetchall())

    async def newest_block(self, at_or_below: int) -> Position | None:
        query = sql.SQL("SELECT number, hash FROM {} WHERE number <= %s ORDER BY number DESC LIMIT 1")
        cursor = await self._connection.execute(query.format(self._table(BLOCKS)), (at_or_below,))
        row = await cursor.fetchone()
        return None if row is None else Position(*row)

    async def blocks_between(self, low: int, high: int) -> list[Position]:
        """Stored blocks above `low` and below `high`, ascending."""
        query = sql.SQL("SELECT number, hash FROM {} WHERE number > %s AND number < %s ORDER BY number")
        cursor = await self._connection.execute(query.format(self._table(BLOCKS)), (low, high))
        return [Position(*row) for row in await cursor.fetchall()]


def _values(identity: Identity) -> tuple[int, bytes, bytes]:
    return identity.chain_id, identity.genesis, identity.deployment
