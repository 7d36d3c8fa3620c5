"""Facts, views -> **delivery checks**. Was each demand met, judged and made good as the desk's own rules say?

Check `deliveries.state`. Whether something was delivered is the arbitrator's word; who may
say what when, and that a price came back out of the coordinator's bond, is computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cota.chain.client import NodeClient
from cota.chain.contracts import Delivery, DeliveryDesk, DeliveryState
from cota.chain.decode import Event
from cota.units import ZERO_ADDRESS, Address
from cota.verify.facts import Dataset, Facts, describe
from cota.verify.reading import gather
from cota.verify.report import Report, Tally

DEMAND_TERM = 90 * 86_400
"""Seconds after a payment; constant in the contract."""

Desks = Mapping[tuple[Address, int], Delivery]
"""By desk and licence."""

_SALES = ("LicenseBought", "LicenseRenewed")
_WORDS = (
    "DeliveryAcknowledged",
    "DeliveryDemanded",
    "DeliveryAnswered",
    "DeliveryDisputed",
    "DeliveryRuled",
)
_OPEN = (DeliveryState.DEMANDED, DeliveryState.ANSWERED, DeliveryState.DISPUTED)
_NONE = Delivery(ZERO_ADDRESS, 0, 0, DeliveryState.NONE, False, 0)


@dataclass
class _Course:
    """One licence replayed: its last payment, and what the desk keeps of its delivery."""

    licensee: Address
    price: int = 0
    paid_at: int = 0
    kept: Delivery = _NONE

    @property
    def delivery(self) -> Delivery:
        """A later payment has a delivery of its own, once nothing about the earlier one is open."""
        if self.kept.state in _OPEN or self.kept.paid_at == self.paid_at:
            return self.kept
        return replace(_NONE, paid_at=self.paid_at)


def with_desk(facts: Facts) -> Iterator[tuple[Dataset, int]]:
    """(dataset, licence) of all that was sold where somebody rules on deliveries."""
    for dataset in facts.datasets:
        if dataset.contracts.deliveries != ZERO_ADDRESS:
            for event in dataset.of("LicenseBought"):
                yield dataset, int(event.args["license"])


def check_deliveries(report: Report, facts: Facts, desks: Desks) -> None:
    """Needs nothing but the chain."""
    courses: dict[tuple[Address, int], _Course] = {}
    slashed = _slashes(facts)
    with report.check(
        "deliveries.state",
        "each delivery was demanded, judged and made good by the rules, and is held so (P9)",
    ) as tally:
        for dataset in facts.datasets:
            for event in dataset.of(*_SALES, *_WORDS):
                key = dataset.contracts.deliveries, int(event.args["license"])
                if event.name in _SALES:
                    course = courses.setdefault(key, _Course(event.args.get("receiver", ZERO_ADDRESS)))
                    course.price, course.paid_at = event.args["price"], facts.block_times[event.block_number]
                else:
                    tally.true(f"licence in {describe(event)}", key in courses, "a licence sold before")
                    _say(tally, courses[key], event, dataset, facts.block_times, slashed)
        for dataset, license in with_desk(facts):
            key = dataset.contracts.deliveries, license
            told, held = courses[key].delivery, desks[key]
            for name in Delivery.__dataclass_fields__:
                where = f"{name.replace('_', ' ')} of the delivery of licence {license}"
                tally.equal(where, getattr(told, name), getattr(held, name))
        tally.need("no licence was sold yet")


def _say(
    tally: Tally,
    course: _Course,
    event: Event,
    dataset: Dataset,
    times: Mapping[int, int],
    slashed: Mapping[tuple[bytes, Address], int],
) -> None:
    now, args, where, found = times[event.block_number], event.args, describe(event), course.delivery
    if event.name == "DeliveryAcknowledged":
        is_free = found.state < DeliveryState.DISPUTED
        tally.true(where, is_free, "a delivery that nobody judged", found.state.name)
        tally.equal(f"licensee in {where}", course.licensee, args["licensee"])
        course.kept = replace(found, state=DeliveryState.ACKNOWLEDGED)
    elif event.name == "DeliveryDemanded":
        tally.equal(f"state before {where}", DeliveryState.NONE.name, found.state.name)
        tally.within(f"time of {where}", now, most=found.paid_at + DEMAND_TERM)
        tally.equal(f"end in {where}", now + dataset.terms.response_period, args["due_at"])
        tally.equal(f"price in {where}", course.price, args["price"])
        course.kept = Delivery(
            args["coordinator"], args["due_at"], found.paid_at, DeliveryState.DEMANDED, False, args["price"]
        )
    elif event.name == "DeliveryAnswered":
        tally.equal(f"state before {where}", DeliveryState.DEMANDED.name, found.state.name)
        course.kept = replace(found, state=DeliveryState.ANSWERED, was_answered=True)
    elif event.name == "DeliveryDisputed":
        tally.true(where, found.state in _OPEN[:2], "a demand that waits", found.state.name)
        tally.within(f"time of {where}", now, least=found.due_at)
        course.kept = replace(found, state=DeliveryState.DISPUTED)
    else:
        _rule(tally, course, event, slashed)


def _rule(tally: Tally, course: _Course, event: Event, slashed: Mapping[tuple[bytes, Address], int]) -> None:
    args, where, found = event.args, describe(event), course.delivery
    tally.equal(f"state before {where}", DeliveryState.DISPUTED.name, found.state.name)
    ruled = DeliveryState(args["state"])
    tally.true(where, ruled in (DeliveryState.UPHELD, DeliveryState.RETURNED), "a ruling", ruled.name)
    tally.equal(f"licensee in {where}", course.licensee, args["licensee"])
    came = slashed.get((event.tx_hash, course.licensee), 0) if ruled is DeliveryState.RETURNED else 0
    tally.equal(f"what came back by {where}", came, args["returned"], "credited out of the bond")
    course.kept = replace(found, state=ruled)


def _slashes(facts: Facts) -> dict[tuple[bytes, Address], int]:
    """What desks had taken out of bonds, by transaction and who was credited."""
    desks = {dataset.contracts.deliveries for dataset in facts.datasets}
    found: dict[tuple[bytes, Address], int] = {}
    for dataset in facts.datasets:
        for event in dataset.of("CoordinatorSlashed"):
            if event.args["by"] in desks:
                key = event.tx_hash, event.args["to"]
                found[key] = found.get(key, 0) + event.args["credited"]
    return found


async def read_desks(client: NodeClient, facts: Facts) -> dict[tuple[Address, int], Delivery]:
    """What the desks say at the pinned block of every licence sold."""
    sold = [(dataset.contracts.deliveries, license) for dataset, license in with_desk(facts)]
    told = await gather(
        [DeliveryDesk(client, desk).delivery_of(license, facts.block) for desk, license in sold]
    )
    return dict(zip(sold, told, strict=True))
