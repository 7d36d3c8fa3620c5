"""Every SQL statement on leases: service -> **queries** -> items, leases.

Promises: a seat is given once (the item's row is locked while it is given); items that somebody else is locking
are passed over, but "nothing is free" is said only after waiting for them; a wallet never holds two leases of one
item; an ended lease gives its seat back in the statement that ends it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import TextClause, text

from cota.store.session import ReadSession, WriteSession
from cota.units import Address, address_bytes, address_of


@dataclass(frozen=True, slots=True)
class Lease:
    """An item in somebody's hands."""

    id: bytes
    dataset: bytes
    item_ref: bytes
    content: Any
    account: Address
    created_at: datetime
    expires_at: datetime
    state: str


_SERIALISE = text("SELECT pg_advisory_xact_lock(hashtextextended('lease:' || encode(:account, 'hex'), 0))")

_READY_BATCHES = text(
    """
    SELECT p.id FROM batches_private p
    JOIN mirror.batches b ON b.dataset = p.dataset AND b.items_root = p.items_root
     AND b.gold_root = p.gold_root AND b.first_item = p.first_item
    WHERE p.dataset = :dataset
    """
)

_COUNT_ACTIVE = text(
    "SELECT count(*) FROM leases WHERE account = :account AND dataset = :dataset AND state = 'active'"
)

# NO KEY UPDATE: a plain FOR UPDATE would also stop the foreign-key checks of labels being stored on the same items.
_TAKE = """
    WITH chosen AS (
        SELECT i.id, i.content, i.item_ref FROM items i
        WHERE i.dataset = :dataset AND i.open_seats > 0 AND NOT i.erased AND i.batch_id = ANY(:batches)
          AND i.draw_key {side} :pivot
          AND NOT EXISTS (SELECT 1 FROM annotations a
                          WHERE a.dataset = :dataset AND a.item_id = i.id AND a.account = :account)
          AND NOT EXISTS (SELECT 1 FROM leases l
                          WHERE l.item_id = i.id AND l.account = :account AND l.state = 'active')
        ORDER BY i.draw_key, i.id LIMIT :count
        FOR NO KEY UPDATE OF i {busy}
    ), seated AS (
        UPDATE items SET open_seats = open_seats - 1 FROM chosen WHERE items.id = chosen.id
    ), numbered AS (
        SELECT chosen.*, row_number() OVER () AS place FROM chosen
    ), taken AS (
        INSERT INTO leases (id, dataset, item_id, account, created_at, expires_at, state)
        SELECT (CAST(:ids AS bytea[]))[place], :dataset, numbered.id, :account, :now, :expires_at, 'active'
        FROM numbered
        RETURNING id, item_id
    )
    SELECT taken.id, numbered.item_ref, numbered.content FROM taken JOIN numbered ON numbered.id = taken.item_id
"""
_TAKE_FROM_PIVOT = text(_TAKE.format(side=">=", busy="SKIP LOCKED"))
_TAKE_BEFORE_PIVOT = text(_TAKE.format(side="<", busy="SKIP LOCKED"))
# Whoever waits holds no item yet, and whoever holds items never waits for one: no cycle.
_TAKE_WAITING = text(_TAKE.format(side=">=", busy=""))
_LOWEST_KEY = -(2**63)

_SWEEP_LOCK = text(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('sweep:' || encode(:dataset, 'hex'), 0))"
)
_SWEEP = text(
    """
    WITH dead AS (
        SELECT id FROM leases WHERE state = 'active' AND dataset = :dataset AND expires_at < :now
        LIMIT 1000 FOR UPDATE SKIP LOCKED
    ), ended AS (
        UPDATE leases SET state = 'expired' FROM dead WHERE leases.id = dead.id RETURNING leases.item_id
    ), seats AS (
        SELECT item_id, count(*) AS n FROM ended GROUP BY item_id
    )
    UPDATE items SET open_seats = open_seats + seats.n FROM seats WHERE items.id = seats.item_id
    """
)
_DATASETS_WITH_DEAD = text("SELECT DISTINCT dataset FROM leases WHERE state = 'active' AND expires_at < :now")

_RELEASE = text(
    """
    WITH ended AS (
        UPDATE leases SET state = 'released' WHERE id = :id AND account = :account AND state = 'active'
        RETURNING item_id
    )
    UPDATE items SET open_seats = open_seats + 1 FROM ended WHERE items.id = ended.item_id RETURNING items.id
    """
)
_EXTEND = text(
    """
    UPDATE leases SET expires_at = GREATEST(expires_at, LEAST(:until, created_at + :longest))
    WHERE id = :id AND account = :account AND state = 'active' AND expires_at >= :now
    RETURNING expires_at
    """
)
_LEASE = """
    SELECT l.id, l.dataset, i.item_ref, i.content, l.account, l.created_at, l.expires_at, l.state
    FROM leases l JOIN items i ON i.id = l.item_id
"""
_FIND = text(_LEASE + " WHERE l.id = :id")
_ACTIVE_OF = text(
    _LEASE
    + " WHERE l.account = :account AND l.state = 'active' AND l.expires_at >= :now ORDER BY l.created_at, l.id"
)


async def serialise(session: WriteSession, account: Address) -> None:
    """Until the transaction ends, no other request takes leases for this wallet."""
    await session.execute(_SERIALISE, {"account": address_bytes(account)})


async def ready_batches(session: ReadSession, dataset: bytes) -> list[int]:
    """The uploaded batches whose roots the chain has."""
    return list((await session.execute(_READY_BATCHES, {"dataset": dataset})).scalars())


async def count_active(session: ReadSession, dataset: bytes, account: Address) -> int:
    row = {"dataset": dataset, "account": address_bytes(account)}
    return int((await session.execute(_COUNT_ACTIVE, row)).scalar_one())


async def take(
    session: WriteSession,
    dataset: bytes,
    account: Address,
    batches: Sequence[int],
    count: int,
    now: datetime,
    expires_at: datetime,
) -> list[Lease]:
    """Leases of up to `count` items, from a random place in the draw on, then from its start. Items being given to
    others right now are waited for only when nothing else is free."""
    pivot = secrets.randbits(63)
    leases: list[Lease] = []

    async def add(statement: TextClause, pivot: int) -> None:
        wanted = count - len(leases)
        row = {
            "dataset": dataset,
            "account": address_bytes(account),
            "batches": list(batches),
            "pivot": pivot,
            "count": wanted,
            "ids": [secrets.token_bytes(32) for _ in range(wanted)],
            "now": now,
            "expires_at": expires_at,
        }
        for taken in await session.execute(statement, row):
            place = (bytes(taken.id), dataset, bytes(taken.item_ref), taken.content)
            leases.append(Lease(*place, account, now, expires_at, "active"))

    await add(_TAKE_FROM_PIVOT, pivot)
    if len(leases) < count:
        await add(_TAKE_BEFORE_PIVOT, pivot)
    if not leases:
        await add(_TAKE_WAITING, _LOWEST_KEY)
    return leases


async def sweep(session: WriteSession, dataset: bytes, now: datetime) -> None:
    """Ends the dataset's expired leases. One at a time: two sweepers could wait for each other's items."""
    if (await session.execute(_SWEEP_LOCK, {"dataset": dataset})).scalar_one():
        await session.execute(_SWEEP, {"dataset": dataset, "now": now})


async def datasets_with_dead(session: ReadSession, now: datetime) -> list[bytes]:
    return [bytes(found) for found in (await session.execute(_DATASETS_WITH_DEAD, {"now": now})).scalars()]


async def release(session: WriteSession, lease: bytes, account: Address) -> bool:
    """Gives an active lease back; false when there was none."""
    row = {"id": lease, "account": address_bytes(account)}
    return (await session.execute(_RELEASE, row)).first() is not None


async def extend(
    session: WriteSession, lease: bytes, account: Address, now: datetime, until: datetime, longest: object
) -> datetime | None:
    """The new end of a live lease, never past `created_at + longest`; None when it is not live."""
    row = {"id": lease, "account": address_bytes(account), "now": now, "until": until, "longest": longest}
    found: datetime | None = (await session.execute(_EXTEND, row)).scalar_one_or_none()
    return found


async def find(session: ReadSession, lease: bytes) -> Lease | None:
    row = (await session.execute(_FIND, {"id": lease})).one_or_none()
    return _lease(row) if row else None


async def active_of(session: ReadSession, account: Address, now: datetime) -> list[Lease]:
    rows = await session.execute(_ACTIVE_OF, {"account": address_bytes(account), "now": now})
    return [_lease(row) for row in rows]


def _lease(row: Any) -> Lease:
    return Lease(
        bytes(row.id),
        bytes(row.dataset),
        bytes(row.item_ref),
        row.content,
        address_of(bytes(row.account)),
        row.created_at,
        row.expires_at,
        row.state,
    )
