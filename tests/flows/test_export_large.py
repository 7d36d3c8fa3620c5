"""B30: 200,000 annotations come out, are checked whole and converted in less than 512 MiB a process.

What is measured runs in processes of its own; the figures are left in var/bench/export.json.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cota.formats.passport import VERSION, Batched, Checkpointed, Passport, passport_of, write_passport
from cota.keys import local_key
from scripts.bench import record
from tests.api.world import DOLLAR, Dataset, World
from tests.flows.large import INCLUDE_BY, Large, fill

pytestmark = [pytest.mark.long, pytest.mark.timeout(3000), pytest.mark.asyncio(loop_scope="module")]

ITEMS, SEATS = 40_000, 5
LIMIT_MIB = 512
LICENSE = 5
OF_EVERY_ROW = (
    "records.complete", "records.content", "records.signatures", "receipts.signatures", "receipts.kept",
    "records.proofs",
)  # fmt: skip

EXPORT = """
import asyncio, sys
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
"""
CONVERT = """
import sys
from pathlib import Path
from cota.formats.outgoing import convert
made = convert(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
assert made.annotations == int(sys.argv[4]), made
"""
CHECK = """
import sys
from cota.cli import main
try:
    main(["verify", "export", sys.argv[1], "--json"])
except SystemExit as end:
    assert not end.code, end.code
"""
PEAK = """
import sys
sys.stderr.write(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


async def test_export__200_000_annotations__out_checked_and_converted_under_512_mib(
    world: World, tmp_path: Path
) -> None:
    schema = {"kind": "choice", "question": "?", "classes": ["a", "b", "c"]}
    dataset = await world.create_dataset(schema=schema)
    large = await fill(world, dataset, ITEMS, SEATS)
    out, count = tmp_path / "export.jsonl", str(ITEMS * SEATS)
    _, *figures = run(world, EXPORT, dataset.id.hex(), large.log_root.hex(), count, str(out))
    measured = {"export": figures}
    assert out.read_bytes()[-400:].count(b'"type":"end"') == 1
    passport_of(out).write_bytes(write_passport(await passport(world, dataset, large, out)))
    told, *measured["check"] = run(world, CHECK, str(out))
    compared = {one["name"]: one["compared"] for one in json.loads(told)["checks"] if one["outcome"] == "ok"}
    assert all(compared[name] >= large.rows for name in OF_EVERY_ROW)
    for form in ("parquet", "label-studio"):
        _, *measured[form] = run(world, CONVERT, str(out), form, str(tmp_path / form), count)
    shown = {name: {"seconds": seconds, "rss_mb": peak} for name, (seconds, peak) in measured.items()}
    record.write("export", {"annotations": large.rows, "bytes": out.stat().st_size, **shown}, runs=1)
    assert max(one["rss_mb"] for one in shown.values()) < LIMIT_MIB, shown


def run(world: World, code: str, *words: str) -> tuple[str, float, int]:
    """What a process of its own said, its seconds, and its highest resident memory in MiB."""
    environment = {**os.environ, **world.deployed.env, "DATABASE_URL": world.services.settings.database_url}
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code + PEAK, *words], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout, round(time.monotonic() - began, 1), int(done.stderr.split()[-1]) // 1024


async def passport(world: World, dataset: Dataset, large: Large, export: Path) -> Passport:
    """As a buyer's client would make it, had all of this gone over the chain."""
    raw, head = export.read_bytes(), await world.services.node.head()
    known = world.deployed.deployment
    return Passport(
        version=VERSION, network="local", chain_id=known.chain_id, genesis_hash=known.genesis_hash,
        block_number=head.number, block_hash=head.hash, block_time=head.timestamp,
        registry=known.address("DatasetRegistry"), ledger=known.address("AnnotationLedger"),
        market=known.address("LicenseMarket"), shares=dataset.shares, dataset=dataset.id,
        terms=dataset.terms.encode(), license=LICENSE, license_class=0, holder=world.buyer.address,
        price=DOLLAR, token=dataset.terms.payment_token, token_symbol="TUSD", token_decimals=6, bought_at=1,
        expires_at=0, covered=(1,), checkpoints=(Checkpointed(1, 0, large.rows, large.log_root, INCLUDE_BY - 1),),
        batches=(Batched(1, large.items_root, large.gold_root, 0, large.items),),
        receipt_keys=(local_key("receipt").address,), contract_wallets=(), records=large.rows, erased=0,
        export_bytes=len(raw), export_sha256=hashlib.sha256(raw).digest(),
    )  # fmt: skip
