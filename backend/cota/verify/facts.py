"""Chain at one block -> **facts** -> checks. Everything that the contracts ever said, read once, sorted
by dataset.

Promises: all reads are pinned to one block; a log counts only if the contract that serves its dataset
emitted it; a log of ours that does not decode is a disagreement that names it, never skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from eth_abi.exceptions import DecodingError

from cota.chain.contracts import (
    AnnotationLedger,
    DatasetRegistry,
    DatasetShares,
    DeliveryDesk,
    LicenseMarket,
    SettlementCourt,
    StakeVault,
)
from cota.chain.decode import Event
from cota.chain.deployment import Deployment
from cota.chain.terms import Terms
from cota.units import Address, BlockRef, Hash32, to_hex
from cota.verify.report import Disagreement


@dataclass(frozen=True)
class Contracts:
    """The set of contracts that serves a dataset: one version of the registry."""

    ledger: Address
    vault: Address
    market: Address
    shares_implementation: Address
    court: Address
    faults: Address
    deliveries: Address

    @classmethod
    def of_event(cls, event: Event) -> Contracts:
        return cls(*(event.args[member.name] for member in fields(cls)))


@dataclass(frozen=True)
class Dataset:
    """One dataset: its creation, its contracts and all that they said of it, in the order of the chain."""

    created: Event
    contracts: Contracts
    events: list[Event] = field(default_factory=list)

    @property
    def id(self) -> Hash32:
        return Hash32(self.created.args["dataset"])

    @property
    def name(self) -> str:
        """Short enough for a table, long enough to be told from others."""
        return to_hex(self.id)[:10]

    @property
    def shares(self) -> Address:
        return Address(self.created.args["shares"])

    @cached_property
    def terms(self) -> Terms:
        """Raises Disagreement."""
        try:
            return Terms.decode(self.created.args["terms"])
        except (DecodingError, ValueError) as error:
            where = f"terms in {describe(self.created)}"
            raise Disagreement(where, "terms that can be read", error) from error

    def of(self, *names: str) -> list[Event]:
        return [event for event in self.events if event.name in names]

    def may_emit(self, event: Event) -> bool:
        """Whether this contract speaks for this dataset."""
        own = self.contracts
        speakers = {
            DatasetShares.name: self.shares,
            AnnotationLedger.name: own.ledger,
            StakeVault.name: own.vault,
            LicenseMarket.name: own.market,
            DatasetRegistry.name: self.created.emitter,
            SettlementCourt.name: own.court,
            DeliveryDesk.name: own.deliveries,
        }
        return speakers.get(event.contract) == event.emitter


@dataclass(frozen=True)
class Facts:
    """What one block of one network holds."""

    deployment: Deployment
    code_hashes: Mapping[Address, bytes]
    """As the deployment file claims them."""
    block: BlockRef
    events: list[Event]
    datasets: list[Dataset]
    block_times: Mapping[int, int]
    """Unix seconds of the blocks whose time matters."""

    def of(self, contract: str, *names: str) -> list[Event]:
        return [event for event in self.events if event.contract == contract and event.name in names]


def assort(events: Iterable[Event]) -> list[Dataset]:
    """The datasets among all events, in the order of their creation. Raises Disagreement."""
    ordered = sorted(events, key=place)
    versions: dict[int, Contracts] = {}
    datasets: dict[bytes, Dataset] = {}
    for event in ordered:
        if event.name == "VersionAdded":
            versions[event.args["version"]] = Contracts.of_event(event)
        elif event.name == "DatasetCreated":
            number = event.args["version"]
            if number not in versions:
                raise Disagreement(f"version in {describe(event)}", "one that was announced", number)
            datasets[event.args["dataset"]] = Dataset(event, versions[number])
        known = datasets.get(dataset_of(event.args))
        if known is not None and known.may_emit(event):
            known.events.append(event)
    return list(datasets.values())


def dataset_of(args: Mapping[str, Any]) -> bytes:
    value = args.get("dataset", b"")
    return value if isinstance(value, bytes) else b""


def place(event: Event) -> tuple[int, int]:
    """Where in the chain an event stands."""
    return event.block_number, event.log_index


def describe(event: Event) -> str:
    """How a finding names a log."""
    return f"{event.contract}.{event.name} in block {event.block_number}, log {event.log_index}"
