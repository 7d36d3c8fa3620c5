"""Session -> **contributor's calls** -> API. Joining, leasing, labelling, being paid: all by signature,
without gas.

Promises: salt and statement are in the backup before a label leaves the machine; a receipt is accepted
only if it names exactly the row that was signed and is signed by a key that the dataset's coordinator
registered; a label without an accepted receipt counts as not delivered, and the caller is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cota.auth.typed import Join, Leave
from cota.chain.contracts import AnnotationLedger
from cota.client.agents import AgentCalls
from cota.client.backup import Backup
from cota.client.labelling import label_record, receipt_record, sign_label, submission
from cota.client.receipts import KeyCheck, ReceiptChecker
from cota.client.records import Claimed, Lease, Sent, SignedLabel, SignedReceipt, amount, take
from cota.client.refusals import Untrustworthy, refusal
from cota.client.session import SIGNED_FOR_S, fresh_nonce
from cota.client.told import OwnRow
from cota.commitments.words import keccak
from cota.errors import DomainError
from cota.units import Address, Hash32, parse_address, parse_hash32, to_hex


class ContributorCalls(AgentCalls):
    """What an annotator does. Set `backup` to keep labels, salts and receipts on her own disk."""

    def __init__(self, *args: Any, backup: Backup | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.backup = backup
        self._checkers: dict[Hash32, ReceiptChecker] = {}

    # --- membership

    def consent(self) -> str:
        """The text that joining agrees to. Raises Untrustworthy if it is not the one whose hash is kept."""
        answer = self.http.get("/v1/consent")
        text = take(answer, "text", str)
        if keccak(text.encode()) != take(answer, "text_hash", parse_hash32):
            raise Untrustworthy("the text of the consent is not the one that its hash names")
        return text

    def join(self, dataset: Hash32, *, penalty_cap: int | None = None) -> Sent:
        """Joins through the relayer, which pays the gas and posts the stake; consents to what becomes public.

        `penalty_cap`: the most that may be lost, in base units of COTA; the terms' own cap unless given.
        """
        cap = amount(self.terms_of(dataset), "penalty_cap")
        cap = cap if penalty_cap is None else penalty_cap
        terms_hash = self.terms_hash_of(dataset)
        message = Join(dataset, self.address, terms_hash, cap, fresh_nonce(), self.deadline())
        body = self._relayed(
            message.nonce, message.deadline, self.sign(self.domain(dataset, "vault"), message)
        )
        body |= {"terms_hash": to_hex(terms_hash), "penalty_cap": str(cap), "consent": True}
        return Sent.parse(self.http.post(f"/v1/datasets/{to_hex(dataset)}/join", body))

    def leave(self, dataset: Hash32) -> Sent:
        """Starts to leave through the relayer; the stake is released once her work is settled."""
        message = Leave(dataset, self.address, fresh_nonce(), self.deadline())
        body = self._relayed(
            message.nonce, message.deadline, self.sign(self.domain(dataset, "vault"), message)
        )
        return Sent.parse(self.http.post(f"/v1/datasets/{to_hex(dataset)}/leave", body))

    # --- work

    def leases(self) -> list[Lease]:
        """What is leased to her now, of all datasets."""
        self.require_session()
        found = take(self.http.get("/v1/leases"), "leases", list)
        return [Lease.parse(take(one, "dataset", parse_hash32), one) for one in found]

    def lease(self, dataset: Hash32, count: int = 1) -> list[Lease]:
        """Up to `count` (at most 50) items to label. Raises `NoTask` when there is none for her."""
        return self._lease(dataset, count, "label")

    def lease_reviews(self, dataset: Hash32, count: int = 1) -> list[Lease]:
        """As `lease`: items whose labels are all there and differ, for a second look."""
        return self._lease(dataset, count, "review")

    def _lease(self, dataset: Hash32, count: int, kind: str) -> list[Lease]:
        self.require_session()
        answer = self.http.post(f"/v1/datasets/{to_hex(dataset)}/leases", {"count": count, "kind": kind})
        return [Lease.parse(dataset, one) for one in take(answer, "leases", list)]

    def release(self, lease: Lease) -> None:
        """Gives an item back: no penalty."""
        self.require_session()
        self.http.delete(f"/v1/leases/{to_hex(lease.id)}")

    def skip(self, lease: Lease, reason: str, note: str = "") -> None:
        """Gives an item back for good. `reason`: unclear, too-hard, not-my-field; or, told to the publisher,
        broken, offensive, personal-data, illegal."""
        self.require_session()
        self.http.post(f"/v1/leases/{to_hex(lease.id)}/skip", {"reason": reason, "note": note})

    def heartbeat(self, lease: Lease) -> None:
        """Keeps an item longer while she still works on it."""
        self.require_session()
        self.http.post(f"/v1/leases/{to_hex(lease.id)}/heartbeat")

    def annotate(self, lease: Lease, label: Any) -> SignedReceipt:
        """Signs and submits one label; gives back its checked receipt."""
        signed = self._sign(lease, label)
        self._keep([label_record(signed)])
        path = f"/v1/datasets/{to_hex(lease.dataset)}/annotations"
        answer = self.http.post(path, submission(signed))
        received = self._accept(signed, take(answer, "receipt", dict))
        self._keep([receipt_record(received)])
        return received

    def annotate_many(self, work: Sequence[tuple[Lease, Any]]) -> list[SignedReceipt | DomainError]:
        """As `annotate` for up to 50 labels of one dataset at once.

        Per label, in order: its checked receipt, or why it was refused.
        """
        if not work:
            return []
        signed = [self._sign(lease, label) for lease, label in work]
        self._keep([label_record(one) for one in signed])
        path = f"/v1/datasets/{to_hex(work[0][0].dataset)}/annotations/batch"
        answer = self.http.post(path, {"annotations": [submission(one) for one in signed]})
        results = take(answer, "results", list)
        if len(results) != len(signed):
            raise Untrustworthy(f"{len(signed)} labels were sent and {len(results)} answers came")
        outcomes = [self._outcome(one, result) for one, result in zip(signed, results, strict=True)]
        self._keep([receipt_record(one) for one in outcomes if isinstance(one, SignedReceipt)])
        return outcomes

    def my_annotations(self) -> Iterator[OwnRow]:
        """Her own labels with salts and receipts, and the reasons once their epoch is closed."""
        self.require_session()
        return map(OwnRow, self.pages("/v1/accounts/me/annotations"))

    # --- money

    def claim(self, dataset: Hash32) -> Claimed:
        """Shares of every finalised epoch, then the revenue, sent by the relayer to her alone."""
        path = f"/v1/datasets/{to_hex(dataset)}/claims"
        return Claimed.parse(self.http.post(path, {"account": self.address}))

    def receipt_keys(self, dataset: Hash32) -> tuple[KeyCheck, str]:
        """How a receipt's key is checked, and what vouches for it: the chain, or the service's own word."""
        if self.rpc_url is None:
            told = self.status.receipt_key
            return (lambda key: key == told), "service"
        coordinator = take(self.terms_of(dataset), "coordinator", parse_address)
        ledger = AnnotationLedger(self.node.client, self.contract_of(dataset, "ledger"))

        def is_registered(key: Address) -> bool:
            head = self.node.head()
            return self.node.run(ledger.is_receipt_key_valid(coordinator, key, head.timestamp, head))

        return is_registered, "chain"

    # --- inside

    def deadline(self) -> int:
        return self.now() + SIGNED_FOR_S

    def _relayed(self, nonce: int, deadline: int, signature: bytes) -> dict[str, Any]:
        self.require_session()
        return {
            "account": self.address,
            "nonce": str(nonce),
            "deadline": deadline,
            "signature": to_hex(signature),
        }

    def _sign(self, lease: Lease, label: Any) -> SignedLabel:
        signer = self._agents.get(lease.dataset) or self.account
        return sign_label(self.domain(lease.dataset, "ledger"), lease, label, signer, self.deadline())

    def _outcome(self, signed: SignedLabel, result: Mapping[str, Any]) -> SignedReceipt | DomainError:
        if result.get("receipt"):
            return self._accept(signed, result["receipt"])
        problem = take(result, "problem", dict)
        return refusal(int(problem.get("status", 400)), problem)

    def _accept(self, signed: SignedLabel, receipt: Mapping[str, Any]) -> SignedReceipt:
        dataset = Hash32(signed.annotation.dataset)
        if dataset not in self._checkers:
            key_check, checked_at = self.receipt_keys(dataset)
            self._checkers[dataset] = ReceiptChecker(self.domain(dataset, "ledger"), key_check, checked_at)
        return self._checkers[dataset].accept(signed, SignedReceipt.parse(receipt))

    def _keep(self, records: list[dict[str, Any]]) -> None:
        if self.backup is not None and records:
            self.backup.append(records)
