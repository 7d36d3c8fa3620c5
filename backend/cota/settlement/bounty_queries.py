"""Every SQL statement of who pays bounties: bounties -> **bounty_queries** -> mirror.

Promises: chain state is read from the mirror and never written; of what is due, what became due first comes first.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from cota.settlement.leaves import CORRECTION
from cota.store.session import ReadSession
from cota.units import Address, address_bytes, address_of


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A final epoch that a bounty covers and that has not taken its part."""

    escrow: Address
    bounty: int
    epoch: int


@dataclass(frozen=True, slots=True)
class OpenPart:
    """What an epoch took of a bounty, base units of the token; `paid_units` of its `total_units` were paid."""

    escrow: Address
    bounty: int
    epoch: int
    amount: int
    total_units: int
    paid_units: int


@dataclass(frozen=True, slots=True)
class UnpaidCorrection:
    """An epoch of one leaf, not paid; `amount`: its part, or what that would be if it were taken now."""

    escrow: Address
    bounty: int
    epoch: int
    account: Address
    units: int
    amount: int
    is_assigned: bool


# A bounty covers the checkpoints made from its opening to its end. {opened}: rows of bounties.
_COVERED_BY = """
    FROM {opened} o
    LEFT JOIN mirror.bounty_escrow_bounty_closed z
      ON z.emitter = o.emitter AND z.dataset = o.dataset AND z.bounty = o.bounty
    JOIN mirror.checkpoints c ON c.dataset = o.dataset AND c.checkpoint >= o.first_checkpoint
      AND (z.ends_at IS NULL OR extract(epoch FROM c.block_time) <= z.ends_at)
"""
_COVERS = _COVERED_BY.format(opened="mirror.bounty_escrow_bounty_opened")
# What no epoch has taken, as the escrow counts it, of the bounty that row {b} is of.
_FREE = """
    ((SELECT COALESCE(sum(i.amount), 0) FROM mirror.bounty_escrow_bounty_funded i
      WHERE i.bounty = {b}.bounty AND i.emitter = {b}.emitter AND i.dataset = {b}.dataset)
     - (SELECT COALESCE(sum(i.amount), 0) FROM mirror.bounty_escrow_bounty_assigned i
        WHERE i.bounty = {b}.bounty AND i.emitter = {b}.emitter AND i.dataset = {b}.dataset)
     - (SELECT COALESCE(sum(i.amount), 0) FROM mirror.bounty_escrow_bounty_returned i
        WHERE i.bounty = {b}.bounty AND i.emitter = {b}.emitter AND i.dataset = {b}.dataset))
"""
# Once for each bounty, not for each of the epochs that it covers: publishers open as many as they like.
_PROMISES = f"""
    WITH promises AS MATERIALIZED (
        SELECT o.emitter, o.dataset, o.bounty, o.per_label, o.units_per_label, o.first_checkpoint,
               {_FREE.format(b="o")} AS free
        FROM mirror.bounty_escrow_bounty_opened o WHERE o.dataset = :dataset)
"""
_UNASSIGNED = text(
    f"""
    {_PROMISES}
    SELECT o.emitter, o.bounty, c.checkpoint AS epoch
    {_COVERED_BY.format(opened="promises")}
    JOIN mirror.annotation_ledger_epoch_finalized f ON f.dataset = c.dataset AND f.checkpoint = c.checkpoint
    WHERE o.free >= :least AND div(f.total_units * o.per_label, o.units_per_label) >= :least
      AND NOT EXISTS (SELECT 1 FROM mirror.bounty_escrow_bounty_assigned a WHERE a.emitter = o.emitter
                      AND a.dataset = o.dataset AND a.bounty = o.bounty AND a.epoch = c.checkpoint)
    ORDER BY f.block_number, f.log_index, o.bounty LIMIT :limit
    """
)
_ASSIGNED_SINCE = text(
    """
    SELECT count(*) FROM mirror.bounty_escrow_bounty_assigned
    WHERE dataset = :dataset AND epoch < :correction AND block_time > :since
    """
)
_OPEN_PARTS = text(
    """
    SELECT a.emitter, a.bounty, a.epoch, a.amount, a.total_units, COALESCE(p.units, 0) AS paid_units
    FROM mirror.bounty_escrow_bounty_assigned a
    LEFT JOIN (SELECT emitter, bounty, epoch, sum(units) AS units FROM mirror.bounty_escrow_bounty_paid
               WHERE dataset = :dataset GROUP BY emitter, bounty, epoch) p
      ON p.emitter = a.emitter AND p.bounty = a.bounty AND p.epoch = a.epoch
    WHERE a.dataset = :dataset AND a.epoch < :correction AND a.amount > 0 AND COALESCE(p.units, 0) < a.total_units
    ORDER BY a.block_number, a.log_index
    """
)
_UNPAID_CORRECTIONS = text(
    f"""
    {_PROMISES}
    SELECT o.emitter, o.bounty, k.epoch, k.account, k.units,
           COALESCE(a.amount, LEAST(div(k.units * o.per_label, o.units_per_label), o.free)) AS amount,
           a.amount IS NOT NULL AS is_assigned
    {_COVERED_BY.format(opened="promises")}
    JOIN mirror.corrections k ON k.dataset = c.dataset AND k.checkpoint = c.checkpoint
    LEFT JOIN mirror.bounty_escrow_bounty_assigned a
      ON a.emitter = o.emitter AND a.dataset = o.dataset AND a.bounty = o.bounty AND a.epoch = k.epoch
    WHERE o.dataset = :dataset
      AND NOT EXISTS (SELECT 1 FROM mirror.bounty_escrow_bounty_paid p WHERE p.emitter = o.emitter
                      AND p.dataset = o.dataset AND p.bounty = o.bounty AND p.epoch = k.epoch)
    ORDER BY k.block_number, k.epoch, o.bounty
    """
)
_PAID = text(
    """
    SELECT index FROM mirror.bounty_escrow_bounty_paid
    WHERE emitter = :escrow AND dataset = :dataset AND bounty = :bounty AND epoch = :epoch
    """
)
_PAID_SINCE = text(
    """
    SELECT account, count(*) AS payments FROM mirror.bounty_escrow_bounty_paid
    WHERE account = ANY(:accounts) AND block_time > :since GROUP BY account
    """
)
_COVERED = text(
    f"""
    SELECT v.*, a.amount AS part, CASE WHEN a.amount IS NULL THEN {_FREE.format(b="v")} END AS free,
           p.index AS paid_index, p.units AS paid_units, p.amount AS paid_amount, p."to" AS paid_to,
           p.block_number AS paid_block, p.block_time AS paid_at, p.tx_hash AS paid_tx
    FROM (
        SELECT * FROM (
            SELECT o.emitter, o.dataset, o.bounty, o.per_label, o.units_per_label, c.checkpoint,
                   c.checkpoint AS epoch, t.total_units
            {_COVERS}
            JOIN mirror.annotation_ledger_epoch_finalized t
              ON t.dataset = c.dataset AND t.checkpoint = c.checkpoint
            WHERE o.dataset = :dataset
            UNION ALL
            SELECT o.emitter, o.dataset, o.bounty, o.per_label, o.units_per_label, c.checkpoint, k.epoch, k.units
            {_COVERS}
            JOIN mirror.corrections k ON k.dataset = c.dataset AND k.checkpoint = c.checkpoint
              AND k.account = :account
            WHERE o.dataset = :dataset) u
        WHERE (u.bounty, u.epoch) > (:bounty, :epoch)
          AND NOT (:unpaid AND EXISTS (
            SELECT 1 FROM mirror.bounty_escrow_bounty_paid x
            WHERE x.bounty = u.bounty AND x.epoch = u.epoch AND x.account = :account
              AND x.emitter = u.emitter AND x.dataset = u.dataset))
        ORDER BY u.bounty, u.epoch LIMIT :limit) v
    LEFT JOIN mirror.bounty_escrow_bounty_assigned a
      ON a.bounty = v.bounty AND a.epoch = v.epoch AND a.emitter = v.emitter AND a.dataset = v.dataset
    LEFT JOIN LATERAL (SELECT * FROM mirror.bounty_escrow_bounty_paid x
                       WHERE x.bounty = v.bounty AND x.epoch = v.epoch AND x.account = :account
                         AND x.emitter = v.emitter AND x.dataset = v.dataset ORDER BY x.index LIMIT 1) p ON true
    ORDER BY v.bounty, v.epoch
    """
)
_NEWEST = " || ' ' || ".join(
    f"COALESCE((SELECT concat(encode(block_hash, 'hex'), log_index) FROM mirror.{table} WHERE dataset = :dataset"
    " ORDER BY block_number DESC, log_index DESC LIMIT 1), '')"
    for table in (
        "bounty_escrow_bounty_assigned",
        "bounty_escrow_bounty_paid",
        "bounty_escrow_bounty_funded",
        "annotation_ledger_correction_opened",
    )
)
_STATE = text(f"SELECT {_NEWEST}")
_WITH_BOUNTIES = text("SELECT DISTINCT dataset FROM mirror.bounty_escrow_bounty_opened")


async def covered(
    session: ReadSession,
    dataset: bytes,
    account: Address,
    after: tuple[int, int],
    limit: int,
    *,
    unpaid: bool = False,
) -> Sequence[Any]:
    """Final epochs that bounties cover, and corrections for the account, after a (bounty, epoch): the part taken, if it
    was, and the payment of the account's leaf, if it was paid. `unpaid`: without those of which it was."""
    values = {"dataset": dataset, "account": address_bytes(account), "limit": limit, "unpaid": unpaid}
    rows = await session.execute(_COVERED, values | {"bounty": after[0], "epoch": after[1]})
    return rows.all()


async def with_bounties(session: ReadSession) -> set[bytes]:
    """Datasets of which a bounty was ever opened."""
    return {bytes(row.dataset) for row in await session.execute(_WITH_BOUNTIES)}


async def unassigned(session: ReadSession, dataset: bytes, least: int, limit: int) -> list[Unassigned]:
    """Those that would take `least` base units or more, in the order in which they became final."""
    rows = await session.execute(_UNASSIGNED, {"dataset": dataset, "least": least, "limit": limit})
    return [Unassigned(address_of(bytes(row.emitter)), int(row.bounty), int(row.epoch)) for row in rows]


async def assigned_since(session: ReadSession, dataset: bytes, since: datetime) -> int:
    """How many parts checkpoints took since then, whoever asked for it."""
    values = {"dataset": dataset, "correction": CORRECTION, "since": since}
    return int((await session.execute(_ASSIGNED_SINCE, values)).scalar_one())


async def state(session: ReadSession, dataset: bytes) -> str:
    """Another one whenever a part was taken or paid, money came in or an epoch was corrected; also by a
    reorganisation."""
    return str((await session.execute(_STATE, {"dataset": dataset})).scalar_one())


async def open_parts(session: ReadSession, dataset: bytes) -> list[OpenPart]:
    """Parts of checkpoints of which some units are not paid, oldest first."""
    rows = await session.execute(_OPEN_PARTS, {"dataset": dataset, "correction": CORRECTION})
    return [OpenPart(address_of(bytes(row.emitter)), *map(int, row[1:])) for row in rows]


async def unpaid_corrections(session: ReadSession, dataset: bytes) -> list[UnpaidCorrection]:
    rows = await session.execute(_UNPAID_CORRECTIONS, {"dataset": dataset})
    return [
        UnpaidCorrection(
            address_of(bytes(row.emitter)),
            int(row.bounty),
            int(row.epoch),
            address_of(bytes(row.account)),
            int(row.units),
            int(row.amount),
            bool(row.is_assigned),
        )
        for row in rows
    ]


async def paid_leaves(session: ReadSession, dataset: bytes, part: OpenPart) -> set[int]:
    """Indexes of the leaves that were paid."""
    escrow = address_bytes(part.escrow)
    values = {"dataset": dataset, "escrow": escrow, "bounty": part.bounty, "epoch": part.epoch}
    return set((await session.execute(_PAID, values)).scalars())


async def paid_since(
    session: ReadSession, accounts: Collection[Address], since: datetime
) -> dict[Address, int]:
    """How often the accounts were paid since then, of any bounty; those never paid are left out."""
    values = {"accounts": [address_bytes(account) for account in accounts], "since": since}
    rows = await session.execute(_PAID_SINCE, values)
    return {address_of(bytes(row.account)): row.payments for row in rows}
