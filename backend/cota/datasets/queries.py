"""Every SQL statement on datasets: service -> **queries** -> mirror views, dataset_details, items.

Promises: what comes from the chain is read from the mirror's views and never written; rows leave as frozen
records.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import text

from cota.chain.terms import Terms
from cota.store.session import ReadSession, WriteSession
from cota.units import Address, address_bytes, address_of


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset as the chain has it, and its question once the publisher has told it."""

    id: bytes
    publisher: Address
    shares: Address
    version: int
    ledger: Address
    vault: Address
    market: Address
    terms_hash: bytes
    terms: Terms
    uri: bytes
    state: str
    item_count: int
    batch_count: int
    block: int
    block_time: datetime
    tx_hash: bytes
    schema: Any
    title: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class KnownBatch:
    """A batch that was uploaded."""

    first_item: int
    count: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A dataset, and how one account stands to it: None, or active, leaving, ended. `qualified`: it holds the
    credential that the terms ask for, if they ask for one."""

    dataset: Dataset | None
    account: Address
    membership: str | None
    joined_at: int | None = None
    """The block of joining."""
    qualified: bool = True
    examined: bool = True
    """It passed the exam that the publisher demands, if she demands one."""


_COLUMNS = """
    d.dataset, d.publisher, d.shares, d.version, v.ledger, v.vault, v.market, d.terms_hash, d.terms, d.uri, d.state,
    d.item_count, d.batch_count, d.block_number, d.block_time, d.tx_hash, x.schema, x.title, x.description
"""
_FROM = """
    FROM mirror.datasets d
    JOIN mirror.dataset_registry_version_added v ON v.version = d.version
    LEFT JOIN dataset_details x ON x.dataset = d.dataset
"""
_FIND = text(f"SELECT {_COLUMNS} {_FROM} WHERE d.dataset = :dataset")
_LIST = text(
    f"SELECT {_COLUMNS}, d.log_index {_FROM} WHERE (d.block_number, d.log_index) < (:block, :log_index)"
    " ORDER BY d.block_number DESC, d.log_index DESC LIMIT :limit"
)
_STANDING = text(
    f"SELECT {_COLUMNS}, m.state AS membership, m.block_number AS joined_at,"
    " NOT EXISTS (SELECT 1 FROM exams e WHERE e.dataset = d.dataset) OR EXISTS (SELECT 1 FROM exam_sittings s"
    " WHERE s.account = :account AND s.dataset = d.dataset AND s.state = 'passed') AS examined"
    f"{_FROM}"
    " LEFT JOIN mirror.memberships m ON m.dataset = d.dataset AND m.account = :account WHERE d.dataset = :dataset"
)
# By the time of the newest block, as the contracts have it.
_QUALIFIED = text(
    """
    SELECT EXISTS (SELECT 1 FROM mirror.credentials c WHERE c.credential = :credential AND c.account = :account
                   AND NOT c.revoked AND c.expires_at > (SELECT EXTRACT(EPOCH FROM time) FROM mirror.cursor))
    """
)
_FACTS = text(
    """
    SELECT p.acc, p.supply, p.rem, p.paid, COALESCE(h.next_index, 0) AS rows,
           (SELECT COALESCE(sum(c.amount), 0) FROM mirror.revenue_claims c WHERE c.dataset = :dataset) AS claimed,
           (SELECT count(*) FROM mirror.memberships m WHERE m.dataset = :dataset AND m.state = 'active') AS members
    FROM mirror.pools p LEFT JOIN log_heads h ON h.dataset = p.dataset WHERE p.dataset = :dataset
    """
)
_PRICES = text(
    """
    SELECT class, CASE WHEN effective_at <= EXTRACT(EPOCH FROM n.time) THEN price ELSE previous_price END AS price,
           price AS next_price, effective_at
    FROM mirror.prices CROSS JOIN mirror.cursor n WHERE dataset = :dataset ORDER BY class
    """
)
_BATCHES = text(
    """
    SELECT b.batch, b.items_root, b.gold_root, b.first_item, b.count, b.block_number, b.block_time, b.tx_hash,
           p.id IS NOT NULL AS uploaded
    FROM mirror.batches b
    LEFT JOIN batches_private p ON p.dataset = b.dataset AND p.items_root = b.items_root
          AND p.gold_root = b.gold_root AND p.first_item = b.first_item
    WHERE b.dataset = :dataset AND b.batch > :after ORDER BY b.batch LIMIT :limit
    """
)
_HOLDERS = text(
    """
    SELECT account, balance, block_number FROM mirror.balances
    WHERE dataset = :dataset AND balance > 0
      AND (balance < :balance OR (balance = :balance AND account > :account))
    ORDER BY balance DESC, account LIMIT :limit
    """
)
_PAYMENTS = text(
    """
    SELECT payer, amount, acc, supply, rem, block_number, block_time, tx_hash, log_index FROM mirror.payments
    WHERE dataset = :dataset AND (block_number, log_index) < (:block, :log_index)
    ORDER BY block_number DESC, log_index DESC LIMIT :limit
    """
)
_SAVE_DETAILS = text(
    """
    INSERT INTO dataset_details (dataset, schema, title, description, draw_secret, reviews, field)
    VALUES (:dataset, CAST(:schema AS json), :title, :description, :draw_secret, :reviews, :field)
    ON CONFLICT (dataset) DO UPDATE SET
        schema = excluded.schema, title = excluded.title, description = excluded.description,
        draw_secret = COALESCE(excluded.draw_secret, dataset_details.draw_secret), reviews = excluded.reviews,
        field = excluded.field
    """
)
_REVIEWS = text("SELECT reviews FROM dataset_details WHERE dataset = :dataset")
_FIND_BATCH = text(
    """
    SELECT first_item, count FROM batches_private
    WHERE dataset = :dataset AND items_root = :items_root AND gold_root = :gold_root
    """
)
_NEXT_FIRST_ITEM = text(
    """
    SELECT COALESCE(
        (SELECT first_item FROM mirror.batches
         WHERE dataset = :dataset AND items_root = :items_root AND gold_root = :gold_root ORDER BY batch DESC LIMIT 1),
        (SELECT item_count FROM mirror.datasets WHERE dataset = :dataset)) AS first_item
    """
)
_LOCK_UPLOADS = text("SELECT pg_advisory_xact_lock(hashtextextended('batch:' || encode(:dataset, 'hex'), 0))")
_SAVE_BATCH = text(
    """
    INSERT INTO batches_private (dataset, items_root, gold_root, first_item, count, uploaded_by)
    VALUES (:dataset, :items_root, :gold_root, :first_item, :count, :uploaded_by) RETURNING id
    """
)
_SAVE_ITEMS = text(
    """
    INSERT INTO items (dataset, batch_id, position, index, content, item_hash, item_salt, item_ref, gold_label,
                       gold_salt, open_seats, open_reviews, draw_key)
    VALUES (:dataset, :batch, :position, :index, CAST(:content AS json), :item_hash, :item_salt, :item_ref,
            CAST(:gold_label AS json), :gold_salt, :seats, :reviews, :draw_key)
    """
)
_COUNT_ITEMS = text("UPDATE batches_private SET count = :count WHERE id = :batch")
_KNOWN_QUESTIONS = text(
    "SELECT content_hash FROM exam_questions WHERE dataset = :dataset AND content_hash = ANY(:hashes) LIMIT 5"
)
_KNOWN_ITEMS = text("SELECT item_ref FROM items WHERE dataset = :dataset AND item_ref = ANY(:refs) LIMIT 5")


async def find(session: ReadSession, dataset: bytes) -> Dataset | None:
    row = (await session.execute(_FIND, {"dataset": dataset})).one_or_none()
    return _dataset(row) if row else None


async def page(session: ReadSession, before: tuple[int, int], limit: int) -> list[tuple[Dataset, int]]:
    """Datasets, newest first, each with its log index; before a (block, log index)."""
    row = {"block": before[0], "log_index": before[1], "limit": limit}
    return [(_dataset(found), found.log_index) for found in await session.execute(_LIST, row)]


async def find_standing(session: ReadSession, dataset: bytes, account: Address) -> Standing:
    row = (
        await session.execute(_STANDING, {"dataset": dataset, "account": address_bytes(account)})
    ).one_or_none()
    if row is None:
        return Standing(None, account, None)
    found = _dataset(row)
    qualified = await is_qualified(session, found, account)
    return Standing(found, account, row.membership, row.joined_at, qualified, row.examined)


async def is_qualified(session: ReadSession, dataset: Dataset, account: Address) -> bool:
    """Whether the account holds the credential that the terms ask for, if they ask for one."""
    credential = dataset.terms.credential
    if not any(credential):
        return True
    parameters = {"credential": credential, "account": address_bytes(account)}
    return bool((await session.execute(_QUALIFIED, parameters)).scalar_one())


async def facts(session: ReadSession, dataset: bytes) -> Any:
    """Pool, claims, members and receipted rows of one dataset."""
    return (await session.execute(_FACTS, {"dataset": dataset})).one()


async def prices(session: ReadSession, dataset: bytes) -> Sequence[Any]:
    return (await session.execute(_PRICES, {"dataset": dataset})).all()


async def batches(session: ReadSession, dataset: bytes, after: int, limit: int) -> Sequence[Any]:
    return (await session.execute(_BATCHES, {"dataset": dataset, "after": after, "limit": limit})).all()


async def holders(
    session: ReadSession, dataset: bytes, after: tuple[int, bytes], limit: int
) -> Sequence[Any]:
    row = {"dataset": dataset, "balance": after[0], "account": after[1], "limit": limit}
    return (await session.execute(_HOLDERS, row)).all()


async def payments(
    session: ReadSession, dataset: bytes, before: tuple[int, int], limit: int
) -> Sequence[Any]:
    row = {"dataset": dataset, "block": before[0], "log_index": before[1], "limit": limit}
    return (await session.execute(_PAYMENTS, row)).all()


async def save_details(session: WriteSession, row: dict[str, Any]) -> None:
    await session.execute(_SAVE_DETAILS, row)


async def reviews_of(session: ReadSession, dataset: bytes) -> int:
    """Second looks that each item of the next batch may get."""
    return int((await session.execute(_REVIEWS, {"dataset": dataset})).scalar_one_or_none() or 0)


async def find_batch(
    session: ReadSession, dataset: bytes, items_root: bytes, gold_root: bytes
) -> KnownBatch | None:
    """The uploaded batch with these roots."""
    row = {"dataset": dataset, "items_root": items_root, "gold_root": gold_root}
    found = (await session.execute(_FIND_BATCH, row)).one_or_none()
    return KnownBatch(int(found.first_item), int(found._mapping["count"])) if found else None


async def next_first_item(session: ReadSession, dataset: bytes, items_root: bytes, gold_root: bytes) -> int:
    """The first item of the batch on chain with these roots, else the place where the next batch will begin."""
    row = {"dataset": dataset, "items_root": items_root, "gold_root": gold_root}
    return int((await session.execute(_NEXT_FIRST_ITEM, row)).scalar_one())


async def lock_uploads(session: WriteSession, dataset: bytes) -> None:
    await session.execute(_LOCK_UPLOADS, {"dataset": dataset})


async def save_batch(session: WriteSession, row: dict[str, Any]) -> int:
    """Stores a batch, for `save_items` to fill; returns its id."""
    return int((await session.execute(_SAVE_BATCH, row)).scalar_one())


async def save_items(
    session: WriteSession, places: dict[str, Any], first_item: int, items: Sequence[dict[str, Any]]
) -> None:
    """Stores items of a batch. `places`: batch, dataset, seats and reviews, which all of them have."""
    rows = [item | places | {"index": first_item + item["position"]} for item in items]
    await session.execute(_SAVE_ITEMS, rows)


async def count_items(session: WriteSession, batch: int, count: int) -> None:
    """Says how many items a batch has, once that is known."""
    await session.execute(_COUNT_ITEMS, {"batch": batch, "count": count})


async def known_items(session: ReadSession, dataset: bytes, refs: Sequence[bytes]) -> list[bytes]:
    """Some of the item references that the dataset already has."""
    rows = await session.execute(_KNOWN_ITEMS, {"dataset": dataset, "refs": list(refs)})
    return [bytes(found) for found in rows.scalars()]


async def known_questions(session: ReadSession, dataset: bytes, hashes: Sequence[bytes]) -> list[bytes]:
    """Some of the contents, by their hash, that the dataset's exam asks about."""
    rows = await session.execute(_KNOWN_QUESTIONS, {"dataset": dataset, "hashes": list(hashes)})
    return [bytes(found) for found in rows.scalars()]


@lru_cache(maxsize=1024)
def _terms(raw: bytes) -> Terms:
    """Decoding costs a millisecond, and terms never change."""
    return Terms.decode(raw)


def _dataset(row: Any) -> Dataset:
    return Dataset(
        id=bytes(row.dataset),
        publisher=address_of(bytes(row.publisher)),
        shares=address_of(bytes(row.shares)),
        version=int(row.version),
        ledger=address_of(bytes(row.ledger)),
        vault=address_of(bytes(row.vault)),
        market=address_of(bytes(row.market)),
        terms_hash=bytes(row.terms_hash),
        terms=_terms(bytes(row.terms)),
        uri=bytes(row.uri),
        state=row.state,
        item_count=int(row.item_count),
        batch_count=int(row.batch_count),
        block=int(row.block_number),
        block_time=row.block_time,
        tx_hash=bytes(row.tx_hash),
        schema=row.schema,
        title=row.title,
        description=row.description,
    )
