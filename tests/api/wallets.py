"""Keys that sign what people sign: statements, sign-in messages, labels."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from cota.auth import siwe
from cota.auth.signatures import address_of_secret, sign_digest
from cota.auth.typed import AgentKey, Annotation, Domain, Join, Leave, Message, digest
from cota.commitments import hashes
from cota.units import Address, to_hex


@dataclass(frozen=True)
class Wallet:
    """A key wallet, fresh unless told otherwise."""

    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @property
    def address(self) -> Address:
        return address_of_secret(self.secret)

    def sign(self, domain: Domain, message: Message) -> str:
        return to_hex(sign_digest(digest(domain, message), self.secret))

    def sign_text(self, text: str) -> str:
        return to_hex(sign_digest(siwe.text_digest(text), self.secret))


def nonce() -> int:
    return secrets.randbits(256)


def soon(seconds: int = 300) -> int:
    return int(time.time()) + seconds


def label_body(
    wallet: Wallet,
    domain: Domain,
    dataset: bytes,
    lease: dict[str, Any],
    label: Any,
    signer: Wallet | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """The body of a submission. `changes` are fields of the signed statement; `signer` signs in the wallet's place."""
    salt = secrets.token_bytes(32)
    values: dict[str, Any] = {
        "dataset": dataset,
        "item_ref": bytes.fromhex(lease["item"]["item_ref"][2:]),
        "kind": 0,
        "label_commitment": hashes.label_commitment(hashes.label_hash(label), salt),
        "lease": bytes.fromhex(lease["id"][2:]),
        "account": wallet.address,
        "nonce": nonce(),
        "deadline": soon(),
    }
    statement = Annotation(**{**values, **changes})
    return {
        "annotation": {
            "item_ref": to_hex(statement.item_ref),
            "kind": statement.kind,
            "label_commitment": to_hex(statement.label_commitment),
            "lease": to_hex(statement.lease),
            "account": statement.account,
            "nonce": str(statement.nonce),
            "deadline": statement.deadline,
        },
        "label": label,
        "label_salt": to_hex(salt),
        "signature": (signer or wallet).sign(domain, statement),
    }


def join_body(
    wallet: Wallet, domain: Domain, dataset: bytes, terms_hash: bytes, cap: int, **changes: Any
) -> dict[str, Any]:
    statement = Join(**{
        "dataset": dataset, "account": wallet.address, "terms_hash": terms_hash, "penalty_cap": cap, "nonce": nonce(),
        "deadline": soon(), **changes,
    })  # fmt: skip
    return {
        "account": statement.account,
        "terms_hash": to_hex(statement.terms_hash),
        "penalty_cap": str(statement.penalty_cap),
        "nonce": str(statement.nonce),
        "deadline": statement.deadline,
        "signature": wallet.sign(domain, statement),
        "consent": True,
    }


def leave_body(wallet: Wallet, domain: Domain, dataset: bytes) -> dict[str, Any]:
    statement = Leave(dataset, wallet.address, nonce(), soon())
    return {
        "account": statement.account,
        "nonce": str(statement.nonce),
        "deadline": statement.deadline,
        "signature": wallet.sign(domain, statement),
    }


def agent_body(
    wallet: Wallet, agent: Wallet, domain: Domain, dataset: bytes, **changes: Any
) -> dict[str, Any]:
    now = int(time.time())
    statement = AgentKey(**{
        "dataset": dataset, "account": wallet.address, "agent": agent.address, "not_before": now - 5,
        "not_after": now + 3600, **changes,
    })  # fmt: skip
    return {
        "dataset": to_hex(statement.dataset),
        "account": statement.account,
        "agent": statement.agent,
        "not_before": statement.not_before,
        "not_after": statement.not_after,
        "signature": wallet.sign(domain, statement),
    }
