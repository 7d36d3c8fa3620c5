"""Every SQL statement of insight: service -> **queries** -> annotations, mirror views, trials."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from cota.insight.intervals import Groups
from cota.store.session import ReadSession, WriteSession
from cota.units import Address, address_bytes


@dataclass(frozen=True, slots=True)
class Finalised:
    """The newest finalised epoch of a dataset."""

    number: int
    start: int
    end: int
    log_root: bytes
    block: int
    """Of its checkpoint."""


_FINAL = """
    WITH final AS (
        SELECT c.checkpoint, c.from_index, c.to_index FROM mirror.annotation_ledger_epoch_finalized f
        JOIN mirror.checkpoints c ON c.dataset = f.dataset AND c.checkpoint = f.checkpoint WHERE f.dataset = :dataset),
    labels AS (
        SELECT a.item_id, a.account, a.label::text AS label, i.gold_label::text AS gold
        FROM annotations a JOIN final ON a.index >= final.from_index AND a.index < final.to_index
        JOIN items i ON i.id = a.item_id
        WHERE a.dataset = :dataset AND a.kind = 0 AND a.label_salt IS NOT NULL)
"""
_COUNTS = text(
    _FINAL
    + """
    SELECT count(*) AS labels, count(DISTINCT item_id) AS items, count(DISTINCT account) AS annotators FROM labels
    """
)
_EPOCHS = text(
    "SELECT checkpoint, block_hash FROM mirror.annotation_ledger_epoch_finalized WHERE dataset = :dataset"
    " ORDER BY checkpoint"
)
_SUMS = """
    SELECT count(*) AS n, COALESCE(sum(r), 0) AS r, COALESCE(sum(k), 0) AS k, COALESCE(sum(r * r), 0) AS rr,
           COALESCE(sum(r * k), 0) AS rk, COALESCE(sum(k * k), 0) AS kk FROM groups
"""
_ON_GOLD = text(
    _FINAL
    + """, groups AS (
        SELECT count(*) FILTER (WHERE label = gold) AS r, count(*) AS k FROM labels WHERE gold IS NOT NULL
        GROUP BY item_id)
    """
    + _SUMS
)
_AGREEMENT = text(
    _FINAL
    + """, counts AS (SELECT item_id, label, count(*) AS c FROM labels GROUP BY item_id, label),
    groups AS (
        SELECT sum(c * (c - 1) / 2)::bigint AS r, (sum(c) * (sum(c) - 1) / 2)::bigint AS k FROM counts
        GROUP BY item_id HAVING sum(c) > 1)
    """
    + _SUMS
)
_ANSWERS = text(
    """
    SELECT a.item_id, jsonb_agg(a.label) AS labels FROM annotations a
    JOIN mirror.checkpoints c ON c.dataset = a.dataset AND a.index >= c.from_index AND a.index < c.to_index
    JOIN mirror.annotation_ledger_epoch_finalized f ON f.dataset = c.dataset AND f.checkpoint = c.checkpoint
    WHERE a.dataset = :dataset AND a.label IS NOT NULL GROUP BY a.item_id ORDER BY a.item_id LIMIT :most
    """
)
_DECIDED = text(
    """
    SELECT count(*) AS items, count(*) FILTER (WHERE value <> 'null'::jsonb) AS decided
    FROM (SELECT DISTINCT ON (key) key, value  -- an item that was left open may be decided by a later epoch
          FROM epoch_results r
          JOIN mirror.annotation_ledger_epoch_finalized f ON f.dataset = r.dataset AND f.checkpoint = r.epoch
          CROSS JOIN LATERAL jsonb_each(r.scores -> 'consensus')
          WHERE r.dataset = :dataset ORDER BY key, r.epoch DESC) newest
    """
)
_HOLDERS = text(
    "SELECT account, balance FROM mirror.balances WHERE dataset = :dataset AND balance > 0 ORDER BY balance DESC"
)
_SUPPLY = text("SELECT supply FROM mirror.pools WHERE dataset = :dataset")
_PAYERS = text(
    "SELECT payer, count(*) AS payments FROM mirror.payments WHERE dataset = :dataset GROUP BY payer"
)
_NEWEST = text(
    """
    SELECT c.checkpoint, c.from_index, c.to_index, c.log_root, c.block_number
    FROM mirror.annotation_ledger_epoch_finalized f
    JOIN mirror.checkpoints c ON c.dataset = f.dataset AND c.checkpoint = f.checkpoint
    WHERE f.dataset = :dataset AND c.to_index > c.from_index ORDER BY c.checkpoint DESC LIMIT 1
    """
)
_TRIALS_TODAY = text(
    "SELECT count(*) FROM trials WHERE dataset = :dataset AND account = :account AND at > now() - interval '1 day'"
)
_ADD_TRIAL = text(
    "INSERT INTO trials (dataset, account, commitment) VALUES (:dataset, :account, :commitment) RETURNING id"
)
_TRIAL = text("SELECT dataset, account, commitment, opened_at FROM trials WHERE id = :id FOR UPDATE")
_CLOSE_TRIAL = text("UPDATE trials SET opened_at = now(), compared = :of, agreed = :agreed WHERE id = :id")
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(encode(:account, 'hex') || 'trial', 0))")
_CONSENSUS_OF = text(
    """
    SELECT DISTINCT ON (i.id) i.item_ref, i.item_hash, r.scores -> 'consensus' ->> ('0x' || encode(i.item_ref, 'hex'))
           AS label
    FROM items i
    JOIN epoch_results r ON r.dataset = i.dataset AND r.scores -> 'consensus' ? ('0x' || encode(i.item_ref, 'hex'))
    JOIN mirror.annotation_ledger_epoch_finalized f ON f.dataset = r.dataset AND f.checkpoint = r.epoch
    WHERE i.dataset = :dataset AND (i.item_ref = ANY(:named) OR i.item_hash = ANY(:named))
    ORDER BY i.id, r.epoch DESC
    """
)


async def counts(session: ReadSession, dataset: bytes) -> Any:
    """labels, items, annotators of what is finalised."""
    return (await session.execute(_COUNTS, {"dataset": dataset})).one()


async def epochs(session: ReadSession, dataset: bytes) -> list[tuple[int, bytes]]:
    """(number, hash of the block) of the finalised ones."""
    rows = await session.execute(_EPOCHS, {"dataset": dataset})
    return [(int(row.checkpoint), bytes(row.block_hash)) for row in rows]


async def on_gold(session: ReadSession, dataset: bytes) -> Groups:
    return await _groups(session, _ON_GOLD, dataset)


async def agreement(session: ReadSession, dataset: bytes) -> Groups:
    return await _groups(session, _AGREEMENT, dataset)


async def answers(session: ReadSession, dataset: bytes, most: int) -> list[list[Any]]:
    """The labels of each of the first `most` items of the finalised epochs."""
    rows = await session.execute(_ANSWERS, {"dataset": dataset, "most": most})
    return [list(row.labels) for row in rows]


async def decided(session: ReadSession, dataset: bytes) -> tuple[int, int]:
    """(decided items, scored items) of the finalised epochs."""
    row = (await session.execute(_DECIDED, {"dataset": dataset})).one()
    return int(row.decided), int(row.items)


async def holders(session: ReadSession, dataset: bytes) -> list[tuple[bytes, int]]:
    """(account, balance), most first."""
    rows = await session.execute(_HOLDERS, {"dataset": dataset})
    return [(bytes(row.account), int(row.balance)) for row in rows]


async def supply(session: ReadSession, dataset: bytes) -> int:
    return int((await session.execute(_SUPPLY, {"dataset": dataset})).scalar_one_or_none() or 0)


async def payers(session: ReadSession, dataset: bytes) -> list[tuple[bytes, int]]:
    """(payer, payments)."""
    rows = await session.execute(_PAYERS, {"dataset": dataset})
    return [(bytes(row.payer), int(row.payments)) for row in rows]


async def newest(session: ReadSession, dataset: bytes) -> Finalised | None:
    row = (await session.execute(_NEWEST, {"dataset": dataset})).one_or_none()
    if row is None:
        return None
    return Finalised(
        int(row.checkpoint), int(row.from_index), int(row.to_index), bytes(row.log_root), row.block_number
    )


async def trials_today(session: WriteSession, dataset: bytes, account: Address) -> int:
    """Counted under a lock of the account's, held until the transaction ends."""
    row = {"dataset": dataset, "account": address_bytes(account)}
    await session.execute(_ONE_AT_A_TIME, {"account": address_bytes(account)})
    return int((await session.execute(_TRIALS_TODAY, row)).scalar_one())


async def add_trial(session: WriteSession, dataset: bytes, account: Address, commitment: bytes) -> int:
    row = {"dataset": dataset, "account": address_bytes(account), "commitment": commitment}
    return int((await session.execute(_ADD_TRIAL, row)).scalar_one())


async def trial(session: WriteSession, number: int) -> Any:
    """dataset, account, commitment, opened_at; locked. None: there is no such trial."""
    return (await session.execute(_TRIAL, {"id": number})).one_or_none()


async def close_trial(session: WriteSession, number: int, of: int, agreed: int) -> None:
    await session.execute(_CLOSE_TRIAL, {"id": number, "of": of, "agreed": agreed})


async def consensus_of(session: ReadSession, dataset: bytes, named: Sequence[bytes]) -> Sequence[Any]:
    """item_ref, item_hash and decided label (None: undecided) of scored items, named by either."""
    return (await session.execute(_CONSENSUS_OF, {"dataset": dataset, "named": list(named)})).all()


async def _groups(session: ReadSession, statement: Any, dataset: bytes) -> Groups:
    row = (await session.execute(statement, {"dataset": dataset})).one()
    return Groups(*(int(value) for value in (row.n, row.r, row.k, row.rr, row.rk, row.kk)))
