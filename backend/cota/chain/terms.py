"""A dataset's terms, frozen at its creation: contracts/types.sol -> **terms** -> registry calls, datasets,
client.

Fields stand in the order of the Solidity struct (a test compares names and types with the ABI); what each
means is documented there. Promises: `decode(encode())` is the identity, and `hash()` is the terms hash that
the chain holds.
"""

from dataclasses import astuple, dataclass, fields
from enum import IntEnum
from functools import cache
from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak

from cota.chain.abi import committed_abis
from cota.chain.codec import decode_values
from cota.units import Address, Hash32


class TransferPolicy(IntEnum):
    """When shares may change hands."""

    OPEN = 0
    LOCKED_UNTIL = 1
    ALLOW_LIST = 2


class PreviewPolicy(IntEnum):
    """What a visitor may see before paying."""

    NONE = 0
    LABELS = 1
    ITEMS = 2


class DatasetState(IntEnum):
    """Life of a dataset."""

    NONE = 0
    OPEN = 1
    PAUSED = 2
    CLOSED = 3
    ARCHIVED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Amounts are base units, periods seconds, bps 1/10,000."""

    publisher: Address
    publisher_bps: int
    treasury_bps: int
    supply_cap: int
    coordinator: Address
    units_per_label: int
    challenge_window: int
    successor: Address
    settle_period: int
    receipt_period: int
    checkpoint_period: int
    payment_token: Address
    response_period: int
    claim_period: int
    appeal_period: int
    price_floor: int
    stake: int
    penalty_cap: int
    challenge_bond: int
    proposer_bond: int
    audit_fee: int
    penalty_period: int
    reporting_period: int
    price_delay: int
    license_term: int
    transfers_locked_until: int
    seats: int
    transfer_policy: TransferPolicy
    preview_policy: PreviewPolicy
    credential: bytes
    rules_hash: bytes
    schema_hash: bytes
    draw_commitment: bytes

    def values(self) -> tuple[Any, ...]:
        """In the order of the struct."""
        return astuple(self)

    def encode(self) -> bytes:
        """abi.encode(terms)."""
        return bytes(encode([terms_type()], [self.values()]))

    def hash(self) -> Hash32:
        """keccak256(abi.encode(terms))."""
        return Hash32(keccak(self.encode()))

    @classmethod
    def of_values(cls, values: tuple[Any, ...]) -> "Terms":
        """From a decoded struct."""
        found = dict(zip((f.name for f in fields(cls)), values, strict=True))
        found["transfer_policy"] = TransferPolicy(found["transfer_policy"])
        found["preview_policy"] = PreviewPolicy(found["preview_policy"])
        return cls(**found)

    @classmethod
    def decode(cls, data: bytes) -> "Terms":
        """From abi.encode(terms), as the event DatasetCreated carries it. Raises eth_abi's DecodingError."""
        return cls.of_values(decode_values([terms_type()], data)[0])


@cache
def terms_type() -> str:
    """The struct's ABI type, as the registry's `createDataset` takes it."""
    return committed_abis()["DatasetRegistry"].function("createDataset").inputs[0].type
