"""SQL on proposals and bonds: conduct_api -> **queries** -> mirror views."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from cota.store.session import ReadSession
from cota.units import Address, address_bytes

_ATTEMPTS = text(
    """
    SELECT attempt, state, settlement_root, total_units, leaf_count, file_hash, proposer, bond, window_ends_at,
           forfeited, settle_by, proposed_block, proposed_time, proposed_tx
    FROM mirror.attempts WHERE dataset = :dataset AND epoch = :epoch AND attempt > :after
    ORDER BY attempt LIMIT :limit
    """
)
# A fault and what it took from the bond stand in one transaction; each transaction of a demand takes one bond at most.
_SLASHES = text(
    """
    SELECT s.dataset, s.slasher, s.amount, s.recipient, s.credited, s.balance, s.block_number, s.block_time, s.tx_hash,
           s.log_index, f.fault, f.place, f.prover
    FROM mirror.slashes s
    LEFT JOIN LATERAL (
        SELECT x.fault, x.place, x.prover FROM mirror.faults x
        WHERE x.tx_hash = s.tx_hash AND x.dataset = s.dataset AND x.coordinator = s.coordinator
          AND x.log_index > s.log_index
        ORDER BY x.log_index LIMIT 1) f ON true
    WHERE s.coordinator = :coordinator AND (s.block_number, s.log_index) < (:block, :log_index)
    ORDER BY s.block_number DESC, s.log_index DESC LIMIT :limit
    """
)


async def attempts(session: ReadSession, dataset: bytes, epoch: int, after: int, limit: int) -> Sequence[Any]:
    """The proposals of a checkpoint, in order, after one."""
    values = {"dataset": dataset, "epoch": epoch, "after": after, "limit": limit}
    return (await session.execute(_ATTEMPTS, values)).all()


async def slashes(
    session: ReadSession, coordinator: Address, before: tuple[int, int], limit: int
) -> Sequence[Any]:
    """What left a coordinator's bond by rulings and proofs, newest first, before a (block, log index)."""
    place = {"block": before[0], "log_index": before[1], "limit": limit}
    return (await session.execute(_SLASHES, {"coordinator": address_bytes(coordinator), **place})).all()
