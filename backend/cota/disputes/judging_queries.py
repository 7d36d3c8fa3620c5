"""Every SQL statement on who may judge what: judging -> **judging_queries** -> mirror views, the log of reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from cota.licenses.queries import Epoch
from cota.store.session import ReadSession, WriteSession
from cota.units import Address, address_bytes, address_of

_CASE = text(
    """
    SELECT k.epoch, k.state, EXISTS (SELECT 1 FROM mirror.panel_seats s
        WHERE s.arbiter = k.arbiter AND s.dispute_id = k.dispute_id AND s.juror = :wallet) AS is_seated
    FROM mirror.cases k
    WHERE k.dataset = :dataset AND k.case_id = :case AND k.dispute_id IS NOT NULL
    """
)
_AUDIT = text(
    """
    SELECT a.audit_id, a.epoch, a.auditor, a.seed, a.desk,
           COALESCE(t.attempt = a.attempt AND t.state IN ('proposed', 'disputed'), false) AS is_undecided
    FROM mirror.audits a LEFT JOIN mirror.epochs t ON t.dataset = a.dataset AND t.epoch = a.epoch
    WHERE a.dataset = :dataset AND a.audit_id = :audit
    """
)
_EPOCHS = text(
    """
    SELECT checkpoint, from_index, to_index, log_root FROM mirror.checkpoints
    WHERE dataset = :dataset AND checkpoint <= :last ORDER BY checkpoint
    """
)
_SEATS = text(
    """
    SELECT k.case_id, k.dataset, k.epoch, k.ground, k.state, k.evidence, k.deadline, k.dispute_id, s.arbiter, s.round,
           s.ruling, s.committed_block, s.block_number, r.commit_ends_at, r.reveal_ends_at, r.state AS round_state
    FROM mirror.panel_seats s
    JOIN mirror.cases k ON k.arbiter = s.arbiter AND k.dispute_id = s.dispute_id
    JOIN mirror.dispute_rounds r ON r.arbiter = s.arbiter AND r.dispute_id = s.dispute_id AND r.round = s.round
    WHERE s.juror = :juror AND (s.block_number, k.case_id) < (:block, :case)
    ORDER BY s.block_number DESC, k.case_id DESC LIMIT :limit
    """
)
_LOG_READ = text("INSERT INTO reads (who, what, dataset) VALUES (:who, :what, :dataset)")


@dataclass(frozen=True, slots=True)
class Audited:
    """An audit; `is_undecided` while the settlement that it was opened for can still fall or become final."""

    number: int
    epoch: int
    auditor: Address
    seed: bytes | None
    desk: Address
    is_undecided: bool


async def case_of(session: ReadSession, dataset: bytes, case: int, wallet: Address) -> Any | None:
    """A case before a panel, and whether the wallet sits on one of its panels."""
    row = {"dataset": dataset, "case": case, "wallet": address_bytes(wallet)}
    return (await session.execute(_CASE, row)).one_or_none()


async def audit_of(session: ReadSession, dataset: bytes, audit: int) -> Audited | None:
    row = (await session.execute(_AUDIT, {"dataset": dataset, "audit": audit})).one_or_none()
    if row is None:
        return None
    return Audited(
        number=int(row.audit_id),
        epoch=int(row.epoch),
        auditor=address_of(bytes(row.auditor)),
        seed=None if row.seed is None else bytes(row.seed),
        desk=address_of(bytes(row.desk)),
        is_undecided=row.is_undecided,
    )


async def epochs_until(session: ReadSession, dataset: bytes, last: int) -> list[Epoch]:
    """The checkpoints up to one: its scoring builds on those before it."""
    return [
        Epoch(int(row.checkpoint), int(row.from_index), int(row.to_index), bytes(row.log_root))
        for row in await session.execute(_EPOCHS, {"dataset": dataset, "last": last})
    ]


async def seats_of(
    session: ReadSession, juror: Address, before: tuple[int, int], limit: int
) -> Sequence[Any]:
    """The seats that an account was drawn for, newest first, before a (block, case)."""
    row = {"juror": address_bytes(juror), "block": before[0], "case": before[1], "limit": limit}
    return (await session.execute(_SEATS, row)).all()


async def log_read(session: WriteSession, who: Address, what: str, dataset: bytes) -> None:
    await session.execute(_LOG_READ, {"who": address_bytes(who), "what": what, "dataset": dataset})
