"""The JSON words of the API: addresses, 32-byte values, amounts, times, pages; the base of every request and
answer.

Promises: unknown fields are refused in requests; an amount is a decimal string both ways; an address comes in
in any case (a wrong checksum is refused) and goes out as EIP-55; a time goes out in UTC with `Z`, also one that a
contract keeps as Unix seconds. Seconds stay what is signed or hashed with them: terms, statements, receipts.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

from cota.units import (
    LAST_SECOND,
    Address,
    Hash32,
    parse_address,
    parse_amount,
    parse_hash32,
    to_hex,
    told_time,
)

Item = TypeVar("Item")

UINT64_MAX = 2**64 - 1
UINT128_MAX = 2**128 - 1
_ZERO = "0x" + "00" * 20


def _account(value: Any) -> Address:
    address = parse_address(_text(value))
    if address == _ZERO:
        raise ValueError("the zero address is nobody's account")
    return address


def _hash32(value: Any) -> Hash32:
    return parse_hash32(_text(value)) if not isinstance(value, bytes) else Hash32(value)


def _amount(value: Any) -> int:
    # Answers are built from ints; requests are JSON, where an amount must be a string to keep its digits.
    return value if isinstance(value, int) and not isinstance(value, bool) else parse_amount(_text(value))


def _request_amount(value: Any) -> int:
    return parse_amount(_text(value))


def _decimal(value: Any) -> int:
    try:
        return parse_amount(_text(value))
    except ValueError:
        raise ValueError(
            'a string of plain decimal digits below 2^256 is wanted, such as "1500000"'
        ) from None


def _seconds(value: Any) -> int:
    # A JSON number keeps its digits up to 2^53; wallets' tools also write uint64 as a decimal string.
    is_digits = isinstance(value, str) and len(value) <= 20 and value.isascii() and value.isdecimal()
    seconds = int(value) if is_digits else value
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 <= seconds <= UINT64_MAX:
        raise ValueError("a time is Unix seconds, a whole number or its decimal string")
    return seconds


def _whole(value: Any) -> int:
    # A Literal compares by value, and in Python false is 0 and 1.0 is 1.
    if type(value) is not int:
        raise ValueError("a whole number is wanted")
    return value


def _true(value: Any) -> bool:
    if value is not True:
        raise ValueError("true is wanted")
    return True


def _signature(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    text = _text(value)
    if not text.startswith("0x") or len(text) % 2 or len(text) > 8194:
        raise ValueError("a signature is 0x and hex digits, at most 4,096 bytes")
    try:
        return bytes.fromhex(text[2:])
    except ValueError:
        raise ValueError("a signature is 0x and hex digits") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a string is wanted")
    return value


def _below(limit: int) -> AfterValidator:
    def check(value: int) -> int:
        if value > limit:
            raise ValueError(f"the number is above {limit}")
        return value

    return AfterValidator(check)


_ADDRESS_SCHEMA = WithJsonSchema(
    {
        "type": "string",
        "pattern": "^0x[0-9a-fA-F]{40}$",
        "examples": ["0x70997970C51812dc3A010C7d01b50e0d17dc79C8"],
    }
)
_HASH_SCHEMA = WithJsonSchema({"type": "string", "pattern": "^0x[0-9a-f]{64}$"})
_AMOUNT_SCHEMA = WithJsonSchema({"type": "string", "pattern": "^(0|[1-9][0-9]*)$", "examples": ["1500000"]})

WHOLE = BeforeValidator(_whole)
TRUE = BeforeValidator(_true)
Account = Annotated[Address, BeforeValidator(_account), _ADDRESS_SCHEMA]
"""An account in a request: never the zero address."""
Contract = Annotated[str, _ADDRESS_SCHEMA]
"""An address in an answer."""
Bytes32 = Annotated[Hash32, BeforeValidator(_hash32), PlainSerializer(to_hex), _HASH_SCHEMA]
Signature = Annotated[
    bytes,
    BeforeValidator(_signature),
    PlainSerializer(to_hex),
    WithJsonSchema({"type": "string", "pattern": "^0x([0-9a-f]{2})*$"}),
]
Amount = Annotated[int, BeforeValidator(_amount), PlainSerializer(str), _AMOUNT_SCHEMA]
"""Base units in an answer."""
RequestAmount = Annotated[int, BeforeValidator(_request_amount), PlainSerializer(str), _AMOUNT_SCHEMA]
"""Base units, or another large number, in a request: a decimal string."""
RequestNumber = Annotated[int, BeforeValidator(_decimal), PlainSerializer(str), _AMOUNT_SCHEMA]
"""A large number that counts nothing, such as a nonce, in a request: a decimal string."""
RequestAmount128 = Annotated[RequestAmount, _below(UINT128_MAX)]
UnixTime = Annotated[
    int,
    BeforeValidator(_seconds),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]+$"}]}),
]
"""Unix seconds in a request."""
Instant = Annotated[
    datetime, PlainSerializer(told_time), WithJsonSchema({"type": "string", "format": "date-time"})
]


def instant(seconds: int | None) -> datetime | None:
    """A contract's Unix seconds, for an answer. None for 0, by which contracts say that there is none, and for what
    no calendar names (after the year 9999): nobody waits for it."""
    return datetime.fromtimestamp(int(seconds), UTC) if seconds and seconds <= LAST_SECOND else None


class Request(BaseModel):
    """Base of what comes in. Strict: no field is guessed from another type, none is ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Answer(BaseModel):
    """Base of what goes out."""

    model_config = ConfigDict(frozen=True)


class Token(Answer):
    """The token that an object's amounts are counted in."""

    address: Contract
    symbol: str
    decimals: int


class OnChain(Answer):
    """Where on the chain an object comes from. `final` once its block has the network's confirmation depth."""

    block: int
    tx_hash: Bytes32 | None = None
    status: Literal["indexed", "final"]


class Page(Answer, Generic[Item]):
    """One page of a list; `next` is the cursor of the following one, null at the end."""

    items: list[Item]
    next: str | None
