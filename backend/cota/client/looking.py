"""Session -> **what a buyer looks at before paying** -> API and chain. Quality, preview, a test of her own.

Promises: a preview is drawn again here, with the block's hash from her own node, and every row of it proven
against the root on chain; the answers of a test are committed to before the service sees them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cota.chain.contracts import AnnotationLedger, DatasetRegistry
from cota.client.records import take
from cota.client.refusals import Untrustworthy
from cota.client.session import Session, fresh_salt
from cota.client.told import QualityTold
from cota.commitments import log_tree
from cota.commitments.canonical import canonical
from cota.commitments.hashes import VOID_ROW, item_hash, item_ref
from cota.commitments.words import keccak
from cota.errors import DomainError
from cota.formats.export_records import RECORD, VOID, Record, Void
from cota.insight.drawing import BEACON_DELAY, draw
from cota.units import Hash32, parse_hash32, to_hex
from cota.verify.anchors import Batch


@dataclass(frozen=True)
class Preview:
    """Rows that a block drew, each proven; `contents` by item reference, where the terms show them."""

    dataset: Hash32
    policy: str
    epoch: int | None
    beacon_block: int | None
    records: Sequence[Record]
    contents: Mapping[bytes, Any]


@dataclass(frozen=True)
class Agreement:
    """How often one's own answers equal what the scoring decided; the true rate is between low and high (95 %)."""

    right: int
    of: int
    rate: float
    low: float
    high: float


class LookingCalls(Session):
    """What anybody may see of a dataset. Previews need `rpc_url`, tests an account."""

    def quality(self, dataset: Hash32) -> QualityTold:
        """Agreement with gold and among annotators with intervals, holders' concentration, distinct payers."""
        return QualityTold(self.http.get(f"/v1/datasets/{to_hex(dataset)}/quality"))

    def preview(self, dataset: Hash32) -> Preview:
        """The rows that the terms let everybody see. Raises Untrustworthy unless they are the drawn ones."""
        told = self.http.get(f"/v1/datasets/{to_hex(dataset)}/preview")
        policy = take(told, "policy", str)
        if told.get("epoch") is None:
            return Preview(dataset, policy, None, None, (), {})
        lines = [_line(line) for line in take(told, "records", list)]
        epoch, at = take(told, "epoch", int), take(told, "beacon_block", int)
        self._check_draw(dataset, epoch, at, lines)
        records = [line for line in lines if isinstance(line, Record)]
        contents = {found[0]: found[1] for found in map(self._item_of(dataset), take(told, "items", list))}
        return Preview(dataset, policy, epoch, at, records, contents)

    def test(self, dataset: Hash32, answers: Mapping[Hash32, Any]) -> Agreement:
        """Compares at least 20 answers of one's own with what the scoring decided.

        `answers`: label by item reference or by the hash of the item's canonical content. Raises RateLimited.
        """
        self.require_session()
        listed = [{"item": to_hex(item), "label": label} for item, label in answers.items()]
        opening = {"answers": listed, "salt": to_hex(fresh_salt())}
        commitment = to_hex(keccak(canonical(opening)))
        begun = self.http.post(f"/v1/datasets/{to_hex(dataset)}/trials", {"commitment": commitment})
        told = self.http.post(f"/v1/trials/{take(begun, 'trial', str)}/opening", opening)
        return Agreement(
            take(told, "right", int),
            take(told, "of", int),
            take(told, "rate", float),
            take(told, "low", float),
            take(told, "high", float),
        )

    def _check_draw(self, dataset: Hash32, epoch: int, at: int, lines: Sequence[Record | Void]) -> None:
        ledger = AnnotationLedger(self.node.client, self.proven_contract_of(dataset, "ledger"))
        span = self.node.run(ledger.checkpoint_of(dataset, epoch, "latest"))
        beacon = self.node.run(self.node.client.block(at))
        made = self.node.run(self.node.client.block(at - BEACON_DELAY))
        if beacon is None or made is None or made.timestamp != span.made_at:
            raise Untrustworthy(f"block {at} is not the one after the checkpoint of epoch {epoch}")
        count = span.end - span.start
        expected = [span.start + number for number in draw(dataset, epoch, beacon.hash, count)]
        found = [line.index for line in lines]
        if found != expected:
            raise Untrustworthy(f"block {at} draws the rows {expected}, and the service shows {found}")
        for line in lines:
            row_id, problem = (line.row_id, line.problem()) if isinstance(line, Record) else (VOID_ROW, None)
            place = line.index - span.start
            if not log_tree.verify(span.log_root, row_id, place, count, line.proof):
                problem = "its proof does not lead to the root on chain"
            if problem is not None:
                raise Untrustworthy(f"row {line.index} of the preview: {problem}")

    def _item_of(self, dataset: Hash32) -> Any:
        registry = DatasetRegistry(self.node.client, self.registry)
        batches: dict[int, Batch] = {}

        def read(told: Mapping[str, Any]) -> tuple[bytes, Any]:
            number, index = take(told, "batch", int), take(told, "item_index", int)
            if number not in batches:
                batches[number] = Batch(
                    *self.node.run(registry.read("batchOf", dataset, number, block="latest"))
                )
            batch, ref = batches[number], take(told, "item_ref", parse_hash32)
            proof = [parse_hash32(step) for step in take(told, "proof", list)]
            place = index - batch.first_item
            if not log_tree.verify(batch.items_root, ref, place, batch.count, proof):
                raise Untrustworthy(f"item {index} of the preview is not under the items root on chain")
            salt = told.get("item_salt")
            if salt is not None and item_ref(item_hash(told.get("item")), parse_hash32(salt)) != ref:
                raise Untrustworthy(f"item {index} of the preview is not the one that was committed to")
            return ref, told.get("item")

        return read


def _line(told: Any) -> Record | Void:
    is_void = isinstance(told, dict) and told.get("type") == VOID.name
    try:
        return VOID.read(told) if is_void else RECORD.read(told)
    except DomainError as error:
        raise Untrustworthy(f"a row of the preview cannot be read: {error.detail}") from error
