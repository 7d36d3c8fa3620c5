"""Every SQL statement on penalties: penalties -> **penalty_queries** -> mirror views.

Promise: what the vault holds, released, cancelled or executed is read from the mirror and never written.
"""

from dataclasses import dataclass

from sqlalchemy import text

from cota.store.session import ReadSession
from cota.units import Address, address_bytes


@dataclass(frozen=True, slots=True)
class PenaltyEpoch:
    """A final epoch within its penalty period, or with an appeal that failed; times in unix seconds."""

    epoch: int
    content_key: str
    finalized_at: int


_PENALTY_EPOCHS = text(
    """
    SELECT e.epoch, f.content_key, CAST(EXTRACT(EPOCH FROM e.finalized_time) AS bigint) AS finalized_at
    FROM mirror.epochs e JOIN epoch_files f ON f.dataset = e.dataset AND f.epoch = e.epoch
    WHERE e.dataset = :dataset AND e.state = 'finalized'
      AND (EXTRACT(EPOCH FROM e.finalized_time) + :penalty_period > :now
           OR EXISTS (SELECT 1 FROM mirror.penalties p WHERE p.dataset = e.dataset AND p.epoch = e.epoch
                      AND p.state = 'released' AND p.until > :now))
    ORDER BY e.epoch
    """
)
_PENALTIES = text(
    "SELECT index, state, COALESCE(until, 0) AS until FROM mirror.penalties WHERE dataset = :dataset AND epoch = :epoch"
)
_IS_LOCKED_FOR = text(
    """
    SELECT EXISTS (SELECT 1 FROM mirror.memberships m JOIN mirror.checkpoints c ON c.dataset = m.dataset
                   WHERE m.dataset = :dataset AND m.account = :account AND m.state <> 'ended'
                     AND c.checkpoint = :epoch AND c.block_time > m.block_time)
    """
)


async def penalty_epochs(
    session: ReadSession, dataset: bytes, now: int, penalty_period: int
) -> list[PenaltyEpoch]:
    parameters = {"dataset": dataset, "now": now, "penalty_period": penalty_period}
    rows = (await session.execute(_PENALTY_EPOCHS, parameters)).all()
    return [PenaltyEpoch(int(row.epoch), row.content_key, row.finalized_at) for row in rows]


async def penalties(session: ReadSession, dataset: bytes, epoch: int) -> dict[int, tuple[str, int]]:
    """The last word on each leaf's penalty, by index: (state, until)."""
    rows = (await session.execute(_PENALTIES, {"dataset": dataset, "epoch": epoch})).all()
    return {row[0]: (row.state, int(row.until)) for row in rows}


async def is_locked_for(session: ReadSession, dataset: bytes, epoch: int, account: Address) -> bool:
    """Whether the account has a stake locked by a membership older than the epoch's checkpoint."""
    parameters = {"dataset": dataset, "epoch": epoch, "account": address_bytes(account)}
    return bool((await session.execute(_IS_LOCKED_FOR, parameters)).scalar_one())
