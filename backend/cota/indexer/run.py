"""The indexer as a process: leader's lock -> identity -> **run** (follow until told to stop).

One leader by a PostgreSQL session lock on the connection that writes; the others stand by and take over when
it goes. Promises: a mirror of another chain is never written on; what passes (a node or a database away) is
waited for, what needs a person ends the process with a message; a signal ends it between two transactions.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import psycopg

from cota.chain.client import NodeClient, WrongChain
from cota.chain.deployment import Deployment, DeploymentMissing
from cota.chain.events import Catalogue
from cota.chain.heads import listen
from cota.chain.rpc import RpcError
from cota.errors import ChainUnavailable
from cota.indexer.fetch import Fetcher
from cota.indexer.follow import Follower
from cota.indexer.headers import Header, parse_header
from cota.indexer.options import IndexerOptions
from cota.indexer.problems import (
    ChainReset,
    MirrorMismatch,
    MirrorTaken,
    RangeRefused,
    ReorganisationTooDeep,
    Retry,
)
from cota.indexer.progress import Way
from cota.indexer.rows import RowBuilder
from cota.indexer.writer import Identity, MirrorWriter, Position
from cota.log import get_logger
from cota.observe import metrics
from cota.store.mirror_names import leader_key
from cota.store.urls import psycopg_dsn

log = get_logger(__name__)

# A node that refuses even simple questions is a node to ask again later.
_PASSING = (Retry, RangeRefused, ChainUnavailable, RpcError)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_STANDBY_LOOK = 0.5
_FILE_LOOK = 1.0


class DeploymentChanged(Exception):
    """The deployment file names other contracts than before."""


class Indexer:
    """`load_deployment` is asked again whenever the chain or the file may have changed."""

    def __init__(
        self,
        database_url: str,
        client: NodeClient,
        load_deployment: Callable[[], Deployment],
        catalogue: Catalogue,
        options: IndexerOptions,
    ) -> None:
        self._dsn = psycopg_dsn(database_url)
        self._client = client
        self._load_deployment = load_deployment
        self._catalogue = catalogue
        self._options = options
        self._may_reset = options.is_local or options.rebuild
        self._stop = asyncio.Event()
        self._wake = asyncio.Event()
        self._way = Way()
        self._looked = float("-inf")

    def stop(self) -> None:
        """Ends `run` after the transaction under way."""
        self._stop.set()
        self._wake.set()

    def wake(self) -> None:
        """Look at the chain now: a new head was announced."""
        self._wake.set()

    async def run(self) -> None:
        """Until stopped, or caught up if so asked. Raises MirrorMismatch, WrongChain, DeploymentMissing."""
        pause = _FIRST_PAUSE
        while not self._stop.is_set():
            try:
                if await self._lead():
                    return
                pause = _FIRST_PAUSE
            except WrongChain:
                raise
            except psycopg.errors.UndefinedTable:
                raise MirrorMismatch(
                    "this database has no mirror tables, or old ones: run python -m cota.store.migrate"
                ) from None
            except (psycopg.OperationalError, psycopg.InterfaceError, *_PASSING) as failure:
                metrics.LEADS.set(0)  # the lock went with the connection
                metrics.INDEXER_RETRIES.labels(type(failure).__name__).inc()
                log.warning("interrupted", reason=f"{type(failure).__name__}: {failure}", wait=pause)
                await self._sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _lead(self) -> bool:
        """Waits for the lock, then follows. True when all that was asked is done."""
        async with await psycopg.AsyncConnection.connect(self._dsn, autocommit=True) as connection:
            if not await self._acquire(connection):
                return True
            writer = MirrorWriter(connection, self._catalogue, self._options.schema)
            while not self._stop.is_set():
                follower, deployment = await self._prepare(writer)
                try:
                    async with self._announcements():
                        return await self._follow(follower, deployment)
                except (ChainReset, WrongChain) as reason:
                    log.warning("the node serves another chain", reason=str(reason))
                    self._client.forget_genesis()
                    await self._client.check()
                except DeploymentChanged:
                    log.info("the deployment file names other contracts")
                except MirrorTaken as reason:
                    log.warning("reading the mirror's place anew", reason=str(reason))
                finally:
                    self._way.close()
            return True

    @asynccontextmanager
    async def _announcements(self) -> AsyncIterator[None]:
        """While it is open, every node that can wakes this one at each new head."""
        endpoints = () if self._options.until_head or not self._options.subscribes else self._client.endpoints
        tasks = [asyncio.create_task(listen(endpoint, self.wake)) for endpoint in endpoints]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _acquire(self, connection: psycopg.AsyncConnection) -> bool:
        """False when told to stop while standing by."""
        key = leader_key(self._options.schema)
        is_told = False
        while not self._stop.is_set():
            row = await (await connection.execute("SELECT pg_try_advisory_lock(%s)", (key,))).fetchone()
            if row is not None and row[0]:
                log.info("leading", schema=self._options.schema)
                metrics.LEADS.set(1)
                return True
            if not is_told:
                metrics.LEADS.set(0)
                log.info("standing by: another indexer leads")
                is_told = True
            await self._sleep(_STANDBY_LOOK)
        return False

    async def _prepare(self, writer: MirrorWriter) -> tuple[Follower, Deployment]:
        """Checks that mirror, chain and contracts belong together; starts a mirror where there is none."""
        deployment = self._load_deployment()
        genesis, head = await self._header(0), await self._header("latest")
        identity = Identity(self._client.chain_id, genesis.hash, self._fingerprint(deployment))
        if deployment.genesis_hash != genesis.hash:
            log.warning(
                "the deployment file was written for another chain: deploy again", network=deployment.network
            )
        found = await writer.load()
        if found is not None and found[0] == identity:
            cursor = found[1]
        else:
            if found is not None:
                self._allow_reset(found[0], identity)
            cursor = await self._start(writer, identity, genesis, head, deployment)
        emitters = deployment.emitters()
        follower = Follower(
            self._client,
            Fetcher(self._catalogue, emitters),
            RowBuilder(self._catalogue, emitters),
            writer,
            cursor,
            await writer.clones(cursor.number),
            self._options.follow,
            self._stop.is_set,
            self._way,
        )
        return follower, deployment

    def _allow_reset(self, found: Identity, wanted: Identity) -> None:
        """Raises MirrorMismatch where a mirror is not to be emptied."""
        what = "contracts" if found.genesis == wanted.genesis else "another chain"
        if found.chain_id != wanted.chain_id:
            raise MirrorMismatch(
                f"this database mirrors chain {found.chain_id}, the node serves {wanted.chain_id}"
            )
        if not self._may_reset:
            raise MirrorMismatch(
                f"this database mirrors {what} that the node or the deployment file does not show; "
                "if the new one is right, start once with --rebuild"
            )
        self._may_reset = self._options.is_local
        log.warning("the mirror is emptied and begun again", because=f"it was of {what} of before")

    async def _start(
        self, writer: MirrorWriter, identity: Identity, genesis: Header, head: Header, deployment: Deployment
    ) -> Position:
        first = 1 if self._options.is_local else max(1, deployment.first_block())
        anchor = genesis if first - 1 <= 0 or first > head.number else await self._header(first - 1)
        return await writer.start(identity, genesis, anchor, head.number)

    async def _follow(self, follower: Follower, deployment: Deployment) -> bool:
        loop = asyncio.get_running_loop()
        advanced, pause = loop.time(), _FIRST_PAUSE
        while not self._stop.is_set():
            self._wake.clear()
            before = follower.cursor
            try:
                if await follower.step(self._options.up_to):
                    advanced, pause = loop.time(), _FIRST_PAUSE
                    continue
            except _PASSING as failure:
                if isinstance(failure, (WrongChain, MirrorTaken)):
                    raise
                metrics.INDEXER_RETRIES.labels(type(failure).__name__).inc()
                if follower.cursor != before:
                    advanced, pause = loop.time(), _FIRST_PAUSE
                self._tell(failure, pause)
                self._client.prefer_next()
                await self._sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            if self._options.until_head:
                return True
            if loop.time() - advanced > self._options.stale_seconds:
                self._client.prefer_next()
                advanced = loop.time()
            await self._wait_for_head(deployment)
        return True

    @staticmethod
    def _tell(failure: Exception, pause: float) -> None:
        is_grave = isinstance(failure, (ReorganisationTooDeep, RangeRefused))
        say = log.error if is_grave else log.info
        say(
            "not advancing" if is_grave else "looking again",
            reason=f"{type(failure).__name__}: {failure}",
            wait=pause,
        )

    async def _wait_for_head(self, deployment: Deployment) -> None:
        """An announcement, or the time to look anyway: a head that goes down is not announced."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), self._options.poll_seconds)
        now = asyncio.get_running_loop().time()
        if self._options.is_local and now - self._looked > _FILE_LOOK:
            self._looked = now
            if self._has_changed(deployment):
                raise DeploymentChanged

    def _has_changed(self, deployment: Deployment) -> bool:
        """A redeployed local chain has other contracts; a file that is away is no news."""
        with suppress(DeploymentMissing):
            return self._load_deployment().fingerprint() != deployment.fingerprint()
        return False

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    async def _header(self, block: int | str) -> Header:
        return parse_header(await self._client.header(block), block)

    def _fingerprint(self, deployment: Deployment) -> bytes:
        """Contracts and events: a mirror made with another event list lacks what the new events said."""
        events = "".join(sorted(f"{s.table}{s.topic}" for s in self._catalogue.specs))
        return hashlib.sha256(deployment.fingerprint() + events.encode()).digest()
