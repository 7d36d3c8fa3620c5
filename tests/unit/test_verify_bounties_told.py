"""The verifier's check of bounties: openings, parts and payments that nobody may tell unfound."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cota.chain.contracts import BountyPart
from cota.units import ZERO_ADDRESS, Address
from tests.unit.made_bounties import (
    ANA,
    APPEAL,
    BIA,
    ESCROW,
    FINAL,
    OPENED,
    OTHER,
    PRICE,
    PUBLISHER,
    RECEIPT,
    TOKEN,
    UNITS,
    Chain,
    finding,
    story,
    view,
)

# --- the lies of opening and funding


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"publisher": OTHER},
            f"publisher in BountyEscrow.BountyOpened in block 1, log 0: expected {PUBLISHER}",
        ),
        ({"token": OTHER}, "token in BountyEscrow.BountyOpened"),
        ({"units_per_label": UNITS - 1}, "units per label in BountyEscrow.BountyOpened in block 1, log 0"),
        (
            {"first_checkpoint": 2},
            "first checkpoint in BountyEscrow.BountyOpened in block 1, log 0: expected 1",
        ),
        ({"per_label": 0}, "price per label in BountyEscrow.BountyOpened"),
        (
            {"bounty": 2},
            "number of BountyEscrow.BountyOpened in block 1, log 0: expected 1, found 2, off by +1",
        ),
        ({"dataset": b"\1" * 32}, "dataset in BountyEscrow.BountyOpened"),
    ],
)
def test_check__opened_as_its_terms_do_not_say__is_found(changes: dict[str, Any], expected: str) -> None:
    chain = Chain()
    chain.open(**changes)
    assert expected in finding(chain.check(view(owed=1_000)))


@pytest.mark.parametrize("role", ["registry", "ledger", "successions"])
def test_check__escrow_that_works_with_others__is_found(role: str) -> None:
    chain = Chain()
    chain.open()
    told = chain.check(view(owed=1_000, **{role: OTHER}))
    assert f"{role} of the escrow of BountyEscrow.BountyOpened" in finding(told)


def _foreign(chain: Chain) -> None:
    chain.say("BountyOpened", bounty=1, publisher=PUBLISHER, token=TOKEN, per_label=PRICE, units_per_label=UNITS,
              first_checkpoint=1)  # fmt: skip
    chain.fund(1_000, free=1_000, payer=OTHER)


def _later(chain: Chain) -> None:
    chain.say("BountyOpened", bounty=1, publisher=PUBLISHER, token=TOKEN, per_label=PRICE, units_per_label=UNITS,
              first_checkpoint=1)  # fmt: skip
    chain.now += 1
    chain.fund(1_000, free=1_000, payer=PUBLISHER)


def _after_close(chain: Chain) -> None:
    chain.open()
    chain.close()
    chain.fund(5, free=1_005)


def _less(chain: Chain) -> None:
    chain.open()
    chain.fund(5, free=1_004)


@pytest.mark.parametrize(
    ("telling", "expected"),
    [
        (_foreign, "payer in BountyEscrow.BountyFunded in block 2"),
        (_later, "transaction of BountyEscrow.BountyFunded in block 2"),
        (_after_close, "end of the bounty before BountyEscrow.BountyFunded in block 4"),
        (
            _less,
            "free after BountyEscrow.BountyFunded in block 3, log 0: expected 1005, found 1004, off by -1",
        ),
        (lambda chain: chain.fund(5, free=5), "one opened before"),
        (lambda chain: (chain.open(), chain.fund(0, free=1_000)), "amount in BountyEscrow.BountyFunded"),
    ],
)
def test_check__funded_out_of_turn__is_found(telling: Callable[[Chain], Any], expected: str) -> None:
    chain = Chain()
    telling(chain)
    assert expected in finding(chain.check(view(owed=1_000)))


# --- the lies of parts


def _early_part(chain: Chain) -> None:
    chain.open()
    chain.assign(3_500, 105, 895)


def _part_before_it_was_open(chain: Chain) -> None:
    chain.settle((ANA, 1_000))
    chain.open(first_checkpoint=2)
    chain.assign(1_000, 30, 970)


def _part_after_it_ended(chain: Chain) -> None:
    chain.open()
    chain.close()
    chain.now += RECEIPT + 1
    chain.settle((ANA, 1_000))
    chain.assign(1_000, 30, 970)


def _taken(units: int, amount: int, free: int, **changes: Any) -> Callable[[Chain], None]:
    def tell(chain: Chain) -> None:
        chain.open()
        chain.settle((ANA, 3_500))
        chain.assign(units, amount, free, **changes)

    return tell


def _twice(chain: Chain) -> None:
    _taken(3_500, 105, 895)(chain)
    chain.assign(3_500, 105, 790)


@pytest.mark.parametrize(
    ("telling", "expected"),
    [
        (_early_part, "epoch of BountyEscrow.BountyAssigned in block 3, log 0: expected one that is final"),
        (_part_before_it_was_open, "checkpoint of BountyEscrow.BountyAssigned in block 6"),
        (_part_after_it_ended, "time of the checkpoint of BountyEscrow.BountyAssigned in block 7"),
        (_taken(3_501, 105, 895), "units of BountyEscrow.BountyAssigned in block 6, log 0: expected 3500"),
        (
            _taken(3_500, 106, 894),
            "part of BountyEscrow.BountyAssigned in block 6, log 0: expected 105, found 106",
        ),
        (_taken(3_500, 104, 896), "off by -1"),
        (_taken(3_500, 105, 896), "free after BountyEscrow.BountyAssigned"),
        (_taken(3_500, 105, 895, epoch=2), "epoch of BountyEscrow.BountyAssigned"),
        (_taken(3_500, 105, 895, bounty=2), "bounty in BountyEscrow.BountyAssigned"),
        (
            _twice,
            "epoch of BountyEscrow.BountyAssigned in block 7, log 0: expected one that took no part before",
        ),
    ],
)
def test_check__part_that_the_rules_do_not_give__is_found(
    telling: Callable[[Chain], None], expected: str
) -> None:
    chain = Chain()
    telling(chain)
    assert expected in finding(chain.check(view(owed=1_000)))


# --- the lies of payments


@pytest.mark.parametrize(
    ("paid", "expected"),
    [
        (
            (0, ANA, 1_700, 52),
            "amount of BountyEscrow.BountyPaid in block 7, log 0: expected 51, found 52, off by +1",
        ),
        ((0, ANA, 1_700, 50), "off by -1"),
        ((0, ANA, 1_800, 54), f"units of {ANA} in BountyEscrow.BountyPaid in block 7, log 0: expected 1700"),
        ((0, OTHER, 1_700, 51), f"account of BountyEscrow.BountyPaid in block 7, log 0: expected {ANA}"),
        ((1, ANA, 1_700, 51), f"account of BountyEscrow.BountyPaid in block 7, log 0: expected {BIA}"),
        ((3, ANA, 1_700, 51), "index of BountyEscrow.BountyPaid in block 7, log 0: expected one of 3 leaves"),
    ],
)
def test_check__payment_that_is_no_leaf__is_found(paid: tuple[int, Address, int, int], expected: str) -> None:
    chain = story(until="assigned")
    chain.pay(*paid)
    assert expected in finding(chain.check(view(owed=1_000)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"to": ZERO_ADDRESS}, "receiver of BountyEscrow.BountyPaid"),
        ({"to": ESCROW}, "receiver of BountyEscrow.BountyPaid"),
        ({"epoch": 2}, "epoch of BountyEscrow.BountyPaid in block 7, log 0: expected one that took its part"),
        ({"bounty": 2}, "bounty in BountyEscrow.BountyPaid"),
        ({"dataset": b"\1" * 32}, "dataset in BountyEscrow.BountyPaid"),
    ],
)
def test_check__payment_elsewhere__is_found(changes: dict[str, Any], expected: str) -> None:
    chain = story(until="assigned")
    chain.pay(0, ANA, 1_700, 51, **changes)
    assert expected in finding(chain.check(view(owed=1_000)))


def test_check__leaf_paid_twice__is_found() -> None:
    chain = story(until="one paid")
    chain.pay(0, ANA, 1_700, 51)
    assert "leaf of BountyEscrow.BountyPaid in block 8" in finding(chain.check(view(owed=1_000)))


def test_check__more_units_than_the_epoch_has__is_found_without_a_file() -> None:
    chain = Chain()
    chain.open()
    chain.settle((ANA, 1_700), (BIA, 1_800), filed=False)
    chain.assign(3_500, 105, 895)
    chain.pay(0, ANA, 3_000, 90)
    chain.pay(1, BIA, 501, 15)
    assert "units of BountyEscrow.BountyPaid in block 8, log 0: expected 500, found 501" in finding(
        chain.check(view(owed=1_000))
    )


def test_check__money_for_an_heir_who_was_none_then__is_told_as_sent_on() -> None:
    chain = story(until="assigned")
    chain.pay(0, ANA, 1_700, 51, to=BIA)
    chain.say("SuccessionCompleted", "Successions", account=ANA, successor=BIA)
    held = replace(OPENED, assigned=1, returns_at=FINAL + APPEAL, free=895)
    found = chain.check(view(held, {(1, 1): BountyPart(105, 3_500, 1_800, True)}, owed=895 + 54))
    assert found.outcome == "ok"
    assert "1 sent on" in found.scope
