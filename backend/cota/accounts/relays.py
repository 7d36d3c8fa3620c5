"""Transactions that the relayer pays for somebody: signed statement -> **relay** -> chain/sender -> mirror.

Promises: what would fail is not sent and not counted; the same statement again gives the same transaction,
also after a crash between sending and noting it; a wallet's relays a day are counted in the database, so they
hold over all processes; the relayer's nonces are ordered across processes by a lock in the database.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import text

from cota.chain.sender import NotMined, Receipt
from cota.errors import ChainUnavailable, RateLimited
from cota.http.services import Services
from cota.observe.metrics import TRANSACTIONS
from cota.store.session import WriteSession
from cota.units import Address, address_bytes

DAY = timedelta(days=1)
# A process that was killed while sending leaves its row behind; after this another may take it over.
STALE = timedelta(minutes=3)
A_DAY: dict[str, int] = {"join": 5, "leave": 10, "claim": 50}

_SERIALISE = text("SELECT pg_advisory_xact_lock(hashtextextended('relay:' || encode(:account, 'hex'), 0))")
_FIND = text("SELECT id, tx_hash, block_number, state, created_at FROM relays WHERE digest = :digest")
_COUNT = text("SELECT count(*) FROM relays WHERE kind = :kind AND account = :account AND created_at > :since")
_BEGIN = text(
    """
    INSERT INTO relays (kind, dataset, account, digest, state, created_at)
    VALUES (:kind, :dataset, :account, :digest, 'sending', :now)
    """
)
_TAKE_OVER = text("UPDATE relays SET created_at = :now WHERE digest = :digest")
_NOTE = text(
    "UPDATE relays SET tx_hash = :tx_hash, block_number = :block, state = :state WHERE digest = :digest"
)
_FORGET = text("DELETE FROM relays WHERE digest = :digest AND state = 'sending'")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A transaction to relay. `digest` names the statement that asks for it."""

    kind: Literal["join", "leave", "claim"]
    dataset: bytes
    account: Address
    digest: bytes
    to: Address
    data: bytes


@dataclass(frozen=True, slots=True)
class Relayed:
    """`block` is None while the transaction waits to be mined."""

    tx_hash: bytes
    block: int | None


class InFlight(ChainUnavailable):
    """Another request is sending this very statement: ask again in `retry_after` seconds for its transaction."""

    slug, title, status = "being-sent", "The statement is being sent already", 503


async def begin(session: WriteSession, wanted: Wanted) -> Relayed | None:
    """The transaction sent before for this statement, or None: then the caller sends. Raises `RateLimited`,
    `InFlight`."""
    now = datetime.now(UTC)
    account = address_bytes(wanted.account)
    await session.execute(_SERIALISE, {"account": account})
    known = (await session.execute(_FIND, {"digest": wanted.digest})).one_or_none()
    if known is not None:
        return await _known(session, wanted, known, now)
    counted = {"kind": wanted.kind, "account": account, "since": now - DAY}
    if (await session.execute(_COUNT, counted)).scalar_one() >= A_DAY[wanted.kind]:
        limit = A_DAY[wanted.kind]
        raise RateLimited(f"{limit} relayed calls of this kind a day; send it yourself", retry_after=3600)
    row = {
        "kind": wanted.kind,
        "dataset": wanted.dataset,
        "account": account,
        "digest": wanted.digest,
        "now": now,
    }
    await session.execute(_BEGIN, row)
    return None


async def relay(services: Services, wanted: Wanted) -> tuple[Relayed, Receipt | None]:
    """Sends, or finds what was sent. Raises `ChainReverted` with the contract's own error,
    `ChainUnavailable`."""
    if services.relayer is None:
        raise ChainUnavailable("this service has no relayer: send the transaction yourself")
    async with services.database.write() as session:
        known = await begin(session, wanted)
    if known is not None:
        return known, None
    try:
        receipt = await services.relayer.send(wanted.to, wanted.data)
    except NotMined as error:
        relayed = Relayed(bytes.fromhex(str(error.extra["tx_hash"])[2:]), None)
        await _note(services, wanted, relayed, "sent")
        return relayed, None
    except BaseException:
        TRANSACTIONS.labels(wanted.kind, "refused").inc()
        await _forget(services, wanted)
        raise
    TRANSACTIONS.labels(wanted.kind, "mined").inc()
    assert receipt.tx_hash is not None
    relayed = Relayed(receipt.tx_hash, receipt.block_number)
    await _note(services, wanted, relayed, "mined")
    return relayed, receipt


async def _known(session: WriteSession, wanted: Wanted, known: Any, now: datetime) -> Relayed | None:
    if known.tx_hash is not None:
        return Relayed(bytes(known.tx_hash), known.block_number)
    if now - known.created_at < STALE:
        raise InFlight("this statement is being sent already", retry_after=2)
    await session.execute(_TAKE_OVER, {"digest": wanted.digest, "now": now})
    return None


async def _note(services: Services, wanted: Wanted, relayed: Relayed, state: str) -> None:
    row = {"digest": wanted.digest, "tx_hash": relayed.tx_hash, "block": relayed.block, "state": state}
    async with services.database.write() as session:
        await session.execute(_NOTE, row)


async def _forget(services: Services, wanted: Wanted) -> None:
    async with services.database.write() as session:
        await session.execute(_FORGET, {"digest": wanted.digest})
