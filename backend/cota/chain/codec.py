"""Values to call data and back: abi -> **codec** -> contracts, terms, reverts.

A thin layer over eth_abi. Promises: addresses come out checksummed, at any depth; decoding is strict.
"""

from collections.abc import Sequence
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.grammar import ABIType, BasicType, TupleType, parse

from cota.chain.abi import Item
from cota.units import address_of


def encode_arguments(item: Item, values: Sequence[Any]) -> bytes:
    """abi.encode of an item's arguments. Raises eth_abi's EncodingError for a value that does not fit its
    type."""
    if len(values) != len(item.inputs):
        raise ValueError(f"{item.contract}.{item.signature} takes {len(item.inputs)} arguments")
    return bytes(encode([p.type for p in item.inputs], list(values)))


def encode_call(item: Item, values: Sequence[Any]) -> bytes:
    """Selector and arguments: what a transaction or a call carries."""
    return item.selector + encode_arguments(item, values)


def decode_values(types: Sequence[str], data: bytes) -> tuple[Any, ...]:
    """abi.decode. Raises eth_abi's DecodingError."""
    found = decode(list(types), data)
    return tuple(_clean(parse(kind), value) for kind, value in zip(types, found, strict=True))


def decode_outputs(item: Item, data: bytes) -> Any:
    """A function's result: the value itself when there is one, else a tuple."""
    values = decode_values([p.type for p in item.outputs], data)
    return values[0] if len(values) == 1 else values


def _clean(kind: ABIType, value: Any) -> Any:
    """Gives every address its EIP-55 spelling."""
    if kind.is_array:
        return tuple(_clean(kind.item_type, entry) for entry in value)
    if isinstance(kind, TupleType):
        return tuple(_clean(part, entry) for part, entry in zip(kind.components, value, strict=True))
    if isinstance(kind, BasicType) and kind.base == "address":
        return address_of(bytes.fromhex(value[2:]))
    return value
