"""An account's part of each payment: exact, from the opening of its epochs on, and told lot by lot (P1, P2, P3)."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cota.accounts.lots import Change, ChangeKind, Lot, Paid, Part, parts, replay, spans
from cota.settlement.revenue import SCALE, Revenue, due, pending
from cota.units import address_of

ANA, BIA, CAIO = (address_of(bytes(19) + bytes([n])) for n in (1, 2, 3))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
BIAS = 7_000


class Books:
    """The contract's model, and beside it what a statement sees of Ana."""

    def __init__(self) -> None:
        self.model, self.changes, self.payments = Revenue(), list[Change](), list[Paid]()
        self.amounts, self.claimed, self.place = list[int](), 0, 0
        self.waiting: dict[int, int] = {}

    def open(self, units: int, others: int = BIAS) -> int:
        """An epoch in which Ana has `units`, and Bia the rest."""
        epoch = len(self.model.epochs) + 1
        self.model.open_epoch(epoch, units + others)
        self.note("epoch-opened", units, epoch)
        self.model.claim_shares(BIA, epoch, others)
        self.waiting[epoch] = units
        return epoch

    def claim_shares(self, epoch: int) -> None:
        units = self.waiting.pop(epoch)
        self.model.claim_shares(ANA, epoch, units)
        self.note("shares-claimed", units, epoch)

    def pay(self, amount: int) -> None:
        before = self.model.pool.acc
        self.model.pay(amount)
        self.place += 1
        self.payments.append(Paid((self.place, 0), before, self.model.pool.acc))
        self.amounts.append(amount)

    def send(self, amount: int) -> None:
        amount = min(amount, self.model.holder(ANA).balance)
        self.model.transfer(ANA, BIA, amount)
        self.note("shares-sent", amount)

    def receive(self, amount: int) -> None:
        amount = min(amount, self.model.holder(BIA).balance)
        self.model.transfer(BIA, ANA, amount)
        self.note("shares-received", amount)

    def claim(self) -> None:
        self.claimed += self.model.claim(ANA)

    def pass_on(self) -> None:
        """Ana's key is lost: Caio gets what it held."""
        old = self.model.holder(ANA)
        value = due(self.model.pool, old) + old.owed * SCALE
        if old.balance or value:
            units = old.balance
            self.model.inherit(ANA, CAIO)
            self.note("shares-passed-on", units, value=value)

    def inherit(self) -> None:
        """Ana is Caio's successor."""
        old = self.model.holder(CAIO)
        value = due(self.model.pool, old) + old.owed * SCALE
        if old.balance or value:
            units = old.balance
            self.model.inherit(CAIO, ANA)
            self.note("shares-inherited", units, value=value)

    def note(self, kind: ChangeKind, units: int, epoch: int | None = None, value: int = 0) -> None:
        self.place += 1
        acc = self.model.pool.acc
        self.changes.append(Change((self.place, 0), kind, units, acc, NOW, bytes(32), epoch, value))

    def parts(self) -> list[Part]:
        return list(parts(self.changes, self.payments))

    def owned(self) -> int:
        """Base units that were paid out to her, or can be once her epochs are claimed."""
        holder, pool = self.model.holder(ANA), self.model.pool
        scaled = due(pool, holder) + sum(
            (pool.acc - self.model.epochs[epoch].acc) * units for epoch, units in self.waiting.items()
        )
        return self.claimed + holder.owed + scaled // SCALE


def test_parts__unclaimed_then_claimed_shares__earn_alike() -> None:
    """P3: half before the claim, half after it."""
    books = Books()
    epoch = books.open(3_000)
    books.pay(1_000)
    books.claim_shares(epoch)
    books.pay(1_000)
    assert [(part.amount, part.exact, part.lots) for part in books.parts()] == [
        (300, f"300.{0:019d}", [Lot("epoch", 1, 3_000)]),
        (300, f"300.{0:019d}", [Lot("epoch", 1, 3_000)]),
    ]


def test_parts__shares_sent__are_those_held_longest() -> None:
    books = Books()
    first, second = books.open(1_000), books.open(2_000)
    books.claim_shares(first)
    books.claim_shares(second)
    books.receive(500)
    books.send(1_400)
    third = books.open(10)
    books.pay(10**6)
    (part,) = books.parts()
    assert part.lots == [Lot("epoch", 2, 1_600), Lot("epoch", third, 10), Lot("received", None, 500)]
    assert part.shares == 2_110
    assert abs(Fraction(part.scaled, SCALE) - Fraction(10**6 * 2_110, books.model.pool.supply)) < Fraction(
        1, 10**9
    )


def test_parts__shares_sent_before_a_payment__earn_nothing_of_it() -> None:
    """P2: and what they earned before stays hers."""
    books = Books()
    books.claim_shares(books.open(BIAS))
    books.pay(100)
    books.send(BIAS)
    books.pay(100)
    assert [part.amount for part in books.parts()] == [50, 0]
    assert spans(books.changes) == [(books.changes[0].place, books.changes[2].place)]
    assert replay(books.changes, books.model.pool.acc) == (50, [])


def test_parts__thirds_of_a_unit__sum_to_whole_ones() -> None:
    """Each is rounded so that the sum never lies by a unit."""
    books = Books()
    books.open(1, others=2)
    for _ in range(6):
        books.pay(1)
    found = books.parts()
    assert sum(part.amount for part in found) == books.owned() == 2
    assert all(part.exact.startswith("0.333333333") for part in found)


def test_replay__of_a_lost_key__what_it_passed_on_and_earns_after() -> None:
    books = Books()
    books.claim_shares(books.open(BIAS))
    books.pay(101)
    books.pass_on()
    late = books.open(BIAS)
    books.pay(300)
    total, moved = replay(books.changes, books.model.pool.acc)
    assert [(one.change.kind, one.amount) for one in moved] == [("shares-passed-on", -50)]
    assert total == books.owned() == 75
    assert books.parts()[1].lots == [Lot("epoch", late, BIAS)]


ACTIONS: st.SearchStrategy[tuple[str, int]] = st.tuples(
    st.sampled_from(["open", "claim_shares", "pay", "send", "receive", "claim", "pass_on", "inherit"]),
    st.integers(1, 10**7),
)


@given(st.lists(ACTIONS, max_size=40), st.integers(0, 39))
def test_parts__any_history__sum_to_what_was_claimed_and_can_be(actions: list[Any], left_out: int) -> None:
    """P1: to the last base unit, with inheritances; each part within one unit of exact; a page is as the whole."""
    books = Books()
    books.open(11, others=13)
    for name, number in actions:
        if name == "open":
            books.open(number % 10**5, others=number % 999 + 1)
        elif name == "claim_shares":
            for epoch in list(books.waiting)[:1]:
                books.claim_shares(epoch)
        elif name in ("claim", "pass_on", "inherit"):
            getattr(books, name)()
        else:
            getattr(books, name)(number)
    found = books.parts()
    total, moved = replay(books.changes, books.model.pool.acc)
    assert total == books.owned() == sum(part.amount for part in found) + sum(one.amount for one in moved)
    assert all(abs(Fraction(part.scaled, SCALE) - part.amount) < 1 for part in found)
    assert list(parts(books.changes, books.payments[left_out:])) == found[left_out:]
    hers = [payment.place for payment, part in zip(books.payments, found, strict=True) if part.scaled]
    within = [
        payment.place
        for payment in books.payments
        if any(
            start < payment.place and (end is None or payment.place < end)
            for start, end in spans(books.changes)
        )
    ]
    assert hers == within


@pytest.mark.parametrize("units", [1, 5, 12])
def test_parts__of_everybody__are_the_payment(units: int) -> None:
    """Ana's exact part and that of all others make what was paid, and the remainder taken in advance."""
    books = Books()
    books.open(units, others=17)
    books.pay(10)
    (part,) = books.parts()
    pool = books.model.pool
    others = due(pool, books.model.holder(BIA)) + pending(pool, books.model.epochs[1]) - part.scaled
    assert part.scaled + others == 10 * SCALE + pool.rem
