"""What jurors and auditors read: a seat or an audit on chain -> **the rows in question** -> whoever judges (P10).

In the form of the licensed download, so that the verifier recomputes all of it and converters take it; its licence is
0, which is nobody's. Promises: jurors read all while their case is open; an auditor reads labels by item reference,
contents only of his sample, and where labels leak by themselves (texts, spans, regions) also labels only of his
sample, while what he audits is undecided; what is not for him is shown as erased; each read is noted before its first
byte leaves.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from cota.chain.contracts import AuditDesk
from cota.datasets.queries import Dataset
from cota.datasets.question import closed_classes, has_several
from cota.datasets.service import require_dataset
from cota.disputes import judging_queries
from cota.errors import ChainUnavailable, Forbidden, NotFound
from cota.formats.export import Consensus, Item, Record
from cota.formats.export_records import NO_LICENSE
from cota.http.coordinators import OtherCoordinator
from cota.http.services import Services
from cota.licenses.export import Export
from cota.licenses.queries import Epoch
from cota.store.session import ReadSession
from cota.units import Address


@dataclass(frozen=True, slots=True)
class Sight:
    """Log indexes of the rows whose labels, and whose items' contents, are shown; None: all."""

    labels: frozenset[int] | None = None
    contents: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """What somebody may read now."""

    dataset: Dataset
    epochs: list[Epoch]
    sight: Sight = field(default_factory=Sight)


class Judged(Export):
    """The download as far as its reader may see it."""

    def __init__(self, services: Services, session: ReadSession, dataset: Dataset, sight: Sight) -> None:
        super().__init__(services, session, dataset, NO_LICENSE)
        self._sight = sight
        self._shown: set[int] = set()

    def _see_record(self, record: Record) -> Record:
        sight = self._sight
        if sight.contents is None or record.index in sight.contents:
            self._shown.add(record.item_index)
        is_seen = sight.labels is None or record.index in sight.labels
        return record if is_seen else replace(record, label=None, label_salt=None)

    def _see_item(self, item: Item) -> Item:
        is_seen = self._sight.contents is None or item.item_index in self._shown
        return item if is_seen else replace(item, item=None, item_salt=None)

    def _see_consensus(self, consensus: Consensus) -> Consensus:
        # Where labels leak by themselves the consensus is one of them.
        return consensus if self._sight.labels is None else replace(consensus, label=None)


async def open_case(services: Services, dataset_id: bytes, case: int, wallet: Address) -> Copy:
    """What a juror of an open case reads: every row up to the epoch in question. Noted. Raises Forbidden, NotFound."""
    _require_key(services)
    async with services.database.write() as session:
        dataset = await require_dataset(session, dataset_id)
        found = await judging_queries.case_of(session, dataset_id, case, wallet)
        if found is None:
            raise NotFound(f"the dataset has no case {case} before a panel")
        if not found.is_seated:
            raise Forbidden("only who sits on a panel of the case reads its rows")
        if found.state != "open":
            raise Forbidden("the case is closed: its rows are not shown any more", state=found.state)
        await judging_queries.log_read(session, wallet, f"case {case}", dataset_id)
        return Copy(dataset, await judging_queries.epochs_until(session, dataset_id, int(found.epoch)))


async def open_audit(services: Services, dataset_id: bytes, audit: int, wallet: Address) -> Copy:
    """What the auditor reads who paid for it. Noted. Raises Forbidden, NotFound, ChainUnavailable."""
    _require_key(services)
    async with services.database.read() as session:
        found = await judging_queries.audit_of(session, dataset_id, audit)
    if found is None:
        raise NotFound(f"the dataset has no audit {audit}")
    if found.auditor != wallet:
        raise Forbidden("only who opened the audit reads its rows")
    if not found.is_undecided:
        raise Forbidden("the settlement is decided: its rows are not shown any more")
    sample = await _sample(services, found)
    async with services.database.write() as session:
        dataset = await require_dataset(session, dataset_id)
        await judging_queries.log_read(session, wallet, f"audit {audit}", dataset_id)
        epochs = await judging_queries.epochs_until(session, dataset_id, int(found.epoch))
    return Copy(dataset, epochs, Sight(None if _is_closed(dataset) else sample, sample))


async def pieces(services: Services, copy: Copy) -> AsyncIterator[bytes]:
    """The bytes of the copy."""
    async with services.long_read() as session:
        async for piece in Judged(services, session, copy.dataset, copy.sight).pieces(copy.epochs):
            yield piece


async def _sample(services: Services, audit: judging_queries.Audited) -> frozenset[int]:
    """The rows that the beacon drew; none before it did."""
    if audit.seed is None:
        return frozenset()
    desk = AuditDesk(services.node, audit.desk)
    found = await desk.sample_of(audit.number, "latest")
    if not found:
        raise ChainUnavailable("the node knows no sample of the audit yet", retry_after=2)
    return frozenset(found)


def _is_closed(dataset: Dataset) -> bool:
    """Labels of a few known values say nothing without their items."""
    schema = dataset.schema
    return schema is not None and (closed_classes(schema) is not None or has_several(schema))


def _require_key(services: Services) -> None:
    if services.receipt_key is None:
        raise OtherCoordinator("this service has no receipt key")
