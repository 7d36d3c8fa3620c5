"""Every SQL statement on checkpoints, epochs and claims: service, jobs -> **queries** -> mirror views,
annotations.

Promises: chain state is read from the mirror and never written; the log is read in the order of its indexes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from cota.store.session import ReadSession, WriteSession
from cota.units import Address, address_bytes, address_of


@dataclass(frozen=True, slots=True)
class EpochRow:
    """A checkpoint, and how far its settlement is: checkpointed, proposed, disputed, rejected,
    finalized."""

    epoch: int
    start: int
    end: int
    log_root: bytes
    data_hash: bytes
    block: int
    block_time: datetime
    tx_hash: bytes
    state: str
    attempt: int | None
    settlement_root: bytes | None
    total_units: int | None
    leaf_count: int | None
    file_hash: bytes | None
    proposer: Address | None
    window_ends_at: int | None
    finalized_block: int | None
    content_key: str | None


@dataclass(frozen=True, slots=True)
class LogRow:
    """A receipted row as scoring and files need it."""

    index: int
    row_id: bytes
    account: Address
    signature: bytes
    agent_digest: bytes | None
    item_ref: bytes
    label: Any


@dataclass(frozen=True, slots=True)
class Demanded:
    """A row that somebody demands to be shown, and the checkpoint that holds its index, if any does yet."""

    index: int
    row_id: bytes
    coordinator: Address
    faults: Address
    answer_by: int
    checkpoint: int | None
    start: int
    end: int
    log_root: bytes


@dataclass(frozen=True, slots=True)
class Backlog:
    """What decides whether a checkpoint is due."""

    next_index: int
    logged: int
    checkpoints: int
    oldest_include_by: int | None
    open_items: bool
    active_leases: bool


_EPOCH = """
    SELECT c.checkpoint, c.from_index, c.to_index, c.log_root, c.data_hash, c.block_number, c.block_time, c.tx_hash,
           COALESCE(e.state, 'checkpointed') AS state, e.attempt, e.settlement_root, e.total_units, e.leaf_count,
           e.file_hash, e.proposer, e.window_ends_at, e.finalized_block, f.content_key
    FROM mirror.checkpoints c
    LEFT JOIN mirror.epochs e ON e.dataset = c.dataset AND e.epoch = c.checkpoint
    LEFT JOIN epoch_files f ON f.dataset = c.dataset AND f.epoch = c.checkpoint
    WHERE c.dataset = :dataset
"""
_EPOCHS = text(_EPOCH + " AND c.checkpoint > :after ORDER BY c.checkpoint LIMIT :limit")
_FIND = text(_EPOCH + " AND c.checkpoint = :epoch")
_UNFINISHED = text(_EPOCH + " AND COALESCE(e.state, '') <> 'finalized' ORDER BY c.checkpoint")
_BACKLOG = text(
    """
    SELECT COALESCE((SELECT next_index FROM log_heads WHERE dataset = :dataset), 0) AS next_index,
           COALESCE((SELECT max(to_index) FROM mirror.checkpoints WHERE dataset = :dataset), 0) AS logged,
           (SELECT count(*) FROM mirror.checkpoints WHERE dataset = :dataset) AS checkpoints,
           (SELECT min(include_by) FROM annotations a WHERE a.dataset = :dataset AND a.index >=
               COALESCE((SELECT max(to_index) FROM mirror.checkpoints WHERE dataset = :dataset), 0)) AS oldest,
           EXISTS (SELECT 1 FROM items i
               WHERE i.dataset = :dataset AND i.open_seats > 0 AND NOT i.erased) AS open_items,
           EXISTS (SELECT 1 FROM leases l WHERE l.dataset = :dataset AND l.state = 'active') AS active_leases
    """
)
_ROWS = text(
    """
    SELECT a.index AS place, a.row_id, a.account, a.signature, a.agent_digest, i.item_ref, a.label
    FROM annotations a JOIN items i ON i.id = a.item_id
    WHERE a.dataset = :dataset AND a.index >= :start AND a.index < :stop ORDER BY a.index
    """
)
_AGENTS = text(
    """
    SELECT k.digest, k.dataset, k.account, k.agent, k.not_before, k.not_after, k.signature FROM agent_keys k
    WHERE k.digest IN (SELECT a.agent_digest FROM annotations a
                       WHERE a.dataset = :dataset AND a.index >= :start AND a.index < :stop)
    """
)
_GOLD = text(
    """
    SELECT DISTINCT ON (i.item_ref) i.item_ref, i.gold_label FROM annotations a JOIN items i ON i.id = a.item_id
    WHERE a.dataset = :dataset AND a.index >= :start AND a.index < :stop AND i.gold_label IS NOT NULL
    """
)
_SAVE_FILE = text(
    """
    INSERT INTO epoch_files (dataset, epoch, file_hash, content_key, rows_key)
    VALUES (:dataset, :epoch, :file_hash, :content_key, :rows_key)
    ON CONFLICT (dataset, epoch) DO UPDATE
    SET file_hash = excluded.file_hash, content_key = excluded.content_key, rows_key = excluded.rows_key
    """
)
_SAVE_RESULT = text(
    """
    INSERT INTO epoch_results (dataset, epoch, scores) VALUES (:dataset, :epoch, CAST(:scores AS jsonb))
    ON CONFLICT (dataset, epoch) DO UPDATE SET scores = excluded.scores
    """
)
_RESULT = text("SELECT scores FROM epoch_results WHERE dataset = :dataset AND epoch = :epoch")
_STANDING = text(
    """
    SELECT (SELECT count(*) FROM annotations a WHERE a.dataset = :dataset AND a.account = :account AND a.index >=
               COALESCE((SELECT min(c.from_index) FROM mirror.checkpoints c WHERE c.dataset = :dataset AND
                   c.checkpoint > (SELECT max(l.checkpoint) - :back FROM mirror.checkpoints l
                                   WHERE l.dataset = :dataset)), 0)) AS labels,
           last.epoch, last.line
    FROM (SELECT 1) one LEFT JOIN LATERAL (
        SELECT r.epoch, line FROM epoch_results r, jsonb_array_elements(r.scores -> 'skills') line
        WHERE r.dataset = :dataset AND line ->> 0 = :name ORDER BY r.epoch DESC LIMIT 1) last ON true
    """
)
_COORDINATED = text(
    """
    SELECT d.dataset, d.terms, s.successor FROM mirror.datasets d
    LEFT JOIN mirror.successions s ON s.dataset = d.dataset
    WHERE EXISTS (SELECT 1 FROM log_heads h WHERE h.dataset = d.dataset)
       OR EXISTS (SELECT 1 FROM mirror.checkpoints c WHERE c.dataset = d.dataset)
    """
)
_DEMANDS = text(
    """
    SELECT d."index" AS place, d.row_id, d.coordinator, d.answer_by, v.faults,
           c.checkpoint, c.from_index, c.to_index, c.log_root
    FROM mirror.demands d
    JOIN mirror.datasets s ON s.dataset = d.dataset
    JOIN mirror.dataset_registry_version_added v ON v.version = s.version
    LEFT JOIN mirror.checkpoints c
      ON c.dataset = d.dataset AND c.from_index <= d."index" AND d."index" < c.to_index
    WHERE d.dataset = :dataset AND d.state = 'open' AND d.answer_by >= :now
    ORDER BY d.answer_by, d."index"
    """
)
_UNCLAIMED = text(
    """
    SELECT e.epoch, e.finalized_block FROM mirror.epochs e
    WHERE e.dataset = :dataset AND e.state = 'finalized'
      AND NOT EXISTS (SELECT 1 FROM mirror.share_claims c
                      WHERE c.dataset = e.dataset AND c.epoch = e.epoch AND c.account = :account)
    ORDER BY e.epoch
    """
)

_EPOCH_ACC = text(
    "SELECT acc FROM mirror.dataset_shares_epoch_opened WHERE dataset = :dataset AND epoch = :epoch"
)


async def epochs(session: ReadSession, dataset: bytes, after: int, limit: int) -> Sequence[EpochRow]:
    rows = await session.execute(_EPOCHS, {"dataset": dataset, "after": after, "limit": limit})
    return [_epoch(row) for row in rows]


async def find(session: ReadSession, dataset: bytes, epoch: int) -> EpochRow | None:
    row = (await session.execute(_FIND, {"dataset": dataset, "epoch": epoch})).one_or_none()
    return _epoch(row) if row else None


async def unfinished(session: ReadSession, dataset: bytes) -> Sequence[EpochRow]:
    """Checkpoints that are not finalised, in order."""
    return [_epoch(row) for row in await session.execute(_UNFINISHED, {"dataset": dataset})]


async def unclaimed(session: ReadSession, dataset: bytes, account: Address) -> list[int]:
    """Finalised epochs of which the account has claimed nothing. It may have no leaf in some."""
    rows = await session.execute(_UNCLAIMED, {"dataset": dataset, "account": address_bytes(account)})
    return [int(row.epoch) for row in rows]


async def backlog(session: ReadSession, dataset: bytes) -> Backlog:
    row = (await session.execute(_BACKLOG, {"dataset": dataset})).one()
    return Backlog(
        next_index=int(row.next_index),
        logged=int(row.logged),
        checkpoints=int(row.checkpoints),
        oldest_include_by=row.oldest,
        open_items=row.open_items,
        active_leases=row.active_leases,
    )


async def rows(session: ReadSession, dataset: bytes, start: int, stop: int) -> list[LogRow]:
    """The receipted rows of indexes [start, stop), in order; a void index has none."""
    found = await session.execute(_ROWS, {"dataset": dataset, "start": start, "stop": stop})
    return [
        LogRow(
            row.place,
            bytes(row.row_id),
            address_of(bytes(row.account)),
            bytes(row.signature),
            bytes(row.agent_digest) if row.agent_digest else None,
            bytes(row.item_ref),
            row.label,
        )
        for row in found
    ]


async def agents(session: ReadSession, dataset: bytes, start: int, stop: int) -> Sequence[Any]:
    """The agent keys that signed rows of [start, stop)."""
    return (await session.execute(_AGENTS, {"dataset": dataset, "start": start, "stop": stop})).all()


async def gold(session: ReadSession, dataset: bytes, start: int, stop: int) -> dict[bytes, Any]:
    """Gold labels of the items labelled in [start, stop), by item reference."""
    found = await session.execute(_GOLD, {"dataset": dataset, "start": start, "stop": stop})
    return {bytes(row.item_ref): row.gold_label for row in found}


async def save_file(
    session: WriteSession, dataset: bytes, epoch: int, file_hash: bytes, content_key: str, rows_key: str
) -> None:
    row = {
        "dataset": dataset,
        "epoch": epoch,
        "file_hash": file_hash,
        "content_key": content_key,
        "rows_key": rows_key,
    }
    await session.execute(_SAVE_FILE, row)


async def save_result(session: WriteSession, dataset: bytes, epoch: int, scores: dict[str, Any]) -> None:
    await session.execute(_SAVE_RESULT, {"dataset": dataset, "epoch": epoch, "scores": json.dumps(scores)})


async def result(session: ReadSession, dataset: bytes, epoch: int) -> dict[str, Any] | None:
    """What `save_result` stored."""
    row = {"dataset": dataset, "epoch": epoch}
    found: dict[str, Any] | None = (await session.execute(_RESULT, row)).scalar_one_or_none()
    return found


async def standing(
    session: ReadSession, dataset: bytes, account: Address, epochs_back: int
) -> tuple[int, int | None, Any]:
    """(labels of the last `epochs_back` checkpoints and since, last epoch with a skill line of hers, that line)."""
    row = {"dataset": dataset, "account": address_bytes(account), "name": str(account), "back": epochs_back}
    found = (await session.execute(_STANDING, row)).one()
    return int(found.labels), found.epoch, found.line


async def with_log(session: ReadSession) -> Sequence[tuple[bytes, bytes, Address | None]]:
    """(dataset, terms, successor if it took over) of every dataset that has rows or checkpoints."""
    return [
        (
            bytes(row.dataset),
            bytes(row.terms),
            address_of(bytes(row.successor)) if row.successor is not None else None,
        )
        for row in await session.execute(_COORDINATED)
    ]


async def open_demands(session: ReadSession, dataset: bytes, now: int) -> list[Demanded]:
    """What can still be answered, the most urgent first."""
    return [
        Demanded(
            index=int(row.place),
            row_id=bytes(row.row_id),
            coordinator=address_of(bytes(row.coordinator)),
            faults=address_of(bytes(row.faults)),
            answer_by=int(row.answer_by),
            checkpoint=None if row.checkpoint is None else int(row.checkpoint),
            start=int(row.from_index or 0),
            end=int(row.to_index or 0),
            log_root=bytes(row.log_root or b""),
        )
        for row in await session.execute(_DEMANDS, {"dataset": dataset, "now": now})
    ]


def _epoch(row: Any) -> EpochRow:
    return EpochRow(
        epoch=int(row.checkpoint),
        start=int(row.from_index),
        end=int(row.to_index),
        log_root=bytes(row.log_root),
        data_hash=bytes(row.data_hash),
        block=row.block_number,
        block_time=row.block_time,
        tx_hash=bytes(row.tx_hash),
        state=row.state,
        attempt=row.attempt,
        settlement_root=bytes(row.settlement_root) if row.settlement_root else None,
        total_units=None if row.total_units is None else int(row.total_units),
        leaf_count=row.leaf_count,
        file_hash=bytes(row.file_hash) if row.file_hash else None,
        proposer=address_of(bytes(row.proposer)) if row.proposer else None,
        window_ends_at=None if row.window_ends_at is None else int(row.window_ends_at),
        finalized_block=row.finalized_block,
        content_key=row.content_key,
    )


async def epoch_acc(session: ReadSession, dataset: bytes, epoch: int) -> int:
    """The pool's accumulator when the epoch's shares were minted."""
    row = {"dataset": dataset, "epoch": epoch}
    return int((await session.execute(_EPOCH_ACC, row)).scalar_one())
