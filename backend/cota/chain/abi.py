"""The committed ABIs as plain values: deployments/abi -> **abi** -> events, errors, contracts, tables.

The ABIs are read from the checkout (`deployments/abi/<Contract>.json`, each the compiler's list); a test
elsewhere holds them equal to the build. Promises: one immutable value per item, canonical signatures, no
network.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from eth_hash.auto import keccak

DEPLOYMENTS = Path(__file__).resolve().parents[3] / "deployments"
ABI_FOLDER = DEPLOYMENTS / "abi"


@dataclass(frozen=True, slots=True)
class Param:
    """One argument of an event, error or function; `type` is canonical, tuples spelled out."""

    name: str
    type: str
    indexed: bool = False


@dataclass(frozen=True)
class Item:
    """One event, error or function of a contract."""

    contract: str
    kind: Literal["event", "error", "function"]
    name: str
    inputs: tuple[Param, ...]
    outputs: tuple[Param, ...] = ()
    anonymous: bool = False

    @cached_property
    def signature(self) -> str:
        return f"{self.name}({','.join(p.type for p in self.inputs)})"

    @cached_property
    def topic(self) -> bytes:
        """keccak256 of the signature: an event's first topic."""
        return bytes(keccak(self.signature.encode()))

    @property
    def selector(self) -> bytes:
        """First four bytes of the same hash: a function's or an error's selector."""
        return self.topic[:4]


@dataclass(frozen=True)
class Abi:
    """What one contract can be told and what it can tell."""

    contract: str
    items: tuple[Item, ...]

    def events(self) -> tuple[Item, ...]:
        return tuple(i for i in self.items if i.kind == "event" and not i.anonymous)

    def errors(self) -> tuple[Item, ...]:
        return tuple(i for i in self.items if i.kind == "error")

    def function(self, name: str) -> Item:
        """The function of that name; an overloaded one must be asked for by its whole signature."""
        found = [i for i in self.items if i.kind == "function" and name in (i.name, i.signature)]
        if len(found) != 1:
            raise KeyError(f"{self.contract} has {len(found)} functions called {name}")
        return found[0]


def canonical_type(entry: Mapping[str, Any]) -> str:
    """The type as it stands in a signature: `tuple[2]` of (address, uint8) is `(address,uint8)[2]`."""
    kind = str(entry["type"])
    if not kind.startswith("tuple"):
        return kind
    inner = ",".join(canonical_type(part) for part in entry["components"])
    return f"({inner}){kind[len('tuple') :]}"


def parse_abi(contract: str, entries: Sequence[Mapping[str, Any]]) -> Abi:
    """Builds an `Abi` from the compiler's list; constructors and fallbacks are left out."""

    def params(entry: Mapping[str, Any], key: str) -> tuple[Param, ...]:
        return tuple(
            Param(p.get("name", "") or f"arg{n}", canonical_type(p), bool(p.get("indexed", False)))
            for n, p in enumerate(entry.get(key, ()))
        )

    items = [
        Item(
            contract,
            e["type"],
            e["name"],
            params(e, "inputs"),
            params(e, "outputs"),
            bool(e.get("anonymous")),
        )
        for e in entries
        if e["type"] in ("event", "error", "function")
    ]
    return Abi(contract, tuple(items))


def load_abis(folder: Path = ABI_FOLDER) -> dict[str, Abi]:
    """Every ABI of a folder by contract name, in the order of the names.

    Raises FileNotFoundError when there is none: without them no table and no transaction can be built.
    """
    files = sorted(folder.glob("*.json"))
    if not files:
        raise FileNotFoundError(f"no ABI in {folder}; the checkout is incomplete")
    return {f.stem: parse_abi(f.stem, json.loads(f.read_text(encoding="utf-8"))) for f in files}


@cache
def committed_abis() -> Mapping[str, Abi]:
    """The ABIs of this checkout, read once."""
    return load_abis()


def snake(name: str) -> str:
    """`AnnotationLedger` -> `annotation_ledger`, `termsHash` -> `terms_hash`, `EIP712Domain` ->
    `eip712_domain`."""
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", spaced).lower()
