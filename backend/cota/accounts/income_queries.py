"""Every SQL statement on what payments brought an account: income -> **income_queries** -> mirror views and events.

Promises: a page of payments costs the same at any depth; what a payment was for is read from the event that the same
transaction left just before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import text

from cota.accounts.lots import Paid, Place
from cota.settlement.epoch_lines import Skill
from cota.store.session import ReadSession
from cota.units import Address, address_bytes, address_of

PaymentKind = Literal["payment", "sale", "renewal", "royalty", "audit-fee"]
FOREVER: Place = (2**63 - 1, 2**31 - 1)


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment to all holders: `amount` reached them, `gross` was paid in all. `license` is null for what is paid
    without one."""

    at: datetime
    tx_hash: bytes
    kind: PaymentKind
    payer: Address
    license: int | None
    gross: int
    amount: int
    supply: int
    paid: Paid


@dataclass(frozen=True, slots=True)
class Opened:
    """An epoch's, or a correction's, shares began to earn; `checkpoint` is the epoch that it is about."""

    epoch: int
    checkpoint: int
    place: Place
    acc: int
    at: datetime
    tx_hash: bytes


_OPENED = text(
    """
    SELECT o.epoch, COALESCE(k.checkpoint, o.epoch) AS checkpoint, o.block_number, o.log_index, o.block_time, o.tx_hash,
           o.acc
    FROM mirror.dataset_shares_epoch_opened o
    LEFT JOIN mirror.corrections k ON k.dataset = o.dataset AND k.epoch = o.epoch
    WHERE o.dataset = :dataset AND o.epoch = ANY(CAST(:epochs AS numeric[]))
    ORDER BY o.block_number, o.log_index
    """
)
_PAYMENTS = text(
    """
    SELECT p.block_time, p.block_number, p.log_index, p.tx_hash, p.payer, p.amount, p.acc, p.supply,
           COALESCE(b.acc, 0) AS acc_before, COALESCE(s.kind, 'payment') AS kind, s.license,
           COALESCE(s.gross, p.amount) AS gross
    FROM mirror.payments p
    LEFT JOIN LATERAL (
        SELECT x.acc, x.block_number, x.log_index FROM mirror.payments x
        WHERE x.dataset = :dataset AND (x.block_number, x.log_index) < (p.block_number, p.log_index)
        ORDER BY x.block_number DESC, x.log_index DESC LIMIT 1) b ON true
    LEFT JOIN LATERAL (
        SELECT m.kind, m.license, m.gross FROM (
            SELECT 'sale' AS kind, license, price AS gross, block_number, log_index, tx_hash
            FROM mirror.license_market_license_bought WHERE dataset = :dataset
            UNION ALL
            SELECT 'renewal', license, price, block_number, log_index, tx_hash
            FROM mirror.license_market_license_renewed WHERE dataset = :dataset
            UNION ALL
            SELECT 'royalty', license, amount, block_number, log_index, tx_hash
            FROM mirror.license_market_royalty_paid WHERE dataset = :dataset AND amount > 0
            UNION ALL
            SELECT 'audit-fee', NULL, fee, block_number, log_index, tx_hash
            FROM mirror.audit_desk_audit_fee_passed WHERE dataset = :dataset AND fee > 0) m
        WHERE m.block_number = p.block_number AND m.tx_hash = p.tx_hash AND m.log_index < p.log_index
          AND (b.block_number IS NULL OR (m.block_number, m.log_index) > (b.block_number, b.log_index))
        ORDER BY m.log_index DESC LIMIT 1) s ON true
    WHERE p.dataset = :dataset AND (p.block_number, p.log_index) > (:block, :log_index)
      AND EXISTS (
        SELECT 1 FROM unnest(CAST(:from_block AS bigint[]), CAST(:from_log AS bigint[]), CAST(:to_block AS bigint[]),
                             CAST(:to_log AS bigint[])) AS span(from_block, from_log, to_block, to_log)
        WHERE (p.block_number, p.log_index) > (span.from_block, span.from_log)
          AND (p.block_number, p.log_index) < (span.to_block, span.to_log))
    ORDER BY p.block_number, p.log_index LIMIT :limit
    """
)
_LINES = text(
    """
    SELECT r.epoch, line FROM epoch_results r, jsonb_array_elements(r.scores -> 'skills') line
    WHERE r.dataset = :dataset AND r.epoch >= :first AND r.epoch <= :last AND line ->> 0 = :name ORDER BY r.epoch
    """
)
_LABELS = text(
    """
    SELECT c.checkpoint, count(*) AS labels FROM annotations a
    JOIN mirror.checkpoints c ON c.dataset = a.dataset AND c.from_index <= a.index AND a.index < c.to_index
    WHERE a.dataset = :dataset AND a.account = :account AND c.checkpoint >= :first AND c.checkpoint <= :last
    GROUP BY c.checkpoint
    """
)
_OWN_ROWS = text(
    """
    SELECT c.checkpoint, a.index AS place, a.row_id, i.item_ref, a.label
    FROM mirror.checkpoints c
    JOIN annotations a ON a.dataset = c.dataset AND c.from_index <= a.index AND a.index < c.to_index
    JOIN items i ON i.id = a.item_id
    WHERE c.dataset = :dataset AND a.account = :account AND c.checkpoint >= :first AND c.checkpoint <= :last
      AND a.index > :after
    ORDER BY a.index LIMIT :limit
    """
)
# Each part of a result is taken out once: it may be large.
_TOLD = text(
    """
    WITH results AS MATERIALIZED (
        SELECT epoch, scores -> 'consensus' AS consensus, scores -> 'weights' -> 'difficulty' AS difficulty,
               scores -> 'weights' -> 'shared' AS shared, scores -> 'outcomes' AS outcomes
        FROM epoch_results WHERE dataset = :dataset AND epoch >= :first AND epoch <= :last)
    SELECT k.place, r.epoch, r.consensus ->> k.item IS NOT NULL AS is_settled, r.difficulty IS NOT NULL AS is_weighed,
           CAST(r.difficulty ->> k.item AS int) AS difficulty,
           CAST(r.shared ->> (k.item || ' ' || CAST(:name AS text)) AS int) AS shared,
           r.outcomes ->> CAST(k.place AS text) AS reason
    FROM results r
    CROSS JOIN unnest(CAST(:items AS text[]), CAST(:places AS bigint[])) AS k(item, place)
    ORDER BY k.place, r.epoch
    """
)


async def opened(session: ReadSession, dataset: bytes, epochs: Sequence[int]) -> list[Opened]:
    """When these epochs' shares began to earn, in the order of the chain."""
    rows = await session.execute(_OPENED, {"dataset": dataset, "epochs": list(epochs)})
    return [
        Opened(
            int(row.epoch),
            int(row.checkpoint),
            (row.block_number, row.log_index),
            int(row.acc),
            row.block_time,
            bytes(row.tx_hash),
        )
        for row in rows
    ]


async def payments(
    session: ReadSession,
    dataset: bytes,
    spans: Sequence[tuple[Place, Place | None]],
    after: Place,
    limit: int,
) -> list[Payment]:
    """Payments after a place and within one of the spans, in the order of the chain."""
    if not spans:
        return []
    starts, ends = [start for start, _ in spans], [end or FOREVER for _, end in spans]
    row = {
        "dataset": dataset,
        "block": max(after, starts[0])[0],
        "log_index": max(after, starts[0])[1],
        "limit": limit,
        "from_block": [block for block, _ in starts],
        "from_log": [log for _, log in starts],
        "to_block": [block for block, _ in ends],
        "to_log": [log for _, log in ends],
    }
    return [_payment(found) for found in await session.execute(_PAYMENTS, row)]


async def skill_lines(
    session: ReadSession, dataset: bytes, account: Address, first: int, last: int
) -> dict[int, Skill]:
    """The account's public lines of the scored epochs from first to last."""
    row = {"dataset": dataset, "name": str(account), "first": first, "last": last}
    found = await session.execute(_LINES, row)
    return {int(one.epoch): Skill(account, *one.line[1:]) for one in found}


async def label_counts(
    session: ReadSession, dataset: bytes, account: Address, first: int, last: int
) -> dict[int, int]:
    """How many of each epoch's rows are the account's."""
    row = {"dataset": dataset, "account": address_bytes(account), "first": first, "last": last}
    return {int(one.checkpoint): one.labels for one in await session.execute(_LABELS, row)}


async def own_rows(
    session: ReadSession,
    dataset: bytes,
    account: Address,
    epochs: tuple[int, int],
    after: int,
    limit: int,
) -> Sequence[Any]:
    """The account's rows of the epochs from first to last, after an index."""
    row = {
        "dataset": dataset,
        "account": address_bytes(account),
        "first": epochs[0],
        "last": epochs[1],
        "after": after,
        "limit": limit,
    }
    return (await session.execute(_OWN_ROWS, row)).all()


async def told(
    session: ReadSession,
    dataset: bytes,
    account: Address,
    epochs: tuple[int, int],
    rows: Sequence[tuple[str, int]],
) -> Sequence[Any]:
    """What the results of these epochs say of the account's rows, given as (item reference in hex, index); by index,
    then epoch."""
    row = {
        "dataset": dataset,
        "name": str(account),
        "first": epochs[0],
        "last": epochs[1],
        "items": [item for item, _ in rows],
        "places": [place for _, place in rows],
    }
    return (await session.execute(_TOLD, row)).all()


def _payment(row: Any) -> Payment:
    return Payment(
        at=row.block_time,
        tx_hash=bytes(row.tx_hash),
        kind=row.kind,
        payer=address_of(bytes(row.payer)),
        license=None if row.license is None else int(row.license),
        gross=int(row.gross),
        amount=int(row.amount),
        supply=int(row.supply),
        paid=Paid((row.block_number, row.log_index), int(row.acc_before), int(row.acc)),
    )
