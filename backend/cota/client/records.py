"""API answer -> **record** -> caller. The answers that the client itself reasons about, typed; the rest
stays JSON.

Promises: amounts are int base units, 32-byte values bytes, addresses EIP-55; a field that is missing or
has another form raises `Untrustworthy` naming it, never a bare KeyError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, TypeVar

from cota.auth.typed import Annotation, Receipt
from cota.client.refusals import Untrustworthy
from cota.commitments.hashes import KIND_LABEL, KIND_REVIEW
from cota.units import Address, Hash32, parse_address, parse_amount, parse_hash32

T = TypeVar("T")


def take(answer: Mapping[str, Any], name: str, parse: Callable[[Any], T]) -> T:
    """One field of an answer, parsed; `Untrustworthy` when it is not there or not of this form."""
    try:
        return parse(answer[name])
    except KeyError:
        raise Untrustworthy(f"the answer has no field {name!r}") from None
    except (ValueError, TypeError) as error:
        raise Untrustworthy(f"the answer's field {name!r} cannot be read: {error}") from None


def optional(parse: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """The same, and null is None."""
    return lambda value: None if value is None else parse(value)


def parse_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def parse_bytes(text: str) -> bytes:
    if not text.startswith("0x"):
        raise ValueError("bytes are 0x and hex digits")
    return bytes.fromhex(text[2:])


@dataclass(frozen=True, slots=True)
class Currency:
    """The token that amounts are counted in."""

    address: Address
    symbol: str
    decimals: int

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        decimals = take(answer, "decimals", int)
        if not 0 <= decimals <= 255:
            raise Untrustworthy(f"no token has {decimals} decimals")
        return cls(take(answer, "address", parse_address), take(answer, "symbol", str), decimals)


@dataclass(frozen=True, slots=True)
class Status:
    """The deployment that an API serves."""

    network: str
    chain_id: int
    genesis_hash: Hash32
    contracts: Mapping[str, Address]
    payment_token: Address
    payment_symbol: str
    payment_decimals: int
    stake_token: Currency
    receipt_key: Address | None
    """The key that the service says it signs receipts with."""
    time: datetime
    """The server's clock when it answered."""

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        token = take(answer, "payment_token", dict)
        return cls(
            network=take(answer, "network", str),
            chain_id=take(answer, "chain_id", int),
            genesis_hash=take(answer, "genesis_hash", parse_hash32),
            contracts={name: parse_address(at) for name, at in take(answer, "contracts", dict).items()},
            payment_token=take(token, "address", parse_address),
            payment_symbol=take(token, "symbol", str),
            payment_decimals=take(token, "decimals", int),
            stake_token=Currency.parse(take(answer, "token", dict)),
            receipt_key=take(answer, "receipt_key", optional(parse_address)),
            time=take(answer, "time", parse_time),
        )


@dataclass(frozen=True, slots=True)
class Lease:
    """One item that is this account's to label until `expires_at`."""

    id: Hash32
    dataset: Hash32
    item_ref: Hash32
    content: Any
    expires_at: datetime
    kind: int = KIND_LABEL
    answers: tuple[Any, ...] = ()
    """Of a review: the different labels that the item has."""

    @classmethod
    def parse(cls, dataset: Hash32, answer: Mapping[str, Any]) -> Self:
        item = take(answer, "item", dict)
        return cls(
            id=take(answer, "id", parse_hash32),
            dataset=dataset,
            item_ref=take(item, "item_ref", parse_hash32),
            content=take(item, "content", lambda value: value),
            expires_at=take(answer, "expires_at", parse_time),
            kind=KIND_REVIEW if answer.get("kind") == "review" else KIND_LABEL,
            answers=tuple(answer.get("answers", ())),
        )


@dataclass(frozen=True, slots=True)
class SignedLabel:
    """A label with all that its author must keep: salt, statement and signature."""

    annotation: Annotation
    row_id: bytes
    label: Any
    label_salt: bytes
    signature: bytes
    agent_digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """The coordinator's promise as it arrived; `checked_at` names what vouches for its key."""

    receipt: Receipt
    signature: bytes
    key: Address
    checked_at: str = ""

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        receipt = Receipt(
            dataset=take(answer, "dataset", parse_hash32),
            index=take(answer, "index", int),
            row_id=take(answer, "row_id", parse_hash32),
            include_by=take(answer, "include_by", int),
        )
        return cls(receipt, take(answer, "signature", parse_bytes), take(answer, "key", parse_address))


@dataclass(frozen=True, slots=True)
class Sent:
    """A transaction that the relayer sent, or this client itself."""

    tx_hash: bytes
    block: int | None
    """None: not mined yet when the answer came."""

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        return cls(take(answer, "tx_hash", parse_hash32), take(answer, "block_number", optional(int)))


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim brought: share base units, and base units of the payment token, from sales and from bounties."""

    units: int
    revenue: int
    bounties: int
    tx_hashes: tuple[bytes, ...]
    block: int | None
    refusal: str | None
    """Why the contracts did not pay revenue or bounties, such as a contract wallet's missing consent."""

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        return cls(
            units=amount(answer, "units"),
            revenue=amount(answer, "revenue"),
            bounties=amount(answer, "bounties"),
            tx_hashes=tuple(parse_hash32(one) for one in take(answer, "tx_hashes", list)),
            block=take(answer, "block_number", optional(int)),
            refusal=take(answer, "refusal", optional(str)),
        )


def amount(answer: Mapping[str, Any], name: str) -> int:
    """A decimal string of base units."""
    return take(answer, name, parse_amount)
