"""Facts, views -> **dispute checks**. Did each settlement fall by a case, and is each bond somebody's?

Checks `disputes.falls`, `disputes.corrections`, `disputes.bonds`. Who was right is the panel's word; what
follows from it is computed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cota.chain.contracts import Ground, Outcome
from cota.chain.decode import Event
from cota.units import Address
from cota.verify.facts import Dataset, Facts, describe
from cota.verify.report import Report, Tally
from cota.verify.views import Views


def check_disputes(report: Report, facts: Facts, views: Views) -> None:
    """Needs nothing but the chain."""
    with report.check("disputes.falls", "each rejected settlement fell by a case against it") as tally:
        for dataset in facts.datasets:
            _check_falls(tally, dataset)
        tally.need("the network has no dataset yet")
    with report.check("disputes.corrections", "each correction follows an upheld appeal") as tally:
        for dataset in facts.datasets:
            _check_corrections(tally, dataset)
        tally.need("the network has no dataset yet")
    with report.check("disputes.bonds", "the courts hold their credits and the bonds of open cases") as tally:
        for court, money in views.court_money.items():
            events = [event for event in facts.events if event.emitter == court]
            cota = facts.deployment.address("CotaToken")
            tally.within(f"COTA of the court {court}", money, least=_owed(events, cota))
        tally.need("the network has no court yet")


def _check_falls(tally: Tally, dataset: Dataset) -> None:
    opened = {event.args["case_id"]: event.args for event in dataset.of("CaseOpened")}
    fell = set()
    for event in dataset.of("CaseClosed"):
        args, outcome = opened.get(event.args["case_id"]), Outcome(event.args["outcome"])
        tally.true(describe(event), args is not None, "a case that was opened")
        if args and args["ground"] != Ground.APPEAL and outcome in (Outcome.UPHELD, Outcome.UNRULED):
            fell.add((args["epoch"], args["attempt"]))
    rejected = {(e.args["checkpoint"], e.args["attempt"]) for e in dataset.of("SettlementRejected")}
    tally.equal(f"rejected settlements of {dataset.name}", sorted(fell), sorted(rejected))


def _check_corrections(tally: Tally, dataset: Dataset) -> None:
    upheld = {e.args["correction"]: e.args for e in dataset.of("AppealUpheld") if e.args["correction"]}
    asked = {event.args["case_id"]: event.args["units"] for event in dataset.of("AppealOpened")}
    opened = {event.args["epoch"]: event for event in dataset.of("CorrectionOpened")}
    tally.equal(f"corrections of {dataset.name}", sorted(upheld), sorted(opened))
    for epoch, args in upheld.items():
        where = describe(opened[epoch])
        tally.equal(f"account of {where}", args["account"], opened[epoch].args["account"])
        tally.equal(f"units of {where}", asked[args["case_id"]], opened[epoch].args["units"])


def _owed(events: Iterable[Event], cota: Address) -> int:
    """Credits not taken out, and the bonds of open cases and of their appeals."""
    bonds, credits = Counter[int](), 0
    for event in events:
        args = event.args
        if event.name in ("CaseOpened", "RulingAppealed"):
            # A proof is closed where it is opened, and posts nothing.
            bonds[args["case_id"]] += args["bond"]
        elif event.name == "CaseClosed":
            del bonds[args["case_id"]]
        elif event.name == "Credited" and args["token"] == cota:
            credits += args["amount"]
        elif event.name == "CreditWithdrawn" and args["token"] == cota:
            credits -= args["amount"]
    return credits + sum(bonds.values())
