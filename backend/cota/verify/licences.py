"""Facts, views -> **licence checks**. Was each licence sold at its price, for its epochs, under its terms?

Checks `licenses.price`, `licenses.epochs`, `licenses.terms`, `licenses.state`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cota.chain.decode import Event
from cota.verify.facts import Dataset, Facts, describe
from cota.verify.report import Report, Tally
from cota.verify.views import LicenseView, Views

_SALES = ("LicenseBought", "LicenseRenewed")
_SOLD = "no licence was sold yet"


def check_licenses(report: Report, facts: Facts, views: Views) -> None:
    """What buyers were promised, against what the chain wrote down."""
    with report.check(
        "licenses.price", "each licence cost the price in force, never below the floor"
    ) as tally:
        for dataset in facts.datasets:
            _check_prices(tally, dataset, facts.block_times)
        tally.need(_SOLD)
    with report.check(
        "licenses.epochs", "each licence covers the epochs finalised when it was sold"
    ) as tally:
        for dataset in facts.datasets:
            _check_epochs(tally, dataset)
        tally.need(_SOLD)
    with report.check(
        "licenses.terms", "each licence ends when the terms say, and royalties name one"
    ) as tally:
        for dataset in facts.datasets:
            _check_ends(tally, dataset, facts.block_times)
        tally.need(_SOLD)
    with report.check("licenses.state", "the contract holds each licence as it was sold") as tally:
        for dataset in facts.datasets:
            _check_state(tally, dataset, views)
        tally.need(_SOLD)


@dataclass(frozen=True)
class Price:
    """As the market keeps it: `current` until `effective_at`, then `following`."""

    current: int
    following: int
    effective_at: int

    def at(self, time: int) -> int:
        return self.current if time < self.effective_at else self.following


def _check_prices(tally: Tally, dataset: Dataset, times: Mapping[int, int]) -> None:
    prices: dict[int, Price] = {}
    classes = {event.args["license"]: event.args["class"] for event in dataset.of("LicenseBought")}
    for event in dataset.of("PriceSet", *_SALES):
        args, time = event.args, times[event.block_number]
        if event.name == "PriceSet":
            known = prices.get(args["class"])
            # A class's first price applies at once, a later one after the delay that the terms promise.
            current = known.at(time) if known else args["price"]
            due = time + dataset.terms.price_delay if known else time
            tally.equal(f"start of {describe(event)}", due, args["effective_at"])
            prices[args["class"]] = Price(current, args["price"], args["effective_at"])
            continue
        sold = classes.get(args["license"], -1)
        tally.true(describe(event), sold in prices, "a class with a price")
        tally.equal(f"price in {describe(event)}", prices[sold].at(time), args["price"])
        floor = dataset.terms.price_floor
        tally.within(f"price in {describe(event)}", args["price"], least=floor)


def _check_epochs(tally: Tally, dataset: Dataset) -> None:
    opened = 0
    for event in dataset.of("EpochOpened", *_SALES):
        if event.name == "EpochOpened":
            opened += 1
        else:
            tally.equal(f"epochs in {describe(event)}", opened, event.args["epochs"])


def _check_ends(tally: Tally, dataset: Dataset, times: Mapping[int, int]) -> None:
    """A renewal adds a term to what is left; a term of 0 has no end."""
    term, ends = dataset.terms.license_term, dict[int, int]()
    for event in dataset.of(*_SALES, "RoyaltyPaid"):
        license = event.args["license"]
        if event.name != "LicenseBought":
            tally.true(f"licence in {describe(event)}", license in ends, "a licence sold before", license)
        if event.name in _SALES:
            start = max(times[event.block_number], ends.get(license, 0))
            ends[license] = start + term if term else 0
            tally.equal(f"end in {describe(event)}", ends[license], event.args["expires_at"])


def _check_state(tally: Tally, dataset: Dataset, views: Views) -> None:
    latest: dict[int, Event] = {}
    for event in dataset.of(*_SALES):
        latest[event.args["license"]] = event
    for sold in dataset.of("LicenseBought"):
        number = sold.args["license"]
        view: LicenseView = views.licenses[dataset.contracts.market, number]
        args, where = latest[number].args, f"licence {number} of {dataset.name}"
        tally.equal(f"dataset of {where}", bytes(dataset.id), bytes(view.terms.dataset))
        tally.equal(f"terms of {where}", dataset.created.args["terms_hash"], bytes(view.terms.terms_hash))
        tally.equal(f"terms in {describe(sold)}", dataset.created.args["terms_hash"], sold.args["terms_hash"])
        tally.equal(f"price of {where}", args["price"], view.terms.price)
        tally.equal(f"epochs of {where}", args["epochs"], view.terms.epochs)
        tally.equal(f"end of {where}", args["expires_at"], view.terms.expires_at)
        tally.equal(f"owner of {where}", sold.args["receiver"], view.owner)
