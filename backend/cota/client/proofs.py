"""Row -> receipt -> **proof** -> chain. What anyone can check of a label's promise, and its author after a
crash.

Promises: a receipt is shown as good only if it is for the row asked for, signed by the key that it names,
and that key was the coordinator's when it was given; an inclusion proof is computed up to the log root that
the chain holds (`checked_at` says "service" where no RPC URL let us ask the chain).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cota.chain.contracts import AnnotationLedger
from cota.client.contributor import ContributorCalls
from cota.client.labelling import read_label, receipt_record
from cota.client.receipts import check_promise
from cota.client.records import SignedReceipt, parse_bytes, take
from cota.client.refusals import Untrustworthy
from cota.commitments import log_tree
from cota.errors import NotFound, NotIndexedYet
from cota.units import Address, Hash32, parse_address, parse_hash32, to_hex


@dataclass(frozen=True, slots=True)
class Inclusion:
    """A row's place under a log root; `checked_at` names what vouches for the root."""

    checkpoint: int
    index: int
    log_root: Hash32
    block: int
    proof_length: int
    checked_at: str


class ProofCalls(ContributorCalls):
    """Receipts and inclusion proofs of any row, one's own or not."""

    def receipt(self, row_id: Hash32) -> SignedReceipt:
        """The checked receipt of a row. Raises NotFound, Untrustworthy."""
        answer = self.http.get(f"/v1/annotations/{to_hex(row_id)}/receipt")
        received = SignedReceipt.parse(answer)
        dataset = Hash32(received.receipt.dataset)
        check_promise(self.domain(dataset, "ledger"), received, dataset, row_id)
        return replace(received, checked_at=self._vouch(dataset, received))

    def inclusion(self, received: SignedReceipt) -> Inclusion | None:
        """The checked proof that a receipted row is logged; None while no checkpoint holds it."""
        row_id = received.receipt.row_id
        try:
            # Not waited for: a row may stay out of the log for as long as its receipt allows.
            path = f"/v1/annotations/{to_hex(row_id)}/inclusion"
            answer = self.http.call("GET", path, patience_s=0)
        except NotIndexedYet:
            return None
        root, start, stop, checked_at = self._root_of(Hash32(received.receipt.dataset), answer)
        index, proof = take(answer, "index", int), take(answer, "proof", list)
        if index != received.receipt.index:
            raise Untrustworthy(f"the row stands at index {index}, its receipt promises another")
        steps = [parse_bytes(step) for step in proof]
        if not log_tree.verify(root, row_id, index - start, stop - start, steps):
            raise Untrustworthy(f"the proof of row {to_hex(row_id)} does not lead to the log root")
        number, block = take(answer, "checkpoint", int), take(answer, "block", int)
        return Inclusion(number, index, root, block, len(steps), checked_at)

    def recover_receipts(self, dataset: Hash32) -> int:
        """Fetches the receipts that a crash kept from the backup; gives back how many there were."""
        found = 0
        for label in self._labels_without_receipt(dataset):
            try:
                answer = self.http.get(f"/v1/annotations/{to_hex(label.row_id)}/receipt")
            except NotFound:
                continue  # it never arrived: not delivered, not counted
            self._keep([receipt_record(self._accept(label, answer))])
            found += 1
        return found

    # --- inside

    def _labels_without_receipt(self, dataset: Hash32) -> list[Any]:
        labels: dict[str, Mapping[str, Any]] = {}
        receipted: set[str] = set()
        for record in self.backup.read() if self.backup else ():
            if record.get("dataset") != to_hex(dataset):
                continue
            if record.get("type") == "label":
                labels[record["row_id"]] = record
            elif record.get("type") == "receipt":
                receipted.add(record["row_id"])
        return [read_label(record) for row, record in labels.items() if row not in receipted]

    def _vouch(self, dataset: Hash32, received: SignedReceipt) -> str:
        """ "chain" or "service". Raises Untrustworthy when the key was not the coordinator's at that time."""
        if self.rpc_url is None:
            known, checked_at = received.key == self.status.receipt_key, "service"
        else:
            known, checked_at = self._promiser(dataset, received) is not None, "chain"
        if not known:
            raise Untrustworthy(f"the receipt is signed by {received.key}, which nobody registered")
        return checked_at

    def _promiser(self, dataset: Hash32, received: SignedReceipt) -> Address | None:
        """Whose key signed, at the end or at the start of the time in which it can have been signed."""
        terms, head = self.terms_of(dataset), self.node.head()
        ledger = AnnotationLedger(self.node.client, self.contract_of(dataset, "ledger"))
        latest = received.receipt.include_by
        for role in ("coordinator", "successor"):
            coordinator = take(terms, role, parse_address)
            for at in (latest, latest - take(terms, "receipt_period", int)):
                if self.node.run(ledger.is_receipt_key_valid(coordinator, received.key, at, head)):
                    return coordinator
        return None

    def _root_of(self, dataset: Hash32, answer: Mapping[str, Any]) -> tuple[Hash32, int, int, str]:
        """Log root, first row, end, and who said so."""
        if self.rpc_url is None:
            start, count = take(answer, "from_index", int), take(answer, "count", int)
            return take(answer, "log_root", parse_hash32), start, start + count, "service"
        ledger = AnnotationLedger(self.node.client, self.contract_of(dataset, "ledger"))
        number = take(answer, "checkpoint", int)
        made = self.node.run(ledger.checkpoint_of(dataset, number, self.node.head()))
        return made.log_root, made.start, made.end, "chain"
