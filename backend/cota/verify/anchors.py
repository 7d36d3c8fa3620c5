"""Chain -> **anchors** -> label checks. The few facts of one dataset that a download is held against.

They come from the logs (verifier) or from contract views (a buyer's client); the checks are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from cota.chain.terms import Terms
from cota.units import Address, Hash32, to_hex
from cota.verify.facts import Dataset, Facts

KeyCheck = Callable[[Address, int, int], bool]
"""(key, earliest, latest): whether the coordinator had this receipt key registered at some time between."""


@dataclass(frozen=True)
class Span:
    """A checkpoint: rows [start, end) under one log root, made at a time in Unix seconds."""

    start: int
    end: int
    root: bytes
    made_at: int


@dataclass(frozen=True)
class Batch:
    """Items and gold that were committed together."""

    items_root: bytes
    gold_root: bytes
    first_item: int
    count: int


@dataclass(frozen=True)
class Anchors:
    dataset: Hash32
    ledger: Address
    terms: Terms
    checkpoints: Mapping[int, Span]
    batches: Mapping[int, Batch]
    licenses: frozenset[int]
    is_receipt_key: KeyCheck
    sold: Mapping[int, Collection[frozenset[int]]] = field(default_factory=dict)
    """By licence, the epochs that it covered when it was bought and after each renewal; empty: not known."""

    @property
    def name(self) -> str:
        """As in every finding."""
        return to_hex(self.dataset)[:10]


def anchors_of(facts: Facts, dataset: Dataset) -> Anchors:
    """A dataset's anchors from the logs."""
    spans = {
        event.args["checkpoint"]: Span(
            event.args["from"],
            event.args["to"],
            event.args["log_root"],
            facts.block_times[event.block_number],
        )
        for event in dataset.of("Checkpointed")
    }
    batches = {
        event.args["batch"]: Batch(
            event.args["items_root"],
            event.args["gold_root"],
            event.args["first_item"],
            event.args["count"],
        )
        for event in dataset.of("BatchAdded")
    }
    return Anchors(
        dataset.id,
        dataset.contracts.ledger,
        dataset.terms,
        spans,
        batches,
        frozenset(event.args["license"] for event in dataset.of("LicenseBought")),
        _key_check(facts, dataset),
        _sold(dataset),
    )


def _sold(dataset: Dataset) -> dict[int, list[frozenset[int]]]:
    opened: set[int] = set()
    sold: dict[int, list[frozenset[int]]] = {}
    for event in dataset.of("EpochOpened", "LicenseBought", "LicenseRenewed"):
        if event.name == "EpochOpened":
            opened.add(event.args["epoch"])
        else:
            sold.setdefault(event.args["license"], []).append(frozenset(opened))
    return sold


def _key_check(facts: Facts, dataset: Dataset) -> KeyCheck:
    coordinators = (dataset.terms.coordinator, dataset.terms.successor)
    registered = [
        event.args
        for event in facts.of("AnnotationLedger", "ReceiptKeySet")
        if event.emitter == dataset.contracts.ledger and event.args["coordinator"] in coordinators
    ]

    def check(key: Address, earliest: int, latest: int) -> bool:
        return any(
            args["key"] == key and args["valid_from"] <= latest and args["valid_until"] >= earliest
            for args in registered
        )

    return check
