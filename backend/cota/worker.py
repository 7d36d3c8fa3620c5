"""What nobody asks for and must be done: **worker** -> settlement steps, bounties, expired leases, forgotten nonces.

`python -m cota.worker`, any number of them: jobs are rows in PostgreSQL (procrastinate). A tick every two
seconds puts one job per dataset that this coordinator serves; a job does every step that can be done.
Promises: two workers never work on one dataset at once (an advisory lock, which dies with its holder); a
killed worker leaves nothing that stops another; a failed job is logged and its dataset is met again at the
next tick.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import text

from cota import log
from cota.auth import message_signatures, nonces
from cota.chain.client import WrongChain
from cota.chain.deployment import DeploymentMissing
from cota.chain.terms import Terms
from cota.errors import BadRequest
from cota.events import webhooks
from cota.http.services import Services, make_sender, open_services
from cota.settings import Settings, load, refusing
from cota.settlement import queries
from cota.settlement.bounties import Cashier
from cota.settlement.bounty_queries import with_bounties
from cota.settlement.steps import Coordinator, Released
from cota.store.urls import psycopg_dsn
from cota.tasks import service as tasks
from cota.tasks.draws import widen_stalled
from cota.tasks.fields import save_seats
from cota.units import parse_hash32

logger = log.get_logger(__name__)

QUEUE = "settlement"
TICK = "* * * * * */2"  # seconds stand last
CONCURRENCY = 4
# A worker that was killed leaves its job "doing"; the job is only a reminder, and the next tick makes another.
STALLED_SECONDS = 60
# After so long without anybody at work, seats that a cohort's draw leaves empty are offered more widely.
PATIENCE = timedelta(days=1)
LOCAL_PATIENCE = timedelta(seconds=20)

_TRY_LOCK = text(
    "SELECT pg_try_advisory_xact_lock(hashtextextended(CAST(:job AS text) || ':' || encode(:dataset, 'hex'), 0))"
)


class Work:
    """What the jobs do, apart from how they are queued."""

    def __init__(self, services: Services, released: Released = frozenset()) -> None:
        self._services = services
        sender = make_sender(services.settings, services.node, services.database, "coordinator")
        if sender is None:
            raise ValueError("the worker needs COTA_COORDINATOR_KEY")
        self._coordinator = Coordinator(services, sender, released)
        self._cashier = Cashier(services, sender)
        self._address = sender.address
        is_local = services.settings.network.is_local
        self._patience = LOCAL_PATIENCE if is_local else PATIENCE

    @property
    def services(self) -> Services:
        return self._services

    async def due(self) -> list[bytes]:
        """The datasets of this coordinator that have rows or checkpoints."""
        async with self._services.database.read() as session:
            found = await queries.with_log(session)
        return [
            dataset
            for dataset, terms, successor in found
            if (successor or Terms.decode(terms).coordinator) == self._address
        ]

    async def advance(self, dataset: bytes) -> list[str]:
        """Every step of a dataset that can be done now; none while another worker is at it."""
        async with self._alone("advance", dataset) as is_alone:
            return await self._coordinator.advance(dataset) if is_alone else []

    async def due_bounties(self) -> set[bytes]:
        """Datasets that ever had a bounty; none where the settings leave them alone."""
        if self._services.settings.bounties == "OFF":
            return set()
        async with self._services.database.read() as session:
            return await with_bounties(session)

    async def serve_bounties(self, dataset: bytes) -> list[str]:
        """Parts that final epochs take of bounties, and their payment; none while another worker is at it."""
        async with self._alone("bounties", dataset) as is_alone:
            return await self._cashier.serve(dataset) if is_alone else []

    @asynccontextmanager
    async def _alone(self, job: str, dataset: bytes) -> AsyncIterator[bool]:
        """Whether no other worker does this job for the dataset; none begins it within the block."""
        async with self._services.database.engine.begin() as connection:
            yield (await connection.execute(_TRY_LOCK, {"job": job, "dataset": dataset})).scalar_one()

    async def tidy(self) -> None:
        """Gives expired leases' seats back, takes off those that are not needed, forgets nonces that nobody can use."""
        async with self._services.database.write() as session:
            await tasks.sweep_all(session)
            await widen_stalled(session, self._patience)
            await save_seats(session)
            await nonces.sweep(session)
            await message_signatures.sweep(session)


def make_app(work: Work, database_url: str) -> procrastinate.App:
    """The queue and its jobs."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=psycopg_dsn(database_url)))

    @app.task(name="advance", queue=QUEUE)
    async def advance(dataset: str) -> None:
        await work.advance(bytes.fromhex(dataset))

    # One lock for all of them: however many there are, they take one place, and settlements the others.
    @app.task(name="bounties", queue=QUEUE, lock="bounties")
    async def bounties(dataset: str) -> None:
        await work.serve_bounties(bytes.fromhex(dataset))

    @app.task(
        name="deliver",
        queue=QUEUE,
        retry=procrastinate.RetryStrategy(
            max_attempts=webhooks.TRIES,
            exponential_wait=webhooks.WAIT_SECONDS,
            retry_exceptions={webhooks.NotDelivered},
        ),
    )
    async def deliver(name: str) -> None:
        await webhooks.deliver(work.services, name)

    @app.periodic(cron=TICK)
    @app.task(name="tick", queue=QUEUE, queueing_lock="tick")
    async def tick(timestamp: int) -> None:  # noqa: ARG001 - the queue hands every periodic job its time
        due, promised = await work.due(), await work.due_bounties()
        jobs = [(advance, dataset) for dataset in due]
        jobs += [(bounties, dataset) for dataset in due if dataset in promised]
        for task, dataset in jobs:
            with suppress(AlreadyEnqueued):
                lock = f"{task.name}:{dataset.hex()}"
                await task.configure(queueing_lock=lock).defer_async(dataset=dataset.hex())
        await work.tidy()
        for name in await webhooks.enqueue(work.services):
            await deliver.defer_async(name=name)
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            await app.job_manager.finish_job(job, status=procrastinate.jobs.Status.FAILED, delete_job=True)

    return app


async def run(settings: Settings, released: Released = frozenset()) -> None:
    """Works until it is told to stop; the step at hand is finished first."""
    async with open_services(settings) as services:
        app = make_app(Work(services, released), settings.database_url)
        async with app.open_async():
            worker = asyncio.ensure_future(
                app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=CONCURRENCY,
                    delete_jobs="always",
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=30,
                )
            )
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, worker.cancel)
            logger.info("worker started")
            with suppress(asyncio.CancelledError):
                await worker
    logger.info("worker stopped")


def parse_released(words: Sequence[str]) -> Released:
    """`DATASET:EPOCH` each. Raises BadRequest."""
    found = set()
    for word in words:
        dataset, _, epoch = word.partition(":")
        if not epoch.isdecimal():
            raise BadRequest(f"{word} is not DATASET:EPOCH")
        try:
            found.add((bytes(parse_hash32(dataset)), int(epoch)))
        except ValueError:
            raise BadRequest(f"{word} is not DATASET:EPOCH: {dataset} is no dataset's id") from None
    return frozenset(found)


def main(settle_anyway: Sequence[str] = ()) -> None:
    """`settle_anyway`: epochs that are held because gold may have leaked, and that a person has looked at."""
    released = parse_released(settle_anyway)
    settings = load(needs=["database", "coordinator"])
    log.configure(settings.log_level, settings.secrets())
    asyncio.run(run(settings, released))


if __name__ == "__main__":
    with refusing(WrongChain, DeploymentMissing):
        main()
