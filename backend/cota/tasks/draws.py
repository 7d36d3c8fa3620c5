"""Who may label what: membership -> **cohort of the draw** -> service.

The rules are `commitments.draw`; here their facts are found (secret, block hash, members) and kept. Promises: a cohort
is drawn once, by a block deep enough to stay; its numbers are stored before anything is given out by them, and only
ever widened; an account that the next cohort will hold is told when to come back.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from cota.commitments import draw
from cota.commitments.draw import Cohort
from cota.datasets.queries import Dataset
from cota.errors import DomainError, NoTask
from cota.http.services import Services
from cota.store.session import ReadSession, WriteSession

_FIND = text(
    "SELECT block, block_hash, members, threshold, spread FROM draw_cohorts"
    " WHERE dataset = :dataset AND block > :after ORDER BY block LIMIT :limit"
)
_SECRET = text("SELECT draw_secret FROM dataset_details WHERE dataset = :dataset")
_MEMBERS = text(
    "SELECT count(*) FROM mirror.memberships"
    " WHERE dataset = :dataset AND state = 'active' AND block_number < :block"
)
_SAVE = text(
    """
    INSERT INTO draw_cohorts (dataset, block, block_hash, members, threshold, spread)
    VALUES (:dataset, :block, :block_hash, :members, :threshold, :spread) ON CONFLICT (dataset, block) DO NOTHING
    """
)
# Seats of the terms that nobody takes: the newest row is old, nobody is at work, and items wait.
_STALLED = text(
    """
    SELECT c.dataset FROM (SELECT DISTINCT dataset FROM draw_cohorts
                           WHERE (threshold < :full OR spread > 1) AND created_at < :before) c
    JOIN mirror.datasets d ON d.dataset = c.dataset AND d.state = 'open'
    WHERE EXISTS (SELECT 1 FROM items i WHERE i.dataset = c.dataset AND i.open_seats > i.extra_seats AND NOT i.erased)
      AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.dataset = c.dataset AND l.state = 'active')
      AND NOT EXISTS (SELECT 1 FROM annotations a JOIN log_heads h ON h.dataset = a.dataset
                      WHERE a.dataset = c.dataset AND a.index = h.next_index - 1 AND a.received_at >= :before)
    """
)
_WIDEN = text(
    """
    UPDATE draw_cohorts SET threshold = :full, spread = CASE WHEN threshold < :full THEN spread ELSE 1 END,
           created_at = now()
    WHERE dataset = :dataset AND (threshold < :full OR spread > 1)
    """
)


class NotDrawnYet(DomainError):
    """Newcomers are drawn for together, by a block after they joined: come back in `retry_after` seconds."""

    slug, title, status = "not-drawn-yet", "The items of this account are not drawn yet", 503


@dataclass(frozen=True, slots=True)
class StoredCohort:
    """A cohort as it is kept; its seed follows with the secret."""

    block: int
    block_hash: bytes
    members: int
    threshold: int
    spread: int


async def cohort_of(services: Services, dataset: Dataset, joined_at: int, items: int) -> Cohort | None:
    """The cohort of an account that joined in that block; None where the terms ask for no draw.

    Raises `NotDrawnYet` before its block is final, `NoTask` while the publisher has not told the secret.
    """
    if not draw.is_committed(dataset.terms.draw_commitment):
        return None
    block = draw.cohort_block(joined_at, services.settings.network.cohort_blocks)
    async with services.database.read() as session:
        secret = (await session.execute(_SECRET, {"dataset": dataset.id})).scalar_one_or_none()
        if secret is None:
            raise NoTask("the publisher has not told the secret of the draw yet")
        found = await stored(session, dataset.id, after=block - 1, limit=1)
    if not found or found[0].block != block:
        found = [await _make(services, dataset, block, items)]
    kept = found[0]
    return Cohort(block, draw.seed_of(bytes(secret), kept.block_hash), kept.threshold, kept.spread)


async def stored(session: ReadSession, dataset: bytes, *, after: int = -1, limit: int) -> list[StoredCohort]:
    """Cohorts of a dataset, in order, after a block."""
    rows = await session.execute(_FIND, {"dataset": dataset, "after": after, "limit": limit})
    return [_stored(row) for row in rows]


async def secret_of(session: ReadSession, dataset: bytes) -> bytes | None:
    found = (await session.execute(_SECRET, {"dataset": dataset})).scalar_one_or_none()
    return None if found is None else bytes(found)


async def widen_stalled(session: WriteSession, patience: timedelta) -> None:
    """Where seats find nobody for so long, all cohorts are widened by one step: thresholds first, then sections."""
    before = datetime.now(UTC) - patience
    for dataset in (await session.execute(_STALLED, {"full": draw.FULL, "before": before})).scalars().all():
        await session.execute(_WIDEN, {"dataset": dataset, "full": draw.FULL})


async def _make(services: Services, dataset: Dataset, block: int, items: int) -> StoredCohort:
    network = services.settings.network
    known = await services.freshness.current()
    # Its hash decides who may label what, so it must be one that stays.
    missing = block + network.confirmations - 1 - (known.number if known else 0)
    if missing > 0:
        wait = max(1, round(missing * network.block_seconds))
        raise NotDrawnYet(f"your items are drawn by block {block}", block=block, retry_after=wait)
    drawn_by = await services.node.block(block)
    if drawn_by is None:
        raise NotDrawnYet(f"your items are drawn by block {block}", block=block, retry_after=1)
    async with services.database.write() as session:
        place = {"dataset": dataset.id, "block": block}
        members = int((await session.execute(_MEMBERS, place)).scalar_one())
        threshold, spread = draw.parameters(members, dataset.terms.seats, items)
        row = {
            **place,
            "block_hash": drawn_by.hash,
            "members": members,
            "threshold": threshold,
            "spread": spread,
        }
        await session.execute(_SAVE, row)
        return (await stored(session, dataset.id, after=block - 1, limit=1))[0]


def _stored(row: Any) -> StoredCohort:
    return StoredCohort(row.block, bytes(row.block_hash), row.members, int(row.threshold), row.spread)
