"""Every SQL statement on what bounties paid an account: statement, income -> **bounty_queries** -> mirror's events.

Promise: a payment is the account's that the leaf names, or of who held its place by then, as the escrow finds it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import text

from cota.store.session import ReadSession
from cota.units import Address, address_bytes, address_of

Place = tuple[int, int]
BountyKind = Literal["bounty", "bounty-inherited", "bounty-passed-on"]


@dataclass(frozen=True, slots=True)
class BountyPayment:
    """One leaf paid: `units` of `epoch`, a checkpoint, brought `amount` base units of `token`. A successor inherited
    what a lost key's work earned, which passed it on."""

    kind: BountyKind
    block: int
    log_index: int
    at: datetime
    tx_hash: bytes
    dataset: bytes
    bounty: int
    epoch: int
    units: int
    amount: int
    token: Address


# Heirs of heirs are followed as far as the escrow does, at the time of the payment.
_PAYMENTS = """
    WITH RECURSIVE lost AS (
        SELECT CAST(:account AS bytea) AS account, 0 AS depth
        UNION
        SELECT c.account, l.depth + 1 FROM mirror.successions_succession_completed c
        JOIN lost l ON c.successor = l.account WHERE l.depth < 8)
    SELECT CASE WHEN p.account <> :account THEN 'bounty-inherited'
                WHEN r.holder <> :account THEN 'bounty-passed-on' ELSE 'bounty' END AS kind,
           p.block_number, p.log_index, p.block_time, p.tx_hash, p.dataset, p.bounty,
           COALESCE(k.checkpoint, p.epoch) AS epoch, p.units, p.amount, o.token
    FROM mirror.bounty_escrow_bounty_paid p
    JOIN mirror.bounty_escrow_bounty_opened o
      ON o.emitter = p.emitter AND o.dataset = p.dataset AND o.bounty = p.bounty
    LEFT JOIN mirror.corrections k ON k.dataset = p.dataset AND k.epoch = p.epoch
    CROSS JOIN LATERAL (SELECT CASE
        WHEN EXISTS (SELECT 1 FROM mirror.successions_succession_completed c WHERE c.account = p.account) THEN (
            WITH RECURSIVE heirs AS (
                SELECT p.account AS holder, 0 AS depth
                UNION ALL
                SELECT c.successor, h.depth + 1 FROM heirs h
                JOIN mirror.successions_succession_completed c ON c.account = h.holder
                  AND (c.block_number, c.log_index) < (p.block_number, p.log_index) WHERE h.depth < 8)
            SELECT holder FROM heirs ORDER BY depth DESC LIMIT 1)
        ELSE p.account END AS holder) r
    WHERE p.account IN (SELECT account FROM lost) AND (p.account = :account OR r.holder = :account)
"""
_AFTER = text(
    _PAYMENTS
    + """
      AND (p.block_number, p.log_index) > (:block, :log_index)
    ORDER BY p.block_number, p.log_index LIMIT :limit
    """
)
_TOTAL = text(
    f"SELECT COALESCE(sum(s.amount), 0) FROM ({_PAYMENTS} AND p.dataset = :dataset) s"
    " WHERE s.kind <> 'bounty-passed-on'"
)


async def payments(session: ReadSession, account: Address, after: Place, limit: int) -> list[BountyPayment]:
    """Of all datasets, after a (block, log index), in the order of the chain."""
    values = {"account": address_bytes(account), "block": after[0], "log_index": after[1], "limit": limit}
    return [
        BountyPayment(
            kind=row.kind,
            block=row.block_number,
            log_index=row.log_index,
            at=row.block_time,
            tx_hash=bytes(row.tx_hash),
            dataset=bytes(row.dataset),
            bounty=int(row.bounty),
            epoch=int(row.epoch),
            units=int(row.units),
            amount=int(row.amount),
            token=address_of(bytes(row.token)),
        )
        for row in await session.execute(_AFTER, values)
    ]


async def total(session: ReadSession, dataset: bytes, account: Address) -> int:
    """Base units that bounties of a dataset paid the account, or it as a successor."""
    values = {"account": address_bytes(account), "dataset": dataset}
    return int((await session.execute(_TOTAL, values)).scalar_one())
