"""The verifier's check of bounties: what an escrow, or a node that tells of one, may not say unfound."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from cota.chain.contracts import Bounty, BountyPart
from cota.chain.decode import Event
from cota.chain.deployment import Deployed, Deployment
from cota.units import ZERO_ADDRESS, Address, BlockRef, Hash32
from cota.verify.bounties import LONGEST_WAIT, check_bounties
from cota.verify.epoch_files import Settled
from cota.verify.escrows import EscrowView
from cota.verify.facts import Contracts, Dataset, Facts
from cota.verify.report import Check, Report

ESCROW, REGISTRY, LEDGER, HEIRS, TOKEN = (Address("0x" + digit * 40) for digit in "12345")
PUBLISHER, ANA, BIA, CAIO, OTHER = (Address("0x" + digit * 40) for digit in "6789a")
DATASET = Hash32(b"\x07" * 32)
UNITS, PRICE, START, RECEIPT, PENALTY = 1_000, 30, 1_000_000, 60, 600
CORRECTION = (1 << 63) + 1


class Frozen(Dataset):
    """A dataset whose terms are told instead of decoded."""

    class terms:  # type: ignore[assignment]
        publisher, payment_token, units_per_label = PUBLISHER, TOKEN, UNITS
        receipt_period, penalty_period = RECEIPT, PENALTY


class Chain:
    """What ledger, shares, successions and escrow said; each log in a block of its own, `now` its time."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.times: dict[int, int] = {}
        self.now = START
        self.files: dict[int, list[tuple[Address, int]]] = {}

    def say(self, name: str, contract: str = "BountyEscrow", **args: Any) -> None:
        at = {"BountyEscrow": ESCROW, "Successions": HEIRS}.get(contract, LEDGER)
        number = len(self.events) + 1
        self.times[number] = self.now
        told = {"dataset": bytes(DATASET), **args}
        # One transaction a second: what is said in one second belongs together.
        self.events.append(Event(contract, name, at, number, b"", self.now.to_bytes(32, "big"), 0, told))

    def open(self, amount: int = 1_000, bounty: int = 1, **changes: Any) -> None:
        told = {"publisher": PUBLISHER, "token": TOKEN, "per_label": PRICE, "units_per_label": UNITS}
        self.say("BountyOpened", bounty=bounty, **{**told, "first_checkpoint": 1, **changes})
        self.fund(amount, bounty, free=amount, payer=PUBLISHER)
        self.now += 1

    def fund(self, amount: int, bounty: int = 1, *, free: int, payer: Address = OTHER) -> None:
        self.say("BountyFunded", bounty=bounty, payer=payer, amount=amount, free=free)

    def settle(self, *leaves: tuple[Address, int], epoch: int = 1, filed: bool = True) -> None:
        """Checkpoint, settlement, finality, ten seconds apart."""
        total, ledger = sum(units for _, units in leaves), "AnnotationLedger"
        self.say("Checkpointed", ledger, checkpoint=epoch)
        self.now += 10
        self.say("SettlementProposed", ledger, checkpoint=epoch, leaf_count=len(leaves))
        self.now += 10
        self.say("EpochFinalized", ledger, checkpoint=epoch, total_units=total)
        self.now += 10
        if filed:
            self.files[epoch] = list(leaves)

    def assign(self, units: int, amount: int, free: int, epoch: int = 1, bounty: int = 1) -> None:
        self.say("BountyAssigned", bounty=bounty, epoch=epoch, total_units=units, amount=amount, free=free)

    def pay(self, index: int, account: Address, units: int, amount: int, **changes: Any) -> None:
        told = {"bounty": 1, "epoch": 1, "to": account}
        paid = {"index": index, "account": account, "units": units, "amount": amount}
        self.say("BountyPaid", **{**told, **paid, **changes})

    def close(self, **changes: Any) -> None:
        self.say("BountyClosed", **{"bounty": 1, "ends_at": self.now + RECEIPT, **changes})

    def back(self, amount: int, to: Address = PUBLISHER) -> None:
        self.say("BountyReturned", bounty=1, to=to, amount=amount)

    def check(self, view: EscrowView) -> Check:
        created = Event(
            "DatasetRegistry", "DatasetCreated", REGISTRY, 0, b"", b"", 0, {"dataset": bytes(DATASET)}
        )
        own = [event for event in self.events if event.contract not in ("BountyEscrow", "Successions")]
        dataset = Frozen(created, Contracts(*[LEDGER] * 7), own)
        contracts = {
            name: Deployed(name, 1, at, 1) for name, at in (("BountyEscrow", ESCROW), ("Successions", HEIRS))
        }
        deployment = Deployment("local", 31_337, Hash32(bytes(32)), True, contracts)
        block = BlockRef(999, Hash32(bytes(32)), self.now)
        facts = Facts(deployment, {}, block, self.events, [dataset], self.times)
        report = Report("local", 31_337, 999, "0x")
        check_bounties(report, facts, {ESCROW: view}, [self.settled(dataset, n) for n in self.files])
        (made,) = report.checks
        assert made.name == "bounties"
        return made

    def settled(self, dataset: Dataset, epoch: int) -> Settled:
        leaves = [SimpleNamespace(account=account, units=units) for account, units in self.files[epoch]]
        checkpoint = SimpleNamespace(args={"checkpoint": epoch})
        file = SimpleNamespace(leaves=leaves)
        return Settled(dataset, checkpoint, checkpoint, True, b"", file, "")  # type: ignore[arg-type]


def view(
    bounty: Bounty | None = None,
    parts: dict[tuple[int, int], BountyPart] | None = None,
    owed: int = 0,
    **changes: Any,
) -> EscrowView:
    """What the escrow answers; a bounty that was opened and nothing more, unless told."""
    kept = bounty or OPENED
    told = {"registry": REGISTRY, "ledger": LEDGER, "successions": HEIRS, "bounties": {1: kept}}
    money = {"parts": parts or {}, "held": {TOKEN: owed}, "money": {TOKEN: owed}}
    return EscrowView(**{**told, **money, **changes})


OPENED = Bounty(DATASET, PUBLISHER, START, 0, TOKEN, UNITS, 1, 0, 0, PRICE, 1_000)
# The story: 1,000 put aside, 3,500 units final 21 s after, 105 taken, 104 paid, closed, 895 given back.
PART = BountyPart(105, 3_500, 0, True)
FINAL = START + 1 + 20
ENDS = FINAL + 11 + RECEIPT
ENDED = replace(OPENED, ends_at=ENDS, assigned=1, returns_at=FINAL + PENALTY, free=0)


def story(chain: Chain | None = None, *, until: str = "back") -> Chain:
    chain = chain or Chain()
    chain.open()
    chain.settle((ANA, 1_700), (BIA, 1_800), (CAIO, 0))
    chain.assign(3_500, 105, 895)
    if until == "assigned":
        return chain
    chain.pay(0, ANA, 1_700, 51)
    if until == "one paid":
        return chain
    chain.pay(1, BIA, 1_800, 54)
    chain.pay(2, CAIO, 0, 0)
    chain.now += 1
    chain.close()
    if until == "closed":
        return chain
    chain.now = FINAL + PENALTY
    chain.back(895)
    return chain


def finding(check: Check) -> str:
    assert check.outcome == "failed", (check.outcome, check.compared, check.reason)
    return str(check.finding)


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
    held = replace(OPENED, assigned=1, returns_at=FINAL + PENALTY, free=0)
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
    held = replace(OPENED, assigned=1, returns_at=FINAL + PENALTY, free=895)
    found = chain.check(view(held, {(1, 1): PART}, owed=895))
    assert found.outcome == "ok"
    assert found.scope.endswith("; 1 sent on, as the escrow lets the account or its successor alone")


def test_check__correction__is_paid_in_the_transaction_in_which_it_takes_its_part() -> None:
    def told(pause: int, account: Address = CAIO) -> Check:
        chain = story(until="one paid")
        opened = {"checkpoint": 1, "epoch": CORRECTION, "account": CAIO, "units": 500}
        chain.say("CorrectionOpened", "AnnotationLedger", **opened)
        chain.now += 1
        chain.assign(500, 15, 880, epoch=CORRECTION)
        chain.now += pause
        chain.pay(0, account, 500, 15, epoch=CORRECTION)
        held = replace(OPENED, assigned=1, returns_at=FINAL + PENALTY, free=880)
        parts = {(1, 1): BountyPart(105, 3_500, 1_800, True), (1, CORRECTION): BountyPart(15, 500, 0, True)}
        return chain.check(view(held, parts, owed=880 + 54))

    assert told(0).outcome == "ok"
    assert "transaction of BountyEscrow.BountyPaid" in finding(told(1))
    assert f"account of BountyEscrow.BountyPaid in block 10, log 0: expected {CAIO}" in finding(
        told(0, OTHER)
    )


def test_check__year_after_the_end__money_goes_back_whatever_is_open() -> None:
    def told(wait: int) -> Check:
        chain = Chain()
        chain.open()
        chain.say("Checkpointed", "AnnotationLedger", checkpoint=1)
        chain.close()
        ends = chain.now + RECEIPT
        chain.now = ends + wait
        chain.back(1_000)
        return chain.check(view(replace(OPENED, ends_at=ends, free=0)))

    assert told(LONGEST_WAIT + 1).outcome == "ok"
    assert "epochs that took their part before BountyEscrow.BountyReturned" in finding(told(LONGEST_WAIT))


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
        ended = replace(OPENED, assigned=1, returns_at=FINAL + 1 + PENALTY, free=895)
        parts = {(1, 1): PART, (2, 1): BountyPart(105, 3_500, 3_500 - again, True)}
        bounties = {1: ended, 2: replace(ended, opened_at=START + 1)}
        return chain.check(view(None, parts, owed=2 * 895 + 105 - amount, bounties=bounties))

    found = told(1_700, 1_800)
    assert found.outcome == "ok"
    assert found.scope == "3 payments; 1 leaves of claims of shares; 2 by the escrow's own proof alone"
    assert f"units of {ANA} in" in finding(told(1_701, 1_800))
    assert "off by -1" in finding(told(1_701, 1_800))
    assert f"units of {BIA} in BountyEscrow.BountyPaid" in finding(told(1_700, 1_799))


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
    held = replace(OPENED, assigned=1, returns_at=FINAL + PENALTY, free=895)
    found = chain.check(view(held, {(1, 1): BountyPart(105, 3_500, 1_800, True)}, owed=895 + 54))
    assert found.outcome == "ok"
    assert "1 sent on" in found.scope


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
    chain.now = FINAL + PENALTY + 100
    chain.back(895)


def _closed_twice(chain: Chain) -> None:
    story(chain, until="closed")
    chain.close()


@pytest.mark.parametrize(
    ("telling", "expected"),
    [
        (
            _back(PENALTY - 1),
            f"time of BountyEscrow.BountyReturned in block 11, log 0: expected {FINAL + PENALTY}",
        ),
        (_back(12), "time of BountyEscrow.BountyReturned"),
        (
            _back(PENALTY, 894),
            "amount of BountyEscrow.BountyReturned in block 11, log 0: expected 895, found 894",
        ),
        (_back(PENALTY, 896), "off by +1"),
        (_back(PENALTY, 0), "amount of BountyEscrow.BountyReturned"),
        (_back(PENALTY, to=ESCROW), "receiver of BountyEscrow.BountyReturned"),
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
