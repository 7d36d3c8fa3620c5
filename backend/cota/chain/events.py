"""Which events are mirrored and how their arguments are stored: abi -> **events** -> decode, tables, fetch.

Promises: every event of a fixed contract is in the catalogue; of the clones (contracts made per dataset)
those whose first argument is `bytes32 indexed dataset`, because anyone's ERC-20 emits the rest; no two events
share a table or a first topic within one group.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache

from cota.chain.abi import Abi, Item, Param, committed_abis, snake


@dataclass(frozen=True, slots=True)
class CloneRule:
    """Contracts called `contract` are made one after another; `argument` of `announcer`'s `event` names each.
    Their addresses come from these events, not from the deployment file."""

    contract: str
    announcer: str
    event: str
    argument: str


CLONE_RULE = CloneRule("DatasetShares", "DatasetRegistry", "DatasetCreated", "shares")
CLONES = frozenset({CLONE_RULE.contract})


class Kind(Enum):
    """How one argument travels: its SQL type follows from it (store/types.py)."""

    SMALL = "small"  # integer of at most 32 bits
    AMOUNT = "amount"  # wider integer
    ADDRESS = "address"
    WORD = "word"  # bytes32, and the hash that stands for an indexed dynamic value
    FIXED = "fixed"  # shorter bytesN
    BLOB = "blob"  # bytes and string, kept raw: a Solidity string need not be UTF-8 and may hold NUL
    BOOL = "bool"


@dataclass(frozen=True, slots=True)
class Argument:
    """One stored argument; `bits` is the width of an integer, `size` the length of a bytesN."""

    column: str
    kind: Kind
    indexed: bool
    signed: bool = False
    bits: int = 0
    size: int = 0


@dataclass(frozen=True)
class EventSpec:
    """One mirrored event: where it comes from, how it is recognised, where it is stored."""

    contract: str
    name: str
    table: str
    topic: str
    arguments: tuple[Argument, ...]

    @property
    def topic_count(self) -> int:
        return 1 + sum(a.indexed for a in self.arguments)


@dataclass(frozen=True)
class Catalogue:
    """All mirrored events: `fixed` by contract and first topic, `clones` by first topic. `rule` says how clones
    are announced; None where the ABIs have none."""

    specs: tuple[EventSpec, ...]
    fixed: Mapping[str, Mapping[str, EventSpec]] = field(repr=False)
    clones: Mapping[str, EventSpec] = field(repr=False)
    rule: CloneRule | None = None

    @property
    def announcement(self) -> EventSpec | None:
        """The event that announces a clone."""
        return self.spec(self.rule.announcer, self.rule.event) if self.rule else None

    def spec(self, contract: str, event: str) -> EventSpec:
        for s in self.specs:
            if (s.contract, s.name) == (contract, event):
                return s
        raise KeyError(f"{contract}.{event} is not mirrored")


def argument(param: Param) -> Argument:
    """How an event's argument is stored. Raises ValueError for arrays and tuples, which no event of ours
    uses."""
    column = snake(param.name)
    if param.indexed and (param.type in ("bytes", "string") or param.type.endswith(("]", ")"))):
        return Argument(column, Kind.WORD, True, size=32)
    if param.type in ("bytes", "string"):
        return Argument(column, Kind.BLOB, False)
    if param.type == "address":
        return Argument(column, Kind.ADDRESS, param.indexed, size=20)
    if param.type == "bool":
        return Argument(column, Kind.BOOL, param.indexed)
    if found := re.fullmatch(r"(u?)int(\d+)", param.type):
        bits = int(found[2])
        kind = Kind.SMALL if bits <= 32 else Kind.AMOUNT
        return Argument(column, kind, param.indexed, signed=not found[1], bits=bits)
    if found := re.fullmatch(r"bytes(\d+)", param.type):
        size = int(found[1])
        return Argument(column, Kind.WORD if size == 32 else Kind.FIXED, param.indexed, size=size)
    raise ValueError(f"no column for an event argument of type {param.type}")


def event_spec(item: Item) -> EventSpec:
    table = f"{snake(item.contract)}_{snake(item.name)}"
    arguments = tuple(argument(p) for p in item.inputs)
    return EventSpec(item.contract, item.name, table, "0x" + item.topic.hex(), arguments)


def _is_clone_event(item: Item) -> bool:
    return bool(item.inputs) and item.inputs[0] == Param("dataset", "bytes32", True)


def build_catalogue(abis: Iterable[Abi], rule: CloneRule = CLONE_RULE) -> Catalogue:
    """The catalogue of these ABIs, contracts in name order, events in ABI order. `rule` applies if they hold
    the contract that it is about."""
    fixed: dict[str, dict[str, EventSpec]] = {}
    cloned: dict[str, EventSpec] = {}
    specs: list[EventSpec] = []
    for abi in sorted(abis, key=lambda a: a.contract):
        of_clone = abi.contract == rule.contract
        found = [event_spec(i) for i in abi.events() if not of_clone or _is_clone_event(i)]
        target = cloned if of_clone else fixed.setdefault(abi.contract, {})
        for spec in found:
            if spec.topic in target:
                raise ValueError(f"two events of {abi.contract} share the topic {spec.topic}")
            target[spec.topic] = spec
        specs.extend(found)
    return Catalogue(tuple(specs), fixed, cloned, rule if cloned else None)


@cache
def committed_catalogue() -> Catalogue:
    """The catalogue of this checkout's ABIs."""
    return build_catalogue(committed_abis().values())
