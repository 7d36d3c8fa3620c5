"""What the terms let everybody see: a checkpoint and a later block's hash -> **drawn rows with proofs** -> api.

Promises (P10): the rows are the same for everybody and for ever, so that asking again shows nothing more; of
policy `labels` no content leaves, of policy `none` nothing at all; gold never does.
"""

from typing import Any

from cota.annotations import log
from cota.auth.typed import Domain
from cota.chain.terms import PreviewPolicy
from cota.datasets.queries import Dataset
from cota.errors import NotIndexedYet
from cota.formats.export_records import RECORD, VOID, Void
from cota.http.coordinators import OtherCoordinator
from cota.http.limits import CALLER
from cota.http.services import Services
from cota.insight import queries
from cota.insight.drawing import BEACON_DELAY, draw
from cota.insight.queries import Finalised
from cota.insight.schemas import PreviewAnswer
from cota.licenses import queries as licensed
from cota.licenses.batches import batch_trees
from cota.licenses.queries import Epoch
from cota.licenses.records import record_of
from cota.store.session import ReadSession
from cota.units import to_hex


async def preview_of(services: Services, session: ReadSession, dataset: Dataset) -> PreviewAnswer:
    """The preview of the newest finalised epoch; empty before there is one. Raises NotIndexedYet while the beacon's
    block is not final."""
    policy = dataset.terms.preview_policy
    newest = await queries.newest(session, dataset.id) if policy is not PreviewPolicy.NONE else None
    name: Any = policy.name.lower()
    if newest is None:
        return PreviewAnswer(dataset=dataset.id, policy=name)
    at = newest.block + BEACON_DELAY
    header = await services.node.block(at)
    if header is None or services.freshness.status_of(at) != "final":
        raise NotIndexedYet("the block that draws the preview is not final yet", retry_after=1)
    records, items = await _drawn(services, session, dataset, newest, header.hash)
    return PreviewAnswer(
        dataset=dataset.id,
        policy=name,
        epoch=newest.number,
        beacon_block=at,
        beacon=header.hash,
        first=newest.start,
        count=newest.end - newest.start,
        log_root=newest.log_root,
        records=records,
        items=items,
    )


async def _drawn(
    services: Services, session: ReadSession, dataset: Dataset, newest: Finalised, beacon: bytes
) -> tuple[list[Any], list[Any]]:
    key = services.receipt_key
    if key is None:
        raise OtherCoordinator("this service has no receipt key")
    span = newest.start, newest.end, newest.log_root
    tree = await log.tree_of(services, dataset.id, *span, CALLER.get())
    domain = Domain(services.chain_id, dataset.ledger)
    with_items = dataset.terms.preview_policy is PreviewPolicy.ITEMS
    records: list[Any] = []
    items: dict[int, Any] = {}
    for number in draw(dataset.id, newest.number, beacon, newest.end - newest.start):
        place = newest.start + number
        single = Epoch(newest.number, place, place + 1, newest.log_root)
        proof = tuple(tree.prove(number))
        rows = [row async for part in licensed.rows(session, dataset.id, single) for row in part]
        if not rows:
            records.append(VOID.write(Void(newest.number, place, proof)))
        for row in rows:
            records.append(RECORD.write(record_of(row, dataset.id, newest.number, proof, domain, key)))
            index = int(row.item_index)
            if with_items and index not in items:
                items[index] = await _item(services, session, dataset.id, index)
    return records, list(items.values())


async def _item(services: Services, session: ReadSession, dataset: bytes, index: int) -> Any:
    row = await licensed.item_at(session, dataset, index)
    trees = await batch_trees(services, row)
    return {
        "batch": row.batch,
        "item_index": index,
        "item": row.content,
        "item_salt": None if row.item_salt is None else to_hex(bytes(row.item_salt)),
        "item_ref": to_hex(bytes(row.item_ref)),
        "proof": [to_hex(step) for step in trees.items.prove(row.place)],
    }
