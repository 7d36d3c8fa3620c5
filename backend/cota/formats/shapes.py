"""How one record is written as JSON and read back: record <-> **object** <-> canonical line.

A shape lists a record's fields with their kinds. Promises: exactly these fields and no others; every
value has one spelling (0x-lower-hex bytes, EIP-55 addresses, decimal strings for what may pass 2^53), so
what was read can be written to the same bytes; a wrong value raises BadRequest naming its field.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

from cota.auth.typed import Message, members, message_json, parse_message
from cota.commitments.canonical import MAX_SAFE_INTEGER, Json
from cota.commitments.words import UINT8_MAX, UINT64_MAX, UINT128_MAX, UINT256_MAX, word_uint
from cota.errors import BadRequest
from cota.units import Address, parse_address, parse_amount, parse_hash32, to_hex


class Kind(NamedTuple):
    """How a value goes to JSON and comes back; `read` raises ValueError or BadRequest."""

    write: Callable[[Any], Json]
    read: Callable[[Any], Any]


def _read_count(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SAFE_INTEGER:
        raise ValueError("a whole number from 0 to 2^53 - 1 is wanted")
    return value


def _read_flag(value: Json) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false is wanted")
    return value


def _read_text(value: Json) -> str:
    if not isinstance(value, str):
        raise ValueError("a string is wanted")
    return value


def _unhex(text: str) -> bytes | None:
    """The bytes of 0x and lower-case hex digits; None for any other text."""
    try:
        raw = bytes.fromhex(text[2:])
    except ValueError:
        return None
    # fromhex takes capitals and skips spaces: what is written back tells. Twice as fast as a regular expression.
    return raw if "0x" + raw.hex() == text else None


def _read_bytes(value: Json) -> bytes:
    raw = _unhex(_read_text(value))
    if raw is None:
        raise ValueError("bytes are 0x and lower-case hex digits")
    return raw


def _read_bytes32(value: Json) -> bytes:
    text = _read_text(value)
    raw = _unhex(text)
    if raw is None or len(raw) != 32:
        parse_hash32(text)  # says what is wrong, but for the spelling
        raise ValueError("bytes are 0x and lower-case hex digits")
    return raw


def _read_hashes(value: Json) -> tuple[bytes, ...] | None:
    """An array of 32-byte values, read as one; None if it is no such array, and one by one is told why."""
    try:
        texts = "|".join(value)
        raw = bytes.fromhex(texts.replace("|", "").replace("0x", ""))
    except (TypeError, ValueError):
        return None
    if not raw or len(raw) != 32 * len(value) or "0x" + raw.hex("|", 32).replace("|", "|0x") != texts:
        return None
    return tuple(raw[start : start + 32] for start in range(0, len(raw), 32))


@lru_cache(maxsize=65536)
def _checked_address(value: str) -> Address:
    address = parse_address(value)
    if address != value:
        raise ValueError("an address is written in its EIP-55 form")
    return address


def _read_address(value: Json) -> Address:
    return _checked_address(_read_text(value))


def _amount(maximum: int) -> Kind:
    return Kind(str, lambda value: parse_amount(_read_text(value), maximum))


def _same(value: Json) -> Json:
    return value


COUNT = Kind(_same, _read_count)
FLAG = Kind(_same, _read_flag)
TEXT = Kind(_same, _read_text)
JSON = Kind(_same, _same)
BYTES = Kind(to_hex, _read_bytes)
BYTES32 = Kind(to_hex, _read_bytes32)
ADDRESS = Kind(_same, _read_address)
UINT64, UINT128, UINT256 = _amount(UINT64_MAX), _amount(UINT128_MAX), _amount(UINT256_MAX)


def nullable(kind: Kind) -> Kind:
    """The kind, or null."""
    return Kind(
        lambda value: None if value is None else kind.write(value),
        lambda value: None if value is None else kind.read(value),
    )


def many(kind: Kind) -> Kind:
    """An array of the kind; a tuple in Python."""

    def read(value: Json) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise ValueError("an array is wanted")
        quickly = _read_hashes(value) if kind is BYTES32 else None
        return tuple([kind.read(entry) for entry in value]) if quickly is None else quickly

    return Kind(lambda values: [kind.write(value) for value in values], read)


def counts() -> Kind:
    """An object of whole numbers, such as reasons and how often each occurs."""

    def read(value: Json) -> dict[str, int]:
        if not isinstance(value, dict):
            raise ValueError("an object is wanted")
        return {key: _read_count(count) for key, count in value.items()}

    return Kind(dict, read)


def typed(kind: type[Message]) -> Kind:
    """A typed message by its Solidity names, in the one spelling that message_json gives it."""
    readers = tuple((member.name, _STRICT[member.kind]) for member in members(kind))
    names = {name for name, _ in readers}

    def read(value: Json) -> Message:
        if isinstance(value, dict) and value.keys() == names:
            try:
                return kind(*[reader(value[name]) for name, reader in readers])
            except (ValueError, BadRequest):
                pass  # which field, and why, is told with care
        message = parse_message(kind, value)
        if message_json(message) != value:
            raise ValueError("bytes are lower-case hex and addresses in their EIP-55 form")
        return message

    return Kind(message_json, read)


def _read_uint8(value: Json) -> int:
    word_uint(value, UINT8_MAX)
    return int(value)


_STRICT: Mapping[str, Callable[[Json], Any]] = {
    "bytes32": _read_bytes32,
    "address": _read_address,
    "uint8": _read_uint8,
    "uint64": UINT64.read,
    "uint128": UINT128.read,
    "uint256": UINT256.read,
}
"""By Solidity type: takes the one spelling of a value and no other."""


R = TypeVar("R")


class Shape(Generic[R]):
    """A record class and its fields: JSON name -> kind, in the order of the class' own fields."""

    def __init__(self, record: type[R], fields: Mapping[str, Kind], name: str = "") -> None:
        self.record, self.fields, self.name = record, dict(fields), name
        slots: tuple[str, ...] = record.__slots__  # type: ignore[attr-defined]
        self._attributes = dict(zip(self.fields, slots, strict=True))
        self._keys = {"type", *self.fields} if name else set(self.fields)
        self._readers = tuple((key, kind.read) for key, kind in self.fields.items())

    def write(self, record: R) -> dict[str, Json]:
        """The record as a JSON object, with its `type` if the shape has a name."""
        head: dict[str, Json] = {"type": self.name} if self.name else {}
        return head | {
            key: kind.write(getattr(record, self._attributes[key])) for key, kind in self.fields.items()
        }

    def read(self, value: Json) -> R:
        """The record of an object with exactly these keys. Raises BadRequest."""
        if not isinstance(value, dict):
            raise BadRequest("an object is wanted")
        if value.keys() != self._keys:
            odd = ", ".join(sorted(set(value) ^ self._keys))
            raise BadRequest(f"keys missing or unknown: {odd}")
        try:
            return self.record(*[reader(value[key]) for key, reader in self._readers])
        except (ValueError, BadRequest):
            return self._read_with_care(value)

    def _read_with_care(self, value: dict[str, Json]) -> R:
        """Field by field, so that an error names its own."""
        found: list[Any] = []
        for key, kind in self.fields.items():
            try:
                found.append(kind.read(value[key]))
            except (ValueError, BadRequest) as error:
                raise BadRequest(f"{key}: {error}") from error
        return self.record(*found)

    def kind(self) -> Kind:
        """This shape as the kind of a field."""
        return Kind(self.write, self.read)
