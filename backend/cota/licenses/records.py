"""Database rows -> **records of an export**. Receipts are signed again: signatures are deterministic."""

from typing import Any

from cota.auth.typed import AgentKey, Annotation, Domain
from cota.commitments import receipts
from cota.commitments.receipts import Receipt
from cota.formats.export import Gold, Item, Record, RowReceipt, SignedAgentKey
from cota.http.services import ReceiptKey
from cota.licenses.batches import BatchTrees
from cota.units import Address, address_of


def record_of(
    row: Any, dataset: bytes, epoch: int, proof: tuple[bytes, ...], domain: Domain, key: ReceiptKey
) -> Record:
    account = address_of(bytes(row.account))
    statement = Annotation(
        dataset=dataset,
        item_ref=bytes(row.item_ref),
        kind=row.kind,
        label_commitment=bytes(row.label_commitment),
        lease=bytes(row.lease),
        account=account,
        nonce=int(row.nonce),
        deadline=int(row.deadline),
    )
    row_id = bytes(row.row_id)
    signed = receipts.sign(domain, Receipt(dataset, row.place, row_id, row.include_by), key.secret)
    return Record(
        epoch=epoch,
        index=row.place,
        annotation=statement,
        row_id=row_id,
        signature=bytes(row.signature),
        agent_key=_agent_of(row, dataset, account),
        label=row.label,
        label_salt=bytes(row.label_salt) if row.label_salt else None,
        item_index=int(row.item_index),
        receipt=RowReceipt(row.include_by, signed.signature, key.address),
        proof=proof,
    )


def item_of(row: Any, trees: BatchTrees) -> Item:
    return Item(
        batch=row.batch,
        item_index=int(row.item_index),
        item=row.content,
        item_hash=bytes(row.item_hash),
        item_salt=bytes(row.item_salt) if row.item_salt else None,
        item_ref=bytes(row.item_ref),
        proof=tuple(trees.items.prove(row.place)),
        gold=Gold(row.gold_label, bytes(row.gold_salt), tuple(trees.gold.prove(row.place))),
    )


def _agent_of(row: Any, dataset: bytes, account: Address) -> SignedAgentKey | None:
    if row.agent is None:
        return None
    key = AgentKey(dataset, account, address_of(bytes(row.agent)), int(row.not_before), int(row.not_after))
    return SignedAgentKey(key, bytes(row.agent_signature))
