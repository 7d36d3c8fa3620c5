"""Rules of leases: who may work on what, for how long: api -> **service** -> queries.

Promises: a lease goes to an active member of an open dataset and never to its publisher; a seat is never
given twice at once; a lease lives ten minutes, a heartbeat renews it up to two hours, and when it ends the
seat is offered again.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cota.commitments.draw import Cohort, cohort_block
from cota.commitments.hashes import KIND_LABEL
from cota.datasets.queries import Dataset
from cota.datasets.service import require_dataset, require_publisher, require_work
from cota.datasets.standings import Standings
from cota.errors import LeaseExpired, NoTask, NotLeased, RateLimited
from cota.http.services import Services
from cota.store.session import ReadSession, WriteSession
from cota.tasks import queries
from cota.tasks.draws import cohort_of
from cota.tasks.giving import Wish, take, take_quickly
from cota.tasks.queries import Lease
from cota.tasks.schemas import FLAGS, MOST_AT_ONCE
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
        self._cohorts: dict[tuple[bytes, int], tuple[Cohort | None, float]] = {}
        self._batches: dict[bytes, tuple[list[int], float]] = {}
        self._swept: dict[bytes, float] = {}

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
        leases: list[Lease] = []
        if self._swept_lately(dataset):
            leases = await take_quickly(self._services.database, wish, cohort, found.item_count)
        if len(leases) < count:
            wanted = replace(wish, count=count - len(leases))
            leases += await self._take(wanted, cohort, found.item_count, has_some=bool(leases))
        if not leases:
            raise NoTask()
        return leases

    async def _take(self, wish: Wish, cohort: Cohort | None, items: int, *, has_some: bool) -> list[Lease]:
        async with self._services.database.write() as session:
            await queries.serialise(session, wish.account)
            has_swept = not self._swept_lately(wish.dataset)
            if has_swept:
                await self._sweep(session, wish)
            room = MOST_AT_ONCE - await queries.count_active(session, wish.dataset, wish.account)
            if room <= 0 and not has_some:
                detail = f"this account holds {MOST_AT_ONCE} leases: label or release some"
                raise RateLimited(detail, retry_after=30)
            if room <= 0:
                return []
            bounded = replace(wish, count=min(wish.count, room))
            leases = await take(session, bounded, cohort, items)
            if not leases and not has_swept and not has_some:
                # Before "there is none" is said, what has expired is looked for in any case.
                await self._sweep(session, wish)
                leases = await take(session, bounded, cohort, items)
            return leases

    def _swept_lately(self, dataset: bytes) -> bool:
        return time.monotonic() - self._swept.get(dataset, float("-inf")) < KEEP_SECONDS

    async def _sweep(self, session: WriteSession, wish: Wish) -> None:
        self._remember(self._swept, wish.dataset, time.monotonic())
        await queries.sweep(session, wish.dataset, wish.now)

    async def _cohort(self, dataset: Dataset, joined_at: int) -> Cohort | None:
        key = (dataset.id, cohort_block(joined_at, self._services.settings.network.cohort_blocks))
        known = self._cohorts.get(key)
        if known is None or time.monotonic() - known[1] > KEEP_SECONDS:
            found = await cohort_of(self._services, dataset, joined_at, dataset.item_count)
            known = (found, time.monotonic())
            self._remember(self._cohorts, key, known)
        return known[0]

    async def _ready_batches(self, dataset: bytes) -> list[int]:
        known = self._batches.get(dataset)
        if known is None or not known[0] or time.monotonic() - known[1] > KEEP_SECONDS:
            async with self._services.database.read() as session:
                known = (await queries.ready_batches(session, dataset), time.monotonic())
            self._remember(self._batches, dataset, known)
        return known[0]

    @staticmethod
    def _remember(known: dict[Any, Any], key: Any, value: Any) -> None:
        if len(known) >= _MOST_KNOWN:
            known.clear()
        known[key] = value


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
