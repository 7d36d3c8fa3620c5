"""Facts, views -> **state checks**. Do the contracts still hold what their logs say that they were told?

Checks `logs.known`, `registry.state`, `log.state`, `epochs.state`. Logs alone could be left out by a node, or
told otherwise, where no file or download is at hand to show it; the contracts' own records are asked for all
of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass

from cota.chain.client import NodeClient
from cota.chain.contracts import AnnotationLedger, Checkpoint, DatasetRegistry, Proposal, ProposalState
from cota.chain.decode import Event
from cota.units import Address, to_hex
from cota.verify.anchors import Batch
from cota.verify.facts import Contracts, Dataset, Facts, dataset_of, describe
from cota.verify.report import Report, Tally


@dataclass(frozen=True)
class State:
    """What registry and ledger hold of one dataset."""

    contracts: Contracts
    """Of the version that the registry says serves it."""
    shares: Address
    batches: list[Batch]
    checkpoints: list[Checkpoint]
    proposals: list[Proposal]
    """By checkpoint, in order."""


async def read_state(client: NodeClient, facts: Facts, dataset: Dataset) -> State:
    block, registry = facts.block, DatasetRegistry(client, Address(dataset.created.emitter))
    ledger = AnnotationLedger(client, dataset.contracts.ledger)
    version = await registry.version(await registry.version_of(dataset.id, block), block)
    batches = range(1, await registry.batch_count(dataset.id, block) + 1)
    checkpoints = range(1, await ledger.checkpoint_count(dataset.id, block) + 1)
    return State(
        Contracts(*astuple(version)),
        await registry.shares_of(dataset.id, block),
        [Batch(*await registry.read("batchOf", dataset.id, number, block=block)) for number in batches],
        [await ledger.checkpoint_of(dataset.id, number, block) for number in checkpoints],
        [await ledger.proposal_of(dataset.id, number, block) for number in checkpoints],
    )


def check_state(report: Report, facts: Facts, states: Mapping[bytes, State]) -> None:
    """Nothing was left out of the logs, and nothing told otherwise."""
    with report.check("logs.known", "every log is of a dataset that the registry announced") as tally:
        known = {bytes(dataset.id) for dataset in facts.datasets}
        for event in facts.events:
            if dataset_of(event.args):
                name = to_hex(dataset_of(event.args))[:10]
                tally.true(describe(event), dataset_of(event.args) in known, "a dataset announced", name)
        tally.need("the network has no dataset yet")
    with report.check("registry.state", "the registry holds datasets and batches as announced") as tally:
        for dataset in facts.datasets:
            _check_registry(tally, dataset, states[dataset.id])
        tally.need("the network has no dataset yet")
    with report.check("log.state", "the ledger holds the checkpoints as logged (P6)") as tally:
        for dataset in facts.datasets:
            _check_checkpoints(tally, dataset, states[dataset.id], facts.block_times)
        tally.need("the network has no dataset yet")
    with report.check("epochs.state", "the ledger holds the settlements as proposed (P6)") as tally:
        for dataset in facts.datasets:
            _check_proposals(tally, dataset, states[dataset.id])
        tally.need("no checkpoint was made yet")


def _check_registry(tally: Tally, dataset: Dataset, state: State) -> None:
    for name, served in vars(state.contracts).items():
        where = f"{name.replace('_', ' ')} that serves {dataset.name}"
        tally.equal(where, served, getattr(dataset.contracts, name))
    tally.equal(f"shares of {dataset.name}", state.shares, dataset.shares)
    told = dataset.of("BatchAdded")
    tally.equal(f"number of batches of {dataset.name}", len(state.batches), len(told))
    for number, (event, held) in enumerate(zip(told, state.batches, strict=True), 1):
        tally.equal(f"number of {describe(event)}", number, event.args["batch"])
        for name, value in vars(held).items():
            tally.equal(f"{name.replace('_', ' ')} of {describe(event)}", value, event.args[name])


def _check_checkpoints(tally: Tally, dataset: Dataset, state: State, times: Mapping[int, int]) -> None:
    told = dataset.of("Checkpointed")
    tally.equal(f"number of checkpoints of {dataset.name}", len(state.checkpoints), len(told))
    for event, held in zip(told, state.checkpoints, strict=True):
        where, args = describe(event), event.args
        tally.equal(f"first row of {where}", held.start, args["from"])
        tally.equal(f"end of {where}", held.end, args["to"])
        tally.equal(f"log root of {where}", bytes(held.log_root), args["log_root"])
        tally.equal(f"time of {where}", held.made_at, times[event.block_number])


_MOVES = {
    "SettlementProposed": ProposalState.PROPOSED,
    "SettlementSuspended": ProposalState.DISPUTED,
    "SettlementResumed": ProposalState.PROPOSED,
    "SettlementRejected": ProposalState.REJECTED,
    "EpochFinalized": ProposalState.FINALIZED,
}


def _check_proposals(tally: Tally, dataset: Dataset, state: State) -> None:
    told: dict[int, Event] = {}
    ends: dict[int, int] = {}
    states: dict[int, ProposalState] = {}
    for event in dataset.of(*_MOVES):
        number = event.args["checkpoint"]
        states[number] = _MOVES[event.name]
        # A dispute that was lost moved the window's end.
        ends[number] = event.args.get("window_ends_at", ends.get(number, 0))
        if event.name == "SettlementProposed":
            told[number] = event
    held = {n: one for n, one in enumerate(state.proposals, 1) if one.state is not ProposalState.NONE}
    tally.equal(f"proposed epochs of {dataset.name}", sorted(held), sorted(told))
    final = [number for number, state_ in states.items() if state_ is ProposalState.FINALIZED]
    done = [number for number, one in held.items() if one.state is ProposalState.FINALIZED]
    tally.equal(f"finalised epochs of {dataset.name}", sorted(done), sorted(final))
    for number, event in told.items():
        where, args, one = describe(event), event.args, held[number]
        tally.equal(f"state after {where}", states[number].name, one.state.name)
        tally.equal(f"settlement root of {where}", bytes(one.settlement_root), args["settlement_root"])
        for name in ("total_units", "leaf_count", "attempt", "proposer"):
            tally.equal(f"{name.replace('_', ' ')} of {where}", getattr(one, name), args[name])
        tally.equal(f"window ends at of {where}", one.window_ends_at, ends[number])
        tally.equal(f"bond of {where}", dataset.terms.proposer_bond, args["bond"])
