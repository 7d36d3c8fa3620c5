"""Receipts hold the coordinator to one row per index (P6)."""

from dataclasses import replace

import pytest

from cota.auth.signatures import address_of_secret
from cota.auth.typed import Domain, Receipt
from cota.commitments import receipts
from cota.commitments.words import keccak
from cota.units import address_of

SECRET, OTHER = b"\x01" * 32, b"\x02" * 32
DOMAIN = Domain(31337, address_of(b"\x11" * 20))
RECEIPT = Receipt(keccak(b"dataset"), 7, keccak(b"row"), 1_800_000_000)


def test_receipt_p6__signed__is_of_its_key_and_of_no_other() -> None:
    signed = receipts.sign(DOMAIN, RECEIPT, SECRET)
    assert receipts.verify(DOMAIN, signed, address_of_secret(SECRET))
    assert not receipts.verify(DOMAIN, signed, address_of_secret(OTHER))


@pytest.mark.parametrize(
    "changed",
    [
        replace(RECEIPT, index=8),
        replace(RECEIPT, row_id=keccak(b"other")),
        replace(RECEIPT, dataset=keccak(b"other")),
        replace(RECEIPT, include_by=1_800_000_001),
    ],
)
def test_receipt_p6__any_field_changed__is_not_what_was_signed(changed: Receipt) -> None:
    signed = replace(receipts.sign(DOMAIN, RECEIPT, SECRET), receipt=changed)
    assert not receipts.verify(DOMAIN, signed, address_of_secret(SECRET))


def test_receipt_p6__of_another_chain_or_ledger__is_not_valid_here() -> None:
    signed = receipts.sign(DOMAIN, RECEIPT, SECRET)
    for domain in (Domain(1, DOMAIN.verifying_contract), Domain(31337, address_of(b"\x12" * 20))):
        assert not receipts.verify(domain, signed, address_of_secret(SECRET))


def test_receipt_p6__two_rows_at_one_index__prove_equivocation() -> None:
    one = receipts.sign(DOMAIN, RECEIPT, SECRET)
    two = receipts.sign(DOMAIN, replace(RECEIPT, row_id=keccak(b"other"), include_by=5), SECRET)
    assert receipts.equivocate(DOMAIN, one, two)


def test_receipt_p6__same_row_other_index_or_other_key__is_no_equivocation() -> None:
    one = receipts.sign(DOMAIN, RECEIPT, SECRET)
    later = receipts.sign(DOMAIN, replace(RECEIPT, include_by=5), SECRET)
    elsewhere = receipts.sign(DOMAIN, replace(RECEIPT, index=8, row_id=keccak(b"other")), SECRET)
    foreign = receipts.sign(DOMAIN, replace(RECEIPT, row_id=keccak(b"other")), OTHER)
    forged = replace(foreign, signature=b"\x00" * 65)
    for other in (later, elsewhere, foreign, forged):
        assert not receipts.equivocate(DOMAIN, one, other)
