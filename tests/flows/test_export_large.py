"""B30: 200,000 annotations come out, are read and converted in less than 512 MiB a process.

The rows are put into the database as they would lie there; what is measured runs in processes of its own.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from cota.commitments import hashes
from cota.commitments.canonical import canonical
from cota.commitments.log_tree import LogTree
from cota.store import tables
from cota.units import address_bytes
from tests.api.world import Dataset, World

pytestmark = [pytest.mark.long, pytest.mark.timeout(3000), pytest.mark.asyncio(loop_scope="module")]

ITEMS, SEATS = 40_000, 5
LIMIT_MIB = 512

EXPORT = """
import asyncio, sys
from pathlib import Path
from cota import settings
from cota.datasets.service import require_dataset
from cota.http.services import open_services
from cota.licenses import service
from cota.licenses.queries import Epoch, License

async def main(dataset, root, count, out):
    async with open_services(settings.load()) as services:
        async with services.database.read() as session:
            found = await require_dataset(session, dataset)
        people = found.publisher, found.publisher
        licence = License(5, dataset, *people, 0, 1, 1, bytes(32), 0, 1, bytes(32), None, (1, 0))
        with open(out, "wb") as file:
            async for piece in service.export(services, licence, found, [Epoch(1, 0, count, root)]):
                file.write(piece)

asyncio.run(main(bytes.fromhex(sys.argv[1]), bytes.fromhex(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
print(int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))) // 1024)
"""
CONVERT = """
import sys
from pathlib import Path
from cota.formats.outgoing import convert
made = convert(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
assert made.annotations == int(sys.argv[4]), made
print(int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))) // 1024)
"""


async def test_export__200_000_annotations__under_512_mib(world: World, tmp_path: Path) -> None:
    schema = {"kind": "choice", "question": "?", "classes": ["a", "b", "c"]}
    dataset = await world.create_dataset(schema=schema)
    root = await fill(world, dataset)
    out = tmp_path / "export.jsonl"
    count = ITEMS * SEATS
    peaks = {"export": peak(world, EXPORT, dataset.id.hex(), root.hex(), str(count), str(out))}
    assert out.read_bytes()[-400:].count(b'"type":"end"') == 1
    for form in ("parquet", "label-studio"):
        peaks[form] = peak(world, CONVERT, str(out), form, str(tmp_path / form), str(count))
    assert max(peaks.values()) < LIMIT_MIB, peaks


def peak(world: World, code: str, *words: str) -> int:
    """The highest resident memory, in MiB, of a process of its own."""
    environment = {**os.environ, **world.deployed.env, "DATABASE_URL": world.services.settings.database_url}
    done = subprocess.run(
        [sys.executable, "-c", code, *words], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return int(done.stdout.split()[-1])


async def fill(world: World, dataset: Dataset) -> bytes:
    """Items and their labels; the root of their log."""
    salt = bytes(32)
    items = []
    for place in range(ITEMS):
        content = {"text": f"item {place} " * 10}
        digest = hashes.item_hash(content)
        items.append((place, canonical(content).decode(), digest, hashes.item_ref(digest, salt)))
    items_root = LogTree([item[3] for item in items]).root
    gold_root = LogTree([hashes.gold_leaf(place, None, salt) for place in range(ITEMS)]).root
    rows = [secrets.token_bytes(32) for _ in range(ITEMS * SEATS)]
    log_root = LogTree(rows).root
    accounts = [secrets.token_bytes(20) for _ in range(SEATS)]
    chain = {
        "block_number": 1, "block_hash": secrets.token_bytes(32), "block_time": datetime.now(UTC),
        "tx_hash": bytes(32), "tx_index": 0, "emitter": dataset.shares, "dataset": dataset.id,
    }  # fmt: skip
    async with world.services.database.write() as session:
        batch = (
            await session.execute(
                text(
                    "INSERT INTO batches_private (dataset, items_root, gold_root, first_item, count, uploaded_by) "
                    "VALUES (:d, :i, :g, 0, :n, :a) RETURNING id"
                ),
                {
                    "d": dataset.id,
                    "i": items_root,
                    "g": gold_root,
                    "n": ITEMS,
                    "a": address_bytes(dataset.shares),
                },
            )
        ).scalar_one()
        await session.execute(
            tables.event("DatasetRegistry", "BatchAdded").insert(),
            {**chain, "log_index": 0, "batch": 1, "items_root": items_root, "gold_root": gold_root, "first_item": 0,
             "count": ITEMS},
        )  # fmt: skip
        await session.execute(
            tables.event("AnnotationLedger", "Checkpointed").insert(),
            {**chain, "log_index": 1, "checkpoint": 1, "from": 0, "to": len(rows), "log_root": log_root,
             "data_hash": bytes(32)},
        )  # fmt: skip
        for start in range(0, ITEMS, 5_000):
            await session.execute(
                text(
                    "INSERT INTO items (dataset, batch_id, position, index, content, item_hash, item_salt, item_ref, "
                    "gold_salt, open_seats, open_reviews, draw_key) VALUES (:d, :b, :p, :p, CAST(:c AS json), :h, :s, "
                    ":r, :s, 0, 0, :p)"
                ),
                [
                    {"d": dataset.id, "b": batch, "p": p, "c": c, "h": h, "s": salt, "r": r}
                    for p, c, h, r in items[start : start + 5_000]
                ],
            )
        ids = (
            (
                await session.execute(
                    text("SELECT id FROM items WHERE batch_id = :b ORDER BY position"), {"b": batch}
                )
            )
            .scalars()
            .all()
        )
        for start in range(0, len(rows), 5_000):
            await session.execute(
                text(
                    "INSERT INTO annotations (row_id, dataset, index, item_id, account, lease, kind, label, "
                    "label_salt, label_commitment, nonce, deadline, signature, include_by) "
                    "VALUES (:row, :d, :i, :item, :a, :z, 0, "
                    "'\"a\"', :z, :z, :i, 1800000000, :sig, 1800000000)"
                ),
                [
                    {"row": rows[i], "d": dataset.id, "i": i, "item": ids[i // SEATS], "a": accounts[i % SEATS],
                     "z": salt, "sig": bytes(65)}
                    for i in range(start, min(start + 5_000, len(rows)))
                ],
            )  # fmt: skip
    return log_root
