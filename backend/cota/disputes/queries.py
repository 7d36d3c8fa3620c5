"""Every SQL statement on appeals and refusals: service -> **queries** -> mirror views, annotations, items.

Promise: chain state is read from the mirror and never written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from cota.store.session import ReadSession
from cota.units import Address, address_bytes, address_of

_COURT = text(
    """
    SELECT v.court FROM mirror.datasets d
    JOIN mirror.dataset_registry_version_added v ON v.version = d.version WHERE d.dataset = :dataset
    """
)
_FINALIZED = text(
    "SELECT finalized_time FROM mirror.epochs WHERE dataset = :dataset AND epoch = :epoch AND state = 'finalized'"
)
_LABELS = text(
    """
    SELECT count(*) FROM annotations a
    JOIN mirror.checkpoints c ON c.dataset = a.dataset AND c.from_index <= a.index AND a.index < c.to_index
    WHERE a.dataset = :dataset AND a.account = :account AND c.checkpoint = :epoch
    """
)
_APPEAL = text(
    """
    SELECT p.case_id, p.state, p.units, p.has_penalty, p.evidence, k.bond, p.deadline, p.correction, p.missed, p.paid,
           p.block_number, p.tx_hash, r.round, r.state AS round_state, r.seats, r.commit_ends_at, r.reveal_ends_at,
           r.committed, r.revealed
    FROM mirror.appeals p
    JOIN mirror.cases k ON k.case_id = p.case_id AND k.block_number = p.block_number AND k.tx_hash = p.tx_hash
    LEFT JOIN LATERAL (
        SELECT * FROM mirror.dispute_rounds x WHERE x.arbiter = k.arbiter AND x.dispute_id = k.dispute_id
        ORDER BY x.round DESC LIMIT 1) r ON true
    WHERE p.dataset = :dataset AND p.epoch = :epoch AND p.account = :account
    ORDER BY p.block_number DESC LIMIT 1
    """
)
# What an epoch's scoring said of all its rows is one large value, unpacked once.
_REFUSED = text(
    """
    WITH scored AS MATERIALIZED (
        SELECT scores -> 'outcomes' AS outcomes FROM epoch_results WHERE dataset = :dataset AND epoch = :epoch
    ), refused AS MATERIALIZED (
        SELECT o.key, o.value FROM scored CROSS JOIN LATERAL jsonb_each_text(scored.outcomes) o
    )
    SELECT a.index AS row_index, a.row_id, a.label, a.label_salt, f.value AS reason,
           (SELECT count(*) FROM annotations o WHERE o.item_id = i.id AND o.index < c.to_index) AS answers,
           (SELECT count(*) FROM annotations o WHERE o.item_id = i.id AND o.index < c.to_index
                AND o.account = ANY(:proven)) AS proven_answers,
           b.batch, b.first_item + i.position AS item_index, i.position AS place, i.item_ref, i.gold_label, i.gold_salt,
           i.batch_id, b.items_root, b.gold_root, b.first_item
    FROM mirror.checkpoints c
    JOIN annotations a ON a.dataset = c.dataset AND c.from_index <= a.index AND a.index < c.to_index
    JOIN items i ON i.id = a.item_id
    JOIN batches_private p ON p.id = i.batch_id
    JOIN mirror.batches b ON b.dataset = p.dataset AND b.items_root = p.items_root AND b.gold_root = p.gold_root
         AND b.first_item = p.first_item
    LEFT JOIN refused f ON f.key = CAST(a.index AS text)
    WHERE c.dataset = :dataset AND c.checkpoint = :epoch AND a.account = :account AND a.index > :after
      AND (f.key IS NOT NULL OR (:with_gold AND i.gold_label IS NOT NULL))
    ORDER BY a.index LIMIT :limit
    """
)
_PROVEN = text(
    """
    SELECT line ->> 0 AS account FROM epoch_results r, jsonb_array_elements(r.scores -> 'skills') line
    WHERE r.dataset = :dataset AND r.epoch = :epoch AND CAST(line ->> 2 AS boolean)
    """
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that does not count, or (`reason` is null) bears on a penalty, with its item's gold."""

    index: int
    row_id: bytes
    item_ref: bytes
    label: Any
    label_salt: bytes | None
    reason: str | None
    answers: int
    proven_answers: int
    item: Any


async def court_of(session: ReadSession, dataset: bytes) -> Address:
    """The court that rules for a dataset; the zero address where none does."""
    return address_of(bytes((await session.execute(_COURT, {"dataset": dataset})).scalar_one()))


async def finalized_at(session: ReadSession, dataset: bytes, epoch: int) -> datetime | None:
    row = {"dataset": dataset, "epoch": epoch}
    found: datetime | None = (await session.execute(_FINALIZED, row)).scalar_one_or_none()
    return found


async def count_labels(session: ReadSession, dataset: bytes, epoch: int, account: Address) -> int:
    row = {"dataset": dataset, "epoch": epoch, "account": address_bytes(account)}
    return int((await session.execute(_LABELS, row)).scalar_one())


async def appeal_of(session: ReadSession, dataset: bytes, epoch: int, account: Address) -> Any | None:
    """The account's appeal of an epoch with its last panel, if it made one."""
    row = {"dataset": dataset, "epoch": epoch, "account": address_bytes(account)}
    return (await session.execute(_APPEAL, row)).one_or_none()


async def proven_in(session: ReadSession, dataset: bytes, epoch: int) -> list[bytes]:
    """The accounts whose votes decided an epoch."""
    found = await session.execute(_PROVEN, {"dataset": dataset, "epoch": epoch})
    return [address_bytes(one) for one in found.scalars()]


async def refused(
    session: ReadSession,
    dataset: bytes,
    epoch: int,
    account: Address,
    proven: Sequence[bytes],
    *,
    with_gold: bool,
    after: int,
    limit: int,
) -> list[Refused]:
    """The account's rows of an epoch that do not count, after an index; `with_gold`: those on gold items too."""
    row = {
        "dataset": dataset,
        "epoch": epoch,
        "account": address_bytes(account),
        "proven": list(proven),
        "with_gold": with_gold,
        "after": after,
        "limit": limit,
    }
    return [
        Refused(
            index=found.row_index,
            row_id=bytes(found.row_id),
            item_ref=bytes(found.item_ref),
            label=found.label,
            label_salt=None if found.label_salt is None else bytes(found.label_salt),
            reason=found.reason,
            answers=found.answers,
            proven_answers=found.proven_answers,
            item=found,
        )
        for found in await session.execute(_REFUSED, row)
    ]
