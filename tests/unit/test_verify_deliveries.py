"""The verifier's checks of deliveries: what a desk may not say without being found out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cota.chain.contracts import Delivery, DeliveryState
from cota.chain.decode import Event
from cota.units import ZERO_ADDRESS, Address, BlockRef, Hash32
from cota.verify.deliveries import DEMAND_TERM, check_deliveries
from cota.verify.facts import Contracts, Dataset, Facts
from cota.verify.report import Report

DESK, LEDGER, BUYER, COORDINATOR, OTHER = (Address("0x" + digit * 40) for digit in "12345")
DATASET = Hash32(b"\x07" * 32)
RESPONSE, PRICE, START = 600, 5_000_000, 1_000_000


class Frozen(Dataset):
    """A dataset whose terms are told instead of decoded."""

    class terms:  # type: ignore[assignment]
        response_period = RESPONSE


class Chain:
    """What market, desk and ledger said; `now` is the next block's time."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.times: dict[int, int] = {}
        self.now = START

    def say(self, name: str, contract: str = "DeliveryDesk", **args: Any) -> None:
        number = len(self.events) + 1
        self.times[number] = self.now
        told = {"dataset": bytes(DATASET), "license": 7, **args}
        # One transaction a second: what is said in one second belongs together.
        transaction = self.now.to_bytes(32, "big")
        self.events.append(Event(contract, name, DESK, number, b"", transaction, 0, told))

    def buy(self, name: str = "LicenseBought") -> None:
        self.say(name, "LicenseMarket", price=PRICE, receiver=BUYER)

    def demand(self, **changes: Any) -> None:
        told = {"coordinator": COORDINATOR, "price": PRICE, "due_at": self.now + RESPONSE}
        self.say("DeliveryDemanded", **{**told, **changes})

    def rule(self, state: DeliveryState, returned: int, credited: int = 0, to: Address = BUYER) -> None:
        if credited:
            self.say("CoordinatorSlashed", "AnnotationLedger", by=DESK, to=to, credited=credited)
        self.say("DeliveryRuled", state=int(state), licensee=BUYER, returned=returned)

    def check(self, held: Delivery) -> Report:
        created = Event(
            "DatasetRegistry", "DatasetCreated", DESK, 0, b"", b"", 0, {"dataset": bytes(DATASET)}
        )
        dataset = Frozen(created, Contracts(*[DESK] * 7), self.events)
        block = BlockRef(99, Hash32(bytes(32)), self.now)
        facts = Facts(None, {}, block, self.events, [dataset], self.times)  # type: ignore[arg-type]
        report = Report("local", 31_337, 99, "0x")
        check_deliveries(report, facts, {(DESK, 7): held})
        return report


RETURNED = Delivery(COORDINATOR, START + 10 + RESPONSE, START, DeliveryState.RETURNED, True, PRICE)


def story(returned: int = 70, credited: int = 70, to: Address = BUYER) -> Chain:
    """Bought, demanded ten seconds later, answered, disputed when it was due, ruled against the coordinator."""
    chain = Chain()
    chain.buy()
    chain.now += 10
    chain.demand()
    chain.now += 5
    chain.say("DeliveryAnswered", evidence_hash=b"\1" * 32)
    chain.now += RESPONSE
    chain.say("DeliveryDisputed", dispute_id=3)
    chain.now += 100
    chain.rule(DeliveryState.RETURNED, returned, credited, to)
    return chain


def outcomes(report: Report) -> dict[str, str]:
    return {check.name: check.outcome for check in report.checks}


def finding(report: Report) -> str:
    failure = report.first_failure
    assert failure is not None
    return f"{failure.name}: {failure.finding}"


def test_check__untouched__agrees_whatever_came_back() -> None:
    both = {"deliveries.state": "ok"}
    assert outcomes(story().check(RETURNED)) == both
    assert outcomes(story(0, 0).check(RETURNED)) == both
    renewed = story()
    renewed.now += 50
    renewed.buy("LicenseRenewed")
    fresh = Delivery(ZERO_ADDRESS, 0, renewed.now, DeliveryState.NONE, False, 0)
    assert outcomes(renewed.check(fresh)) == both


def test_check__nothing_sold__is_no_check() -> None:
    report = Chain().check(RETURNED)
    assert outcomes(report) == {"deliveries.state": "skipped"}


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        (story(returned=71), "what came back by DeliveryDesk.DeliveryRuled"),
        (story(returned=70, credited=70, to=OTHER), "what came back by"),
        (story(returned=70, credited=0), "what came back by"),
    ],
)
def test_check__price_that_came_out_of_no_bond__is_found(chain: Chain, expected: str) -> None:
    assert expected in finding(chain.check(RETURNED))


def _late(chain: Chain) -> None:
    chain.now = START + DEMAND_TERM + 1
    chain.demand()


def _twice(chain: Chain) -> None:
    chain.demand()
    chain.demand()


def _early(chain: Chain) -> None:
    chain.demand()
    chain.now += RESPONSE - 1
    chain.say("DeliveryDisputed", dispute_id=1)


def _unasked(chain: Chain) -> None:
    chain.rule(DeliveryState.RETURNED, 0)


def _judged(chain: Chain) -> None:
    chain.demand()
    chain.now += RESPONSE
    chain.say("DeliveryDisputed", dispute_id=1)
    chain.say("DeliveryAcknowledged", licensee=BUYER)


@pytest.mark.parametrize(
    ("telling", "expected"),
    [
        (_late, f"time of DeliveryDesk.DeliveryDemanded in block 2, log 0: expected {START + DEMAND_TERM}"),
        (_twice, "state before DeliveryDesk.DeliveryDemanded in block 3"),
        (_early, "time of DeliveryDesk.DeliveryDisputed in block 3"),
        (_unasked, "state before DeliveryDesk.DeliveryRuled in block 2"),
        (_judged, "DeliveryDesk.DeliveryAcknowledged in block 4"),
        (lambda chain: chain.demand(price=PRICE - 1), "price in DeliveryDesk.DeliveryDemanded"),
        (lambda chain: chain.demand(due_at=START), "end in DeliveryDesk.DeliveryDemanded"),
        (lambda chain: chain.say("DeliveryAnswered"), "state before DeliveryDesk.DeliveryAnswered"),
        (lambda chain: chain.say("DeliveryAcknowledged", licensee=OTHER), "licensee in DeliveryDesk"),
        (lambda chain: chain.say("DeliveryAcknowledged", license=8, licensee=BUYER), "a licence sold before"),
    ],
)
def test_check__word_out_of_turn__is_found_by_its_log(
    telling: Callable[[Chain], None], expected: str
) -> None:
    chain = Chain()
    chain.buy()
    telling(chain)
    report = chain.check(replace(RETURNED, state=DeliveryState.NONE))
    assert expected in finding(report)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("state", DeliveryState.UPHELD),
        ("coordinator", OTHER),
        ("price", PRICE + 1),
        ("was_answered", False),
        ("paid_at", START + 1),
        ("due_at", START),
    ],
)
def test_check__desk_that_keeps_something_else__is_found(field: str, value: Any) -> None:
    report = story().check(replace(RETURNED, **{field: value}))
    assert outcomes(report) == {"deliveries.state": "failed"}
    assert f"{field.replace('_', ' ')} of the delivery of licence 7" in finding(report)
