"""Cash for accepted labels, on the deployed contracts: opened, taken by epochs, paid to leaves, given back."""

import secrets
from collections.abc import Iterator

import pytest

from cota.chain.contracts import BountyEscrow
from cota.errors import ChainReverted
from tests.chain.mirroring import index_to_head, rows
from tests.chain.stage import DOLLAR, UNITS, Dataset, Stage
from tests.fixtures.deployed import Deployed

CENT = DOLLAR // 100


@pytest.fixture(scope="module")
def stage(deployed: Deployed) -> Iterator[Stage]:
    stage = Stage(deployed)
    yield stage
    stage.close()


@pytest.fixture
def escrow(stage: Stage) -> BountyEscrow:
    return BountyEscrow.of(stage.node.client, stage.deployed.deployment)


def open_bounty(stage: Stage, escrow: BountyEscrow, dataset: Dataset, per_label: int, amount: int) -> int:
    """Its number."""
    stage.send(
        "publisher", stage.dollar.address, stage.dollar.encode_mint(stage.address("publisher"), amount)
    )
    stage.send("publisher", stage.dollar.address, stage.dollar.encode_approve(escrow.address, amount))
    stage.send("publisher", escrow.address, escrow.encode_open(dataset.id, per_label, amount))
    return stage.node.run(escrow.bounty_count("latest"))


def test_bounties__from_opening_to_what_goes_back(
    stage: Stage, escrow: BountyEscrow, migrated_url: str
) -> None:
    dataset = stage.create_dataset()
    bounty = open_bounty(stage, escrow, dataset, 30 * CENT, 2 * DOLLAR)
    stage.run_epoch(dataset, [(5, 3 * UNITS), (6, UNITS // 2)])
    claims = dataset.claims
    before = [stage.node.run(stage.dollar.balance_of(stage.address(n), "latest")) for n in (5, 6)]
    stage.send("relayer", escrow.address, escrow.encode_pay(bounty, claims))
    after = [stage.node.run(stage.dollar.balance_of(stage.address(n), "latest")) for n in (5, 6)]
    assert [b - a for a, b in zip(before, after, strict=True)] == [90 * CENT, 15 * CENT]
    with pytest.raises(ChainReverted, match="AlreadyPaid"):
        stage.send("relayer", escrow.address, escrow.encode_pay(bounty, claims[:1]))

    # The second epoch finds 95 cents for 4 labels of 30: all leaves get the same part of theirs.
    dataset.claims = []
    stage.run_epoch(dataset, [(5, 3 * UNITS), (6, UNITS)])
    stage.send(5, escrow.address, escrow.encode_assign(bounty, 2))
    part = stage.node.run(escrow.part_of(bounty, 2, "latest"))
    assert (part.amount, part.total_units, part.unpaid_units) == (95 * CENT, 4 * UNITS, 4 * UNITS)
    mine = [claim for claim in dataset.claims if claim.account == stage.address(6)]
    other = stage.address(7)
    with pytest.raises(ChainReverted, match="NotReceiver"):
        stage.send(5, escrow.address, escrow.encode_pay_to(bounty, mine, other))
    stage.send(6, escrow.address, escrow.encode_pay_to(bounty, mine, other))

    index_to_head(migrated_url, stage.deployed)
    (row,) = rows(migrated_url, "bounties", bounty=bounty)
    found = stage.node.run(escrow.bounty_of(bounty, "latest"))
    assert (row.dataset, row.publisher, row.token) == (dataset.id, found.publisher, stage.dollar.address)
    assert (row.per_label, row.units_per_label, row.first_checkpoint) == (30 * CENT, UNITS, 1)
    assert (row.opened_at, row.ends_at, row.epochs) == (found.opened_at, None, found.assigned)
    assert (row.funded, row.assigned, row.free, row.returned) == (2 * DOLLAR, 2 * DOLLAR, 0, 0)
    assert row.paid == 90 * CENT + 15 * CENT + 95 * CENT // 4
    held = stage.node.run(escrow.held_of(stage.dollar.address, "latest"))
    assert held == stage.node.run(stage.dollar.balance_of(escrow.address, "latest"))


def test_bounties__closed__what_no_epoch_took_goes_back(
    stage: Stage, escrow: BountyEscrow, migrated_url: str
) -> None:
    dataset = stage.create_dataset()
    bounty = open_bounty(stage, escrow, dataset, 10 * CENT, DOLLAR)
    stage.run_epoch(dataset, [(5, 2 * UNITS)])
    back = escrow.encode_take_back(bounty, stage.address("publisher"))
    with pytest.raises(ChainReverted, match="NotClosed"):
        stage.send("publisher", escrow.address, back)
    with pytest.raises(ChainReverted, match="NotPublisher"):
        stage.send(5, escrow.address, escrow.encode_close(bounty))
    stage.send("publisher", escrow.address, escrow.encode_close(bounty))
    stage.deployed.anvil.rpc("evm_increaseTime", [dataset.terms.penalty_period + 2])
    stage.deployed.anvil.rpc("evm_mine", [])
    with pytest.raises(ChainReverted, match="EpochsOpen"):
        stage.send("publisher", escrow.address, back)
    stage.send("relayer", escrow.address, escrow.encode_assign(bounty, 1))
    stage.send("publisher", escrow.address, back)
    with pytest.raises(ChainReverted, match="AlreadyClosed"):
        stage.send(5, escrow.address, escrow.encode_fund(bounty, 1))
    # The epoch's part stays for its leaves.
    stage.send("relayer", escrow.address, escrow.encode_pay(bounty, dataset.claims))
    index_to_head(migrated_url, stage.deployed)
    (row,) = rows(migrated_url, "bounties", bounty=bounty)
    found = stage.node.run(escrow.bounty_of(bounty, "latest"))
    assert (row.ends_at, row.free, row.returned, row.paid) == (found.ends_at, 0, 80 * CENT, 20 * CENT)


def test_bounties__unknown__is_said(stage: Stage, escrow: BountyEscrow) -> None:
    with pytest.raises(ChainReverted, match="UnknownBounty"):
        stage.node.run(escrow.bounty_of(2**255, "latest"))
    with pytest.raises(ChainReverted, match="UnknownDataset"):
        stage.send("publisher", escrow.address, escrow.encode_open(secrets.token_bytes(32), 1, 1))
