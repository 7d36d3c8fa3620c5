"""Penalties, credentials, successions, reports: what the mirror's views say is what the contracts tell."""

import secrets
from collections.abc import Iterator

import pytest

from cota.accounts.holdings import replay
from cota.accounts.queries import happenings
from cota.chain.abi import committed_abis
from cota.chain.codec import encode_call
from cota.chain.contracts import (
    CredentialRegistry,
    MembershipState,
    PenaltyState,
    ShareClaim,
    Successions,
)
from cota.commitments.settlement_tree import SettlementTree, leaf
from cota.licenses import duty, queries
from cota.store.session import ReadSession
from tests.chain.mirroring import index_to_head, rows
from tests.chain.stage import DOLLAR, UNITS, Dataset, Stage
from tests.chain.test_mirror_views import block, read
from tests.fixtures.deployed import Deployed

RADIOLOGIST, COUNCIL = b"\x11" * 32, 20
MONTH = 30 * 86_400


@pytest.fixture(scope="module")
def stage(deployed: Deployed) -> Iterator[Stage]:
    stage = Stage(deployed)
    yield stage
    stage.close()


def wait(stage: Stage, seconds: int) -> None:
    stage.deployed.anvil.rpc("evm_increaseTime", [seconds])
    stage.deployed.anvil.rpc("evm_mine", [])


def test_penalties__executed_once__membership_and_statement_say_so(stage: Stage, migrated_url: str) -> None:
    dataset = stage.create_dataset()
    stage.stake(8, 100)
    stage.join(dataset, 8)
    wait(stage, 1)
    claim = fined_epoch(stage, dataset, 8, 25)
    data = stage.vault.encode_execute_penalty(dataset.id, claim)
    stage.send("relayer", stage.vault.address, data)
    index_to_head(migrated_url, stage.deployed)
    at, account = block(migrated_url), stage.address(8)
    told = stage.node.run(stage.vault.membership(dataset.id, account, at))
    (row,) = rows(migrated_url, "memberships", dataset=dataset.id, account=account)
    assert (row.stake - row.penalised, row.penalised) == (told.stake, 25)
    assert told.state is MembershipState.ACTIVE
    (penalty,) = rows(migrated_url, "penalties", dataset=dataset.id)
    assert (penalty.epoch, penalty.index, penalty.state, penalty.burnt) == (1, 0, "executed", 25)
    state = stage.node.run(stage.vault.penalty_state_of(dataset.id, 1, 0, at))
    assert state is PenaltyState.EXECUTED


def fined_epoch(stage: Stage, dataset: Dataset, actor: int, penalty: int) -> ShareClaim:
    """A final epoch of one leaf that fines the actor, whose penalty can be executed now."""
    dataset.rows, dataset.epochs = dataset.rows + 10, dataset.epochs + 1
    ledger, account, epoch = stage.ledger, stage.address(actor), dataset.epochs
    chain = stage.node.client.chain_id
    one = leaf(chain, ledger.address, dataset.id, epoch, 0, account, UNITS, penalty)
    tree = SettlementTree([one])
    for data in (
        ledger.encode_checkpoint(dataset.id, dataset.rows, secrets.token_bytes(32), secrets.token_bytes(32)),
        ledger.encode_propose(dataset.id, epoch, tree.root, UNITS, 1, secrets.token_bytes(32)),
        ledger.encode_finalize(dataset.id, epoch),
    ):
        stage.send("coordinator", ledger.address, data)
    return ShareClaim(epoch, 0, account, UNITS, penalty, tuple(tree.prove(0)))


def test_credentials__issued_renewed_revoked__as_the_registry_says(stage: Stage, migrated_url: str) -> None:
    registry = CredentialRegistry.of(stage.node.client, stage.deployed.deployment)
    access = stage.deployed.deployment.address("AccessManager")
    grant = committed_abis()["AccessManager"].function("grantRole")
    holder, other, issuer = stage.address(8), stage.address(9), stage.address(7)
    define = registry.encode_define_credential(RADIOLOGIST, COUNCIL, "https://example.org/radiologists")
    stage.send("deployer", registry.address, define)
    stage.send("deployer", access, encode_call(grant, (COUNCIL, issuer, 0)))
    far = 2**40 - 1
    for data in (
        registry.encode_issue(RADIOLOGIST, holder, far - 1, b"\x01" * 32),
        registry.encode_issue(RADIOLOGIST, other, far, b"\x02" * 32),
        registry.encode_renew(RADIOLOGIST, holder, far, b"\x03" * 32),
        registry.encode_revoke(RADIOLOGIST, other, b"\x04" * 32),
    ):
        stage.send(7, registry.address, data)
    index_to_head(migrated_url, stage.deployed)
    at = block(migrated_url)
    for account, revoked in ((holder, False), (other, True)):
        (row,) = rows(migrated_url, "credentials", credential=RADIOLOGIST, account=account)
        told = stage.node.run(registry.grant_of(RADIOLOGIST, account, at))
        assert (row.revoked, row.issuer) == (revoked, told.issuer) == (bool(told.revoked_at), issuer)
        if not revoked:
            assert row.expires_at == told.expires_at
        assert stage.node.run(registry.holds_credential(RADIOLOGIST, account, at)) is not revoked


def test_successions__shares_and_revenue_of_a_lost_key__are_the_heirs_P1(
    stage: Stage, migrated_url: str
) -> None:
    """The heir's dues, replayed from her own events, are the contract's to the last unit."""
    successions = Successions.of(stage.node.client, stage.deployed.deployment)
    dataset = stage.create_dataset()
    lost, heir = stage.address(5), stage.address(6)
    stage.run_epoch(dataset, [(5, UNITS), (6, 2 * UNITS), (8, 7)])
    stage.claim_shares(dataset)
    stage.pay(dataset, 3 * DOLLAR + 1)
    stage.send(5, successions.address, successions.encode_name_successor(heir, MONTH))
    stage.send(6, successions.address, successions.encode_start_succession(lost))
    wait(stage, MONTH)
    stage.send("relayer", successions.address, successions.encode_complete_succession(lost))
    stage.send("relayer", dataset.shares.address, dataset.shares.encode_inherit(lost))
    stage.pay(dataset, DOLLAR)
    index_to_head(migrated_url, stage.deployed)
    at = block(migrated_url)
    (row,) = rows(migrated_url, "successors", account=lost)
    assert (row.successor, row.state) == (heir, "completed")
    assert stage.node.run(successions.successor_of(lost, at)) == heir
    assert [stage.node.run(successions.holder_of(one, at)) for one in (lost, heir)] == [heir, heir]
    balances = {r.account: r.balance for r in rows(migrated_url, "balances", dataset=dataset.id)}
    assert (balances[lost], balances[heir]) == (0, 3 * UNITS)
    acc = stage.node.run(dataset.shares.pool(at)).acc
    for account in (lost, heir):
        events = read(migrated_url, lambda session, of=account: happenings(session, dataset.id, of))  # type: ignore[misc]
        claimable = stage.node.run(dataset.shares.claimable(account, at))
        assert replay(account, events).claimable(acc) == claimable
    assert stage.node.run(dataset.shares.claimable(lost, at)) == 0


def test_reports__of_a_licensee_with_a_duty__are_the_markets(stage: Stage, migrated_url: str) -> None:
    dataset = stage.create_dataset(reporting_period=60)
    stage.run_epoch(dataset, [(8, UNITS)])
    stage.set_price(dataset, DOLLAR)
    stage.buy(dataset, DOLLAR)
    index_to_head(migrated_url, stage.deployed)
    (sold,) = rows(migrated_url, "licenses", dataset=dataset.id)
    number = int(sold.license)
    assert rows(migrated_url, "reports", license=number) == []
    for report in (b"\x01" * 32, b"\x02" * 32):
        wait(stage, 50 if report[0] == 1 else 61)
        paid = stage.market.encode_pay_royalty(number, 0, report)
        stage.send("buyer", stage.market.address, paid)
    index_to_head(migrated_url, stage.deployed)
    duty = stage.node.run(stage.market.duty_of(number, block(migrated_url)))
    (row,) = rows(migrated_url, "reports", license=number)
    assert (row.reports, row.late) == (duty.reports, duty.late) == (2, 1)
    assert duty.due_at == int(row.last_at.timestamp()) + 60


def test_duty__bought_reported_renewed_run_out__replayed_it_is_the_market_s(
    stage: Stage, migrated_url: str
) -> None:
    """When the next report is due, from the mirror alone, as `dutyOf` tells it after each step."""
    dataset = stage.create_dataset(reporting_period=60, license_term=100)
    stage.run_epoch(dataset, [(8, UNITS)])
    stage.set_price(dataset, DOLLAR)
    stage.buy(dataset, DOLLAR)
    number = int(stage.node.run(stage.market.read("licenseCount", block="latest")))

    def report() -> None:
        stage.send("buyer", stage.market.address, stage.market.encode_pay_royalty(number, 0, b"\x03" * 32))

    def renew() -> None:
        stage.send("buyer", stage.dollar.address, stage.dollar.encode_approve(stage.market.address, DOLLAR))
        data = stage.market.encode_renew(number, DOLLAR, dataset.terms.hash(), 2**40 - 1)
        stage.send("buyer", stage.market.address, data)

    found = []
    for step, seconds in ((None, 0), (report, 20), (renew, 10), (report, 90), (report, 130), (renew, 70)):
        wait(stage, seconds)
        if step is not None:
            step()
        index_to_head(migrated_url, stage.deployed)
        at = block(migrated_url)

        async def ask(session: ReadSession) -> duty.Owed:
            license = await queries.find(session, number)
            assert license is not None
            return duty.replay(60, await queries.course_of(session, license))

        mine, held = read(migrated_url, ask), stage.node.run(stage.market.duty_of(number, at))
        assert (mine.due_at, mine.reports, mine.late) == (held.due_at, held.reports, held.late)
        found.append((mine.due_at - at.timestamp, mine.late))
    # The second report was late; the third came after the licence had run out, so that nothing was due until it was
    # renewed.
    assert [late for _, late in found] == [0, 0, 0, 1, 2, 2]
    assert found[4][0] < 0 < found[5][0]
