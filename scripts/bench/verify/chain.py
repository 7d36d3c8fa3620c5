"""The chain's part of a made-up dataset: what was made -> **events** -> facts, as if they had been read from a node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cota.auth.signatures import address_of_secret
from cota.chain.decode import Event
from cota.chain.deployment import Deployment
from cota.chain.terms import Terms
from cota.client.drafts import draft_terms
from cota.commitments.words import keccak
from cota.networks import NETWORKS
from cota.units import Address, BlockRef, Hash32, address_of
from cota.verify.facts import Facts, assort
from scripts.bench.verify.made import (
    BEGAN,
    CHAIN_ID,
    DATASET,
    LEDGER,
    LICENSE,
    PERIOD,
    RECEIPT_KEY,
    SCHEMA,
    Made,
    terms_changes,
)


def _address(name: str) -> Address:
    return address_of(keccak(name.encode())[12:])


REGISTRY, MARKET, SHARES, COORDINATOR = (
    _address(name) for name in ("registry", "market", "shares", "coordinator")
)


def terms_of() -> Terms:
    drafted = draft_terms(
        publisher=_address("publisher"), coordinator=COORDINATOR, payment_token=_address("token"), schema=SCHEMA,
        seats=5, price_floor=10**6, windows=NETWORKS["local"].windows,
    )  # fmt: skip
    return replace(drafted, **terms_changes())


def facts_of(made: Made) -> Facts:
    """One dataset with its epochs settled and sold."""
    events: list[Event] = []

    def say(contract: str, name: str, emitter: Address, **args: Any) -> None:
        number = len(events)
        events.append(Event(contract, name, emitter, number, keccak(b"%d" % number), bytes(32), 0, args))

    names = ("ledger", "vault", "market", "shares_implementation", "court", "faults", "deliveries")
    contracts = {name: _address(name) for name in names} | {"ledger": LEDGER, "market": MARKET}
    say("DatasetRegistry", "VersionAdded", REGISTRY, version=1, **contracts)
    say(
        "DatasetRegistry",
        "DatasetCreated",
        REGISTRY,
        dataset=DATASET,
        version=1,
        shares=SHARES,
        terms=terms_of().encode(),
    )
    say("AnnotationLedger", "ReceiptKeySet", LEDGER, coordinator=COORDINATOR, key=address_of_secret(RECEIPT_KEY),
        valid_from=BEGAN - 1, valid_until=BEGAN + 10 * PERIOD)  # fmt: skip
    items = made.size.items * made.size.epochs
    say("DatasetRegistry", "BatchAdded", REGISTRY, dataset=DATASET, batch=1, items_root=made.items_root,
        gold_root=made.gold_root, first_item=0, count=items)  # fmt: skip
    for number, settled in enumerate(made.settlements, 1):
        _settle(say, made, number, settled)
    say("LicenseMarket", "LicenseBought", MARKET, dataset=DATASET, license=LICENSE)
    times = {event.block_number: BEGAN + 60 for event in events}
    deployment = Deployment("local", CHAIN_ID, Hash32(bytes(32)), True, {})
    head = BlockRef(len(events), Hash32(keccak(b"head")), BEGAN + PERIOD)
    return Facts(deployment, {}, head, events, assort(events), times)


def _settle(say: Any, made: Made, number: int, settled: tuple[bytes, int, int, bytes]) -> None:
    root, total, leaves, file_hash = settled
    start = (number - 1) * made.size.rows
    log: Mapping[str, Any] = {
        "from": start, "to": start + made.size.rows, "log_root": made.log_roots[number - 1],
        "data_hash": made.data_hashes[number - 1],
    }  # fmt: skip
    proposal = {"attempt": 0, "settlement_root": root, "total_units": total}
    at = {"dataset": DATASET, "checkpoint": number}
    say("AnnotationLedger", "Checkpointed", LEDGER, **at, **log)
    say(
        "AnnotationLedger",
        "SettlementProposed",
        LEDGER,
        **at,
        **proposal,
        leaf_count=leaves,
        file_hash=file_hash,
    )
    say("AnnotationLedger", "EpochFinalized", LEDGER, **at, **proposal)
    say("DatasetShares", "EpochOpened", SHARES, dataset=DATASET, epoch=number, total=total, root=root)
