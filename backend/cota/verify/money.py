"""Facts -> **replay** -> money checks. Every payment, transfer and claim again, in integers, against the
contracts.

Checks `payments.split`, `payments.steps`, `shares.moves`, `revenue.claims`, `holders.slots`,
`holders.claimable`, `revenue.identity` (P1), `revenue.funds`, `credits`. The replay uses the reference
model of settlement.revenue; each event is compared where it stands, so the first one that disagrees is
named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from cota.chain.decode import Event
from cota.settlement.revenue import SCALE, Holder, Revenue, due, split
from cota.units import Address
from cota.verify.facts import Dataset, Facts, describe
from cota.verify.report import Report, Tally
from cota.verify.views import Credit, Views

_SALES = {"LicenseBought": "price", "LicenseRenewed": "price", "RoyaltyPaid": "amount"}
"""Market events that bring money, and the argument that says how much."""


@dataclass
class Replay:
    """One dataset's money after all its events."""

    dataset: Dataset
    revenue: Revenue
    compared: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Sale:
    """What a payment through the market must do."""

    event: Event
    holders: int
    publisher: int
    treasury: int


def check_money(report: Report, facts: Facts, views: Views) -> None:
    """All that can be said of money from the chain alone."""
    sales: dict[bytes, list[Sale]] = {}
    with report.check("payments.split", "each sale reaches holders as the terms split it") as tally:
        for dataset in facts.datasets:
            sales[dataset.id] = _check_split(tally, dataset)
        tally.need("nothing was sold yet")
    replays = _check_replays(report, facts)
    with report.check("holders.slots", "each holder's slot is the replay's, bit by bit") as tally:
        for replay in replays:
            _check_slots(tally, replay, views)
        tally.need("nobody holds shares yet")
    with report.check("holders.claimable", "what each holder may claim is the replay's (P2, P3)") as tally:
        for replay in replays:
            for account, view in views.datasets[replay.dataset.id].holders.items():
                where = f"claimable of {account} in {replay.dataset.name}"
                tally.equal(where, replay.revenue.claimable(account), view.claimable)
        tally.need("nobody holds shares yet")
    with report.check(
        "revenue.identity", "paid = claimed + owed + fractions + pending, exactly (P1)"
    ) as tally:
        for replay in replays:
            _check_identity(tally, replay, views)
        tally.need("the network has no dataset yet")
    with report.check("revenue.funds", "the shares hold what they owe (P1)") as tally:
        for replay in replays:
            left = replay.revenue.paid - replay.revenue.claimed
            money = views.datasets[replay.dataset.id].money
            where = f"money in the shares of {replay.dataset.name}"
            tally.within(where, money, least=left)
        tally.need("the network has no dataset yet")
    with report.check("credits", "publisher and treasury are credited their part, no more") as tally:
        _check_credits(tally, facts, views, sales)


def _check_split(tally: Tally, dataset: Dataset) -> list[Sale]:
    """Pairs each sale with the payment that must follow it in the same transaction."""
    waiting: dict[bytes, list[Sale]] = {}
    sales: list[Sale] = []
    for event in dataset.of("RevenuePaid", *_SALES):
        if event.name != "RevenuePaid":
            amount = event.args[_SALES[event.name]]
            if amount:
                sale = _sale(dataset, event, amount)
                waiting.setdefault(event.tx_hash, []).append(sale)
                sales.append(sale)
        elif waiting.get(event.tx_hash):
            sale = waiting[event.tx_hash].pop(0)
            tally.equal(f"holders' part of {describe(sale.event)}", sale.holders, event.args["amount"])
            tally.equal(f"payer of {describe(event)}", _payer(sale.event), event.args["payer"])
    for sale in (sale for left in waiting.values() for sale in left):
        tally.equal(f"holders' part of {describe(sale.event)}", sale.holders, 0, "never paid")
    return sales


def _sale(dataset: Dataset, event: Event, amount: int) -> Sale:
    terms = dataset.terms
    return Sale(event, *split(amount, terms.publisher_bps, terms.treasury_bps))


def _payer(event: Event) -> Address:
    return Address(event.args["payer"])


def _check_replays(report: Report, facts: Facts) -> list[Replay]:
    """Runs each dataset's events through the model; three checks watch three kinds of events."""
    replays = [Replay(dataset, Revenue(dataset.terms.supply_cap)) for dataset in facts.datasets]
    kinds: Sequence[tuple[str, str, frozenset[str]]] = (
        (
            "payments.steps",
            "each payment moves the accumulator by exactly its step",
            frozenset({"RevenuePaid"}),
        ),
        (
            "shares.moves",
            "shares move without moving revenue earned before (P2)",
            frozenset({"SharesMoved", "SharesClaimed", "SharesInherited", "EpochOpened"}),
        ),
        ("revenue.claims", "each claim took exactly what was due", frozenset({"RevenueClaimed"})),
    )
    # One pass, since an event's effect depends on all before it; what was found is told check by check.
    findings = {name: _Watch(names) for name, _, names in kinds}
    for replay in replays:
        for event in replay.dataset.of(*_STEPS):
            watch = next(watch for watch in findings.values() if event.name in watch.names)
            watch.run(lambda tally, e=event, r=replay.revenue: _STEPS[e.name](tally, r, e))  # type: ignore[misc]
    for name, promise, _ in kinds:
        with report.check(name, promise) as tally:
            findings[name].tell(tally)
    return replays


class _Watch:
    """Collects what one check compared during the common pass, and its first disagreement."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        self._tally = Tally()
        self._error: Exception | None = None

    def run(self, step: Callable[[Tally], None]) -> None:
        try:
            step(self._tally)
        except Exception as error:  # told by `tell`, inside its own check
            self._error = self._error or error

    def tell(self, tally: Tally) -> None:
        tally.compared, tally.at = self._tally.compared, self._tally.at
        if self._error is not None:
            raise self._error
        tally.need("nothing of this kind happened yet")


def _open_epoch(tally: Tally, revenue: Revenue, event: Event) -> None:
    args = event.args
    revenue.open_epoch(args["epoch"], args["total"])
    tally.equal(f"accumulator at {describe(event)}", revenue.pool.acc, args["acc"])
    tally.equal(f"supply after {describe(event)}", revenue.pool.supply, args["supply"])


def _pay(tally: Tally, revenue: Revenue, event: Event) -> None:
    args, before = event.args, revenue.pool
    # What accumulator and remainder say was paid: so that a wrong amount is told in money, not in fractions.
    scaled = (args["acc"] - before.acc) * before.supply + before.rem - args["rem"]
    if scaled % SCALE == 0:
        tally.equal(f"amount of {describe(event)}", scaled // SCALE, args["amount"])
    revenue.pay(args["amount"])
    tally.equal(f"accumulator after {describe(event)}", revenue.pool.acc, args["acc"])
    tally.equal(f"remainder after {describe(event)}", revenue.pool.rem, args["rem"])
    tally.equal(f"supply at {describe(event)}", revenue.pool.supply, args["supply"])


def _claim_shares(tally: Tally, revenue: Revenue, event: Event) -> None:
    args = event.args
    revenue.claim_shares(args["account"], args["epoch"], args["units"])
    tally.equal(
        f"units left after {describe(event)}", revenue.epochs[args["epoch"]].remaining, args["remaining"]
    )
    tally.equal(f"balance after {describe(event)}", revenue.holder(args["account"]).balance, args["balance"])


def _move(tally: Tally, revenue: Revenue, event: Event) -> None:
    args = event.args
    revenue.transfer(args["from"], args["to"], args["amount"])
    sender, receiver = revenue.holder(args["from"]), revenue.holder(args["to"])
    tally.equal(f"sender's balance after {describe(event)}", sender.balance, args["from_balance"])
    tally.equal(f"receiver's balance after {describe(event)}", receiver.balance, args["to_balance"])


def _inherit(tally: Tally, revenue: Revenue, event: Event) -> None:
    args = event.args
    old = revenue.holder(args["from"])
    tally.equal(f"shares that {describe(event)} moved", old.balance, args["amount"])
    tally.equal(f"revenue due that {describe(event)} moved", due(revenue.pool, old), args["value"])
    tally.equal(f"revenue owed that {describe(event)} moved", old.owed, args["owed"])
    revenue.inherit(args["from"], args["to"])
    tally.equal(
        f"heir's balance after {describe(event)}", revenue.holder(args["to"]).balance, args["to_balance"]
    )


def _claim(tally: Tally, revenue: Revenue, event: Event) -> None:
    amount = revenue.claim(event.args["account"])
    tally.equal(f"amount of {describe(event)}", amount, event.args["amount"])


_STEPS: dict[str, Callable[[Tally, Revenue, Event], None]] = {
    "EpochOpened": _open_epoch,
    "RevenuePaid": _pay,
    "SharesClaimed": _claim_shares,
    "SharesMoved": _move,
    "SharesInherited": _inherit,
    "RevenueClaimed": _claim,
}


def _check_slots(tally: Tally, replay: Replay, views: Views) -> None:
    for account, view in views.datasets[replay.dataset.id].holders.items():
        mine = replay.revenue.holders.get(account, Holder())
        where = f"of {account} in {replay.dataset.name}"
        tally.equal(f"balance {where}", mine.balance, view.balance)
        tally.equal(f"balance in the slot {where}", mine.balance, view.slot.balance)
        tally.equal(f"accumulator paid {where}", mine.acc_paid, view.slot.acc_paid)
        tally.equal(f"fraction {where}", mine.frac, view.slot.frac)
        tally.equal(f"owed {where}", mine.owed, view.slot.owed)


def _check_identity(tally: Tally, replay: Replay, views: Views) -> None:
    """Both sides from the contract's own numbers; the payments and claims from the log."""
    view, where = views.datasets[replay.dataset.id], replay.dataset.name
    pool = view.pool
    paid = sum(event.args["amount"] for event in replay.dataset.of("RevenuePaid"))
    claimed = sum(event.args["amount"] for event in replay.dataset.of("RevenueClaimed"))
    scaled, owed = 0, 0
    for holder in view.holders.values():
        scaled += (pool.acc - holder.slot.acc_paid) * holder.slot.balance + holder.slot.frac
        owed += holder.slot.owed
    scaled += sum((pool.acc - epoch.acc) * epoch.remaining for epoch in view.epochs.values())
    left = Fraction(paid) + Fraction(pool.rem, SCALE)
    right = Fraction(claimed + owed) + Fraction(scaled, SCALE)
    tally.equal(f"both sides of the identity of {where}", left, right)
    tally.within(f"remainder of {where}", pool.rem, most=SCALE - 1)
    due = claimed + sum(holder.claimable for holder in view.holders.values())
    tally.within(f"claimed and claimable of {where}", due, most=paid)


def _check_credits(tally: Tally, facts: Facts, views: Views, sales: dict[bytes, list[Sale]]) -> None:
    due: Counter[Credit] = Counter()
    for dataset in facts.datasets:
        market, token = dataset.contracts.market, dataset.terms.payment_token
        for sale in sales.get(dataset.id, []):
            due[market, token, dataset.terms.publisher] += sale.publisher
            due[market, token, views.treasuries[market]] += sale.treasury
    for event in facts.of("LicenseMarket", "CreditWithdrawn"):
        due[Address(event.emitter), event.args["token"], event.args["account"]] -= event.args["amount"]
    for credit, found in views.credits.items():
        tally.equal(f"credit of {credit[2]} at market {credit[0]}", due[credit], found)
    tally.need("nothing was sold yet")
