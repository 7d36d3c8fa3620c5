"""Export from the API -> **file, whole or absent** -> checks against the chain.

Promises: bytes are written to `<name>.part` and get their name once the last line says that nothing is missing;
a download that broke off is continued where it stopped, also by another process, and only if the service still
has the very same export; what is checked is read from the chain at one block, not from the service that sent
the file.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from cota.chain.blocking import BlockingNode
from cota.chain.contracts import AnnotationLedger, DatasetRegistry, LicenseMarket, ProposalState
from cota.chain.terms import Terms
from cota.client.passports import Checked
from cota.client.refusals import ClientError, Untrustworthy
from cota.client.transport import Streamed, Transport
from cota.units import Address, BlockRef, Hash32, to_hex
from cota.verify import exports
from cota.verify.anchors import Anchors, Batch, Span
from cota.verify.labels import check_file, check_records
from cota.verify.licensed import Licensed
from cota.verify.reading import gather
from cota.verify.report import Disagreement, Report
from cota.verify.signers import Signers, WalletsAt

_LAST_LINE = b'"type":"end"'


class Partial:
    """What is there of a download, beside the file that it will be. One process at a time may hold it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._tag = path.with_name(f"{path.name}.part.etag")

    def __enter__(self) -> Self:
        self._file = self._part.open("ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise ClientError(f"another process is downloading {self._path}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def size(self) -> int:
        return self._part.stat().st_size

    def headers(self) -> dict[str, str]:
        """What asks for the rest; nothing when there is no beginning whose export is known."""
        tag = self._tag.read_text() if self._tag.exists() else ""
        return {"Range": f"bytes={self.size}-", "If-Range": tag} if tag and self.size else {}

    def receive(self, answer: Streamed) -> None:
        """Takes the rest, or all of it anew when that is what the service sends. Raises Unreachable when it is
        cut off again; what came so far stays."""
        begins = f"bytes {self.size}-"
        if answer.status != 206 or not answer.headers.get("Content-Range", "").startswith(begins):
            self.discard()
        self._tag.write_text(answer.headers.get("ETag", ""))
        try:
            for chunk in answer.chunks:
                self._file.write(chunk)
        finally:
            self._file.flush()
            os.fsync(self._file.fileno())

    def discard(self) -> None:
        """Forgets the beginning: it is of another export."""
        self._file.truncate(0)
        self._tag.unlink(missing_ok=True)

    def is_whole(self) -> bool:
        """Whether the last line is an export's last line."""
        return is_whole(self._part)

    def finish(self) -> Path:
        """Gives the file its name."""
        os.replace(self._part, self._path)
        self._tag.unlink(missing_ok=True)
        return self._path


def is_whole(path: Path) -> bool:
    """Whether the last line is an export's last line."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4096))
        tail = file.read()
    return tail.endswith(b"\n") and _LAST_LINE in tail.rstrip(b"\n").rsplit(b"\n", 1)[-1]


def fetch_private(http: Transport, address: str, path: Path) -> Path:
    """The answer of a GET, streamed to `<name>.part` beside the file that it will be, for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    # Opened once the service answers: a refusal leaves nothing behind.
    with http.stream(address) as answer:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in answer.chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    return part


def check_download(node: BlockingNode, chain_id: int, registry: Address, path: Path) -> Report:
    """Statements, signatures, receipts and proofs of all records at the newest block; none may be missing.

    Raises Untrustworthy for a file that is no export.
    """
    return check_with(node, chain_id, registry, path)[0]


def check_with(node: BlockingNode, chain_id: int, registry: Address, path: Path) -> tuple[Report, Checked]:
    """The same, and what the export was checked against."""
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
    return report, Checked(export, anchors, block)


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
