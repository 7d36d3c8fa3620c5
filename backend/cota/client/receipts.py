"""Receipt from the API -> **checked receipt** -> contributor. What stands between "sent" and "delivered".

Promises: a receipt is accepted only if it names the dataset and row that were signed, was signed by the
key that it names, and that key is one that the dataset's coordinator registered on chain. Without an RPC
URL the chain cannot be asked: then the key must be the one that the service named before (`checked_at`
says "service", not "chain").
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from cota.auth.signatures import recover
from cota.auth.typed import Domain, digest
from cota.client.records import SignedLabel, SignedReceipt
from cota.client.refusals import Untrustworthy
from cota.errors import BadSignature
from cota.units import Address, to_hex

KeyCheck = Callable[[Address], bool]
"""Whether this key may sign receipts of the dataset's coordinator now."""


def check_promise(domain: Domain, receipt: SignedReceipt, dataset: bytes, row_id: bytes) -> None:
    """The receipt is for this row and signed by the key that it names. Raises `Untrustworthy`."""
    promised, row = receipt.receipt, to_hex(row_id)
    if promised.row_id != row_id or promised.dataset != dataset:
        raise Untrustworthy(f"the receipt for row {row} is for another row: not delivered")
    try:
        signer = recover(digest(domain, promised), receipt.signature)
    except BadSignature as error:
        raise Untrustworthy(f"the receipt for row {row} has no valid signature: not delivered") from error
    if signer != receipt.key:
        raise Untrustworthy(f"the receipt for row {row} is signed by {signer}, not by {receipt.key}")


class ReceiptChecker:
    """Checks the receipts of one dataset; a key found good is remembered."""

    def __init__(self, domain: Domain, key_check: KeyCheck, checked_at: str) -> None:
        self._domain = domain
        self._key_check = key_check
        self._checked_at = checked_at
        self._good: set[Address] = set()
        self._lock = threading.Lock()

    def accept(self, label: SignedLabel, receipt: SignedReceipt) -> SignedReceipt:
        """The receipt, marked with what vouched for its key. Raises `Untrustworthy`."""
        check_promise(self._domain, receipt, label.annotation.dataset, label.row_id)
        if not self._is_registered(receipt.key):
            row = to_hex(label.row_id)
            raise Untrustworthy(
                f"the receipt for row {row} is signed by {receipt.key}, which nobody registered"
            )
        return replace(receipt, checked_at=self._checked_at)

    def _is_registered(self, key: Address) -> bool:
        with self._lock:
            if key in self._good:
                return True
            good = self._key_check(key)
            if good:
                self._good.add(key)
            return good
