"""Every SQL statement on annotations: service -> **queries** -> annotations, leases, log_heads.

Promises: a row takes its index, its lease and its place in one statement, so that indexes have no gaps and
are durable in their order; what may exist once (row id, account and item, account and nonce) is held by the
database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from cota.auth.typed import Annotation
from cota.store.session import ReadSession, WriteSession
from cota.units import Address, address_bytes, address_of


@dataclass(frozen=True, slots=True)
class Row:
    """A receipted row: what its receipt says."""

    dataset: bytes
    index: int
    row_id: bytes
    include_by: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class Context:
    """All that decides about one submission, as of one moment."""

    state: str | None
    membership: str | None
    item_id: int | None
    content: Any
    lease_account: Address | None
    lease_item: int | None
    lease_state: str | None
    lease_kind: int | None
    lease_expires_at: datetime | None
    prior: Row | None
    labelled: bool
    nonce_used: bool
    agent_revoked: bool
    qualified: bool = True
    """As of `datasets.queries.Standing`."""


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One's own row, whole. `outcome`: None until the epoch is scored, "" when the row counted, else the
    reason."""

    dataset: bytes
    place: int
    row_id: bytes
    item_ref: bytes
    kind: int
    label: Any
    label_salt: bytes | None
    label_commitment: bytes
    lease: bytes
    nonce: int
    deadline: int
    received_at: datetime
    include_by: int
    checkpoint: int | None
    outcome: str | None

    def receipted(self) -> Row:
        return Row(self.dataset, self.place, self.row_id, self.include_by, b"")


_CONTEXT = text(
    """
    SELECT d.state, m.state AS membership, i.id AS item_id,
           CASE WHEN CAST(:with_content AS boolean) THEN i.content END AS content,
           l.account AS lease_account, l.item_id AS lease_item, l.state AS lease_state,
           l.kind AS lease_kind, l.expires_at,
           p.index AS prior_index, p.include_by, p.signature,
           EXISTS (SELECT 1 FROM annotations a WHERE a.dataset = :dataset AND a.item_id = i.id
                   AND a.account = :account) AS labelled,
           EXISTS (SELECT 1 FROM annotations a WHERE a.account = :account AND a.nonce = :nonce) AS nonce_used,
           EXISTS (SELECT 1 FROM agent_keys k WHERE k.digest = CAST(:agent AS bytea)
                   AND k.revoked_at IS NOT NULL) AS agent_revoked
    FROM (SELECT 1) one
    LEFT JOIN mirror.datasets d ON d.dataset = :dataset
    LEFT JOIN mirror.memberships m ON m.dataset = :dataset AND m.account = :account
    LEFT JOIN items i ON i.dataset = :dataset AND i.item_ref = :item_ref
    LEFT JOIN leases l ON l.id = :lease
    LEFT JOIN annotations p ON p.row_id = :row_id
    """
)
_STORE = text(
    """
    WITH used AS (
        UPDATE leases SET state = 'used'
        WHERE id = :lease AND account = :account AND item_id = :item AND state = 'active' AND expires_at >= :now
        RETURNING id
    ), head AS (
        INSERT INTO log_heads (dataset, next_index) SELECT :dataset, 1 FROM used
        ON CONFLICT (dataset) DO UPDATE SET next_index = log_heads.next_index + 1
        RETURNING next_index - 1 AS index
    )
    INSERT INTO annotations (row_id, dataset, index, item_id, account, lease, kind, label, label_salt, label_commitment,
                             nonce, deadline, signature, agent_digest, verified_block, include_by, received_at)
    SELECT :row_id, :dataset, head.index, :item, :account, :lease, :kind, CAST(:label AS json), :label_salt,
           :label_commitment, :nonce, :deadline, :signature, CAST(:agent AS bytea), :verified_block, :include_by, :now
    FROM head RETURNING index
    """
)
_ROW = "SELECT dataset, index, row_id, include_by, signature FROM annotations"
_FIND = text(_ROW + " WHERE row_id = :row_id")
_INCLUSION = text(
    """
    SELECT a.dataset, a.index, a.row_id, c.checkpoint, c.from_index, c.to_index, c.log_root, c.block_number, c.tx_hash
    FROM annotations a
    LEFT JOIN mirror.checkpoints c ON c.dataset = a.dataset AND c.from_index <= a.index AND a.index < c.to_index
    WHERE a.row_id = :row_id
    """
)
_ROW_IDS = text(
    "SELECT index, row_id FROM annotations WHERE dataset = :dataset AND index >= :start AND index < :stop"
    " ORDER BY index"
)
# What an epoch's scoring said of all its rows is one large value, unpacked once an epoch and not once a row.
_OWN = text(
    """
    WITH own AS MATERIALIZED (
        SELECT a.dataset, a.index AS place, a.row_id, i.item_ref, a.kind, a.label, a.label_salt, a.label_commitment,
               a.lease, a.nonce, a.deadline, a.received_at, a.include_by, c.checkpoint
        FROM annotations a JOIN items i ON i.id = a.item_id
        LEFT JOIN mirror.checkpoints c ON c.dataset = a.dataset AND c.from_index <= a.index AND a.index < c.to_index
        WHERE a.account = :account AND (a.dataset, a.index) > (:dataset, :index)
        ORDER BY a.dataset, a.index LIMIT :limit
    ), scored AS MATERIALIZED (
        SELECT r.dataset, r.epoch, r.scores -> 'outcomes' AS outcomes
        FROM (SELECT DISTINCT dataset, checkpoint FROM own) e
        JOIN epoch_results r ON r.dataset = e.dataset AND r.epoch = e.checkpoint
    ), refused AS MATERIALIZED (
        SELECT s.dataset, s.epoch, o.key, o.value FROM scored s CROSS JOIN LATERAL jsonb_each_text(s.outcomes) o
    )
    SELECT own.*, CASE WHEN s.epoch IS NULL THEN NULL ELSE COALESCE(f.value, '') END AS outcome
    FROM own
    LEFT JOIN scored s ON s.dataset = own.dataset AND s.epoch = own.checkpoint
    LEFT JOIN refused f ON f.dataset = own.dataset AND f.epoch = own.checkpoint AND f.key = CAST(own.place AS text)
    ORDER BY own.dataset, own.place
    """
)


async def context(
    session: ReadSession,
    row_id: bytes,
    statement: Annotation,
    agent: bytes | None,
    *,
    with_content: bool = False,
) -> Context:
    """`with_content`: the item's content too, for labels that are checked beside it."""
    parameters = {
        "dataset": statement.dataset,
        "account": address_bytes(statement.account),
        "item_ref": statement.item_ref,
        "lease": statement.lease,
        "nonce": statement.nonce,
        "row_id": row_id,
        "agent": agent,
        "with_content": with_content,
    }
    row = (await session.execute(_CONTEXT, parameters)).one()
    prior = None
    if row.prior_index is not None:
        prior = Row(statement.dataset, row.prior_index, row_id, row.include_by, bytes(row.signature))
    return Context(
        state=row.state,
        membership=row.membership,
        item_id=row.item_id,
        content=row.content,
        lease_account=address_of(bytes(row.lease_account)) if row.lease_account else None,
        lease_item=row.lease_item,
        lease_state=row.lease_state,
        lease_kind=row.lease_kind,
        lease_expires_at=row.expires_at,
        prior=prior,
        labelled=row.labelled,
        nonce_used=row.nonce_used,
        agent_revoked=row.agent_revoked,
    )


async def store(session: WriteSession, row: dict[str, Any]) -> int | None:
    """Stores a row; returns its index, or None when the lease is no longer there to be used. Raises
    IntegrityError."""
    index: int | None = (await session.execute(_STORE, row)).scalar_one_or_none()
    return index


async def find(session: ReadSession, row_id: bytes) -> Row | None:
    row = (await session.execute(_FIND, {"row_id": row_id})).one_or_none()
    if row is None:
        return None
    return Row(bytes(row.dataset), row[1], bytes(row.row_id), row.include_by, bytes(row.signature))


async def inclusion(session: ReadSession, row_id: bytes) -> Any | None:
    """The row's place and the checkpoint that holds it (its members null before that)."""
    return (await session.execute(_INCLUSION, {"row_id": row_id})).one_or_none()


async def row_ids(session: ReadSession, dataset: bytes, start: int, stop: int) -> Sequence[tuple[int, bytes]]:
    """(index, row id) of the rows from `start` up to `stop`, in order; a void index is missing."""
    rows = await session.execute(_ROW_IDS, {"dataset": dataset, "start": start, "stop": stop})
    return [(row[0], bytes(row[1])) for row in rows]


async def own(
    session: ReadSession, account: Address, after: tuple[bytes, int], limit: int
) -> Sequence[OwnRow]:
    parameters = {"account": address_bytes(account), "dataset": after[0], "index": after[1], "limit": limit}
    return [_own(row) for row in await session.execute(_OWN, parameters)]


def _own(row: Any) -> OwnRow:
    return OwnRow(
        dataset=bytes(row.dataset),
        place=row.place,
        row_id=bytes(row.row_id),
        item_ref=bytes(row.item_ref),
        kind=row.kind,
        label=row.label,
        label_salt=None if row.label_salt is None else bytes(row.label_salt),
        label_commitment=bytes(row.label_commitment),
        lease=bytes(row.lease),
        nonce=int(row.nonce),
        deadline=int(row.deadline),
        received_at=row.received_at,
        include_by=row.include_by,
        checkpoint=None if row.checkpoint is None else int(row.checkpoint),
        outcome=row.outcome,
    )
