"""The coordinator's signed promise to log a row at an index: row -> index -> **receipt** -> checkpoint.

Signed only after the row is durable. Promises: a receipt names chain, ledger, dataset, index and row, so two
receipts of one index with different rows prove equivocation by themselves.
"""

from dataclasses import dataclass

from cota.auth.signatures import recover, sign_digest
from cota.auth.typed import Domain, Receipt, digest
from cota.errors import BadSignature
from cota.units import Address

__all__ = ["Receipt", "SignedReceipt", "equivocate", "sign", "signer", "verify"]


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A receipt with its signature (65 bytes)."""

    receipt: Receipt
    signature: bytes


def sign(domain: Domain, receipt: Receipt, secret: bytes) -> SignedReceipt:
    """Signs with the coordinator's receipt key, for the ledger's domain."""
    return SignedReceipt(receipt, sign_digest(digest(domain, receipt), secret))


def signer(domain: Domain, signed: SignedReceipt) -> Address:
    """The key that signed. Raises BadSignature."""
    return recover(digest(domain, signed.receipt), signed.signature)


def verify(domain: Domain, signed: SignedReceipt, key: Address) -> bool:
    """True when `key` signed this receipt."""
    try:
        return signer(domain, signed) == key
    except BadSignature:
        return False


def equivocate(domain: Domain, one: SignedReceipt, other: SignedReceipt) -> bool:
    """True when one key promised the same index of the same dataset to two rows."""
    a, b = one.receipt, other.receipt
    if (a.dataset, a.index) != (b.dataset, b.index) or a.row_id == b.row_id:
        return False
    try:
        return signer(domain, one) == signer(domain, other)
    except BadSignature:
        return False
