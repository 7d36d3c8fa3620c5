"""Micro-batches: signed rows that arrive together -> **one statement, one commit** -> their indexes.

While one batch is on its way to the disk, what arrives waits and is the next batch; nothing waits for a clock. So a
busy dataset's log is locked once a batch and not once a row. The statement does all that an ordinary row needs: it uses
up the lease, takes an index, stores the row. Promises: a row is answered for after its commit; what it leaves
out (a lease that is gone, a row stored before, an agent that was revoked) is not refused here: the caller asks why, one
row at a time; when a batch fails, each of its rows is tried alone.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg

from cota.annotations.checks import Signed
from cota.annotations.queries import Row
from cota.commitments.canonical import canonical
from cota.store.session import Database
from cota.units import address_bytes

MOST_ROWS = 64

_STORE = """
    WITH given AS (
        SELECT * FROM unnest(
            %(row_id)b::bytea[], %(account)b::bytea[], %(item_ref)b::bytea[], %(lease)b::bytea[], %(kind)b::int[],
            %(label)b::text[], %(label_salt)b::bytea[], %(label_commitment)b::bytea[], %(nonce)b::numeric[],
            %(deadline)b::numeric[], %(signature)b::bytea[], %(agent)b::bytea[], %(verified_block)b::bigint[])
        WITH ORDINALITY AS g(row_id, account, item_ref, lease, kind, label, label_salt, label_commitment, nonce,
                             deadline, signature, agent, verified_block, n)
    ), used AS (
        UPDATE leases l SET state = 'used' FROM given g, items i
        WHERE l.id = g.lease AND l.account = g.account AND l.state = 'active' AND l.expires_at >= %(now)b
          AND l.kind = g.kind AND l.dataset = %(dataset)b AND i.id = l.item_id AND i.item_ref = g.item_ref
          AND NOT EXISTS (SELECT 1 FROM annotations a WHERE a.account = g.account AND a.nonce = g.nonce)
          AND NOT EXISTS (SELECT 1 FROM agent_keys k WHERE k.digest = g.agent AND k.revoked_at IS NOT NULL)
        RETURNING g.n, i.id AS item
    ), placed AS (
        SELECT n, item, row_number() OVER (ORDER BY n) - 1 AS place, count(*) OVER () AS total FROM used
    ), head AS (
        INSERT INTO log_heads (dataset, next_index) SELECT %(dataset)b, total FROM placed LIMIT 1
        ON CONFLICT (dataset) DO UPDATE SET next_index = log_heads.next_index + excluded.next_index
        RETURNING next_index
    )
    INSERT INTO annotations (row_id, dataset, index, item_id, account, lease, kind, label, label_salt, label_commitment,
                             nonce, deadline, signature, agent_digest, verified_block, include_by, received_at)
    SELECT g.row_id, %(dataset)b, head.next_index - p.total + p.place, p.item, g.account, g.lease, g.kind,
           g.label::json, g.label_salt, g.label_commitment, g.nonce, g.deadline, g.signature, g.agent,
           g.verified_block, %(include_by)b, %(now)b
    FROM given g JOIN placed p ON p.n = g.n, head
    RETURNING row_id, index
"""


@dataclass(frozen=True, slots=True)
class _Waiting:
    dataset: bytes
    receipt_period: int
    signed: Signed
    done: "asyncio.Future[Row | None]"


@dataclass
class Writer:
    """One a process. `store` gives None for a row that the statement left out."""

    database: Database
    _waiting: deque[_Waiting] = field(default_factory=deque)
    _running: asyncio.Task[None] | None = None

    async def store(self, dataset: bytes, receipt_period: int, signed: Signed) -> Row | None:
        """The row as it now stands in the log. Raises SQLAlchemy's OperationalError while the database is away."""
        entry = _Waiting(dataset, receipt_period, signed, asyncio.get_running_loop().create_future())
        self._waiting.append(entry)
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        # Shielded by the future: a caller who hangs up takes nothing from the others.
        return await entry.done

    async def close(self) -> None:
        if self._running is not None:
            with suppress(asyncio.CancelledError):
                await self._running

    async def _run(self) -> None:
        while self._waiting:
            batch = self._take()
            try:
                rows = await self._write(batch)
            except psycopg.Error:
                # Two rows that exclude each other: each caller finds out alone.
                _give(batch, {})
            except BaseException as error:
                _fail(batch, error)
                if not isinstance(error, Exception):
                    raise
            else:
                _give(batch, rows)

    def _take(self) -> list[_Waiting]:
        """The next rows of one dataset, in the order of their coming; a row or lease comes once in a batch."""
        batch: list[_Waiting] = []
        left: deque[_Waiting] = deque()
        seen: set[bytes] = set()
        for entry in self._waiting:
            names = {entry.signed.row_id, entry.signed.statement.lease}
            fits = not batch or entry.dataset == batch[0].dataset
            if fits and len(batch) < MOST_ROWS and not names & seen:
                batch.append(entry)
                seen |= names
            else:
                left.append(entry)
        self._waiting = left
        return batch

    async def _write(self, batch: Sequence[_Waiting]) -> dict[bytes, Row]:
        now = datetime.now(UTC)
        include_by = int(now.timestamp()) + batch[0].receipt_period
        parameters = _columns(batch) | {"dataset": batch[0].dataset, "now": now, "include_by": include_by}
        dataset = batch[0].dataset
        async with self.database.quick() as connection:
            cursor = await connection.execute(_STORE, parameters, prepare=True)
            found = {bytes(row_id): index for row_id, index in await cursor.fetchall()}
        return {
            entry.signed.row_id: Row(
                dataset,
                found[entry.signed.row_id],
                entry.signed.row_id,
                include_by,
                entry.signed.verified.signature,
            )
            for entry in batch
            if entry.signed.row_id in found
        }


def _columns(batch: Sequence[_Waiting]) -> dict[str, list[Any]]:
    rows = [(entry.signed, entry.signed.statement) for entry in batch]
    return {
        "row_id": [signed.row_id for signed, _ in rows],
        "account": [address_bytes(statement.account) for _, statement in rows],
        "item_ref": [statement.item_ref for _, statement in rows],
        "lease": [statement.lease for _, statement in rows],
        "kind": [statement.kind for _, statement in rows],
        "label": [canonical(signed.body.label).decode() for signed, _ in rows],
        "label_salt": [signed.body.label_salt for signed, _ in rows],
        "label_commitment": [statement.label_commitment for _, statement in rows],
        "nonce": [statement.nonce for _, statement in rows],
        "deadline": [statement.deadline for _, statement in rows],
        "signature": [signed.verified.signature for signed, _ in rows],
        "agent": [signed.agent.digest if signed.agent else None for signed, _ in rows],
        "verified_block": [signed.verified.block for signed, _ in rows],
    }


def _give(batch: Sequence[_Waiting], rows: dict[bytes, Row]) -> None:
    for entry in batch:
        if not entry.done.done():
            entry.done.set_result(rows.get(entry.signed.row_id))


def _fail(batch: Sequence[_Waiting], error: BaseException) -> None:
    for entry in batch:
        if not entry.done.done():
            entry.done.set_exception(error)
