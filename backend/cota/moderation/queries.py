"""Every SQL statement on moderation: service -> **queries** -> reports, takedowns, items, annotations.

Promises: a takedown ends the item's leases, closes its seats and destroys content and salt in one transaction; gold and
labels stay, so that what was counted can be recomputed; an erased label keeps its digest and signatures.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from cota.store.session import ReadSession, WriteSession
from cota.units import Address, address_bytes

_REPORT = text(
    """
    INSERT INTO reports (dataset, item_id, reporter, reason, note)
    SELECT :dataset, (SELECT id FROM items WHERE dataset = :dataset AND item_ref = CAST(:item_ref AS bytea)), :reporter,
           :reason, :note
    RETURNING id
    """
)
_ITEM = text("SELECT id, erased FROM items WHERE dataset = :dataset AND item_ref = :item_ref FOR UPDATE")
_QUEUE = text(
    """
    SELECT r.id, i.item_ref, r.reason, r.note, r.at, r.state FROM reports r LEFT JOIN items i ON i.id = r.item_id
    WHERE r.dataset = :dataset AND r.id > :after ORDER BY r.id LIMIT :limit
    """
)
_DISMISS = text(
    "UPDATE reports SET state = 'dismissed' WHERE id = :id AND dataset = :dataset AND state = 'open' RETURNING id"
)
_KNOWN = text("SELECT 1 FROM reports WHERE id = :id AND dataset = :dataset")
_TAKE_DOWN = (
    text("UPDATE leases SET state = 'released' WHERE item_id = :item AND state = 'active'"),
    text(
        "UPDATE items SET content = NULL, item_salt = NULL, erased = true, open_seats = 0, open_reviews = 0"
        " WHERE id = :item"
    ),
    text("UPDATE reports SET state = 'taken-down' WHERE item_id = :item AND state = 'open'"),
    text(
        "INSERT INTO takedowns (dataset, item_id, account, role, reason, note)"
        " VALUES (:dataset, :item, :account, :role, :reason, :note)"
    ),
)
_TAKEDOWNS = text(
    """
    SELECT t.id, i.item_ref, t.account, t.role, t.reason, t.note, t.at
    FROM takedowns t JOIN items i ON i.id = t.item_id
    WHERE t.dataset = :dataset AND t.id > :after ORDER BY t.id LIMIT :limit
    """
)
_ERASE = text(
    """
    UPDATE annotations a SET label = NULL, label_salt = NULL
    WHERE a.account = :account AND a.label_salt IS NOT NULL AND (CAST(:row_id AS bytea) IS NULL OR a.row_id = :row_id)
      AND EXISTS (SELECT 1 FROM mirror.checkpoints c
                  JOIN mirror.epochs e ON e.dataset = c.dataset AND e.epoch = c.checkpoint AND e.state = 'finalized'
                  WHERE c.dataset = a.dataset AND c.from_index <= a.index AND a.index < c.to_index)
    """
)
_WAITING = text(
    "SELECT count(*) FROM annotations a WHERE a.account = :account AND a.label_salt IS NOT NULL"
    " AND (CAST(:row_id AS bytea) IS NULL OR a.row_id = :row_id)"
)
_OWN = text("SELECT 1 FROM annotations WHERE row_id = :row_id AND account = :account")


async def report(session: WriteSession, row: dict[str, Any]) -> int:
    return int((await session.execute(_REPORT, row)).scalar_one())


async def item(session: WriteSession, dataset: bytes, item_ref: bytes) -> Any | None:
    """(id, erased) of an item, locked."""
    return (await session.execute(_ITEM, {"dataset": dataset, "item_ref": item_ref})).one_or_none()


async def queue(session: ReadSession, dataset: bytes, after: int, limit: int) -> Sequence[Any]:
    return (await session.execute(_QUEUE, {"dataset": dataset, "after": after, "limit": limit})).all()


async def dismiss(session: WriteSession, dataset: bytes, report: int) -> bool:
    """False when there is no such report; dismissing what is decided changes nothing."""
    row = {"id": report, "dataset": dataset}
    await session.execute(_DISMISS, row)
    return (await session.execute(_KNOWN, row)).first() is not None


async def take_down(session: WriteSession, row: dict[str, Any]) -> None:
    for statement in _TAKE_DOWN:
        await session.execute(statement, row)


async def takedowns(session: ReadSession, dataset: bytes, after: int, limit: int) -> Sequence[Any]:
    return (await session.execute(_TAKEDOWNS, {"dataset": dataset, "after": after, "limit": limit})).all()


async def owns(session: ReadSession, account: Address, row_id: bytes) -> bool:
    row = {"row_id": row_id, "account": address_bytes(account)}
    return (await session.execute(_OWN, row)).first() is not None


async def erase(session: WriteSession, account: Address, row_id: bytes | None) -> tuple[int, int]:
    """(erased now, waiting for their epoch) of one row, or of all of the account's."""
    row = {"account": address_bytes(account), "row_id": row_id}
    erased: int = (await session.execute(_ERASE, row)).rowcount  # type: ignore[attr-defined]
    return erased, int((await session.execute(_WAITING, row)).scalar_one())
