"""What a process holds open and every endpoint may use: settings -> **services** -> endpoints, worker.

Built once at start, closed once at the end. Promises: a node of another chain, or of another genesis than the
deployment's, is refused before anything is served; a node that is down does not stop the process from
answering what needs none.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from cota.auth.sessions import SessionBook
from cota.auth.verify import SignatureVerifier
from cota.chain.client import NodeClient, WrongChain
from cota.chain.deployment import Deployment
from cota.chain.fees import FeePolicy
from cota.chain.sender import Sender
from cota.errors import ChainUnavailable
from cota.http.coordinators import Coordinators
from cota.http.freshness import Freshness
from cota.http.kept import Kept
from cota.http.limits import Limits
from cota.http.tokens import TokenBook
from cota.log import get_logger
from cota.settings import Settings
from cota.store.content import ContentStore
from cota.store.locks import named_lock
from cota.store.session import Database, ReadSession
from cota.units import Address

log = get_logger(__name__)

# An epoch's tree of 2^20 rows takes about 200 MB; usual ones a thousandth of that.
_KEPT_TREES = 16
_KEPT_FIGURES = 1_000
LONG_AT_ONCE = 4
"""Long answers that are made at the same time. Each holds a connection, and may need a second one for a moment: more
could starve the pool."""


@dataclass(frozen=True, slots=True)
class ReceiptKey:
    """The key that signs receipts."""

    address: Address
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Services:
    settings: Settings
    deployment: Deployment
    database: Database
    node: NodeClient
    content: ContentStore
    freshness: Freshness
    verifier: SignatureVerifier
    coordinators: Coordinators
    tokens: TokenBook
    kept: Kept
    figures: Kept
    """Small things that are costly to find out."""
    limits: Limits
    receipt_key: ReceiptKey | None
    relayer: Sender | None
    signed_in: SessionBook
    closing: AsyncExitStack
    """What domains open beside this is closed by it, before the database is."""
    long: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(LONG_AT_ONCE))

    @property
    def chain_id(self) -> int:
        return self.settings.network.chain_id

    @asynccontextmanager
    async def long_read(self) -> AsyncIterator[ReadSession]:
        """A session to make a long answer with, as soon as one of the few places for them is free."""
        async with self.long, self.database.read() as session:
            yield session

    def sender(self, role: str) -> Sender | None:
        """Sends with the key of a role; its nonces are ordered across processes. None without the key."""
        return make_sender(self.settings, self.node, self.database, role)


def make_sender(settings: Settings, node: NodeClient, database: Database, role: str) -> Sender | None:
    if not settings.has_key(role):
        return None

    def lock(name: str) -> AbstractAsyncContextManager[None]:
        return named_lock(database, name)

    fees = FeePolicy(settings.fee_ceiling, settings.fee_priority)
    return Sender(node, settings.key(role).account(), lock=lock, fees=fees)


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Raises `WrongChain`, `DeploymentMissing` or `SettingsError`: with those the process must not start."""
    deployment = Deployment.load(settings.network.name, settings.deployments)
    database = Database(settings.database_url)
    node = NodeClient(settings.rpc_urls, settings.network.chain_id, deployment.genesis_hash)
    closing, limits = AsyncExitStack(), Limits()
    try:
        await _greet(node)
        receipt_key = _receipt_key(settings)
        yield Services(
            settings=settings,
            deployment=deployment,
            database=database,
            node=node,
            content=ContentStore(settings.store),
            freshness=Freshness(database, settings.network),
            verifier=SignatureVerifier(node, limits),
            coordinators=Coordinators(database, receipt_key.address if receipt_key else None),
            tokens=TokenBook(node),
            kept=Kept(_KEPT_TREES),
            figures=Kept(_KEPT_FIGURES),
            limits=limits,
            receipt_key=receipt_key,
            relayer=make_sender(settings, node, database, "relayer"),
            signed_in=SessionBook(database),
            closing=closing,
        )
    finally:
        await closing.aclose()
        await node.aclose()
        await database.close()


async def _greet(node: NodeClient) -> None:
    try:
        await node.check()
    except WrongChain:
        raise
    except ChainUnavailable as error:
        log.warning("no node answers at start: reads go on, signing in and relaying wait", cause=str(error))


def _receipt_key(settings: Settings) -> ReceiptKey | None:
    if not settings.has_key("receipt"):
        return None
    key = settings.key("receipt")
    return ReceiptKey(key.address, bytes(key.account().key))
