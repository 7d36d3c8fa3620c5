"""Records of annotations -> **their JSON**. Receipts are signed here, from rows that are durable."""

from cota.annotations.queries import OwnRow, Row
from cota.annotations.schemas import OwnAnnotation, ReceiptAnswer
from cota.auth.typed import Domain
from cota.commitments import receipts
from cota.commitments.receipts import Receipt
from cota.http.coordinators import OtherCoordinator
from cota.http.services import Services
from cota.units import Address


def show_receipt(services: Services, ledger: Address, row: Row) -> ReceiptAnswer:
    """Signs. The signature is deterministic: the same row and key give the same bytes."""
    key = services.receipt_key
    if key is None:
        raise OtherCoordinator("this service has no receipt key")
    domain = Domain(services.chain_id, ledger)
    signed = receipts.sign(domain, Receipt(row.dataset, row.index, row.row_id, row.include_by), key.secret)
    return ReceiptAnswer(
        dataset=row.dataset,
        index=row.index,
        row_id=row.row_id,
        include_by=row.include_by,
        signature=signed.signature,
        key=key.address,
    )


def show_own(receipt: ReceiptAnswer, row: OwnRow) -> OwnAnnotation:
    return OwnAnnotation(
        dataset=row.dataset,
        index=row.place,
        row_id=row.row_id,
        item_ref=row.item_ref,
        kind=row.kind,
        label=row.label,
        label_salt=row.label_salt,
        label_commitment=row.label_commitment,
        lease=row.lease,
        nonce=str(row.nonce),
        deadline=row.deadline,
        received_at=row.received_at,
        receipt=receipt,
        checkpoint=row.checkpoint,
        outcome="waiting" if row.outcome is None else "not-counted" if row.outcome else "counted",
        reason=row.outcome or None,
    )
