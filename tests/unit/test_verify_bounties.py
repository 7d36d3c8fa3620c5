"""The verifier's check of bounties: what agrees, how money goes back, and what an escrow may not answer unfound."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cota.chain.contracts import BountyPart
from cota.units import Address, Hash32
from cota.verify.bounties import LONGEST_WAIT
from cota.verify.report import Check
from tests.unit.made_bounties import (
    ANA,
    APPEAL,
    BIA,
    CAIO,
    CORRECTION,
    ENDED,
    ESCROW,
    FINAL,
    OPENED,
    OTHER,
    PART,
    PRICE,
    PUBLISHER,
    RECEIPT,
    SETTLE,
    START,
    TOKEN,
    Chain,
    finding,
    story,
    view,
)


def test_check__whole_life__agrees_and_says_what_payments_were_held_against() -> None:
    found = story().check(view(ENDED, {(1, 1): PART}, owed=0))
    assert (found.outcome, found.finding) == ("ok", None)
    assert found.scope == "3 payments; 3 leaves of epoch files and corrections"
    assert found.compared > 50


def test_check__no_bounty__is_no_check() -> None:
    found = Chain().check(view(bounties={}, held={}, money={}))
    assert (found.outcome, found.reason) == ("skipped", "no bounty was opened yet")


def test_check__money_that_does_not_suffice__is_divided_and_the_rest_stays() -> None:
    chain = Chain()
    chain.open(100)
    chain.settle((ANA, 2_000), (BIA, 5_000))
    chain.assign(7_000, 100, 0)
    chain.pay(0, ANA, 2_000, 28)
    chain.pay(1, BIA, 5_000, 71)
    held = replace(OPENED, assigned=1, returns_at=FINAL + APPEAL, free=0)
    # 28.57 and 71.43: one base unit stays.
    assert chain.check(view(held, {(1, 1): BountyPart(100, 7_000, 0, True)}, owed=1)).outcome == "ok"
    assert "what escrow" in finding(
        chain.check(view(held, {(1, 1): BountyPart(100, 7_000, 0, True)}, owed=0))
    )


def test_check__successor_of_a_lost_key_and_a_place_named_by_her__agree_and_are_told_apart() -> None:
    chain = story(until="assigned")
    chain.say("SuccessionCompleted", "Successions", account=ANA, successor=BIA)
    chain.pay(0, ANA, 1_700, 51, to=BIA)
    chain.pay(1, BIA, 1_800, 54, to=OTHER)
    held = replace(OPENED, assigned=1, returns_at=FINAL + APPEAL, free=895)
    found = chain.check(view(held, {(1, 1): PART}, owed=895))
    assert found.outcome == "ok"
    assert found.scope.endswith("; 1 sent on from within a transaction, by the escrow's own check alone")


def test_check__correction__takes_its_part_and_is_paid_then_or_later() -> None:
    def told(pause: int, account: Address = CAIO) -> Check:
        chain = story(until="one paid")
        chain.correct()
        chain.now += 1
        chain.assign(500, 15, 880, epoch=CORRECTION)
        chain.now += pause
        chain.pay(0, account, 500, 15, epoch=CORRECTION)
        held = replace(OPENED, assigned=1, returns_at=FINAL + APPEAL, free=880)
        parts = {(1, 1): BountyPart(105, 3_500, 1_800, True), (1, CORRECTION): BountyPart(15, 500, 0, True)}
        return chain.check(view(held, parts, owed=880 + 54))

    assert told(0).outcome == told(1).outcome == "ok"
    assert f"account of BountyEscrow.BountyPaid in block 10, log 0: expected {CAIO}" in finding(
        told(0, OTHER)
    )


def test_check__appeals_and_corrections__come_before_what_goes_back() -> None:
    def told(*steps: Callable[[Chain], None], free: int = 895) -> Check:
        chain = story(until="closed")
        chain.now = FINAL + APPEAL
        for step in steps:
            step(chain)
        chain.back(free)
        parts = {(1, 1): PART}
        owed = 895 - free
        if owed:
            parts[1, CORRECTION] = BountyPart(owed, 500, 500, True)
        return chain.check(view(ENDED, parts, owed=owed))

    def appeal(chain: Chain) -> None:
        chain.appeal()

    def rule(chain: Chain) -> None:
        chain.rule()

    def correct(chain: Chain) -> None:
        chain.correct()

    def take(chain: Chain) -> None:
        chain.assign(500, 15, 880, epoch=CORRECTION)

    assert told(appeal, rule, correct, take, free=880).outcome == "ok"
    assert told(appeal, rule).outcome == "ok"
    waits = "epochs whose appeals wait for a ruling at BountyEscrow.BountyReturned"
    assert waits in finding(told(appeal))
    assert waits in finding(told(appeal, lambda chain: chain.appeal(2), rule))
    assert "corrections that took no part before BountyEscrow.BountyReturned" in finding(told(correct))
    # Of another epoch, which the bounty does not cover, or no appeal at all.
    assert told(lambda chain: chain.appeal(epoch=2)).outcome == "ok"
    assert told(lambda chain: chain.appeal(ground=5)).outcome == "ok"
    assert told(lambda chain: chain.correct(checkpoint=2)).outcome == "ok"


def test_check__year_after_all_was_due__money_goes_back_whatever_is_open() -> None:
    def told(wait: int) -> Check:
        chain = Chain()
        chain.open()
        chain.say("Checkpointed", "AnnotationLedger", checkpoint=1)
        chain.close()
        ends = chain.now + RECEIPT
        chain.now = ends + wait
        chain.back(1_000)
        return chain.check(view(replace(OPENED, ends_at=ends, free=0)))

    longest = SETTLE + APPEAL + LONGEST_WAIT
    assert told(longest + 1).outcome == "ok"
    assert "epochs that took their part before BountyEscrow.BountyReturned" in finding(told(longest))


def test_check__without_files__leaves_of_share_claims_serve_and_else_other_payments() -> None:
    def told(claimed: int, again: int) -> Check:
        chain = Chain()
        chain.open()
        chain.open(bounty=2)
        chain.settle((ANA, 1_700), (BIA, 1_800), filed=False)
        for bounty in (1, 2):
            chain.assign(3_500, 105, 895, bounty=bounty)
        chain.pay(0, ANA, 1_700, 51)
        chain.pay(1, BIA, 1_800, 54)
        amount = 105 * again // 3_500
        chain.pay(1, BIA, again, amount, bounty=2)
        chain.say("SharesClaimed", "DatasetShares", account=ANA, epoch=1, index=0, units=claimed)
        ended = replace(OPENED, assigned=1, returns_at=FINAL + 1 + APPEAL, free=895)
        parts = {(1, 1): PART, (2, 1): BountyPart(105, 3_500, 3_500 - again, True)}
        bounties = {1: ended, 2: replace(ended, opened_at=START + 1)}
        return chain.check(view(None, parts, owed=2 * 895 + 105 - amount, bounties=bounties))

    found = told(1_700, 1_800)
    assert found.outcome == "ok"
    assert found.scope == "3 payments; 1 leaves of claims of shares; 2 by the escrow's own proof alone"
    assert f"units of {ANA} in" in finding(told(1_701, 1_800))
    assert "off by -1" in finding(told(1_701, 1_800))
    assert f"units of {BIA} in BountyEscrow.BountyPaid" in finding(told(1_700, 1_799))


# --- the lies of the end


def _back(wait: int, amount: int = 895, to: Address = PUBLISHER) -> Callable[[Chain], None]:
    def tell(chain: Chain) -> None:
        story(chain, until="closed")
        chain.now = FINAL + wait
        chain.back(amount, to)

    return tell


def _never_closed(chain: Chain) -> None:
    story(chain, until="one paid")
    chain.now += LONGEST_WAIT * 2
    chain.back(895)


def _epoch_open(chain: Chain) -> None:
    story(chain, until="closed")
    chain.settle((ANA, 5), epoch=2)
    chain.now = FINAL + APPEAL + 100
    chain.back(895)


def _closed_twice(chain: Chain) -> None:
    story(chain, until="closed")
    chain.close()


@pytest.mark.parametrize(
    ("telling", "expected"),
    [
        (
            _back(APPEAL - 1),
            f"time of BountyEscrow.BountyReturned in block 11, log 0: expected {FINAL + APPEAL}",
        ),
        (_back(12), "time of BountyEscrow.BountyReturned"),
        (
            _back(APPEAL, 894),
            "amount of BountyEscrow.BountyReturned in block 11, log 0: expected 895, found 894",
        ),
        (_back(APPEAL, 896), "off by +1"),
        (_back(APPEAL, 0), "amount of BountyEscrow.BountyReturned"),
        (_back(APPEAL, to=ESCROW), "receiver of BountyEscrow.BountyReturned"),
        (_never_closed, "bounty of BountyEscrow.BountyReturned"),
        (_epoch_open, "epochs that took their part before BountyEscrow.BountyReturned"),
        (_closed_twice, "end of the bounty before BountyEscrow.BountyClosed"),
        (lambda chain: (chain.open(), chain.close(ends_at=START)), "end in BountyEscrow.BountyClosed"),
    ],
)
def test_check__ended_against_the_rules__is_found(telling: Callable[[Chain], Any], expected: str) -> None:
    chain = Chain()
    telling(chain)
    assert expected in finding(chain.check(view(ENDED, {(1, 1): PART})))


# --- what the escrow answers


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("dataset", Hash32(b"\1" * 32)),
        ("publisher", OTHER),
        ("opened_at", START - 1),
        ("ends_at", 0),
        ("token", OTHER),
        ("units_per_label", 1),
        ("first_checkpoint", 2),
        ("assigned", 0),
        ("returns_at", 1),
        ("per_label", PRICE + 1),
        ("free", 1),
    ],
)
def test_check__escrow_that_keeps_another_bounty__is_found(field: str, value: Any) -> None:
    told = story().check(view(replace(ENDED, **{field: value}), {(1, 1): PART}))
    assert f"{field.replace('_', ' ')} of bounty 1" in finding(told)


@pytest.mark.parametrize("field", ["amount", "total_units", "unpaid_units", "is_assigned"])
def test_check__escrow_that_keeps_another_part__is_found(field: str) -> None:
    part = replace(PART, **{field: False if field == "is_assigned" else getattr(PART, field) + 1})
    told = story().check(view(ENDED, {(1, 1): part}))
    assert f"{field.replace('_', ' ')} of epoch 1 in bounty 1" in finding(told)


def test_check__bounty_that_no_log_tells__is_found() -> None:
    told = Chain().check(view(owed=1_000))
    assert f"number of bounties of escrow {ESCROW}: expected 1, found 0" in finding(told)


def test_check__escrow_with_less_than_it_owes__is_found() -> None:
    chain = Chain()
    chain.open()
    short = view(owed=1_000, money={TOKEN: 999})
    assert f"balance of escrow {ESCROW} of token {TOKEN}: expected 1000, found 999" in finding(
        chain.check(short)
    )
    more = view(owed=1_000, money={TOKEN: 1_001})
    assert chain.check(more).outcome == "ok"
    wrong = view(owed=999)
    assert "what escrow" in finding(chain.check(wrong))
