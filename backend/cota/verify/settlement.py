"""Epoch files, facts, views -> **settlement checks**. Does skill become units, and units shares, by the
rules alone?

Checks `epochs.units`, `epochs.leaves`, `epochs.bounds`, `epochs.opened`, `shares.supply`,
`shares.claims`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cota.chain.decode import Event
from cota.settlement.earning import earn, window
from cota.settlement.epoch_file import EpochFile
from cota.settlement.leaves import CORRECTION, Epoch, make_leaf
from cota.units import Address
from cota.verify.epoch_files import Settled, require
from cota.verify.facts import Dataset, Facts, describe
from cota.verify.report import Report, Tally
from cota.verify.views import Views


def check_settlements(report: Report, epochs: Sequence[Settled], has_source: bool) -> None:
    """From the published skills to the root that was proposed."""
    with report.check("epochs.units", "units follow from skills and settled labels") as tally:
        found = list(require(epochs, has_source))
        files = {(e.dataset.id, e.number): file for e, file in found}
        for epoch, file in found:
            earlier = {number: one for (at, number), one in files.items() if at == epoch.dataset.id}
            _check_units(tally, epoch, file, earlier)
    with report.check("epochs.leaves", "the leaves make the settlement root on chain") as tally:
        for epoch, file in require(epochs, has_source):
            args, end = epoch.proposal.args, file.end
            tally.equal(f"units in the leaves of {epoch.where}", args["total_units"], end.total_units)
            tally.equal(f"number of leaves of {epoch.where}", args["leaf_count"], end.leaf_count)
            tally.equal(f"settlement root of {epoch.where}", args["settlement_root"], end.settlement_root)
            tally.compared += end.leaf_count


def check_epochs(report: Report, facts: Facts, views: Views, epochs: Sequence[Settled]) -> None:
    """From the proposals to shares: needs nothing but the chain."""
    with report.check("epochs.bounds", "no epoch mints more than the terms allow (P5)") as tally:
        for epoch in epochs:
            rows = epoch.checkpoint.args["to"] - epoch.checkpoint.args["from"]
            most, total = rows * epoch.dataset.terms.units_per_label, epoch.proposal.args["total_units"]
            corrected = sum(
                event.args["units"]
                for event in epoch.dataset.of("CorrectionOpened")
                if event.args["checkpoint"] == epoch.number
            )
            tally.within(f"units of {epoch.where} and its corrections", total + corrected, most=most)
        for dataset in facts.datasets:
            minted = sum(event.args["total"] for event in dataset.of("EpochOpened"))
            tally.within(f"supply of {dataset.name}", minted, most=dataset.terms.supply_cap)
        tally.need("no epoch was settled yet")
    with report.check("epochs.opened", "each finalised settlement opened exactly its epoch") as tally:
        for dataset in facts.datasets:
            _check_opened(tally, dataset, facts.deployment.chain_id)
        tally.need("no epoch was finalised yet")
    with report.check("shares.supply", "supply is the sum of the finalised epochs") as tally:
        for dataset in facts.datasets:
            view, opened = views.datasets[dataset.id], dataset.of("EpochOpened")
            minted = sum(event.args["total"] for event in opened)
            tally.equal(f"supply of {dataset.name}", minted, view.supply)
            tally.equal(f"pool's supply of {dataset.name}", minted, view.pool.supply)
            epochs_opened = len(opened) - len(dataset.of("CorrectionOpened"))
            tally.equal(f"finalised epochs of {dataset.name}", epochs_opened, view.finalized)
        tally.need("the network has no dataset yet")


def check_share_claims(
    report: Report, facts: Facts, views: Views, epochs: Sequence[Settled], has_source: bool
) -> None:
    """Each share claim is a leaf, once; what is left is what the contract says."""
    with report.check("shares.claims", "each claim is a leaf of its epoch, once (P3)") as tally:
        files = {(e.dataset.id, e.number): file for e, file in require(epochs, has_source) if e.is_final}
        for dataset in facts.datasets:
            _check_claims(tally, dataset, views, {n: f for (at, n), f in files.items() if at == dataset.id})
        tally.need("no epoch was finalised yet")


def _check_units(tally: Tally, epoch: Settled, file: EpochFile, earlier: Mapping[int, EpochFile]) -> None:
    lines = {}
    for number in window(epoch.number, file.header.rules):
        tally.true(
            f"epoch {number} before {epoch.where}", number in earlier, "its file: this epoch builds on it"
        )
        lines[number] = earlier[number].skills
    total, units = earn(file.skills, lines, len(file.rows), epoch.dataset.terms.units_per_label)
    accounts: list[Address] = sorted(set(units) | set(file.units), key=str.lower)
    for account in accounts:
        where = f"units of {account} in {epoch.where}"
        tally.equal(where, units.get(account, 0), file.units.get(account, 0))
    tally.equal(f"total units of {epoch.where}", total, epoch.proposal.args["total_units"])


def _check_opened(tally: Tally, dataset: Dataset, chain_id: int) -> None:
    proposed = {event.args["checkpoint"]: event.args for event in dataset.of("SettlementProposed")}
    finalised = {event.args["checkpoint"]: event for event in dataset.of("EpochFinalized")}
    opened = {event.args["epoch"]: event for event in dataset.of("EpochOpened")}
    for number, event in finalised.items():
        where = describe(event)
        tally.true(f"settlement of {where}", number in proposed, "one that was proposed", number)
        for name in ("attempt", "settlement_root", "total_units"):
            tally.equal(f"{name.replace('_', ' ')} of {where}", proposed[number][name], event.args[name])
    corrections = {event.args["epoch"]: event for event in dataset.of("CorrectionOpened")}
    tally.equal(f"opened epochs of {dataset.name}", sorted([*finalised, *corrections]), sorted(opened))
    for number, event in opened.items():
        if number in corrections:
            _check_correction(tally, dataset, chain_id, corrections[number], event)
            continue
        tally.equal(f"units of {describe(event)}", finalised[number].args["total_units"], event.args["total"])
        tally.equal(
            f"root of {describe(event)}", finalised[number].args["settlement_root"], event.args["root"]
        )


def _check_correction(tally: Tally, dataset: Dataset, chain_id: int, told: Event, opened: Event) -> None:
    """A correction is an epoch of one leaf, numbered apart from the checkpoints' own."""
    args, where = told.args, describe(told)
    tally.true(f"number of {where}", args["epoch"] >= CORRECTION, "the top bit set", args["epoch"])
    tally.equal(f"units of {describe(opened)}", args["units"], opened.args["total"])
    epoch = Epoch(chain_id, dataset.contracts.ledger, dataset.id, args["epoch"])
    leaf = make_leaf(epoch, 0, args["account"], args["units"], 0)
    tally.equal(f"root of {describe(opened)}", leaf.hash, opened.args["root"])


def _check_claims(tally: Tally, dataset: Dataset, views: Views, files: dict[int, EpochFile]) -> None:
    remaining = {event.args["epoch"]: event.args["total"] for event in dataset.of("EpochOpened")}
    corrected = {event.args["epoch"]: event.args["account"] for event in dataset.of("CorrectionOpened")}
    seen: set[tuple[int, int]] = set()
    for event in dataset.of("SharesClaimed"):
        epoch, index, where = event.args["epoch"], event.args["index"], describe(event)
        tally.true(where, (epoch, index) not in seen, "a leaf that was not claimed before")
        seen.add((epoch, index))
        remaining[epoch] -= event.args["units"]
        tally.equal(f"units left after {where}", remaining[epoch], event.args["remaining"])
        if epoch in files:
            leaves = files[epoch].leaves
            tally.true(where, index < len(leaves), f"one of {len(leaves)} leaves", index)
            account = leaves[index].account
            tally.equal(f"account of {where}", account, event.args["account"])
            tally.equal(f"units of {account} in {where}", leaves[index].units, event.args["units"])
        if epoch in corrected:
            tally.equal(f"account of {where}", corrected[epoch], event.args["account"])
    view = views.datasets[dataset.id]
    for epoch, left in remaining.items():
        tally.equal(f"unclaimed units of epoch {epoch} of {dataset.name}", left, view.epochs[epoch].remaining)
    tally.equal(f"unclaimed units of {dataset.name}", sum(remaining.values()), view.unclaimed_shares)
