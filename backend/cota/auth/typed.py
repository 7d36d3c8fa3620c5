"""The statements that wallets and servers sign (EIP-712): fields -> **struct hash** -> **digest** -> signer.

Types and domain are constants here; nothing of them is ever taken from a request, and the domain always
has its four fields. Times are Unix seconds. Promises: digests equal those of the contracts and of every
wallet (tests/vectors/typed_data.json). The struct hash of an Annotation is its row id: a row's identity is
never its signature bytes.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any, ClassVar, NamedTuple, TypeVar

from cota.auth.signatures import normalize_signature, recover, sign_digest
from cota.commitments.words import (
    UINT8_MAX,
    UINT64_MAX,
    UINT128_MAX,
    hash_words,
    keccak,
    word_address,
    word_bytes32,
    word_uint,
)
from cota.errors import BadRequest
from cota.units import Address, address_of, parse_address, parse_amount, parse_hash32, to_hex

__all__ = [
    "AgentKey", "Annotation", "Domain", "Join", "Leave", "Receipt", "Message", "digest", "digest_of",
    "members", "normalize_signature", "parse_message", "recover", "sign_digest", "message_json", "to_eip712_json",
]  # fmt: skip

NAME = "Cota"
VERSION = "1"
_DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
_DOMAIN_TYPE_HASH = keccak(_DOMAIN_TYPE.encode())
_CAPITAL = re.compile("([A-Z])")
_UINT_MAX = {"uint8": UINT8_MAX, "uint64": UINT64_MAX, "uint128": UINT128_MAX, "uint256": 2**256 - 1}


@dataclass(frozen=True, slots=True)
class Domain:
    """The chain and the contract that a statement is made for."""

    chain_id: int
    verifying_contract: Address

    def separator(self) -> bytes:
        """The domain's struct hash."""
        return _separator(self.chain_id, self.verifying_contract)


@lru_cache(maxsize=64)
def _separator(chain_id: int, contract: str) -> bytes:
    names = keccak(NAME.encode()), keccak(VERSION.encode())
    return hash_words(_DOMAIN_TYPE_HASH, *names, word_uint(chain_id), word_address(contract))


@dataclass(frozen=True, slots=True)
class Message:
    """Something to sign. A subclass gives its Solidity `TYPE`; its fields are that type's, in snake case."""

    TYPE: ClassVar[str]

    def struct_hash(self) -> bytes:
        """keccak256(type hash || a word per field). Raises BadRequest for a value that does not fit."""
        start, writers = _writers(self.TYPE)
        return keccak(start + b"".join([word(getattr(self, field)) for field, word in writers]))


@dataclass(frozen=True, slots=True)
class Annotation(Message):
    """One label, hidden behind its commitment. Verified by the ledger; its struct hash is the row id."""

    TYPE = (
        "Annotation(bytes32 dataset,bytes32 itemRef,uint8 kind,bytes32 labelCommitment,"
        "bytes32 lease,address account,uint256 nonce,uint64 deadline)"
    )
    dataset: bytes
    item_ref: bytes
    kind: int
    label_commitment: bytes
    lease: bytes
    account: Address
    nonce: int
    deadline: int


@dataclass(frozen=True, slots=True)
class AgentKey(Message):
    """A wallet lets `agent` sign its annotations of a dataset between two times. Ledger's domain."""

    TYPE = "AgentKey(bytes32 dataset,address account,address agent,uint64 notBefore,uint64 notAfter)"
    dataset: bytes
    account: Address
    agent: Address
    not_before: int
    not_after: int

    @classmethod
    def of_row(cls, row: Any) -> "AgentKey":
        """From a row of `agent_keys`."""
        return cls(
            dataset=bytes(row.dataset),
            account=address_of(bytes(row.account)),
            agent=address_of(bytes(row.agent)),
            not_before=int(row.not_before),
            not_after=int(row.not_after),
        )


@dataclass(frozen=True, slots=True)
class Receipt(Message):
    """The coordinator's promise that a row will stand at `index` by `include_by`. Ledger's domain."""

    TYPE = "Receipt(bytes32 dataset,uint64 index,bytes32 rowId,uint64 includeBy)"
    dataset: bytes
    index: int
    row_id: bytes
    include_by: int


@dataclass(frozen=True, slots=True)
class Join(Message):
    """A wallet joins a dataset and lets at most `penalty_cap` of its stake be lost. Vault's domain."""

    TYPE = (
        "Join(bytes32 dataset,address account,bytes32 termsHash,uint128 penaltyCap,"
        "uint256 nonce,uint64 deadline)"
    )
    dataset: bytes
    account: Address
    terms_hash: bytes
    penalty_cap: int
    nonce: int
    deadline: int


@dataclass(frozen=True, slots=True)
class Leave(Message):
    """A wallet leaves a dataset. Vault's domain."""

    TYPE = "Leave(bytes32 dataset,address account,uint256 nonce,uint64 deadline)"
    dataset: bytes
    account: Address
    nonce: int
    deadline: int


class Member(NamedTuple):
    """One field of a statement: its Python name, its Solidity name and type."""

    field: str
    name: str
    kind: str


@cache
def _members(type_text: str) -> tuple[Member, ...]:
    inside = type_text[type_text.index("(") + 1 : -1]
    pairs = [part.split(" ") for part in inside.split(",")]
    return tuple(Member(_CAPITAL.sub(r"_\1", name).lower(), name, kind) for kind, name in pairs)


def members(kind: type[Message]) -> tuple[Member, ...]:
    """A statement's fields, in the order of its class."""
    return _members(kind.TYPE)


@cache
def _writers(type_text: str) -> tuple[bytes, tuple[tuple[str, Callable[[Any], bytes]], ...]]:
    """The hash of a type's text, and how each field becomes a word."""
    writers = tuple((member.field, _word_of(member.kind)) for member in _members(type_text))
    return keccak(type_text.encode()), writers


def _word_of(kind: str) -> Callable[[Any], bytes]:
    if kind == "bytes32":
        return word_bytes32
    return word_address if kind == "address" else partial(word_uint, maximum=_UINT_MAX[kind])


def digest(domain: Domain, message: Message) -> bytes:
    """The 32 bytes that are signed: keccak(0x19 0x01 || domain separator || struct hash)."""
    return digest_of(domain, message.struct_hash())


def digest_of(domain: Domain, struct_hash: bytes) -> bytes:
    """The digest when only the struct hash is known, as of a row in the public epoch file."""
    return keccak(b"\x19\x01" + domain.separator() + word_bytes32(struct_hash))


def _to_json(kind: str, value: Any) -> str | int:
    if kind == "bytes32":
        return to_hex(value)
    # Past uint8 a JSON number may lose digits in a browser; every wallet takes a decimal string.
    return str(value) if kind.startswith("uint") and kind != "uint8" else value


def _from_json(kind: str, value: Any) -> bytes | str | int:
    if kind == "uint8":
        word_uint(value, UINT8_MAX)
        return int(value)
    if not isinstance(value, str):
        raise ValueError("a string is wanted")
    if kind == "bytes32":
        return parse_hash32(value)
    return parse_address(value) if kind == "address" else parse_amount(value, _UINT_MAX[kind])


def message_json(message: Message) -> dict[str, str | int]:
    """The statement's fields by their Solidity names: 0x-hex, EIP-55, decimal strings (uint8 as a number)."""
    return {m.name: _to_json(m.kind, getattr(message, m.field)) for m in _members(message.TYPE)}


S = TypeVar("S", bound=Message)


def parse_message(kind: type[S], value: object) -> S:
    """The reverse of message_json: exactly these fields, each in its form. Raises BadRequest."""
    members = _members(kind.TYPE)
    if not isinstance(value, dict) or set(value) != {member.name for member in members}:
        raise BadRequest(f"a {kind.__name__} has exactly the fields {', '.join(m.name for m in members)}")
    found: dict[str, Any] = {}
    for member in members:
        try:
            found[member.field] = _from_json(member.kind, value[member.name])
        except ValueError as error:
            raise BadRequest(f"{kind.__name__}.{member.name}: {error}") from error
    return kind(**found)


def _types_of(type_text: str) -> list[dict[str, str]]:
    return [{"name": member.name, "type": member.kind} for member in _members(type_text)]


def to_eip712_json(domain: Domain, message: Message) -> dict[str, Any]:
    """The statement as wallets take it (`eth_signTypedData_v4`), the domain's type spelled out."""
    primary = type(message).__name__
    return {
        "types": {"EIP712Domain": _types_of(_DOMAIN_TYPE), primary: _types_of(message.TYPE)},
        "primaryType": primary,
        "domain": {
            "name": NAME,
            "version": VERSION,
            "chainId": domain.chain_id,
            "verifyingContract": domain.verifying_contract,
        },
        "message": message_json(message),
    }
