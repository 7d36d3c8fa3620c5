"""Disputes on the deployed contracts, by local jurors; the mirror's views tell them as the contracts do."""

from dataclasses import replace

import pytest

from cota.chain.contracts import AuditState, Ground, Outcome, ProposalState, ShareClaim
from cota.scoring.rules import rules_hash
from cota.settlement.leaves import CORRECTION
from cota.verify.disputes import check_disputes
from cota.verify.facts import assort
from cota.verify.reading import pin, read_deployment, read_facts
from cota.verify.report import Report
from cota.verify.run import verify
from cota.verify.views import read_views
from tests.chain.court import COTA, Courtroom
from tests.chain.mirroring import index_to_head, rows
from tests.chain.stage import DOLLAR, UNITS, Dataset, Stage

ALICE, BOB = 5, 9


@pytest.fixture(scope="module")
def room(stage: Stage) -> Courtroom:
    room = Courtroom(stage)
    for actor in (ALICE, BOB, "coordinator"):
        room.equip(actor)
    return room


@pytest.fixture(scope="module")
def dataset(stage: Stage) -> Dataset:
    return stage.create_dataset(
        challenge_window=120,
        appeal_period=3_600,
        penalty_period=7_200,
        challenge_bond=50 * COTA,
        proposer_bond=100 * COTA,
        audit_fee=20 * DOLLAR,
        rules_hash=rules_hash(1),
    )


def test_dispute__upheld_dismissed_and_appealed__are_mirrored_as_the_contracts_hold_them(
    stage: Stage, room: Courtroom, dataset: Dataset, migrated_url: str
) -> None:
    ledger = stage.ledger
    epoch = stage.propose_epoch(dataset, [(BOB, UNITS)])
    room.open_audit(dataset, epoch, ALICE)
    upheld = room.challenge(dataset, epoch, ALICE)
    room.decide(upheld, 1)
    assert stage.node.run(ledger.proposal_of(dataset.id, epoch, "latest")).state is ProposalState.REJECTED
    stage.send("relayer", room.desk.address, room.desk.encode_return_audit_fee(1))

    # The second attempt is challenged in vain and becomes an epoch; bob missed a label of it.
    dataset.claims = []
    stage.propose(dataset, epoch, [(BOB, UNITS)])
    dismissed = room.challenge(dataset, epoch, ALICE, Ground.DATA)
    room.decide(dismissed, 2)
    room.wait(120)
    stage.finalize(dataset, epoch)
    stage.pay(dataset, 40 * DOLLAR)
    appeal = room.appeal(dataset, epoch, BOB, UNITS)
    room.decide(appeal, 1)
    stage.claim_shares(dataset)
    correction = ShareClaim(CORRECTION | 1, 0, stage.address(BOB), UNITS, 0, ())
    stage.send("relayer", dataset.shares.address, dataset.shares.encode_claim_shares([correction]))
    room.withdraw("coordinator", stage.cota.address)
    index_to_head(migrated_url, stage.deployed)

    cases = {int(row.case_id): row for row in rows(migrated_url, "cases")}
    names = {upheld: "upheld", dismissed: "dismissed", appeal: "upheld"}
    assert {number: row.state for number, row in cases.items()} == names
    for number, row in cases.items():
        told = stage.node.run(room.court.case_of(number, "latest"))
        assert (row.dataset, row.epoch, row.attempt) == (told.dataset, told.epoch, told.attempt)
        assert row.ground == told.ground.name.lower().replace("_", "-")
        assert row.state == told.outcome.name.lower()
        assert (row.claimant, row.respondent) == (told.claimant, told.respondent)
        assert (row.bond, row.evidence, row.deadline) == (told.bond, told.evidence, told.deadline)
        assert (row.dispute_id, row.rounds) == (told.dispute, told.rounds)
    assert (cases[dismissed].burnt, cases[upheld].burnt) == (25 * COTA, 0)

    rulings = {row.case_id: row.ruling for row in rows(migrated_url, "rulings")}
    assert rulings == {upheld: 1, dismissed: 2, appeal: 1}
    for row in rows(migrated_url, "dispute_rounds"):
        panel, _ = stage.node.run(room.council.panel_of(int(row.dispute_id), int(row.round), "latest"))
        assert (row.size, row.seats, row.is_general) == (panel.size, panel.seats, panel.is_general)
        assert (row.committed, row.revealed, row.state) == (panel.committed, panel.revealed, "ruled")
    seats = rows(migrated_url, "panel_seats")
    assert len(seats) == 9
    assert {row.ruling for row in seats if row.dispute_id == cases[dismissed].dispute_id} == {2}

    (row,) = rows(migrated_url, "appeals")
    # 40 dollars to one unit of shares, at one COTA a dollar: what a second one would have earned.
    assert (row.account, row.units, row.state) == (stage.address(BOB), UNITS, "upheld")
    assert (row.correction, row.missed, row.paid) == (CORRECTION | 1, 40 * DOLLAR, 40 * COTA)
    (corrected,) = rows(migrated_url, "corrections", dataset=dataset.id)
    assert (corrected.epoch, corrected.units) == (row.correction, UNITS)
    (balance,) = rows(migrated_url, "balances", dataset=dataset.id)
    assert balance.balance == 2 * UNITS

    (audit,) = rows(migrated_url, "audits")
    told_audit = stage.node.run(room.desk.audit_of(1, "latest"))
    assert (audit.auditor, audit.fee, audit.state) == (stage.address(ALICE), 20 * DOLLAR, "returned")
    assert told_audit.state is AuditState.RETURNED

    for credit in rows(migrated_url, "court_credits"):
        desk = room.court if credit.holder == room.court.address else room.desk
        held = stage.node.run(desk.read("creditOf", credit.token, credit.account, block="latest"))
        assert credit.amount == held


def test_dispute__open_and_silent__ends_by_default(
    stage: Stage, room: Courtroom, dataset: Dataset, migrated_url: str
) -> None:
    epoch = stage.propose_epoch(dataset, [(BOB, UNITS)])
    case = room.challenge(dataset, epoch, ALICE)
    room.wait(120)
    stage.send("relayer", room.court.address, room.court.encode_expire(case))
    assert stage.node.run(room.court.case_of(case, "latest")).outcome is Outcome.UNRULED
    index_to_head(migrated_url, stage.deployed)
    (row,) = rows(migrated_url, "cases", case_id=case)
    assert (row.state, row.burnt) == ("unruled", 5 * COTA)
    (attempt,) = rows(migrated_url, "epochs", dataset=dataset.id, epoch=epoch)
    assert attempt.state == "rejected"


def test_verify__after_disputes__agrees_and_compared_them(
    stage: Stage, room: Courtroom, dataset: Dataset
) -> None:
    """Two settlements fell, one leaf was corrected, credits were taken out: all of it follows from the chain."""
    report = verify("local", [stage.deployed.anvil.url], stage.deployed.deployments)
    assert report.first_failure is None
    names = ("disputes.falls", "disputes.corrections", "disputes.bonds", "epochs.opened", "epochs.state")
    for name in (*names, "shares.supply", "shares.claims", "revenue.identity"):
        check = report.outcome_of(name)
        assert check.outcome == ("skipped" if name == "shares.claims" else "ok"), name


@pytest.mark.parametrize(
    ("event", "check"),
    [
        ("CaseClosed", "disputes.falls"),
        ("SettlementRejected", "disputes.falls"),
        ("AppealUpheld", "disputes.corrections"),
        ("CorrectionOpened", "disputes.corrections"),
        ("CreditWithdrawn", "disputes.bonds"),
    ],
)
def test_verify__an_event_of_a_dispute_kept_back__is_noticed(
    stage: Stage, room: Courtroom, dataset: Dataset, event: str, check: str
) -> None:
    node, (deployment, announced) = stage.node, read_deployment("local", stage.deployed.deployments)
    facts = node.run(read_facts(node.client, deployment, announced, node.run(pin(node.client, None))))
    views_then = node.run(read_views(node.client, facts))
    left = [log for log in facts.events if log.name != event]
    bent = replace(facts, events=left, datasets=assort(left))
    report = Report("local", 31_337, facts.block.number, "")
    check_disputes(report, bent, views_then)
    assert report.outcome_of(check).outcome == "failed"
