"""Every SQL statement on events: service -> **queries** -> mirror, webhooks.

Promises: in the order of the chain; an event is named by its place and its block, so a reorganisation makes it another
one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import TextClause, text

from cota.chain.terms import Terms
from cota.events.kinds import EVENTS
from cota.store.session import ReadSession
from cota.units import Address, address_bytes, address_of


@dataclass(frozen=True, slots=True)
class Event:
    block: int
    log_index: int
    block_hash: bytes
    at: datetime
    tx_hash: bytes
    kind: str
    dataset: bytes | None
    account: Address | None
    data: dict[str, Any]

    @property
    def id(self) -> str:
        """Names the event also across reorganisations: place, and the first bytes of its block's hash."""
        return f"{self.block}-{self.log_index}-{self.block_hash[:8].hex()}"


_WHERE = """
    (CAST(:dataset AS bytea) IS NULL OR e.dataset = :dataset)
    AND (CAST(:kinds AS text[]) IS NULL OR e.kind = ANY(:kinds))
    AND (CAST(:account AS bytea) IS NULL OR e.account = :account)
"""
_AFTER = text(
    f"SELECT * FROM ({EVENTS}) e WHERE (e.block_number, e.log_index) > (:block, :log_index)"
    f" AND e.block_number <= :up_to AND {_WHERE} ORDER BY e.block_number, e.log_index LIMIT :limit"
)
_BEFORE = text(
    f"SELECT * FROM ({EVENTS}) e WHERE (e.block_number, e.log_index) < (:block, :log_index)"
    f" AND {_WHERE} ORDER BY e.block_number DESC, e.log_index DESC LIMIT :limit"
)
# Anybody may add a base unit to any bounty, as often as she pays the gas: told is what pays for one label at least.
_NO_DUST = """
    (e.kind <> 'bounty-funded' OR EXISTS (
        SELECT 1 FROM mirror.bounty_escrow_bounty_opened o
        WHERE o.dataset = e.dataset AND o.bounty = CAST(e.data ->> 'bounty' AS numeric)
          AND (o.publisher = e.account OR o.per_label <= CAST(e.data ->> 'amount' AS numeric))))
"""
# Hers; what becomes of the datasets that she works on, and of bounties of those that she publishes; what is paid to
# those whose shares she holds; the end of cases that she brought.
_INBOX = text(
    f"""
    SELECT * FROM ({EVENTS}) e
    WHERE (e.block_number, e.log_index) < (:block, :log_index) AND (
        (e.account = :account AND e.kind <> 'revenue-paid')
        OR (e.kind IN ('epoch-proposed', 'epoch-rejected', 'epoch-finalized', 'dataset-state', 'case-opened',
                       'case-closed', 'bounty-opened', 'bounty-funded', 'bounty-closing', 'bounty-assigned',
                       'bounty-returned')
            AND e.dataset IN (SELECT m.dataset FROM mirror.memberships m WHERE m.account = :account)
            AND {_NO_DUST})
        OR (e.kind IN ('bounty-funded', 'bounty-closing', 'bounty-assigned', 'bounty-returned') AND {_NO_DUST}
            AND e.dataset IN (SELECT d.dataset FROM mirror.datasets d WHERE d.publisher = :account))
        OR (e.kind = 'case-closed' AND EXISTS (
            SELECT 1 FROM mirror.settlement_court_case_opened o
            WHERE o.dataset = e.dataset AND o.claimant = :account AND CAST(o.case_id AS text) = e.data ->> 'case'))
        OR (e.kind = 'revenue-paid' AND e.dataset IN (
            SELECT b.dataset FROM mirror.balances b WHERE b.account = :account AND b.balance > 0)))
    ORDER BY e.block_number DESC, e.log_index DESC LIMIT :limit
    """
)
_STANDS = text(
    "SELECT 1 FROM mirror_logs WHERE block_number = :block AND log_index = :log_index"
    " AND substring(block_hash FROM 1 FOR 8) = :head"
)
# What an epoch's scoring said of all its rows is one large value, unpacked once an epoch and not once a row.
_OWN_OUTCOMES = text(
    """
    WITH own AS MATERIALIZED (
        SELECT a.dataset, c.checkpoint AS epoch, CAST(a.index AS text) AS key
        FROM annotations a
        JOIN mirror.checkpoints c ON c.dataset = a.dataset AND c.from_index <= a.index AND a.index < c.to_index
        WHERE a.account = :account AND a.dataset = ANY(:datasets)
    ), scored AS MATERIALIZED (
        SELECT r.dataset, r.epoch, r.scores -> 'outcomes' AS outcomes
        FROM (SELECT DISTINCT dataset, epoch FROM own) e
        JOIN epoch_results r ON r.dataset = e.dataset AND r.epoch = e.epoch
    ), refused AS MATERIALIZED (
        SELECT s.dataset, s.epoch, k.key FROM scored s CROSS JOIN LATERAL jsonb_object_keys(s.outcomes) k(key)
    )
    SELECT own.dataset, own.epoch, count(*) AS labels, count(*) FILTER (WHERE f.key IS NULL) AS counted
    FROM own
    JOIN scored s ON s.dataset = own.dataset AND s.epoch = own.epoch
    LEFT JOIN refused f ON f.dataset = own.dataset AND f.epoch = own.epoch AND f.key = own.key
    GROUP BY own.dataset, own.epoch
    """
)
# By the time of the newest block: the contracts know no other.
_ENDING = text(
    """
    SELECT c.credential, c.issuer, c.expires_at, c.expires_at <= n.at AS is_over
    FROM mirror.credentials c CROSS JOIN (SELECT EXTRACT(EPOCH FROM time) AS at FROM mirror.cursor) n
    WHERE c.account = :account AND NOT c.revoked AND c.expires_at BETWEEN n.at - :around AND n.at + :around
    ORDER BY c.expires_at, c.credential
    """
)
_WORKED_ON = text(
    """
    SELECT m.dataset, d.terms FROM mirror.memberships m JOIN mirror.datasets d ON d.dataset = m.dataset
    WHERE m.account = :account AND m.state = 'active' ORDER BY m.dataset
    """
)
_TERMS = text("SELECT dataset, terms FROM mirror.datasets WHERE dataset = ANY(:datasets)")


@dataclass(frozen=True, slots=True)
class Ending:
    """A credential that ends at a time in Unix seconds, and the datasets of its holder's that ask for it."""

    credential: bytes
    issuer: Address
    expires_at: int
    is_over: bool
    datasets: list[bytes]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events. None: all."""

    dataset: bytes | None = None
    account: Address | None = None
    kinds: Sequence[str] | None = None

    def row(self) -> dict[str, Any]:
        return {
            "dataset": self.dataset,
            "account": address_bytes(self.account) if self.account else None,
            "kinds": list(self.kinds) if self.kinds else None,
        }


async def after(
    session: ReadSession, wanted: Wanted, place: tuple[int, int], limit: int, up_to: int = 2**62
) -> list[Event]:
    """In the order of the chain, after a (block, log index), up to a block."""
    return await _read(session, _AFTER, wanted.row(), place, limit, up_to=up_to)


async def before(session: ReadSession, wanted: Wanted, place: tuple[int, int], limit: int) -> list[Event]:
    """Newest first, before a (block, log index)."""
    return await _read(session, _BEFORE, wanted.row(), place, limit)


async def inbox(session: ReadSession, account: Address, place: tuple[int, int], limit: int) -> list[Event]:
    """What concerns an account, newest first."""
    return await _read(session, _INBOX, {"account": address_bytes(account)}, place, limit)


async def stands(session: ReadSession, block: int, log_index: int, head: bytes) -> bool:
    """Whether an event told before is still of the canonical chain."""
    row = {"block": block, "log_index": log_index, "head": head}
    return (await session.execute(_STANDS, row)).first() is not None


async def outcomes(
    session: ReadSession, account: Address, datasets: Sequence[bytes]
) -> dict[tuple[bytes, int], tuple[int, int]]:
    """(labels, counted ones) of an account by (dataset, epoch), for the epochs that are scored."""
    row = {"account": address_bytes(account), "datasets": list(datasets)}
    found = await session.execute(_OWN_OUTCOMES, row)
    return {(bytes(one.dataset), int(one.epoch)): (one.labels, one.counted) for one in found}


async def appeal_periods(session: ReadSession, datasets: Sequence[bytes]) -> dict[bytes, int]:
    """How long a final epoch can be appealed, in seconds, by dataset."""
    found = await session.execute(_TERMS, {"datasets": list(datasets)})
    return {bytes(one.dataset): Terms.decode(bytes(one.terms)).appeal_period for one in found}


async def ending(session: ReadSession, account: Address, around: int) -> list[Ending]:
    """The account's credentials that ended or end within `around` seconds, the first to end first."""
    row: dict[str, Any] = {"account": address_bytes(account), "around": around}
    found = (await session.execute(_ENDING, row)).all()
    if not found:
        return []
    works = [
        (bytes(one.dataset), Terms.decode(bytes(one.terms)).credential)
        for one in await session.execute(_WORKED_ON, row)
    ]
    return [
        Ending(
            bytes(one.credential),
            address_of(bytes(one.issuer)),
            int(one.expires_at),
            one.is_over,
            [dataset for dataset, credential in works if credential == bytes(one.credential)],
        )
        for one in found
    ]


async def _read(
    session: ReadSession,
    statement: TextClause,
    row: dict[str, Any],
    place: tuple[int, int],
    limit: int,
    **more: Any,
) -> list[Event]:
    parameters = row | {"block": place[0], "log_index": place[1], "limit": limit} | more
    return [
        Event(
            block=one.block_number,
            log_index=one.log_index,
            block_hash=bytes(one.block_hash),
            at=one.block_time,
            tx_hash=bytes(one.tx_hash),
            kind=one.kind,
            dataset=bytes(one.dataset) if one.dataset else None,
            account=address_of(bytes(one.account)) if one.account else None,
            data=one.data,
        )
        for one in await session.execute(statement, parameters)
    ]
