"""The words every layer speaks in: addresses, 32-byte values, amounts, times, blocks.

At the bottom of the flow: everything imports this and this imports nothing of Cota. Promises: what comes in
is checked once, here, at the door; what goes out has one spelling (EIP-55 addresses, 0x-lower-hex bytes,
decimal amounts, times in UTC with `Z`).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import NewType

from eth_hash.auto import keccak

Address = NewType("Address", str)
"""An account or a contract, always in its EIP-55 spelling."""

Hash32 = NewType("Hash32", bytes)
"""Exactly 32 bytes: a digest, a root, a dataset id, a salt."""

ZERO_ADDRESS = Address("0x" + "00" * 20)
ZERO_HASH = Hash32(bytes(32))
UINT256_MAX = 2**256 - 1
LAST_SECOND = 253_402_300_799
"""9999-12-31T23:59:59Z: no calendar of ours names a later one."""

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_HASH32 = re.compile(r"0x[0-9a-fA-F]{64}")
# [0-9], not \d: other scripts' digits would pass and be rewritten silently.
_AMOUNT = re.compile(r"0|[1-9][0-9]*")


@lru_cache(maxsize=2**16)
def parse_address(text: str) -> Address:
    """Any case comes in, EIP-55 goes out. Mixed case is a checksum: a wrong one is a typing error, refused.

    Raises ValueError.
    """
    if not _ADDRESS.fullmatch(text):
        raise ValueError("an address is 0x and 40 hex digits")
    digits = text[2:]
    is_mixed = digits != digits.lower() and digits != digits.upper()
    if is_mixed and text != _checksummed(digits.lower()):
        raise ValueError("the address' checksum (EIP-55) is wrong: one of its letters or digits was changed")
    return _checksummed(digits.lower())


def _checksummed(digits: str) -> Address:
    """EIP-55: a letter is a capital where the hash of the lower-case digits has a nibble of 8 or more."""
    nibbles = keccak(digits.encode()).hex()
    cased = (d.upper() if nibble > "7" else d for d, nibble in zip(digits, nibbles, strict=False))
    return Address("0x" + "".join(cased))


@lru_cache(maxsize=2**16)
def address_of(raw: bytes) -> Address:
    """The address of 20 raw bytes, as the database and event topics hold it. Raises ValueError."""
    if len(raw) != 20:
        raise ValueError(f"an address has 20 bytes, not {len(raw)}")
    return _checksummed(raw.hex())


def address_bytes(address: str) -> bytes:
    """The 20 bytes of an address already parsed."""
    return bytes.fromhex(address[2:])


def parse_hash32(text: str) -> Hash32:
    """0x and 64 hex digits. Raises ValueError."""
    if not _HASH32.fullmatch(text):
        raise ValueError("a 32-byte value is 0x and 64 hex digits")
    return Hash32(bytes.fromhex(text[2:]))


def hash32(raw: bytes) -> Hash32:
    """Raw bytes of the right length. Raises ValueError."""
    if len(raw) != 32:
        raise ValueError(f"a 32-byte value has 32 bytes, not {len(raw)}")
    return Hash32(bytes(raw))


def to_hex(raw: bytes) -> str:
    """The one spelling of bytes in JSON: 0x and lower-case digits."""
    return "0x" + raw.hex()


def parse_amount(text: str, maximum: int = UINT256_MAX) -> int:
    """Base units in plain decimal digits. 1e18, 1.5, -1, 0x10, 007 and spaces are refused, not guessed.

    Raises ValueError.
    """
    if not _AMOUNT.fullmatch(text):
        raise ValueError("an amount is a whole number of base units in plain decimal digits, such as 1500000")
    # Bounded before int(): a megabyte of digits would take the parser seconds.
    if len(text) > 78 or int(text) > maximum:
        raise ValueError(f"the amount is above {maximum}")
    return int(text)


def told_time(at: datetime | int) -> str:
    """An instant, or Unix seconds, as every answer tells it: 2027-01-15T08:00:00Z. Raises OverflowError or ValueError
    after LAST_SECOND."""
    when = datetime.fromtimestamp(at, UTC) if isinstance(at, int) else at.astimezone(UTC)
    return when.isoformat().replace("+00:00", "Z")


def format_units(amount: int, decimals: int) -> str:
    """Base units for people to read: 1500000 of 6 decimals is "1.5". For display only, never parsed back."""
    sign = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount), 10**decimals)
    digits = str(part).rjust(decimals, "0").rstrip("0") if decimals else ""
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


@dataclass(frozen=True, slots=True)
class BlockRef:
    """The block that an answer was read at. A number alone names a height, not a block: the hash does."""

    number: int
    hash: Hash32
    timestamp: int
    """Unix seconds."""

    @property
    def time(self) -> datetime:
        return datetime.fromtimestamp(self.timestamp, UTC)
