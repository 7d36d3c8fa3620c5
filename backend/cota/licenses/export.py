"""The licensed download: licence -> labels with proofs -> **JSON lines** -> licensee.

Order as in formats.export. Promises (P10, P11): every receipted row of the licensed epochs is there, counted
or not, with its signature, its receipt and a proof to the root on chain; every item of those rows with its
gold opening; all of it as of one moment of the database; memory stays bounded; a download that breaks off
lacks its last line and is recognised by it.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from cota.annotations import log
from cota.auth.typed import Domain
from cota.commitments.log_tree import LogTree
from cota.datasets.queries import Dataset
from cota.datasets.question import closed_classes
from cota.formats.export import Consensus, ExportLine, ExportWriter, Header, Item, Record, Void
from cota.http.coordinators import OtherCoordinator
from cota.http.services import Services
from cota.licenses import queries
from cota.licenses.batches import BatchTrees, batch_trees
from cota.licenses.queries import Epoch
from cota.licenses.records import item_of, record_of
from cota.scoring import version_of
from cota.store.session import ReadSession

VERSION = 1


class Export:
    """Makes one download. `pieces` yields it, some hundred lines at a time."""

    def __init__(self, services: Services, session: ReadSession, dataset: Dataset, license: int) -> None:
        if services.receipt_key is None:
            raise OtherCoordinator("this service has no receipt key")
        self._services = services
        self._session = session
        self._dataset = dataset
        self._license = license
        self._key = services.receipt_key
        self._domain = Domain(services.chain_id, dataset.ledger)
        self._writer = ExportWriter()

    async def pieces(self, epochs: Sequence[Epoch]) -> AsyncIterator[bytes]:
        yield self._writer.write(self._header(epochs))
        for epoch in epochs:
            async for piece in self._rows(epoch):
                yield piece
        async for piece in self._items(epochs):
            yield piece
        indexes = await queries.item_indexes(self._session, self._dataset.id)
        for epoch in epochs:
            found = await queries.consensus(self._session, self._dataset.id, epoch.number)
            decided = sorted((indexes[item], label) for item, label in found.items())
            yield await self._write(
                [self._see_consensus(Consensus(epoch.number, *entry)) for entry in decided]
            )
        yield self._writer.end()

    def _header(self, epochs: Sequence[Epoch]) -> Header:
        schema = self._dataset.schema
        return Header(
            version=VERSION,
            chain_id=self._services.chain_id,
            ledger=self._dataset.ledger,
            dataset=self._dataset.id,
            license=self._license,
            epochs=tuple(epoch.number for epoch in epochs),
            schema=schema,
            classes=closed_classes(schema) or (),
            rules=version_of(self._dataset.terms.rules_hash),
            units_per_label=self._dataset.terms.units_per_label,
            receipt_keys=(self._key.address,),
        )

    async def _rows(self, epoch: Epoch) -> AsyncIterator[bytes]:
        tree = await log.tree_of(self._services, self._dataset.id, epoch.start, epoch.end, epoch.log_root)
        following = epoch.start
        async for part in queries.rows(self._session, self._dataset.id, epoch):
            yield await asyncio.to_thread(self._write_rows, epoch, tree, part, following)
            following = part[-1].place + 1
        yield await self._write(_voids(epoch, tree, following, epoch.end))

    async def _items(self, epochs: Sequence[Epoch]) -> AsyncIterator[bytes]:
        trees: dict[int, BatchTrees] = {}
        async for part in queries.items(self._session, self._dataset.id, [epoch.number for epoch in epochs]):
            for row in part:
                if row.batch_id not in trees:
                    trees[row.batch_id] = await batch_trees(self._services, row)
            yield await self._write([self._see_item(item_of(row, trees[row.batch_id])) for row in part])

    def _write_rows(self, epoch: Epoch, tree: LogTree, part: Sequence[Any], following: int) -> bytes:
        lines: list[bytes] = []
        for row in part:
            lines += [self._writer.write(void) for void in _voids(epoch, tree, following, row.place)]
            proof = tuple(tree.prove(row.place - epoch.start))
            record = record_of(row, self._dataset.id, epoch.number, proof, self._domain, self._key)
            lines.append(self._writer.write(self._see_record(record)))
            following = row.place + 1
        return b"".join(lines)

    def _see_record(self, record: Record) -> Record:
        """The record as the reader may see it: a licensee all of it."""
        return record

    def _see_item(self, item: Item) -> Item:
        """The item as the reader may see it: a licensee all of it."""
        return item

    def _see_consensus(self, consensus: Consensus) -> Consensus:
        """What an item is, as the reader may see it: a licensee all of it."""
        return consensus

    async def _write(self, lines: Sequence[ExportLine]) -> bytes:
        return await asyncio.to_thread(lambda: b"".join(self._writer.write(line) for line in lines))


def _voids(epoch: Epoch, tree: LogTree, start: int, stop: int) -> list[Void]:
    return [Void(epoch.number, index, tuple(tree.prove(index - epoch.start))) for index in range(start, stop)]
