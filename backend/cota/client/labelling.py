"""Lease and label -> **signed label** -> submission -> receipt. The forms that one label takes on its
way.

Promises: the salt is 32 fresh random bytes; the row id is computed here, from what was signed, and never
taken from an answer; what the backup holds is enough to prove the label without the service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eth_account.signers.local import LocalAccount

from cota.auth.signatures import sign_digest
from cota.auth.typed import Annotation, Domain, digest
from cota.client.agents import Agent
from cota.client.records import Lease, SignedLabel, SignedReceipt, parse_bytes, take
from cota.client.session import fresh_nonce, fresh_salt
from cota.commitments.hashes import label_commitment, label_hash
from cota.units import Address, parse_address, parse_amount, parse_hash32, to_hex


def sign_label(
    domain: Domain, lease: Lease, label: Any, signer: LocalAccount | Agent, deadline: int
) -> SignedLabel:
    """The signed statement of one label, by the wallet itself or by an agent key in its name."""
    salt = fresh_salt()
    agent = signer if isinstance(signer, Agent) else None
    annotation = Annotation(
        dataset=lease.dataset,
        item_ref=lease.item_ref,
        kind=lease.kind,
        label_commitment=label_commitment(label_hash(label), salt),
        lease=lease.id,
        account=_author(signer),
        nonce=fresh_nonce(),
        deadline=deadline,
    )
    key = signer.key if isinstance(signer, Agent) else signer
    signature = sign_digest(digest(domain, annotation), bytes(key.key))
    authorised = agent.digest if agent else None
    return SignedLabel(annotation, annotation.struct_hash(), label, salt, signature, authorised)


def submission(signed: SignedLabel) -> dict[str, Any]:
    """The body that the API takes."""
    body: dict[str, Any] = {
        "annotation": annotation_json(signed.annotation),
        "label": signed.label,
        "label_salt": to_hex(signed.label_salt),
        "signature": to_hex(signed.signature),
    }
    if signed.agent_digest is not None:
        body["agent_key_digest"] = to_hex(signed.agent_digest)
    return body


def annotation_json(annotation: Annotation) -> dict[str, Any]:
    """The statement without its dataset, which the address of the call names."""
    return {
        "item_ref": to_hex(annotation.item_ref),
        "kind": annotation.kind,
        "label_commitment": to_hex(annotation.label_commitment),
        "lease": to_hex(annotation.lease),
        "account": annotation.account,
        "nonce": str(annotation.nonce),
        "deadline": annotation.deadline,
    }


def label_record(signed: SignedLabel) -> dict[str, Any]:
    """What the backup keeps before the label is sent."""
    dataset = to_hex(signed.annotation.dataset)
    return {"type": "label", "dataset": dataset, "row_id": to_hex(signed.row_id), **submission(signed)}


def read_label(record: Mapping[str, Any]) -> SignedLabel:
    """What `label_record` wrote. Raises Untrustworthy for a record that was altered."""
    statement = take(record, "annotation", dict)
    annotation = Annotation(
        dataset=take(record, "dataset", parse_hash32),
        item_ref=take(statement, "item_ref", parse_hash32),
        kind=take(statement, "kind", int),
        label_commitment=take(statement, "label_commitment", parse_hash32),
        lease=take(statement, "lease", parse_hash32),
        account=take(statement, "account", parse_address),
        nonce=take(statement, "nonce", parse_amount),
        deadline=take(statement, "deadline", int),
    )
    agent = record.get("agent_key_digest")
    return SignedLabel(
        annotation,
        annotation.struct_hash(),
        record.get("label"),
        take(record, "label_salt", parse_hash32),
        take(record, "signature", parse_bytes),
        None if agent is None else parse_hash32(agent),
    )


def receipt_record(received: SignedReceipt) -> dict[str, Any]:
    """What the backup keeps when the receipt was accepted."""
    receipt = received.receipt
    return {
        "type": "receipt",
        "dataset": to_hex(receipt.dataset),
        "index": receipt.index,
        "row_id": to_hex(receipt.row_id),
        "include_by": receipt.include_by,
        "signature": to_hex(received.signature),
        "key": received.key,
        "checked_at": received.checked_at,
    }


def _author(signer: LocalAccount | Agent) -> Address:
    return signer.account if isinstance(signer, Agent) else parse_address(signer.address)
