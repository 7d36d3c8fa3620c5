"""Why a contract refuses, in its own words: rpc's errors -> **reverts** -> ChainReverted, with the error's
name and arguments.

Knows every custom error of the committed ABIs, Solidity's `Error(string)` and `Panic(uint256)`. Promises: an
unknown error still shows its selector and its data.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from eth_abi.exceptions import DecodingError

from cota.chain.abi import Item, Param, committed_abis
from cota.chain.codec import decode_values
from cota.chain.rpc import RpcError
from cota.errors import ChainReverted

_BUILT_IN = (
    Item("Solidity", "error", "Error", (Param("reason", "string"),)),
    Item("Solidity", "error", "Panic", (Param("code", "uint256"),)),
)
_REVERTED_CODE = 3  # geth's, and Anvil's


@dataclass(frozen=True, slots=True)
class Revert:
    """One contract error. `args` holds Python values by the names that Solidity gave them."""

    error: str
    args: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.error}({', '.join(f'{k}={_plain(v)}' for k, v in self.args.items())})"

    def exception(self) -> ChainReverted:
        """As a refusal: `error` and `args` fit for JSON."""
        plain = {name: _plain(value) for name, value in self.args.items()}
        return ChainReverted(f"the contracts refuse this: {self}", error=self.error, args=plain)


@cache
def known_errors() -> Mapping[bytes, Item]:
    """Every error that can be named, by selector."""
    items = [*_BUILT_IN, *(error for abi in committed_abis().values() for error in abi.errors())]
    return {item.selector: item for item in items}


def explain(data: bytes) -> Revert:
    """Names a revert by the data that came with it."""
    if not data:
        return Revert("RevertedWithoutReason")
    item = known_errors().get(data[:4])
    if item is None:
        return Revert("UnknownError", {"data": data})
    try:
        values = decode_values([p.type for p in item.inputs], data[4:])
    except DecodingError:
        return Revert("UnknownError", {"data": data})
    return Revert(item.name, dict(zip((p.name for p in item.inputs), values, strict=True)))


def revert_of(error: RpcError) -> Revert | None:
    """What a node's refusal of a call says; None when it is no revert (a bad nonce, no funds)."""
    if (data := _revert_data(error.data)) is not None:
        return explain(data)
    if error.code == _REVERTED_CODE or "revert" in error.message.lower():
        return Revert("RevertedWithoutReason")
    return None


def _revert_data(data: Any) -> bytes | None:
    """Nodes wrap it differently: plain hex, `Reverted 0x...`, or an object that holds it."""
    if isinstance(data, Mapping):
        data = data.get("data") or data.get("result")
    if not isinstance(data, str):
        return None
    found = re.search(r"0x((?:[0-9a-fA-F]{2})*)$", data)
    return bytes.fromhex(found[1]) if found else None


def _plain(value: Any) -> Any:
    """For JSON and for people: bytes in hex, integers as decimal strings, nested values alike."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, (tuple, list)):
        return [_plain(entry) for entry in value]
    return value
