"""Every SQL statement on bounties as they are shown: service -> **queries** -> mirror views and events.

Promise: what comes from the chain is read from the mirror and never written.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from cota.store.session import ReadSession

# The chain's clock where it is ahead of the service's. A checkpoint made at `ends_at` is still covered.
_STATE = """
    CASE WHEN b.ends_at IS NULL THEN 'open'
         WHEN GREATEST(extract(epoch FROM now()), (SELECT extract(epoch FROM u.time) FROM mirror.cursor u))
              <= b.ends_at THEN 'closing'
         WHEN b.returned > 0 AND b.free = 0 THEN 'returned' ELSE 'ended' END AS state
"""
_LIST = text(
    f"""
    SELECT b.*, {_STATE} FROM (
        SELECT emitter, bounty FROM mirror.bounty_escrow_bounty_opened
        WHERE dataset = :dataset AND bounty < :before ORDER BY bounty DESC LIMIT :limit) o
    JOIN mirror.bounties b ON b.dataset = :dataset AND b.escrow = o.emitter AND b.bounty = o.bounty
    ORDER BY b.bounty DESC
    """
)
_FIND = text(f"SELECT b.*, {_STATE} FROM mirror.bounties b WHERE b.dataset = :dataset AND b.bounty = :bounty")
_PARTS = text(
    """
    SELECT a.epoch, COALESCE(k.checkpoint, a.epoch) AS checkpoint, a.amount, a.total_units, a.free, a.block_number,
           a.block_time, a.tx_hash, a.log_index, p.units AS paid_units, p.amount AS paid
    FROM mirror.bounty_escrow_bounty_assigned a
    LEFT JOIN mirror.corrections k ON k.dataset = a.dataset AND k.epoch = a.epoch
    CROSS JOIN LATERAL (SELECT COALESCE(sum(x.units), 0) AS units, COALESCE(sum(x.amount), 0) AS amount
                        FROM mirror.bounty_escrow_bounty_paid x
                        WHERE x.emitter = a.emitter AND x.dataset = a.dataset
                          AND x.bounty = a.bounty AND x.epoch = a.epoch) p
    WHERE a.dataset = :dataset AND a.bounty = :bounty AND (a.block_number, a.log_index) > (:block, :log_index)
    ORDER BY a.block_number, a.log_index LIMIT :limit
    """
)
# A price that the money does not suffice for once is none: anybody can name a high one and put nothing aside.
_PROMISED = text(
    f"""
    SELECT s.dataset, count(*) AS bounties, sum(s.per_label) AS per_label, sum(s.free) AS free,
           min(div(s.free, s.per_label)) AS labels_left
    FROM (SELECT b.dataset, b.per_label, b.free, {_STATE} FROM mirror.bounties b
          WHERE b.dataset = ANY(:datasets)) s
    WHERE s.state IN ('open', 'closing') AND s.free >= s.per_label GROUP BY s.dataset
    """
)
_WAITING = text(
    """
    SELECT p.case_id, p.deadline FROM mirror.appeals p
    WHERE p.dataset = :dataset AND p.epoch = :epoch AND p.state = 'open' ORDER BY p.case_id
    """
)
_AMONG = text(
    """
    SELECT DISTINCT dataset FROM mirror.bounty_escrow_bounty_opened
    WHERE dataset = ANY(:datasets) AND dataset > :after ORDER BY dataset LIMIT :limit
    """
)


async def page(session: ReadSession, dataset: bytes, before: int, limit: int) -> Sequence[Any]:
    """A dataset's bounties, newest first."""
    values = {"dataset": dataset, "before": before, "limit": limit}
    return (await session.execute(_LIST, values)).all()


async def find(session: ReadSession, dataset: bytes, bounty: int) -> Any:
    """None for one that the dataset does not have."""
    return (await session.execute(_FIND, {"dataset": dataset, "bounty": bounty})).one_or_none()


async def parts(
    session: ReadSession, dataset: bytes, bounty: int, after: tuple[int, int], limit: int
) -> Sequence[Any]:
    """What epochs took of a bounty, in the order of the chain, after a (block, log index)."""
    values = {"dataset": dataset, "bounty": bounty, "block": after[0], "log_index": after[1], "limit": limit}
    return (await session.execute(_PARTS, values)).all()


async def among(session: ReadSession, datasets: Sequence[bytes], after: bytes, limit: int) -> list[bytes]:
    """Those of the datasets that ever had a bounty, in the order of their ids, after one."""
    values = {"datasets": list(datasets), "after": after, "limit": limit}
    return [bytes(found) for found in (await session.execute(_AMONG, values)).scalars()]


async def promised(session: ReadSession, datasets: Sequence[bytes]) -> dict[bytes, Any]:
    """What a label made now is promised by all bounties that have money for one; datasets without are left out."""
    rows = await session.execute(_PROMISED, {"datasets": list(datasets)})
    return {bytes(row.dataset): row for row in rows}


async def waiting_appeals(session: ReadSession, dataset: bytes, epoch: int) -> list[tuple[int, int]]:
    """Number and deadline, unix seconds, of each appeal of an epoch that waits for its ruling."""
    rows = await session.execute(_WAITING, {"dataset": dataset, "epoch": epoch})
    return [(int(row.case_id), int(row.deadline)) for row in rows]
