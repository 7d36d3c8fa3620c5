"""State read from the mirror's views is the state that the contracts tell at the same block."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from cota.chain.contracts import MembershipState, ProposalState
from cota.chain.terms import Terms
from cota.store.mirror import indexed_block
from cota.store.session import Database, ReadSession
from cota.units import BlockRef
from scripts.stack.foundry import ROOT
from tests.chain.mirroring import database, index_to_head, rows
from tests.chain.stage import DOLLAR, UNITS, Dataset, Stage

T = TypeVar("T")


@pytest.fixture(scope="module")
def dataset(stage: Stage) -> Dataset:
    return stage.play()


def read(url: str, question: Callable[[ReadSession], Awaitable[T]]) -> T:
    async def ask() -> T:
        database = Database(url)
        try:
            async with database.read() as session:
                return await question(session)
        finally:
            await database.close()

    return asyncio.run(ask())


@pytest.fixture
def mirror(stage: Stage, dataset: Dataset, migrated_url: str) -> str:
    index_to_head(migrated_url, stage.deployed)
    return migrated_url


def block(url: str) -> BlockRef:
    found = read(url, indexed_block)
    assert found is not None
    return found


def test_views__each_that_the_database_has__is_described_and_can_be_read(mirror: str) -> None:
    named = set(re.findall(r"^\| `mirror\.(\w+)` \|", (ROOT / "docs" / "mirror.md").read_text("utf-8"), re.M))
    with database(mirror) as connection:
        there = connection.execute("SELECT viewname FROM pg_views WHERE schemaname = 'mirror'").fetchall()
    assert named == {name for (name,) in there}
    for name in named:
        rows(mirror, name)


def test_datasets_view__terms_state_and_items__are_the_registrys(
    stage: Stage, dataset: Dataset, mirror: str
) -> None:
    at, registry = block(mirror), stage.registry
    (row,) = rows(mirror, "datasets", dataset=dataset.id)
    assert row.publisher == stage.address("publisher")
    assert row.shares == stage.node.run(registry.shares_of(dataset.id, at)) == dataset.shares.address
    assert Terms.decode(row.terms) == stage.node.run(registry.terms_of(dataset.id, at)) == dataset.terms
    assert row.terms_hash == dataset.terms.hash() == stage.node.run(registry.terms_hash_of(dataset.id, at))
    assert row.state == stage.node.run(registry.state_of(dataset.id, at)).name.lower() == "paused"
    assert row.item_count == stage.node.run(registry.item_count(dataset.id, at)) == 15
    assert row.batch_count == stage.node.run(registry.batch_count(dataset.id, at)) == 2
    assert row.uri == b"https://example.org/birds"


def test_memberships_view__joined_and_released__is_the_vaults(
    stage: Stage, dataset: Dataset, mirror: str
) -> None:
    at, names = block(mirror), {MembershipState.ACTIVE: "active", MembershipState.ENDED: "ended"}
    for actor in (8, 9):
        account = stage.address(actor)
        (row,) = rows(mirror, "memberships", dataset=dataset.id, account=account)
        told = stage.node.run(stage.vault.membership(dataset.id, account, at))
        assert row.state == names[told.state]
        assert (row.sponsor, row.penalty_cap) == (told.sponsor, told.penalty_cap)
        assert (row.left_at or 0) == told.left_at
        (free,) = rows(mirror, "free_stakes", account=account)
        assert free.amount == stage.node.run(stage.vault.free_stake(account, at))
    assert [r.amount for r in rows(mirror, "free_stakes", account=stage.address(8))] == [150]


def test_free_stakes_view__sponsored_from_stake_and_wallet__is_the_vaults(
    stage: Stage, migrated_url: str
) -> None:
    """The sponsor has 250 free: the third membership of 100 takes 50 from there and 50 from the wallet."""
    sponsor = 6
    stage.stake(sponsor, 250)
    stage.send("deployer", stage.cota.address, stage.cota.encode_transfer(stage.address(sponsor), 1_000))
    stage.send(sponsor, stage.cota.address, stage.cota.encode_approve(stage.vault.address, 1_000))
    for _ in range(3):
        dataset = stage.create_dataset()
        cap, account = dataset.terms.penalty_cap, stage.address(sponsor)
        data = stage.vault.encode_join(
            dataset.id, account, dataset.terms.hash(), cap, 0, 2**40 - 1, sponsored=True
        )
        stage.send(sponsor, stage.vault.address, data)
    stage.leave(dataset, sponsor)
    stage.deployed.anvil.rpc("evm_increaseTime", [5])
    stage.run_epoch(dataset, [(8, UNITS)])
    stage.release(dataset, sponsor, 1)
    index_to_head(migrated_url, stage.deployed)
    (free,) = rows(migrated_url, "free_stakes", account=stage.address(sponsor))
    told = stage.node.run(stage.vault.free_stake(stage.address(sponsor), block(migrated_url)))
    assert free.amount == told == 100


def test_shares_views__balances_and_pool__are_the_clones(stage: Stage, dataset: Dataset, mirror: str) -> None:
    at, shares = block(mirror), dataset.shares
    balances = {r.account: r.balance for r in rows(mirror, "balances", dataset=dataset.id)}
    assert balances == {stage.address(8): UNITS + 7, stage.address(9): 2 * UNITS - 7}
    for account, balance in balances.items():
        assert balance == stage.node.run(shares.balance_of(account, at))
    (pool,) = rows(mirror, "pools", dataset=dataset.id)
    told = stage.node.run(shares.pool(at))
    assert (pool.acc, pool.supply, pool.rem) == (told.acc, told.supply, told.rem)
    paid = [r.amount for r in rows(mirror, "payments", dataset=dataset.id)]
    assert pool.paid == sum(paid) > 3 * DOLLAR
    claims = rows(mirror, "share_claims", dataset=dataset.id)
    assert sorted(r.units for r in claims) == [UNITS, 2 * UNITS]
    assert len(rows(mirror, "revenue_claims", dataset=dataset.id, account=stage.address(8))) == 1


def test_ledger_views__checkpoints_and_epochs__are_the_ledgers(
    stage: Stage, dataset: Dataset, mirror: str
) -> None:
    at, ledger = block(mirror), stage.ledger
    checkpoints = rows(mirror, "checkpoints", dataset=dataset.id)
    assert [(r.from_index, r.to_index) for r in checkpoints] == [(0, 10), (10, 20)]
    for row in rows(mirror, "epochs", dataset=dataset.id):
        told = stage.node.run(ledger.proposal_of(dataset.id, row.epoch, at))
        assert (row.settlement_root, row.total_units) == (told.settlement_root, told.total_units)
        assert (row.leaf_count, row.attempt) == (told.leaf_count, told.attempt)
        assert row.proposer == told.proposer
        assert row.window_ends_at == told.window_ends_at
        assert (row.state, told.state) == ("finalized", ProposalState.FINALIZED)
        assert int(row.finalized_time.timestamp()) == told.finalized_at
    coordinator = stage.address("coordinator")
    keys = rows(mirror, "receipt_keys", coordinator=coordinator)
    valid = ledger.is_receipt_key_valid(coordinator, keys[0].key, at.timestamp, at)
    assert stage.node.run(valid)


def test_market_views__licence_and_prices__are_the_markets(
    stage: Stage, dataset: Dataset, mirror: str
) -> None:
    at = block(mirror)
    (row,) = rows(mirror, "licenses", dataset=dataset.id)
    told = stage.node.run(stage.market.license_of(row.license, at))
    assert (row.dataset, row.terms_hash, row.price) == (told.dataset, told.terms_hash, told.price)
    assert (row.epochs, row.expires_at, vars(row)["class"]) == (told.epochs, told.expires_at, told.class_)
    assert row.receiver == stage.address("buyer")
    (price,) = rows(mirror, "prices", dataset=dataset.id)
    assert (price.previous_price, price.price) == (5 * DOLLAR, 6 * DOLLAR)
    assert price.effective_at > at.timestamp
    assert stage.node.run(stage.market.price_of(dataset.id, 0, at)) == price.previous_price


def test_prices_view__change_replaced_before_its_time__never_was_in_force(
    stage: Stage, migrated_url: str
) -> None:
    dataset = stage.create_dataset()
    stage.run_epoch(dataset, [(8, UNITS)])
    for price, wait in ((5, 0), (6, 10), (7, 3_595)):
        stage.set_price(dataset, price * DOLLAR)
        stage.deployed.anvil.rpc("evm_increaseTime", [wait])
    # Now the time of the second price has passed, and not that of the third, which replaced it.
    stage.set_price(dataset, 8 * DOLLAR)
    index_to_head(migrated_url, stage.deployed)
    (row,) = rows(migrated_url, "prices", dataset=dataset.id)
    told = stage.node.run(stage.market.price_of(dataset.id, 0, block(migrated_url)))
    assert (row.previous_price, row.price, told) == (5 * DOLLAR, 8 * DOLLAR, 5 * DOLLAR)
