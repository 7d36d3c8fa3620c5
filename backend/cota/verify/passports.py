"""Export and passport -> **checks without a network** -> report. And, with a node: is the passport true?

The anchors come from the passport instead of the chain; the checks are those of `labels`. Promises: what only a
node can judge (signatures of contract wallets) is reported as not checked; a passport of another file, or one
that the chain disagrees with, fails.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from cota.chain.blocking import BlockingNode
from cota.chain.contracts import AnnotationLedger, DatasetRegistry, LicenseMarket
from cota.chain.terms import Terms
from cota.errors import DomainError
from cota.formats.passport import LARGEST, Passport, read_passport
from cota.units import Address, BlockRef, Hash32, to_hex
from cota.verify import exports
from cota.verify.anchors import Anchors, Batch, Span
from cota.verify.labels import check_file, check_records
from cota.verify.licensed import Licensed
from cota.verify.report import Disagreement, NotChecked, Report, Tally
from cota.verify.signers import Signers, WalletsAt


def verify_offline(export: Path, passport: Path) -> Report:
    """Checks every record of an export with its passport alone. Raises Disagreement for files that are neither,
    OSError."""
    told = load_passport(passport)
    report = Report(
        told.network, told.chain_id, told.block_number, to_hex(told.block_hash), [to_hex(told.dataset)]
    )
    _check_file(report, export, told)
    sold = Licensed(exports.read(export), anchors_in(told))
    with report.check(
        "export.file", "the export is whole and of the licence that the passport names"
    ) as tally:
        check_file(tally, sold, told.chain_id)
    wallets = _Remembered(frozenset(told.contract_wallets))
    check_records(report, [sold], Signers(wallets))
    with report.check("wallets.contracts", "signatures of contract wallets are accepted by them"):
        if wallets.asked:
            raise NotChecked(f"{wallets.asked} signatures are of contract wallets: give --rpc")
        raise NotChecked("no signature is a contract wallet's")
    return report


def verify_passport(export: Path, passport: Path, rpc_urls: Sequence[str]) -> Report:
    """The same against a node: what the passport says must be what the chain says now, and contract wallets are
    asked. Raises Disagreement, WrongChain, ChainUnavailable."""
    told = load_passport(passport)
    with BlockingNode(rpc_urls, told.chain_id, told.genesis_hash) as node:
        block = node.head()
        report = Report(told.network, told.chain_id, block.number, to_hex(block.hash), [to_hex(told.dataset)])
        _check_file(report, export, told)
        with report.check("passport.chain", "what the passport says, the chain says") as tally:
            node.run(_compare(tally, node, told, block))
        sold = Licensed(exports.read(export), anchors_in(told))
        with report.check(
            "export.file", "the export is whole and of the licence that the passport names"
        ) as tally:
            check_file(tally, sold, told.chain_id)
        check_records(report, [sold], Signers(WalletsAt(node, block)))
    return report


async def _compare(tally: Tally, node: BlockingNode, told: Passport, block: BlockRef) -> None:
    registry = DatasetRegistry(node.client, told.registry)
    serving = await registry.version(await registry.version_of(told.dataset, block), block)
    terms = await registry.terms_of(told.dataset, block)
    tally.equal("terms", terms.hash(), Terms.decode(told.terms).hash())
    tally.equal("ledger", serving.ledger, told.ledger)
    tally.equal("market", serving.market, told.market)
    tally.equal("shares", await registry.shares_of(told.dataset, block), told.shares)
    market = LicenseMarket(node.client, told.market)
    sold = await market.license_of(told.license, block)
    tally.equal("dataset of the licence", bytes(sold.dataset), told.dataset)
    tally.equal("holder of the licence", await market.owner_of(told.license, block), told.holder)
    tally.equal("class of the licence", sold.class_, told.license_class)
    ledger = AnnotationLedger(node.client, told.ledger)
    for one in told.checkpoints:
        found = await ledger.checkpoint_of(told.dataset, one.number, block)
        where = f"checkpoint {one.number}"
        tally.equal(f"log root of {where}", bytes(found.log_root), one.log_root)
        tally.equal(f"rows of {where}", (found.start, found.end), (one.start, one.end))
        tally.equal(f"time of {where}", found.made_at, one.made_at)
    for batch in told.batches:
        found_batch = Batch(*await registry.read("batchOf", told.dataset, batch.number, block=block))
        expected = Batch(batch.items_root, batch.gold_root, batch.first_item, batch.count)
        tally.equal(f"batch {batch.number}", found_batch, expected)
    for key in told.receipt_keys:
        latest = max((one.made_at for one in told.checkpoints), default=block.timestamp)
        valid = [
            await ledger.is_receipt_key_valid(coordinator, key, at, block)
            for coordinator in (terms.coordinator, terms.successor)
            for at in (latest, block.timestamp)
        ]
        tally.true(f"receipt key {key}", any(valid), "a key that the coordinator registered", key)


def _check_file(report: Report, export: Path, told: Passport) -> None:
    with report.check("passport.file", "the passport is of this very file") as tally:
        with export.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").digest()
        tally.equal(f"size of {export.name}", told.export_bytes, export.stat().st_size)
        tally.equal(f"SHA-256 of {export.name}", told.export_sha256, digest)


def load_passport(path: Path) -> Passport:
    """Raises Disagreement for a file that is no passport or is not there, OSError."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        wanted = "the file that cota export writes beside the download, or the one that --passport names"
        raise Disagreement(f"passport {path.name}", wanted, "no such file") from None
    try:
        return read_passport(raw)
    except DomainError as error:
        raise Disagreement(f"passport {path.name}", "a licence passport", error.detail) from error


def anchors_in(passport: Passport) -> Anchors:
    """What the chain said, as the passport has it."""
    keys = frozenset(passport.receipt_keys)
    return Anchors(
        Hash32(passport.dataset),
        passport.ledger,
        Terms.decode(passport.terms),
        {one.number: Span(one.start, one.end, one.log_root, one.made_at) for one in passport.checkpoints},
        {
            one.number: Batch(one.items_root, one.gold_root, one.first_item, one.count)
            for one in passport.batches
        },
        frozenset({passport.license}),
        lambda key, _earliest, _latest: key in keys,
        {passport.license: [frozenset(passport.covered)]},
    )


class _Remembered:
    """Which accounts were contracts at the passport's block. Their answers are not known: they are counted."""

    def __init__(self, contracts: frozenset[Address]) -> None:
        self._contracts = contracts
        self.asked = 0

    def has_code(self, account: Address) -> bool:
        return account in self._contracts

    def accepts(self, _account: Address, _digest: bytes, _signature: bytes) -> bool:
        self.asked += 1
        return True
