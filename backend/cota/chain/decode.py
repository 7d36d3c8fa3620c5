"""Logs to values: node's JSON -> **decode** -> COPY lines (indexer) or Python values (everyone else).

An event's static part is one regular expression built from its ABI types: it checks length, padding and
ranges and cuts the fields out in one pass, straight from the hex. Dynamic arguments (bytes, string) must
follow in the one canonical layout that the compiler emits, and stay raw bytes, because a Solidity string may
hold NUL or bad UTF-8. Promises: a log decodes in exactly one way or raises `Undecodable`; no value is
repaired, cut or guessed. Source: Solidity ABI specification, "Events" and "Formal Specification of the
Encoding".
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from cota.chain.events import Argument, Catalogue, EventSpec, Kind
from cota.units import address_of

Log = Mapping[str, Any]
"""One log as the node's JSON has it."""


class RawLog(msgspec.Struct, rename="camel", gc=False):
    """One mined log, read without its surroundings: many times cheaper than a dictionary. All text is hex with
    0x, as the node wrote it."""

    address: str
    topics: list[str]
    data: str
    block_number: str
    block_hash: str
    transaction_hash: str
    transaction_index: str
    log_index: str
    removed: bool = False


read_logs = msgspec.json.Decoder(list[RawLog]).decode
"""An answer of eth_getLogs. Raises msgspec.ValidationError for anything else, such as logs not mined yet."""


def logs_of(receipt: Mapping[str, Any]) -> list[RawLog]:
    """The logs of a receipt. Raises msgspec.ValidationError."""
    return msgspec.convert(receipt["logs"], list[RawLog])


# Offsets and lengths of dynamic arguments: no log is longer than 2^32 bytes.
_LENGTH_WORD = r"0{56}([0-9a-f]{8})"
_WORD = 64  # hex digits


class Undecodable(Exception):
    """The log does not have the shape that the ABI prescribes; the message says where."""


@dataclass(frozen=True, slots=True)
class Event:
    """A decoded log: integers are int, addresses checksummed, everything else bytes; names in snake_case."""

    contract: str
    name: str
    emitter: str
    block_number: int
    block_hash: bytes
    tx_hash: bytes
    log_index: int
    args: Mapping[str, Any]


def _pattern(argument: Argument) -> str:
    """The expression of one 32-byte word; its group holds the digits that matter."""
    if argument.kind is Kind.BOOL:
        return r"0{63}([01])"
    if argument.kind in (Kind.SMALL, Kind.AMOUNT):
        return _integer_pattern(argument)
    digits = argument.size * 2
    if argument.kind is Kind.ADDRESS:
        return rf"0{{{_WORD - digits}}}([0-9a-f]{{{digits}}})"
    if argument.kind is Kind.BLOB:
        return _LENGTH_WORD
    return rf"([0-9a-f]{{{digits}}})0{{{_WORD - digits}}}"


def _integer_pattern(argument: Argument) -> str:
    digits = argument.bits // 4
    padding = _WORD - digits
    if not argument.signed:
        return rf"0{{{padding}}}([0-9a-f]{{{digits}}})"
    rest = rf"[0-9a-f]{{{digits - 1}}}"
    return rf"(0{{{padding}}}[0-7]{rest}|f{{{padding}}}[89a-f]{rest})"


def _signed(digits: str) -> int:
    value = int(digits, 16)
    return value - (1 << 256) if value >> 255 else value


def _to_value(argument: Argument) -> Callable[[str], Any]:
    if argument.kind in (Kind.SMALL, Kind.AMOUNT):
        return _signed if argument.signed else lambda digits: int(digits, 16)
    if argument.kind is Kind.BOOL:
        return lambda digits: digits == "1"
    if argument.kind is Kind.ADDRESS:
        return lambda digits: address_of(bytes.fromhex(digits))
    return bytes.fromhex


def _copy_template(argument: Argument) -> str:
    """Where an argument's digits go in a line of PostgreSQL's COPY text; a backslash is written twice there.
    A boolean may be 0 or 1."""
    return "\t%s" if argument.kind in (Kind.SMALL, Kind.AMOUNT, Kind.BOOL) else "\t\\\\x%s"


class EventDecoder:
    """Decodes the logs of one event. `columns` gives the order of its fields: indexed arguments first."""

    def __init__(self, spec: EventSpec) -> None:
        self.spec = spec
        indexed = [a for a in spec.arguments if a.indexed]
        self._data = [a for a in spec.arguments if not a.indexed]
        self._ordered = [*indexed, *self._data]
        self.columns = tuple(a.column for a in self._ordered)
        self._topics = spec.topic_count
        self._blobs = [n for n, a in enumerate(self._ordered) if a.kind is Kind.BLOB]
        head = "".join(["0x" + _pattern(a) for a in indexed])
        data = "".join(map(_pattern, self._data))
        tail = r"([0-9a-f]*)" if self._blobs else ""
        # Topics and data one after the other, each with its 0x: so that nothing needs to be cut off first.
        self._match = re.compile(f"{spec.topic}{head}0x{data}{tail}").fullmatch
        self._template = "".join(map(_copy_template, self._ordered))
        self._numbers = [
            (n, a.signed) for n, a in enumerate(self._ordered) if a.kind in (Kind.SMALL, Kind.AMOUNT)
        ]
        self._values = [_to_value(a) for a in self._ordered]

    def fields(self, topics: Sequence[str], data: str) -> Sequence[str]:
        """The hex digits of each argument, in the order of `columns`. Raises Undecodable."""
        text = "".join(topics) + data
        match = self._match(text) or self._match(text.lower())
        if match is None:
            if len(topics) != self._topics:
                raise Undecodable(f"{len(topics)} topics, not {self._topics}")
            raise Undecodable("a word is missing, too long, or not padded as its type prescribes")
        if not self._blobs:
            return match.groups()
        return self._unfold(list(match.groups()))

    def _unfold(self, fields: list[str]) -> Sequence[str]:
        """Replaces each offset by the bytes it points to, which must follow one another without a gap."""
        tail = fields.pop()
        head = _WORD * len(self._data)
        position = 0
        for n in self._blobs:
            if int(fields[n], 16) * 2 != head + position:
                raise Undecodable(f"{self.columns[n]} does not lie where the compiler puts it")
            length = re.fullmatch(_LENGTH_WORD, tail[position : position + _WORD])
            if length is None:
                raise Undecodable(f"{self.columns[n]} has no length")
            start = position + _WORD
            end = start + int(length[1], 16) * 2
            position = end + (start - end) % _WORD
            if len(tail) < position or tail[end:position].strip("0"):
                raise Undecodable(f"{self.columns[n]} is cut off or not padded with zeros")
            fields[n] = tail[start:end]
        if len(tail) != position:
            raise Undecodable("there is data after the last argument")
        return fields

    def copy_fields(self, topics: Sequence[str], data: str) -> str:
        """Each argument as COPY text after a tab, in the order of `columns`. Raises Undecodable."""
        fields: list[Any] = list(self.fields(topics, data))
        for n, is_signed in self._numbers:
            fields[n] = _signed(fields[n]) if is_signed else int(fields[n], 16)
        return self._template % tuple(fields)

    def decode(self, log: Log) -> Event:
        """The whole log as values. Raises Undecodable."""
        fields = self.fields(log["topics"], log["data"])
        values = [value(field) for value, field in zip(self._values, fields, strict=True)]
        return Event(
            self.spec.contract,
            self.spec.name,
            str(address_of(bytes.fromhex(log["address"][2:]))),
            int(log["blockNumber"], 16),
            bytes.fromhex(log["blockHash"][2:]),
            bytes.fromhex(log["transactionHash"][2:]),
            int(log["logIndex"], 16),
            dict(zip(self.columns, values, strict=True)),
        )


class Decoders:
    """A decoder for every event of a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._decoders: dict[str, dict[str, EventDecoder]] = {}
        for spec in catalogue.specs:
            self._decoders.setdefault(spec.contract, {})[spec.topic] = EventDecoder(spec)

    def of(self, contract: str) -> Mapping[str, EventDecoder]:
        """A contract's decoders by first topic."""
        return self._decoders.get(contract, {})

    def find(self, contract: str, topics: Sequence[str]) -> EventDecoder | None:
        """The decoder for a log of this contract; None for an event that the ABI does not know."""
        return self.of(contract).get(topics[0]) if topics else None

    def decode_all(self, contract: str, logs: Sequence[Log]) -> list[Event]:
        """The events that a contract emitted among these logs (a receipt's, say); unknown ones are left out.

        The caller selects the logs by their emitter. Raises Undecodable, KeyError for an unknown contract.
        """
        if contract not in self._decoders:
            raise KeyError(f"{contract} has no mirrored events")
        found = [(self.find(contract, log["topics"]), log) for log in logs]
        return [decoder.decode(log) for decoder, log in found if decoder is not None]
