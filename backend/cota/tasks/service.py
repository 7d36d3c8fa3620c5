"""Rules of leases: who may work on what, for how long: api -> **service** -> queries.

Promises: a lease goes to an active member of an open dataset and never to its publisher; a seat is never
given twice at once; a lease lives ten minutes, a heartbeat renews it up to two hours, and when it ends the
seat is offered again.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cota.commitments.draw import Cohort, cohort_block
from cota.commitments.hashes import KIND_LABEL
from cota.datasets.queries import Dataset, find_standing
from cota.datasets.service import require_dataset, require_publisher, require_work, require_worker
from cota.datasets.standings import Standings
from cota.errors import LeaseExpired, NoTask, NotLeased, RateLimited
from cota.http.remembered import Remembered
from cota.http.services import Services
from cota.store.session import ReadSession, WriteSession
from cota.tasks import queries
from cota.tasks.draws import cohort_of
from cota.tasks.giving import Wish, take, take_quickly
from cota.tasks.queries import Lease
from cota.tasks.schemas import FLAGS, MOST_AT_ONCE
from cota.tasks.seats import with_more_seats
from cota.units import Address

LIFE = timedelta(minutes=10)
LONGEST = timedelta(hours=2)
KEEP_SECONDS = 1.0
"""How long a process may take a dataset's batches and cohorts for unchanged."""
_MOST_KNOWN = 50_000


class Bench:
    """Where items are given out: one a process, with what it may remember between two callers."""

    def __init__(self, services: Services, standings: Standings) -> None:
        self._services = services
        self._standings = standings
        self._cohorts: Remembered[tuple[bytes, int], Cohort] = Remembered(KEEP_SECONDS, _MOST_KNOWN)
        self._batches: Remembered[bytes, list[int]] = Remembered(KEEP_SECONDS, _MOST_KNOWN)

    async def lease(
        self, dataset: bytes, account: Address, count: int, kind: int = KIND_LABEL
    ) -> list[Lease]:
        """Up to `count` new leases. Raises `NoTask` when nothing is free for this account."""
        standing = await self._standings.of(dataset, account)
        found = require_work(standing)
        assert standing.joined_at is not None
        cohort = await self._cohort(found, standing.joined_at)
        batches = await self._ready_batches(dataset)
        if not batches:
            raise NoTask("the dataset has no items yet")
        wish = Wish(dataset, account, kind, batches, count, datetime.now(UTC), datetime.now(UTC) + LIFE)
        leases = await take_quickly(self._services.database, wish, cohort, found.item_count)
        if len(leases) < count:
            wanted = replace(wish, count=count - len(leases))
            leases += await self._take(wanted, cohort, found.item_count, has_some=bool(leases))
        if not leases:
            raise NoTask()
        return leases

    async def _take(self, wish: Wish, cohort: Cohort | None, items: int, *, has_some: bool) -> list[Lease]:
        """Expired leases are the worker's to sweep, away from those who wait for a task; here only before somebody
        is told that there is none, or that too many are held."""
        async with self._services.database.write() as session:
            await queries.serialise(session, wish.account)
            for is_swept in (False, True):
                if is_swept:
                    await queries.sweep(session, wish.dataset, wish.now)
                held = await queries.count_active(session, wish.dataset, wish.account)
                leases = []
                if held < MOST_AT_ONCE:
                    bounded = replace(wish, count=min(wish.count, MOST_AT_ONCE - held))
                    leases = await take(session, bounded, cohort, items)
                if leases or has_some:
                    return leases
        if held >= MOST_AT_ONCE:
            detail = f"this account holds {MOST_AT_ONCE} leases: label or release some"
            raise RateLimited(detail, retry_after=30)
        return []

    async def _cohort(self, dataset: Dataset, joined_at: int) -> Cohort | None:
        block = cohort_block(joined_at, self._services.settings.network.cohort_blocks)
        return await self._cohorts.of(
            (dataset.id, block), lambda: cohort_of(self._services, dataset, joined_at, dataset.item_count)
        )

    async def _ready_batches(self, dataset: bytes) -> list[int]:
        async def ask() -> list[int] | None:
            async with self._services.database.read() as session:
                return await queries.ready_batches(session, dataset) or None

        return await self._batches.of(dataset, ask) or []


async def heartbeat(
    session: WriteSession, lease: bytes, account: Address, life: timedelta = LIFE
) -> datetime:
    """Keeps a lease alive; returns its new end. Raises `LeaseExpired`, `NotLeased`, or why the account works here no
    more: then the lease only runs out."""
    now = datetime.now(UTC)
    found = await _require_holder(session, lease, account)
    until = await queries.extend(session, lease, account, now, now + life, LONGEST)
    if until is None and found.state not in ("active", "expired"):
        raise NotLeased("the lease has ended: its item was labelled or given back")
    if until is None:
        raise LeaseExpired()
    return until


async def release(session: WriteSession, lease: bytes, account: Address) -> None:
    """Gives a lease back. Giving it back again changes nothing. Raises `NotLeased` for somebody else's."""
    if not await queries.release(session, lease, account):
        await _held(session, lease, account)


async def skip(session: WriteSession, lease: bytes, account: Address, reason: str, note: str) -> None:
    """Gives a lease back and has its item offered to others only. No penalty. Raises `NotLeased`, or why the account
    works here no more: what it says of items is not told to their publisher then; `release` still serves."""
    await _require_holder(session, lease, account)
    await queries.skip(session, lease, account, reason, note)


async def flags(
    session: ReadSession, dataset: bytes, account: Address, after: int, limit: int
) -> Sequence[Any]:
    """The publisher's queue of flagged items. Raises `Forbidden` for anybody else."""
    require_publisher(await require_dataset(session, dataset), account)
    return await queries.flags(session, dataset, FLAGS, after, limit)


async def extra_seats(
    session: ReadSession, dataset: bytes, account: Address, after: int, limit: int
) -> Sequence[Any]:
    """The publisher's list of items that got more seats. Raises `Forbidden` for anybody else."""
    require_publisher(await require_dataset(session, dataset), account)
    return await with_more_seats(session, dataset, after, limit)


async def active_of(session: ReadSession, account: Address) -> list[Lease]:
    return await queries.active_of(session, account, datetime.now(UTC))


async def sweep_all(session: WriteSession) -> None:
    """Ends every expired lease, so that seats come free also where nobody asks. The worker's part."""
    now = datetime.now(UTC)
    for dataset in await queries.datasets_with_dead(session, now):
        await queries.sweep(session, dataset, now)


async def _held(session: ReadSession, lease: bytes, account: Address) -> Lease:
    found = await queries.find(session, lease)
    if found is None or found.account != account:
        raise NotLeased("this account holds no such lease")
    return found


async def _require_holder(session: ReadSession, lease: bytes, account: Address) -> Lease:
    found = await _held(session, lease, account)
    require_worker(await find_standing(session, found.dataset, account))
    return found
