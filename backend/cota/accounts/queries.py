"""Every SQL statement on accounts: service -> **queries** -> mirror views and events.

Promises: an account's history in a dataset is read from its own events and the pool's accumulator at those
points, never by replaying all holders.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import text

from cota.store.session import ReadSession, WriteSession
from cota.units import Address, address_bytes

Kind = Literal[
    "shares-received",
    "shares-sent",
    "shares-claimed",
    "shares-inherited",
    "shares-passed-on",
    "revenue-claimed",
]


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that moved an account's shares or revenue. `acc`: the pool's accumulator there;
    `epoch_acc`: the accumulator when the claimed epoch opened; `value` (x S) and
    `owed`: the revenue due that an heir got with the shares, or that went to one."""

    kind: Kind
    block: int
    log_index: int
    at: datetime
    tx_hash: bytes
    balance: int | None
    amount: int
    acc: int
    epoch: int | None
    epoch_acc: int | None
    value: int = 0
    owed: int = 0


_FREE_STAKE = text("SELECT amount FROM mirror.free_stakes WHERE account = :account")
_MEMBERSHIPS = text(
    """
    SELECT dataset, sponsor, stake, penalty_cap, penalised, state, left_at, block_number, tx_hash
    FROM mirror.memberships
    WHERE account = :account ORDER BY block_number DESC, dataset LIMIT 1000
    """
)
_DATASETS = text(
    """
    SELECT dataset FROM mirror.stake_vault_joined WHERE account = :account
    UNION SELECT dataset FROM mirror.dataset_shares_shares_moved WHERE "from" = :account OR "to" = :account
    UNION SELECT dataset FROM mirror.dataset_shares_shares_claimed WHERE account = :account
    UNION SELECT dataset FROM mirror.dataset_shares_shares_inherited WHERE "to" = :account
    ORDER BY dataset LIMIT 1000
    """
)
_POOL = text("SELECT acc, supply, rem, paid FROM mirror.pools WHERE dataset = :dataset")

# A transfer to oneself moves nothing (settlement.revenue says so too).
_OWN_EVENTS = """
    SELECT 'shares-sent' AS kind, block_number, log_index, block_time, tx_hash, from_balance AS balance, amount,
           NULL::numeric AS epoch, 0::numeric AS value, 0::numeric AS owed
    FROM mirror.dataset_shares_shares_moved WHERE dataset = :dataset AND "from" = :account AND "to" <> :account
    UNION ALL
    SELECT 'shares-received', block_number, log_index, block_time, tx_hash, to_balance, amount, NULL, 0, 0
    FROM mirror.dataset_shares_shares_moved WHERE dataset = :dataset AND "to" = :account AND "from" <> :account
    UNION ALL
    SELECT 'shares-claimed', block_number, log_index, block_time, tx_hash, balance, units, epoch, 0, 0
    FROM mirror.dataset_shares_shares_claimed WHERE dataset = :dataset AND account = :account
    UNION ALL
    SELECT 'shares-inherited', block_number, log_index, block_time, tx_hash, to_balance, amount, NULL, value, owed
    FROM mirror.dataset_shares_shares_inherited WHERE dataset = :dataset AND "to" = :account
    UNION ALL
    SELECT 'shares-passed-on', block_number, log_index, block_time, tx_hash, 0, amount, NULL, value, owed
    FROM mirror.dataset_shares_shares_inherited WHERE dataset = :dataset AND "from" = :account
    UNION ALL
    SELECT 'revenue-claimed', block_number, log_index, block_time, tx_hash, NULL, amount, NULL, 0, 0
    FROM mirror.dataset_shares_revenue_claimed WHERE dataset = :dataset AND account = :account
"""
_HAPPENINGS = """
    SELECT e.kind, e.block_number, e.log_index, e.block_time, e.tx_hash, e.balance, e.amount, e.epoch, e.value, e.owed,
           COALESCE(p.acc, 0) AS acc, o.acc AS epoch_acc
    FROM ({events}) e
    LEFT JOIN LATERAL (
        SELECT x.acc FROM mirror.dataset_shares_revenue_paid x
        WHERE x.dataset = :dataset AND (x.block_number, x.log_index) <= (e.block_number, e.log_index)
        ORDER BY x.block_number DESC, x.log_index DESC LIMIT 1) p ON true
    LEFT JOIN mirror.dataset_shares_epoch_opened o ON o.dataset = :dataset AND o.epoch = e.epoch
    ORDER BY e.block_number, e.log_index
"""
_OWN = text(_HAPPENINGS.format(events=_OWN_EVENTS))
_STAKES = text(
    """
    SELECT 'joined' AS kind, dataset, block_number, log_index, block_time, tx_hash, stake AS amount
    FROM mirror.stake_vault_joined WHERE account = :account
    UNION ALL
    SELECT 'left', dataset, block_number, log_index, block_time, tx_hash, NULL
    FROM mirror.stake_vault_left WHERE account = :account
    UNION ALL
    SELECT 'penalised', dataset, block_number, log_index, block_time, tx_hash, burnt
    FROM mirror.stake_vault_penalised WHERE account = :account
    UNION ALL
    SELECT 'released', dataset, block_number, log_index, block_time, tx_hash, amount
    FROM mirror.stake_vault_released WHERE account = :account
    """
)
_LABELS = text("SELECT count(*) FROM annotations WHERE account = :account")
_CONSENT = text(
    """
    INSERT INTO consents (account, dataset, text_hash) VALUES (:account, :dataset, :text_hash)
    ON CONFLICT (account, dataset, text_hash) DO NOTHING
    """
)
_CONSENTS = text("SELECT dataset, text_hash, at FROM consents WHERE account = :account ORDER BY at, dataset")


async def free_stake(session: ReadSession, account: Address) -> int:
    found = (await session.execute(_FREE_STAKE, {"account": address_bytes(account)})).scalar_one_or_none()
    return int(found or 0)


async def memberships(session: ReadSession, account: Address) -> Sequence[Any]:
    return (await session.execute(_MEMBERSHIPS, {"account": address_bytes(account)})).all()


async def datasets_of(session: ReadSession, account: Address) -> list[bytes]:
    """Datasets that the account joined or ever held shares of."""
    rows = await session.execute(_DATASETS, {"account": address_bytes(account)})
    return [bytes(found) for found in rows.scalars()]


async def pool(session: ReadSession, dataset: bytes) -> Any:
    return (await session.execute(_POOL, {"dataset": dataset})).one()


async def happenings(session: ReadSession, dataset: bytes, account: Address) -> list[Happening]:
    """In the order of the chain."""
    rows = await session.execute(_OWN, {"dataset": dataset, "account": address_bytes(account)})
    return [
        Happening(
            kind=row.kind,
            block=row.block_number,
            log_index=row.log_index,
            at=row.block_time,
            tx_hash=bytes(row.tx_hash),
            balance=None if row.balance is None else int(row.balance),
            amount=int(row.amount),
            acc=int(row.acc),
            epoch=None if row.epoch is None else int(row.epoch),
            epoch_acc=None if row.epoch_acc is None else int(row.epoch_acc),
            value=int(row.value),
            owed=int(row.owed),
        )
        for row in rows
    ]


async def stakes(session: ReadSession, account: Address) -> Sequence[Any]:
    return (await session.execute(_STAKES, {"account": address_bytes(account)})).all()


async def count_labels(session: ReadSession, account: Address) -> int:
    return int((await session.execute(_LABELS, {"account": address_bytes(account)})).scalar_one())


async def save_consent(session: WriteSession, account: Address, dataset: bytes, text_hash: bytes) -> None:
    row = {"account": address_bytes(account), "dataset": dataset, "text_hash": text_hash}
    await session.execute(_CONSENT, row)


async def consents_of(session: ReadSession, account: Address) -> Sequence[Any]:
    """What the account agreed to, and when."""
    return (await session.execute(_CONSENTS, {"account": address_bytes(account)})).all()
