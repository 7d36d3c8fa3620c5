"""Facts, escrows, epoch files -> **bounty check**. Was every base unit that a publisher promised taken by a final
epoch, paid to its leaves, or given back in time?

Check `bounties`. Promises: each bounty is replayed from the chain's logs alone, and what the escrow answers must be
the replay's; each payment is held against its leaf, wherever one is known: in the epoch's public file, in a
correction, else in a claim of shares, whose proof the shares' contract took. Money goes to the leaf's account, or
to its successor at that time. Where it went to another, a transaction sent to the escrow itself must be one of
theirs and name that place; within another transaction (a contract wallet's, say) nobody can be seen calling, and
the scope says how often that was so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cota.chain.contracts import Bounty, BountyEscrow, BountyPart
from cota.chain.contracts.successions import MAX_HEIRS
from cota.chain.decode import Event
from cota.settlement.leaves import CORRECTION
from cota.units import ZERO_ADDRESS, Address, to_hex
from cota.verify.bounty_epochs import AROUND, Epoch, Epochs, Leaf
from cota.verify.epoch_files import Settled
from cota.verify.escrows import Escrows, EscrowView
from cota.verify.facts import Dataset, Facts, describe, place
from cota.verify.report import Disagreement, Report, Tally

LONGEST_WAIT = 365 * 86_400
"""Seconds for which what is open keeps the money, past the terms' settle and appeal periods; as in the contract."""

_SAID = ("BountyOpened", "BountyFunded", "BountyClosed", "BountyAssigned", "BountyPaid", "BountyReturned")


@dataclass
class _Course:
    """One bounty replayed."""

    dataset: Dataset
    opened: Event
    held: Bounty
    """What the escrow should keep of it."""
    funded: int = 0
    returned: int = 0
    parts: dict[int, BountyPart] = field(default_factory=dict)
    paid: set[tuple[int, int]] = field(default_factory=set)
    paid_out: int = 0

    @property
    def owed(self) -> int:
        """What the escrow still holds for it."""
        return self.held.free + sum(part.amount for part in self.parts.values()) - self.paid_out


class _Replay:
    """All escrows at once, log by log in the order of the chain."""

    def __init__(self, tally: Tally, facts: Facts, escrows: Escrows, epochs: Epochs) -> None:
        self.tally, self.escrows, self.times, self.epochs = tally, escrows, facts.block_times, epochs
        self.datasets = {bytes(dataset.id): dataset for dataset in facts.datasets}
        self.successions = {at.address for at in facts.deployment.all() if at.name == "Successions"}
        self.claimed = dict(_claimed(facts))
        self.told: dict[tuple[Epoch, int], Leaf] = {}
        """Leaves that payments told: another bounty's payment must tell the same."""
        self.heirs: dict[tuple[str, Address], Address] = {}
        self.courses: dict[tuple[Address, int], _Course] = {}
        self.held: Counter[str] = Counter()
        """How payments were held against their leaves, for the scope."""

    def follow(self, event: Event) -> None:
        """Raises Disagreement."""
        if event.name == "SuccessionCompleted":
            self.heirs[event.emitter, event.args["account"]] = event.args["successor"]
        elif event.name in AROUND:
            self.epochs.follow(event)
        elif event.name == "BountyOpened":
            self._open(event)
        else:
            key = Address(event.emitter), int(event.args["bounty"])
            self.tally.true(f"bounty in {describe(event)}", key in self.courses, "one opened before", key[1])
            course = self.courses[key]
            told = to_hex(event.args["dataset"])
            self.tally.equal(f"dataset in {describe(event)}", to_hex(course.dataset.id), told)
            _STEPS[event.name](self, course, event)

    def receiver_of(self, account: Address, escrow: EscrowView) -> Address:
        """The account, or who holds its place at this point of the chain."""
        for _ in range(MAX_HEIRS):
            heir = self.heirs.get((escrow.successions, account))
            if heir is None:
                break
            account = heir
        return account

    # --- one log of an escrow each

    def _open(self, event: Event) -> None:
        args, where, at, tally = event.args, describe(event), Address(event.emitter), self.tally
        tally.true(f"dataset in {where}", bytes(args["dataset"]) in self.datasets, "one that was announced")
        dataset, view = self.datasets[bytes(args["dataset"])], self.escrows[at]
        number, terms = int(args["bounty"]), dataset.terms
        tally.equal(f"number of {where}", 1 + sum(one == at for one, _ in self.courses), number)
        tally.equal(f"registry of the escrow of {where}", dataset.created.emitter, view.registry)
        tally.equal(f"ledger of the escrow of {where}", dataset.contracts.ledger, view.ledger)
        tally.true(
            f"successions of the escrow of {where}",
            view.successions in self.successions,
            "those of the deployment",
            view.successions,
        )
        tally.equal(f"publisher in {where}", terms.publisher, args["publisher"])
        tally.equal(f"token in {where}", terms.payment_token, args["token"])
        tally.equal(f"units per label in {where}", terms.units_per_label, args["units_per_label"])
        first = len(self.epochs.made.get(bytes(dataset.id), ())) + 1
        tally.equal(f"first checkpoint in {where}", first, args["first_checkpoint"])
        tally.within(f"price per label in {where}", args["per_label"], least=1)
        held = Bounty(
            dataset.id, args["publisher"], self.times[event.block_number], 0, args["token"],
            args["units_per_label"], first, 0, 0, args["per_label"], 0,
        )  # fmt: skip
        self.courses[at, number] = _Course(dataset, event, held)

    def _fund(self, course: _Course, event: Event) -> None:
        args, where, held = event.args, describe(event), course.held
        if not course.funded:
            self.tally.equal(f"payer in {where}", held.publisher, args["payer"], "opened and funded in one")
            self.tally.equal(f"transaction of {where}", course.opened.tx_hash, event.tx_hash)
        self.tally.equal(f"end of the bounty before {where}", 0, held.ends_at)
        self.tally.within(f"amount in {where}", args["amount"], least=1)
        course.funded += args["amount"]
        course.held = replace(held, free=held.free + args["amount"])
        self.tally.equal(f"free after {where}", course.held.free, args["free"])

    def _close(self, course: _Course, event: Event) -> None:
        where, held = describe(event), course.held
        self.tally.equal(f"end of the bounty before {where}", 0, held.ends_at)
        ends_at = self.times[event.block_number] + course.dataset.terms.receipt_period
        self.tally.equal(f"end in {where}", ends_at, event.args["ends_at"])
        course.held = replace(held, ends_at=ends_at)

    def _assign(self, course: _Course, event: Event) -> None:
        args, where, held, tally = event.args, describe(event), course.held, self.tally
        epoch, dataset = int(args["epoch"]), bytes(course.dataset.id)
        tally.true(f"epoch of {where}", epoch not in course.parts, "one that took no part before", epoch)
        final = self.epochs.final.get((dataset, epoch))
        if final is None:
            raise Disagreement(f"epoch of {where}", "one that is final", epoch)
        tally.within(f"checkpoint of {where}", final.checkpoint, least=held.first_checkpoint)
        if held.ends_at:
            made_at = self.epochs.made[dataset][final.checkpoint - 1]
            tally.within(f"time of the checkpoint of {where}", made_at, most=held.ends_at)
        tally.equal(f"units of {where}", final.units, args["total_units"])
        part = min(final.units * held.per_label // held.units_per_label, held.free)
        tally.equal(f"part of {where}", part, args["amount"])
        tally.equal(f"free after {where}", held.free - part, args["free"])
        course.parts[epoch] = BountyPart(part, final.units, final.units, True)
        course.held = replace(held, free=held.free - part)
        if not epoch & CORRECTION:
            returns_at = max(held.returns_at, final.at + course.dataset.terms.appeal_period)
            course.held = replace(course.held, assigned=held.assigned + 1, returns_at=returns_at)

    def _pay(self, course: _Course, event: Event) -> None:
        args, where, tally = event.args, describe(event), self.tally
        epoch, index = int(args["epoch"]), int(args["index"])
        part = course.parts.get(epoch)
        if part is None:
            raise Disagreement(f"epoch of {where}", "one that took its part", epoch)
        tally.true(
            f"leaf of {where}", (epoch, index) not in course.paid, "one that was not paid before", index
        )
        self._check_leaf(course, event)
        tally.within(f"units of {where}", args["units"], most=part.unpaid_units)
        due = part.amount * args["units"] // part.total_units if args["units"] else 0
        tally.equal(f"amount of {where}", due, args["amount"])
        self._check_receiver(event)
        course.paid.add((epoch, index))
        course.paid_out += due
        unpaid = part.unpaid_units - args["units"]
        course.parts[epoch] = BountyPart(part.amount, part.total_units, unpaid, True)

    def _check_leaf(self, course: _Course, event: Event) -> None:
        """Against the best that is known of the leaf."""
        args, where, tally = event.args, describe(event), self.tally
        epoch, index = (bytes(course.dataset.id), int(args["epoch"])), int(args["index"])
        count, listed = self.epochs.leaf_counts.get(epoch, 0), self.epochs.listed.get(epoch)
        tally.true(f"index of {where}", index < count, f"one of {count} leaves", index)
        told: Leaf = args["account"], args["units"]
        if listed is not None:
            source = "leaves of epoch files and corrections"
            tally.true(f"index of {where}", index < len(listed), f"one of {len(listed)} leaves", index)
            account, units = listed[index]
        elif (epoch, index) in self.claimed:
            (account, units), source = self.claimed[epoch, index], "leaves of claims of shares"
        else:
            (account, units), source = self.told.get((epoch, index), told), "by the escrow's own proof alone"
        tally.equal(f"account of {where}", account, told[0])
        tally.equal(f"units of {account} in {where}", units, told[1])
        self.told[epoch, index] = told
        self.held[source] += 1

    def _check_receiver(self, event: Event) -> None:
        args, where, escrow = event.args, describe(event), Address(event.emitter)
        receiver = self.receiver_of(args["account"], self.escrows[escrow])
        self.tally.true(
            f"receiver of {where}",
            args["to"] not in (ZERO_ADDRESS, escrow),
            "somebody who can use it",
            args["to"],
        )
        call = self.escrows[escrow].calls.get(event.tx_hash)
        if call is None or call.to != escrow:
            if args["to"] != receiver:
                self.held["sent on from within a transaction, by the escrow's own check alone"] += 1
            return
        named = call.named_by(escrow)
        if named is not None:
            self.tally.equal(f"sender of the transaction of {where}", receiver, call.sender)
            self.held["sent on by whom they belong to"] += args["to"] != receiver
        self.tally.equal(f"receiver of {where}", named or receiver, args["to"])

    def _return(self, course: _Course, event: Event) -> None:
        args, where, held, tally = event.args, describe(event), course.held, self.tally
        now, terms = self.times[event.block_number], course.dataset.terms
        tally.true(f"bounty of {where}", held.ends_at != 0, "one that was closed")
        tally.within(f"time of {where}", now, least=held.ends_at + 1)
        if now <= held.ends_at + terms.settle_period + terms.appeal_period + LONGEST_WAIT:
            self._check_decided(course, now, where)
        tally.within(f"amount of {where}", args["amount"], least=1)
        tally.equal(f"amount of {where}", held.free, args["amount"])
        tally.true(f"receiver of {where}", args["to"] not in (ZERO_ADDRESS, event.emitter), "somebody")
        course.returned += args["amount"]
        course.held = replace(held, free=0)

    def _check_decided(self, course: _Course, now: int, where: str) -> None:
        """Nothing that is covered could still take a part of what goes back."""
        held, tally, dataset = course.held, self.tally, bytes(course.dataset.id)
        covered = self.epochs.covered(held)
        tally.within(f"epochs that took their part before {where}", held.assigned, least=len(covered))
        tally.within(f"time of {where}", now, least=held.returns_at)
        appealed = self.epochs.appealed(dataset, covered)
        tally.equal(f"epochs whose appeals wait for a ruling at {where}", [], appealed)
        late = [epoch for epoch in self.epochs.corrections(dataset, covered) if epoch not in course.parts]
        tally.equal(f"corrections that took no part before {where}", [], late)


_STEPS = {
    "BountyFunded": _Replay._fund,
    "BountyClosed": _Replay._close,
    "BountyAssigned": _Replay._assign,
    "BountyPaid": _Replay._pay,
    "BountyReturned": _Replay._return,
}


def check_bounties(report: Report, facts: Facts, escrows: Escrows, epochs: Sequence[Settled]) -> None:
    """Needs nothing but the chain; the files of `epochs` that are there are believed as far as other checks go."""
    with report.check(
        "bounties", "what publishers put aside went to final epochs and their leaves, or back in time"
    ) as tally:
        replay = _Replay(tally, facts, escrows, Epochs(facts, epochs))
        for event in sorted(_relevant(facts), key=place):
            replay.follow(event)
        for at, view in escrows.items():
            _check_escrow(tally, at, view, {n: one for (by, n), one in replay.courses.items() if by == at})
        payments = sum(len(course.paid) for course in replay.courses.values())
        tally.scope = f"{payments:,} payments" + "".join(f"; {n:,} {how}" for how, n in replay.held.items())
        tally.need("no bounty was opened yet")


def _check_escrow(tally: Tally, at: Address, view: EscrowView, courses: Mapping[int, _Course]) -> None:
    """What it holds, and says of each bounty, is what became of it."""
    if courses or view.bounties:
        tally.equal(f"number of bounties of escrow {at}", len(view.bounties), len(courses))
    for number, course in courses.items():
        kept, where = view.bounties[number], f"bounty {number}"
        for name in Bounty.__dataclass_fields__:
            told = getattr(course.held, name)
            tally.equal(f"{name.replace('_', ' ')} of {where}", told, getattr(kept, name))
        for epoch, part in course.parts.items():
            for name in BountyPart.__dataclass_fields__:
                told, found = getattr(part, name), getattr(view.parts[number, epoch], name)
                tally.equal(f"{name.replace('_', ' ')} of epoch {epoch} in {where}", told, found)
        parts = sum(view.parts[number, epoch].amount for epoch in course.parts)
        tally.equal(f"funds of {where}", course.funded, kept.free + parts + course.returned)
    for token, held in view.held.items():
        owed = sum(course.owed for course in courses.values() if course.held.token == token)
        tally.equal(f"what escrow {at} holds of token {token}", owed, held)
        tally.within(f"balance of escrow {at} of token {token}", view.money[token], least=held)


def _relevant(facts: Facts) -> Iterator[Event]:
    yield from facts.of(BountyEscrow.name, *_SAID)
    yield from facts.of("Successions", "SuccessionCompleted")
    for dataset in facts.datasets:
        yield from dataset.of(*AROUND)


def _claimed(facts: Facts) -> Iterator[tuple[tuple[Epoch, int], Leaf]]:
    """Every leaf whose proof the shares' contracts took, whenever that was."""
    for dataset in facts.datasets:
        for event in dataset.of("SharesClaimed"):
            args = event.args
            key = (bytes(dataset.id), int(args["epoch"])), int(args["index"])
            yield key, (args["account"], args["units"])
