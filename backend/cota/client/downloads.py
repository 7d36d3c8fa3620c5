"""Export from the API -> **file, whole or absent** -> checks against the chain.

Promises: bytes are written beside the target and moved over it once the last line says that nothing is
missing; what is checked is read from the chain at one block, not from the service that sent the file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from cota.chain.blocking import BlockingNode
from cota.chain.contracts import AnnotationLedger, DatasetRegistry, LicenseMarket, ProposalState
from cota.chain.terms import Terms
from cota.client.refusals import Untrustworthy
from cota.units import Address, BlockRef, Hash32, to_hex
from cota.verify import exports
from cota.verify.anchors import Anchors, Batch, Span
from cota.verify.labels import Licensed, check_file, check_records
from cota.verify.reading import gather
from cota.verify.report import Disagreement, Report
from cota.verify.signers import Signers, WalletsAt

_LAST_LINE = b'"type":"end"'


def save(chunks: Iterator[bytes], path: Path) -> Path:
    """Writes a download. Raises Untrustworthy when it was cut off; then no file is left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    tail = b""
    try:
        with beside.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
                tail = (tail + chunk)[-4096:]
            file.flush()
            os.fsync(file.fileno())
        if not tail.endswith(b"\n") or _LAST_LINE not in tail.rstrip(b"\n").rsplit(b"\n", 1)[-1]:
            raise Untrustworthy("the download was cut off: its last line is missing")
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def check_download(node: BlockingNode, chain_id: int, registry: Address, path: Path) -> Report:
    """Statements, signatures, receipts and proofs of all records at the newest block; none may be missing.

    Raises Untrustworthy for a file that is no export.
    """
    try:
        export = exports.read(path)
    except Disagreement as error:
        raise Untrustworthy(str(error)) from error
    block = node.head()
    anchors = node.run(_read_anchors(node, registry, export.header.dataset, export.header.license, block))
    sold = Licensed(export, anchors)
    report = Report("", chain_id, block.number, to_hex(block.hash), [to_hex(anchors.dataset)])
    with report.check("export.file", "the export is whole and of a licence on chain") as tally:
        check_file(tally, sold, chain_id)
    check_records(report, [sold], Signers(WalletsAt(node, block)))
    return report


async def _read_anchors(
    node: BlockingNode, registry_at: Address, dataset: bytes, license: int, block: BlockRef
) -> Anchors:
    client = node.client
    registry = DatasetRegistry(client, registry_at)
    version = await registry.version(await registry.version_of(dataset, block), block)
    ledger, market = AnnotationLedger(client, version.ledger), LicenseMarket(client, version.market)
    terms = await registry.terms_of(dataset, block)
    checkpoints = await ledger.checkpoint_count(dataset, block)
    spans = await gather([_span(ledger, dataset, number, block) for number in range(1, checkpoints + 1)])
    batches = await gather(
        [
            _batch(registry, dataset, number, block)
            for number in range(1, await registry.batch_count(dataset, block) + 1)
        ]
    )
    sold = await market.license_of(license, block)
    licenses = frozenset({license} if sold.dataset == dataset else ())
    return Anchors(
        Hash32(dataset),
        version.ledger,
        terms,
        dict(enumerate(spans, 1)),
        dict(enumerate(batches, 1)),
        licenses,
        _key_check(node, ledger, terms, block),
        {license: await _covered(ledger, dataset, checkpoints, sold.epochs, block)} if licenses else {},
    )


async def _covered(
    ledger: AnnotationLedger, dataset: bytes, checkpoints: int, count: int, block: BlockRef
) -> list[frozenset[int]]:
    """The epochs of a licence: as many as it was sold with, in the order in which they became final.

    Empty when the views cannot tell which: two became final in one second, and only one of them was in time.
    """
    proposals = await gather(
        [ledger.proposal_of(dataset, number, block) for number in range(1, checkpoints + 1)]
    )
    final = sorted(
        (found.finalized_at, number)
        for number, found in enumerate(proposals, 1)
        if found.state is ProposalState.FINALIZED
    )
    if 0 < count < len(final) and final[count - 1][0] == final[count][0]:
        return []
    return [frozenset(number for _, number in final[:count])]


async def _span(ledger: AnnotationLedger, dataset: bytes, number: int, block: BlockRef) -> Span:
    found = await ledger.checkpoint_of(dataset, number, block)
    return Span(found.start, found.end, found.log_root, found.made_at)


async def _batch(registry: DatasetRegistry, dataset: bytes, number: int, block: BlockRef) -> Batch:
    return Batch(*await registry.read("batchOf", dataset, number, block=block))


def _key_check(
    node: BlockingNode, ledger: AnnotationLedger, terms: Terms, block: BlockRef
) -> Callable[[Address, int, int], bool]:
    """Asks the chain once for each key and end of the interval; receipts of one hour share the answer."""
    known: dict[tuple[Address, int], bool] = {}

    def ask(key: Address, at: int) -> bool:
        if (key, at) not in known:
            known[key, at] = any(
                node.run(ledger.is_receipt_key_valid(coordinator, key, at, block))
                for coordinator in (terms.coordinator, terms.successor)
            )
        return known[key, at]

    return lambda key, earliest, latest: ask(key, latest) or ask(key, earliest)
