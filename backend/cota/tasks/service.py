"""Rules of leases: who may work on what, for how long: api -> **service** -> queries.

Promises: a lease goes to an active member of an open dataset and never to its publisher; a seat is never
given twice at once; a lease lives ten minutes, a heartbeat renews it up to two hours, and when it ends the
seat is offered again.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cota.commitments.draw import Cohort
from cota.commitments.hashes import KIND_LABEL
from cota.datasets import queries as dataset_queries
from cota.datasets.queries import Dataset
from cota.datasets.service import require_dataset, require_publisher, require_work
from cota.errors import LeaseExpired, NoTask, NotLeased, RateLimited
from cota.http.services import Services
from cota.store.session import ReadSession, WriteSession
from cota.tasks import queries
from cota.tasks.draws import cohort_of
from cota.tasks.giving import Wish, take
from cota.tasks.queries import Lease
from cota.tasks.schemas import FLAGS, MOST_AT_ONCE
from cota.units import Address

LIFE = timedelta(minutes=10)
LONGEST = timedelta(hours=2)


async def lease(
    services: Services, dataset: bytes, account: Address, count: int, kind: int = KIND_LABEL
) -> list[Lease]:
    """Up to `count` new leases. Raises `NoTask` when nothing is free for this account."""
    async with services.database.read() as session:
        standing = await dataset_queries.find_standing(session, dataset, account)
    found = require_work(standing)
    assert standing.joined_at is not None
    cohort = await cohort_of(services, found, standing.joined_at, found.item_count)
    async with services.database.write() as session:
        return await _lease(session, found, account, cohort, count, kind)


async def _lease(
    session: WriteSession, dataset: Dataset, account: Address, cohort: Cohort | None, count: int, kind: int
) -> list[Lease]:
    # Asked again in this transaction: who left, or what was paused, since then gets nothing.
    require_work(await dataset_queries.find_standing(session, dataset.id, account))
    await queries.serialise(session, account)
    now = datetime.now(UTC)
    await queries.sweep(session, dataset.id, now)
    room = MOST_AT_ONCE - await queries.count_active(session, dataset.id, account)
    if room <= 0:
        raise RateLimited(f"this account holds {MOST_AT_ONCE} leases: label or release some", retry_after=30)
    batches = await queries.ready_batches(session, dataset.id)
    if not batches:
        raise NoTask("the dataset has no items yet")
    wish = Wish(dataset.id, account, kind, batches, min(count, room), now, now + LIFE)
    found = await take(session, wish, cohort, dataset.item_count)
    if not found:
        raise NoTask()
    return found


async def heartbeat(
    session: WriteSession, lease: bytes, account: Address, life: timedelta = LIFE
) -> datetime:
    """Keeps a lease alive; returns its new end. Raises `LeaseExpired` or `NotLeased`."""
    now = datetime.now(UTC)
    until = await queries.extend(session, lease, account, now, now + life, LONGEST)
    if until is None:
        await _explain(session, lease, account)
        raise LeaseExpired()
    return until


async def release(session: WriteSession, lease: bytes, account: Address) -> None:
    """Gives a lease back. Giving it back again changes nothing. Raises `NotLeased` for somebody else's."""
    if not await queries.release(session, lease, account):
        await _explain(session, lease, account)


async def skip(session: WriteSession, lease: bytes, account: Address, reason: str, note: str) -> None:
    """Gives a lease back and has its item offered to others only. No penalty. Raises `NotLeased`."""
    if not await queries.skip(session, lease, account, reason, note):
        await _explain(session, lease, account)


async def flags(
    session: ReadSession, dataset: bytes, account: Address, after: int, limit: int
) -> Sequence[Any]:
    """The publisher's queue of flagged items. Raises `Forbidden` for anybody else."""
    require_publisher(await require_dataset(session, dataset), account)
    return await queries.flags(session, dataset, FLAGS, after, limit)


async def active_of(session: ReadSession, account: Address) -> list[Lease]:
    return await queries.active_of(session, account, datetime.now(UTC))


async def sweep_all(session: WriteSession) -> None:
    """Ends every expired lease, so that seats come free also where nobody asks. The worker's part."""
    now = datetime.now(UTC)
    for dataset in await queries.datasets_with_dead(session, now):
        await queries.sweep(session, dataset, now)


async def _explain(session: ReadSession, lease: bytes, account: Address) -> None:
    found = await queries.find(session, lease)
    if found is None or found.account != account:
        raise NotLeased("this account holds no such lease")
