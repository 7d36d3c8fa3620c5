"""Every SQL statement on licences: service, export -> **queries** -> mirror views, labels of licensed epochs.

Promises: the epochs of a licence are those finalised before it in the order of the chain; rows of an export
are streamed, never held whole.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from cota.licenses.duty import Happening
from cota.store.session import ReadSession, WriteSession
from cota.units import Address, address_bytes, address_of

ROWS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class License:
    """A licence. `place`: the (block, log index) at which its epochs were counted, its purchase or last
    renewal."""

    id: int
    dataset: bytes
    receiver: Address
    payer: Address
    license_class: int
    price: int
    epochs: int
    terms_hash: bytes
    expires_at: int
    block: int
    tx_hash: bytes
    renewed_block: int | None
    place: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Epoch:
    """A finalised epoch that a licence opens."""

    number: int
    start: int
    end: int
    log_root: bytes


_LICENSE = """
    SELECT l.license, l.dataset, l.receiver, l.payer, l.class AS license_class, l.price, l.epochs, l.terms_hash,
           l.expires_at, l.block_number, l.tx_hash, l.renewed_block,
           b.block_number AS place_block, b.log_index AS place_log
    FROM mirror.licenses l
    JOIN LATERAL (
        SELECT x.block_number, x.log_index FROM mirror.license_market_license_bought x WHERE x.license = l.license
        UNION ALL
        SELECT x.block_number, x.log_index FROM mirror.license_market_license_renewed x WHERE x.license = l.license
        ORDER BY 1 DESC, 2 DESC LIMIT 1) b ON true
"""
_FIND = text(_LICENSE + " WHERE l.license = :license")
_OF = text(
    _LICENSE
    + """
    WHERE l.dataset = :dataset AND l.receiver = :receiver AND (l.expires_at = 0 OR l.expires_at > :now)
      AND NOT EXISTS (SELECT 1 FROM mirror.deliveries d WHERE d.license = l.license AND d.dataset = l.dataset
                      AND d.returned > 0)
    ORDER BY b.block_number DESC, b.log_index DESC LIMIT 1
    """
)
_EPOCHS = text(
    """
    SELECT c.checkpoint, c.from_index, c.to_index, c.log_root
    FROM mirror.annotation_ledger_epoch_finalized f
    JOIN mirror.checkpoints c ON c.dataset = f.dataset AND c.checkpoint = f.checkpoint
    WHERE f.dataset = :dataset AND (f.block_number, f.log_index) < (:block, :log_index)
    ORDER BY c.checkpoint
    """
)
_COURSE = text(
    """
    SELECT 'bought' AS kind, expires_at, false AS late, extract(epoch FROM block_time) AS at, block_number, log_index
    FROM mirror.license_market_license_bought WHERE license = :license
    UNION ALL SELECT 'renewed', expires_at, false, extract(epoch FROM block_time), block_number, log_index
    FROM mirror.license_market_license_renewed WHERE license = :license
    UNION ALL SELECT 'reported', NULL, late, extract(epoch FROM block_time), block_number, log_index
    FROM mirror.license_market_report_filed WHERE license = :license
    ORDER BY block_number, log_index
    """
)
_DELIVERY = text(
    """
    SELECT state, coordinator, price, due_at, answered, returned, block_number, tx_hash FROM mirror.deliveries
    WHERE license = :license AND dataset = :dataset
    """
)
_ROYALTIES = text(
    """
    SELECT payer, amount, report_hash, block_number, block_time, tx_hash, log_index FROM mirror.royalties
    WHERE license = :license AND dataset = :dataset AND (block_number, log_index) < (:block, :log_index)
    ORDER BY block_number DESC, log_index DESC LIMIT :limit
    """
)
_ROWS = text(
    """
    SELECT a.index AS place, a.row_id, a.account, a.lease, a.kind, a.label, a.label_salt, a.label_commitment, a.nonce,
           a.deadline, a.signature, a.include_by, i.item_ref, b.first_item + i.position AS item_index,
           k.agent, k.not_before, k.not_after, k.signature AS agent_signature
    FROM annotations a
    JOIN items i ON i.id = a.item_id
    JOIN batches_private p ON p.id = i.batch_id
    JOIN mirror.batches b ON b.dataset = p.dataset AND b.items_root = p.items_root AND b.gold_root = p.gold_root
         AND b.first_item = p.first_item
    LEFT JOIN agent_keys k ON k.digest = a.agent_digest
    WHERE a.dataset = :dataset AND a.index >= :start AND a.index < :stop ORDER BY a.index
    """
)
_ITEMS = text(
    """
    SELECT b.batch, b.first_item + i.position AS item_index, i.position AS place, i.content, i.item_hash, i.item_salt,
           i.item_ref, i.gold_label, i.gold_salt, i.batch_id, b.items_root, b.gold_root, b.first_item
    FROM items i
    JOIN batches_private p ON p.id = i.batch_id
    JOIN mirror.batches b ON b.dataset = p.dataset AND b.items_root = p.items_root AND b.gold_root = p.gold_root
         AND b.first_item = p.first_item
    WHERE i.dataset = :dataset AND EXISTS (
        SELECT 1 FROM annotations a
        JOIN mirror.checkpoints c ON c.dataset = a.dataset AND c.from_index <= a.index AND a.index < c.to_index
        WHERE a.dataset = i.dataset AND a.item_id = i.id AND c.checkpoint = ANY(:epochs))
    ORDER BY item_index
    """
)
_ITEM_AT = text(
    """
    SELECT b.batch, i.position AS place, i.content, i.item_salt, i.item_ref, i.batch_id, b.items_root, b.gold_root,
           b.first_item
    FROM items i
    JOIN batches_private p ON p.id = i.batch_id
    JOIN mirror.batches b ON b.dataset = p.dataset AND b.items_root = p.items_root AND b.gold_root = p.gold_root
         AND b.first_item = p.first_item
    WHERE i.dataset = :dataset AND i.index = :index
    """
)
_BATCH_LEAVES = text(
    "SELECT item_ref, gold_label, gold_salt FROM items WHERE batch_id = :batch ORDER BY position"
)
_ITEM_INDEXES = text(
    """
    SELECT i.item_ref, b.first_item + i.position AS item_index FROM items i
    JOIN batches_private p ON p.id = i.batch_id
    JOIN mirror.batches b ON b.dataset = p.dataset AND b.items_root = p.items_root AND b.gold_root = p.gold_root
         AND b.first_item = p.first_item
    WHERE i.dataset = :dataset
    """
)
_CONSENSUS = text(
    "SELECT scores -> 'consensus' AS consensus FROM epoch_results WHERE dataset = :dataset AND epoch = :epoch"
)
_ERASURES = text(
    """
    SELECT (SELECT count(*) FROM annotations WHERE dataset = :dataset AND label_salt IS NULL) AS labels,
           (SELECT count(*) FROM items WHERE dataset = :dataset AND item_salt IS NULL) AS items
    """
)
_LOG_READ = text(
    "INSERT INTO reads (who, what, dataset, license) VALUES (:who, 'export', :dataset, :license)"
)


async def find(session: ReadSession, license: int) -> License | None:
    row = (await session.execute(_FIND, {"license": license})).one_or_none()
    return _license(row) if row else None


async def find_of(session: ReadSession, dataset: bytes, receiver: Address, now: int) -> License | None:
    """The account's newest licence of the dataset that has not expired."""
    row = {"dataset": dataset, "receiver": address_bytes(receiver), "now": now}
    found = (await session.execute(_OF, row)).one_or_none()
    return _license(found) if found else None


async def royalties(
    session: ReadSession, license: License, before: tuple[int, int], limit: int
) -> Sequence[Any]:
    """Paid under a licence, newest first, before a (block, log index)."""
    values = {"license": license.id, "dataset": license.dataset, "limit": limit}
    place = {"block": before[0], "log_index": before[1]}
    return (await session.execute(_ROYALTIES, values | place)).all()


async def course_of(session: ReadSession, license: License) -> list[Happening]:
    """All that its duty to report follows from, in the order of the chain."""
    rows = await session.execute(_COURSE, {"license": license.id})
    return [Happening(row.kind, int(row.at), int(row.expires_at or 0), row.late) for row in rows]


async def delivery_of(session: ReadSession, license: License) -> Any | None:
    """What is said of the delivery of its last payment: a row of `mirror.deliveries`, or None."""
    row = {"license": license.id, "dataset": license.dataset}
    return (await session.execute(_DELIVERY, row)).one_or_none()


async def epochs_of(session: ReadSession, license: License) -> list[Epoch]:
    block, log_index = license.place
    row = {"dataset": license.dataset, "block": block, "log_index": log_index}
    return [
        Epoch(int(found.checkpoint), int(found.from_index), int(found.to_index), bytes(found.log_root))
        for found in await session.execute(_EPOCHS, row)
    ]


async def rows(session: ReadSession, dataset: bytes, epoch: Epoch) -> AsyncIterator[Sequence[Any]]:
    """The epoch's receipted rows in log order, some at a time."""
    row = {"dataset": dataset, "start": epoch.start, "stop": epoch.end}
    async for part in _stream(session, _ROWS, row):
        yield part


async def items(session: ReadSession, dataset: bytes, epochs: Sequence[int]) -> AsyncIterator[Sequence[Any]]:
    """The items labelled in these epochs, in order, some at a time."""
    async for part in _stream(session, _ITEMS, {"dataset": dataset, "epochs": list(epochs)}):
        yield part


async def item_at(session: ReadSession, dataset: bytes, index: int) -> Any:
    """One item by its place in the dataset, with its batch."""
    return (await session.execute(_ITEM_AT, {"dataset": dataset, "index": index})).one()


async def batch_leaves(session: ReadSession, batch: int) -> Sequence[Any]:
    """item_ref, gold_label, gold_salt of every item of an uploaded batch, in order."""
    return (await session.execute(_BATCH_LEAVES, {"batch": batch})).all()


async def item_indexes(session: ReadSession, dataset: bytes) -> dict[str, int]:
    """Place in the dataset by item reference (0x-hex)."""
    rows = await session.execute(_ITEM_INDEXES, {"dataset": dataset})
    return {"0x" + bytes(row.item_ref).hex(): int(row.item_index) for row in rows}


async def consensus(session: ReadSession, dataset: bytes, epoch: int) -> dict[str, str | None]:
    """The epoch's consensus by item reference (0x-hex)."""
    row = {"dataset": dataset, "epoch": epoch}
    return dict((await session.execute(_CONSENSUS, row)).scalar_one_or_none() or {})


async def erasures(session: ReadSession, dataset: bytes) -> list[int]:
    """How many labels and items were erased: what is gone never comes back, so the counts tell one state."""
    row = (await session.execute(_ERASURES, {"dataset": dataset})).one()
    return [int(row.labels), int(row.items)]


async def log_read(session: WriteSession, who: Address, license: License) -> None:
    row = {"who": address_bytes(who), "dataset": license.dataset, "license": license.id}
    await session.execute(_LOG_READ, row)


async def _stream(session: ReadSession, statement: Any, row: dict[str, Any]) -> AsyncIterator[Sequence[Any]]:
    result = await session.stream(statement, row, execution_options={"yield_per": ROWS_AT_ONCE})
    async for part in result.partitions(ROWS_AT_ONCE):
        yield part


def _license(row: Any) -> License:
    return License(
        id=int(row.license),
        dataset=bytes(row.dataset),
        receiver=address_of(bytes(row.receiver)),
        payer=address_of(bytes(row.payer)),
        license_class=row.license_class,
        price=int(row.price),
        epochs=int(row.epochs),
        terms_hash=bytes(row.terms_hash),
        expires_at=int(row.expires_at),
        block=row.block_number,
        tx_hash=bytes(row.tx_hash),
        renewed_block=row.renewed_block,
        place=(row.place_block, row.place_log),
    )
