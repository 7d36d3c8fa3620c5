"""A dataset of many labels, put into the database as it would lie there: every row signed by its author, every root
that of its tree. Only the chain never saw it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import text

from cota.auth.typed import Annotation
from cota.commitments import hashes
from cota.commitments.canonical import canonical
from cota.commitments.log_tree import LogTree
from cota.store import tables
from cota.store.session import WriteSession
from cota.units import address_bytes
from tests.api.wallets import Wallet
from tests.api.world import Dataset, World

SALT = bytes(32)
LABEL = "a"
DEADLINE = INCLUDE_BY = 1_800_000_000
PART = 5_000

T = TypeVar("T")

_BATCH = (
    "INSERT INTO batches_private (dataset, items_root, gold_root, first_item, count, uploaded_by)"
    " VALUES (:d, :i, :g, 0, :n, :a) RETURNING id"
)
_ITEM = (
    "INSERT INTO items (dataset, batch_id, position, index, content, item_hash, item_salt, item_ref, gold_salt,"
    " open_seats, open_reviews, draw_key) VALUES (:d, :b, :p, :p, CAST(:c AS json), :h, :s, :r, :s, 0, 0, :p)"
)
_ROW = (
    "INSERT INTO annotations (row_id, dataset, index, item_id, account, lease, kind, label, label_salt,"
    " label_commitment, nonce, deadline, signature, include_by)"
    " VALUES (:row, :d, :i, :item, :a, :z, 0, '\"a\"', :z, :c, :i, :by, :sig, :by)"
)


@dataclass(frozen=True)
class Large:
    """What the chain would say of it."""

    items: int
    rows: int
    items_root: bytes
    gold_root: bytes
    log_root: bytes


async def fill(world: World, dataset: Dataset, items: int, seats: int) -> Large:
    """`seats` labels for each of `items` items."""
    contents = [{"text": f"item {place} " * 10} for place in range(items)]
    refs = [hashes.item_ref(hashes.item_hash(content), SALT) for content in contents]
    signed = list(_sign(world, dataset, refs, [Wallet() for _ in range(seats)]))
    gold = [hashes.gold_leaf(place, None, SALT) for place in range(items)]
    trees = [LogTree(leaves).root for leaves in (refs, gold, [row["row"] for row in signed])]
    large = Large(items, len(signed), *trees)
    async with world.services.database.write() as session:
        await _events(session, dataset, large)
        values = {"d": dataset.id, "i": large.items_root, "g": large.gold_root, "n": items}
        told = await session.execute(text(_BATCH), values | {"a": address_bytes(dataset.shares)})
        batch = told.scalar_one()
        for part in _parts(range(items)):
            await session.execute(
                text(_ITEM),
                [
                    {"d": dataset.id, "b": batch, "p": place, "c": canonical(contents[place]).decode(),
                     "h": hashes.item_hash(contents[place]), "s": SALT, "r": refs[place]}
                    for place in part
                ],
            )  # fmt: skip
        query = text("SELECT id FROM items WHERE batch_id = :b ORDER BY position")
        ids = (await session.execute(query, {"b": batch})).scalars().all()
        for rows in _parts(signed):
            await session.execute(text(_ROW), [row | {"item": ids[row["i"] // seats]} for row in rows])
    return large


def _sign(
    world: World, dataset: Dataset, refs: Sequence[bytes], wallets: Sequence[Wallet]
) -> Iterator[dict[str, Any]]:
    """The rows in the order of their log: each item by each wallet."""
    commitment = hashes.label_commitment(hashes.label_hash(LABEL), SALT)
    for place, ref in enumerate(refs):
        for number, wallet in enumerate(wallets):
            index = place * len(wallets) + number
            statement = Annotation(dataset.id, ref, 0, commitment, SALT, wallet.address, index, DEADLINE)
            yield {
                "row": statement.struct_hash(),
                "d": dataset.id,
                "i": index,
                "a": address_bytes(wallet.address),
                "z": SALT,
                "c": commitment,
                "by": INCLUDE_BY,
                "sig": bytes.fromhex(wallet.sign(world.ledger, statement)[2:]),
            }


async def _events(session: WriteSession, dataset: Dataset, large: Large) -> None:
    """What the mirror would hold of batch and checkpoint."""
    chain = {
        "block_number": 1, "block_hash": secrets.token_bytes(32), "block_time": datetime.now(UTC),
        "tx_hash": bytes(32), "tx_index": 0, "emitter": dataset.shares, "dataset": dataset.id,
    }  # fmt: skip
    await session.execute(
        tables.event("DatasetRegistry", "BatchAdded").insert(),
        {**chain, "log_index": 0, "batch": 1, "items_root": large.items_root, "gold_root": large.gold_root,
         "first_item": 0, "count": large.items},
    )  # fmt: skip
    await session.execute(
        tables.event("AnnotationLedger", "Checkpointed").insert(),
        {**chain, "log_index": 1, "checkpoint": 1, "from": 0, "to": large.rows, "log_root": large.log_root,
         "data_hash": bytes(32)},
    )  # fmt: skip


def _parts(many: Sequence[T]) -> Iterator[Sequence[T]]:
    return (many[start : start + PART] for start in range(0, len(many), PART))
