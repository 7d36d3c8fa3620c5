"""Facts -> **views** -> checks. What the contracts themselves answer at the pinned block, to hold the
replay against.

Promises: every call names the pinned block's hash, so all answers belong to one state; the accounts asked
for are those that the logs name, none is left out; a contract that does not answer as it must is a
disagreement that names it.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from eth_abi.exceptions import DecodingError

from cota.chain.client import NodeClient
from cota.chain.contracts import (
    AnnotationLedger,
    DatasetRegistry,
    DatasetShares,
    EpochShares,
    Holder,
    License,
    LicenseMarket,
    Pool,
    Token,
)
from cota.errors import ChainReverted
from cota.units import ZERO_ADDRESS, Address, Hash32
from cota.verify.deliveries import Desks, read_desks
from cota.verify.escrows import Escrows, read_escrows
from cota.verify.facts import Dataset, Facts
from cota.verify.reading import gather
from cota.verify.report import Disagreement
from cota.verify.stakes import VaultView, read_vaults
from cota.verify.state import State, read_state

T = TypeVar("T")

Credit = tuple[Address, Address, Address]
"""Market, token, account."""


@dataclass(frozen=True)
class HolderView:
    slot: Holder
    balance: int
    claimable: int


@dataclass(frozen=True)
class DatasetView:
    """One dataset as its contracts answer."""

    terms_hash: Hash32
    pool: Pool
    supply: int
    unclaimed_shares: int
    """Balance of the shares contract in its own shares."""
    money: int
    """Balance of the shares contract in the payment token."""
    finalized: int
    holders: Mapping[Address, HolderView]
    epochs: Mapping[int, EpochShares]
    state: State


@dataclass(frozen=True)
class LicenseView:
    terms: License
    owner: Address


@dataclass(frozen=True)
class Views:
    codes: Mapping[Address, bytes]
    separators: Mapping[Address, bytes]
    """EIP-712 domain separator by ledger."""
    treasuries: Mapping[Address, Address]
    """By market."""
    credits: Mapping[Credit, int]
    licenses: Mapping[tuple[Address, int], LicenseView]
    """By market and number."""
    datasets: Mapping[bytes, DatasetView]
    court_money: Mapping[Address, int]
    """COTA by court."""
    vaults: Mapping[Address, VaultView]
    desks: Desks
    escrows: Escrows


async def read_views(client: NodeClient, facts: Facts) -> Views:
    """Everything that the checks compare with. Raises Disagreement."""
    block = facts.block
    deployed = {at.address for at in facts.deployment.all()}
    addresses = sorted(deployed | {dataset.shares for dataset in facts.datasets})
    ledgers = sorted({dataset.contracts.ledger for dataset in facts.datasets})
    markets = sorted({dataset.contracts.market for dataset in facts.datasets})
    courts = sorted({dataset.contracts.court for dataset in facts.datasets} - {ZERO_ADDRESS})
    codes = await gather([client.code(address, block) for address in addresses])
    separators = await gather(
        [_answer(f"ledger {at}", AnnotationLedger(client, at).domain_separator(block)) for at in ledgers]
    )
    treasuries = await gather(
        [_answer(f"market {at}", LicenseMarket(client, at).treasury(block)) for at in markets]
    )
    by_market = dict(zip(markets, treasuries, strict=True))
    credits = sorted(_credit_accounts(facts.datasets, by_market))
    return Views(
        codes=dict(zip(addresses, codes, strict=True)),
        separators={at: bytes(value) for at, value in zip(ledgers, separators, strict=True)},
        treasuries=by_market,
        credits=dict(
            zip(credits, await gather([_credit(client, facts, one) for one in credits]), strict=True)
        ),
        licenses=await _read_licenses(client, facts),
        datasets={
            dataset.id: await _answer(f"contracts of {dataset.name}", _read_dataset(client, facts, dataset))
            for dataset in facts.datasets
        },
        court_money=dict(zip(courts, await _court_money(client, facts, courts), strict=True)),
        vaults=await _answer("the vaults", read_vaults(client, facts)),
        desks=await _answer("the desks of deliveries", read_desks(client, facts)),
        escrows=await _answer("the escrows of bounties", read_escrows(client, facts)),
    )


async def _court_money(client: NodeClient, facts: Facts, courts: Sequence[Address]) -> Sequence[int]:
    if not courts:
        return []
    cota = Token(client, facts.deployment.address("CotaToken"))
    return await gather([_answer(f"COTA of {at}", cota.balance_of(at, facts.block)) for at in courts])


async def _answer(where: str, asked: Coroutine[Any, Any, T]) -> T:
    """What a contract answers that must be able to."""
    try:
        return await asked
    except (ChainReverted, DecodingError) as error:
        raise Disagreement(where, "a contract that answers", error) from error


def holders_of(dataset: Dataset) -> list[Address]:
    """Every account that ever held shares or took revenue, in the order of its address."""
    found: set[Address] = set()
    for event in dataset.of("SharesClaimed", "RevenueClaimed"):
        found.add(event.args["account"])
    for event in dataset.of("SharesMoved", "SharesInherited"):
        found |= {event.args["from"], event.args["to"]}
    return sorted(found, key=str.lower)


def _credit_accounts(datasets: Iterable[Dataset], treasuries: Mapping[Address, Address]) -> set[Credit]:
    found: set[Credit] = set()
    for dataset in datasets:
        market, token = dataset.contracts.market, dataset.terms.payment_token
        found |= {(market, token, dataset.terms.publisher), (market, token, treasuries[market])}
    return found


async def _credit(client: NodeClient, facts: Facts, of: Credit) -> int:
    market, token, account = of
    return await LicenseMarket(client, market).credit_of(token, account, facts.block)


async def _read_licenses(client: NodeClient, facts: Facts) -> dict[tuple[Address, int], LicenseView]:
    sold = [
        (dataset.contracts.market, int(event.args["license"]))
        for dataset in facts.datasets
        for event in dataset.of("LicenseBought")
    ]
    views = [_answer(f"licence {n} at market {at}", _read_license(client, facts, at, n)) for at, n in sold]
    return dict(zip(sold, await gather(views), strict=True))


async def _read_license(client: NodeClient, facts: Facts, at: Address, number: int) -> LicenseView:
    market = LicenseMarket(client, at)
    return LicenseView(
        await market.license_of(number, facts.block), await market.owner_of(number, facts.block)
    )


async def _read_dataset(client: NodeClient, facts: Facts, dataset: Dataset) -> DatasetView:
    block = facts.block
    shares = DatasetShares(client, dataset.shares)
    epochs = [int(event.args["epoch"]) for event in dataset.of("EpochOpened")]
    opened = await gather([shares.epoch_of(epoch, block) for epoch in epochs])
    money = Token(client, dataset.terms.payment_token)
    return DatasetView(
        terms_hash=await DatasetRegistry(client, Address(dataset.created.emitter)).terms_hash_of(
            dataset.id, block
        ),
        pool=await shares.pool(block),
        supply=await shares.total_supply(block),
        unclaimed_shares=await shares.balance_of(dataset.shares, block),
        money=await money.balance_of(dataset.shares, block),
        finalized=await AnnotationLedger(client, dataset.contracts.ledger).finalized_count(dataset.id, block),
        holders=await _read_holders(client, facts, dataset),
        epochs=dict(zip(epochs, opened, strict=True)),
        state=await read_state(client, facts, dataset),
    )


async def _read_holders(client: NodeClient, facts: Facts, dataset: Dataset) -> dict[Address, HolderView]:
    shares, block = DatasetShares(client, dataset.shares), facts.block
    accounts = holders_of(dataset)
    slots = await gather([shares.holder(account, block) for account in accounts])
    balances = await gather([shares.balance_of(account, block) for account in accounts])
    claimables = await gather([shares.claimable(account, block) for account in accounts])
    views = [HolderView(*found) for found in zip(slots, balances, claimables, strict=True)]
    return dict(zip(accounts, views, strict=True))
