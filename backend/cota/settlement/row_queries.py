"""Every SQL statement on the log's rows: steps -> **row_queries** -> annotations, items, mirror views.

Promise: rows are read in the order of their indexes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from cota.store.session import ReadSession
from cota.units import Address, address_of


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
