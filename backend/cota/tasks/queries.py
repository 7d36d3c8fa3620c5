"""The SQL statements on leases, but for giving items out (`giving`): service -> **queries** -> items, leases.

Promises: an ended lease gives its seat back in the statement that ends it; what an account skipped is not offered to
it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from cota.commitments.hashes import KIND_LABEL, KIND_REVIEW
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
    kind: int = KIND_LABEL
    answers: tuple[Any, ...] = ()
    """Of a review: the different labels that the item has, in no order that tells whose they are."""


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

_ANSWERS = text(
    """
    SELECT DISTINCT ON (item_id, CAST(label AS text)) item_id, label FROM annotations
    WHERE item_id = ANY(:items) AND kind = 0 AND label IS NOT NULL ORDER BY item_id, CAST(label AS text)
    """
)
_SWEEP_LOCK = text(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('sweep:' || encode(:dataset, 'hex'), 0))"
)
_SWEEP = text(
    """
    WITH dead AS (
        SELECT id FROM leases WHERE state = 'active' AND dataset = :dataset AND expires_at < :now
        LIMIT 1000 FOR UPDATE SKIP LOCKED
    ), ended AS (
        UPDATE leases SET state = 'expired' FROM dead WHERE leases.id = dead.id RETURNING leases.item_id, leases.kind
    ), seats AS (
        SELECT item_id, count(*) FILTER (WHERE kind = 0) AS labels, count(*) FILTER (WHERE kind = 1) AS reviews
        FROM ended GROUP BY item_id
    )
    UPDATE items SET open_seats = open_seats + seats.labels, open_reviews = open_reviews + seats.reviews
    FROM seats WHERE items.id = seats.item_id
    """
)
_DATASETS_WITH_DEAD = text("SELECT DISTINCT dataset FROM leases WHERE state = 'active' AND expires_at < :now")

_RELEASE = text(
    """
    WITH ended AS (
        UPDATE leases SET state = 'released' WHERE id = :id AND account = :account AND state = 'active'
        RETURNING item_id, kind
    )
    UPDATE items SET open_seats = open_seats + 1 - ended.kind, open_reviews = open_reviews + ended.kind
    FROM ended WHERE items.id = ended.item_id RETURNING items.id
    """
)
_SKIP = text(
    """
    INSERT INTO skips (account, item_id, reason, note)
    SELECT account, item_id, :reason, :note FROM leases WHERE id = :id
    ON CONFLICT (account, item_id) DO UPDATE SET reason = excluded.reason, note = excluded.note
    """
)
_FLAGS = text(
    """
    SELECT i.id, i.item_ref, i.content, i.erased, f.reasons, f.notes, f.first_at FROM (
        SELECT item_id, sum(n) AS n, json_object_agg(reason, n) AS reasons, min(first_at) AS first_at,
               COALESCE(json_agg(notes) FILTER (WHERE notes IS NOT NULL), '[]') AS notes
        FROM (SELECT s.item_id, s.reason, count(*) AS n, min(s.at) AS first_at,
                     json_agg(s.note) FILTER (WHERE s.note <> '') AS notes
              FROM skips s JOIN items o ON o.id = s.item_id
              WHERE o.dataset = :dataset AND s.reason = ANY(:reasons) AND s.item_id > :after
              GROUP BY s.item_id, s.reason) one
        GROUP BY item_id ORDER BY item_id LIMIT :limit) f
    JOIN items i ON i.id = f.item_id ORDER BY i.id
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
    SELECT l.id, l.dataset, l.item_id, i.item_ref, i.content, l.account, l.created_at, l.expires_at, l.state, l.kind
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


async def answers(session: ReadSession, items: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """The different labels of each item, by its id."""
    found: dict[int, tuple[Any, ...]] = {}
    for row in await session.execute(_ANSWERS, {"items": list(items)}):
        found[row.item_id] = (*found.get(row.item_id, ()), row.label)
    return found


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
    rows = (await session.execute(_ACTIVE_OF, {"account": address_bytes(account), "now": now})).all()
    reviews = [row.item_id for row in rows if row.kind == KIND_REVIEW]
    told = await answers(session, reviews) if reviews else {}
    return [_lease(row, told.get(row.item_id, ()) if row.kind == KIND_REVIEW else ()) for row in rows]


async def skip(session: WriteSession, lease: bytes, account: Address, reason: str, note: str) -> bool:
    """Gives a lease back for good: its item is not offered to the account again. False when it was not active."""
    row = {"id": lease, "account": address_bytes(account), "reason": reason, "note": note}
    if (await session.execute(_RELEASE, row)).first() is None:
        return False
    await session.execute(_SKIP, row)
    return True


async def flags(
    session: ReadSession, dataset: bytes, reasons: Sequence[str], after: int, limit: int
) -> Sequence[Any]:
    """Items that contributors flagged, by id: reference, content, how often for which reason, what they wrote."""
    row = {"dataset": dataset, "reasons": list(reasons), "after": after, "limit": limit}
    return (await session.execute(_FLAGS, row)).all()


def _lease(row: Any, answers: tuple[Any, ...] = ()) -> Lease:
    return Lease(
        bytes(row.id),
        bytes(row.dataset),
        bytes(row.item_ref),
        row.content,
        address_of(bytes(row.account)),
        row.created_at,
        row.expires_at,
        row.state,
        row.kind,
        answers,
    )
