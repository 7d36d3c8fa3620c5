"""The reference model of revenue: P1 conservation, P2 time of holding, P3 late claimers, P5 later work."""

from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cota.commitments.words import UINT64_MAX, UINT128_MAX
from cota.settlement.revenue import SCALE, SUPPLY_MAX, Revenue, RevenueRefused, split
from cota.units import Address, address_of

PEOPLE = [address_of(bytes(19) + bytes([n])) for n in range(1, 6)]
A, B, C, D, E = PEOPLE


def make_pool(*balances: int) -> Revenue:
    model = Revenue()
    model.open_epoch(0, sum(balances))
    for account, units in zip(PEOPLE, balances, strict=False):
        model.claim_shares(account, 0, units)
    return model


def assert_conserved(model: Revenue) -> None:
    left, right = model.identity()
    assert left == right
    assert 0 <= model.pool.rem < SCALE
    assert model.pool.rem < max(model.pool.supply, 1)
    for holder in model.holders.values():
        assert 0 <= holder.acc_paid <= model.pool.acc <= UINT128_MAX
        assert 0 <= holder.balance <= UINT64_MAX
        assert 0 <= holder.frac < SCALE
        assert holder.owed >= 0
    shares = sum(holder.balance for holder in model.holders.values())
    assert shares + sum(epoch.remaining for epoch in model.epochs.values()) == model.pool.supply


class Exact:
    """What everybody is due by plain fractions: each payment divided by who holds what at that moment."""

    def __init__(self) -> None:
        self.due: dict[Address | int, Fraction] = defaultdict(Fraction)
        self.claimed: dict[Address, int] = defaultdict(int)

    def pay(self, model: Revenue, amount: int) -> None:
        for account, holder in model.holders.items():
            self.due[account] += Fraction(amount * holder.balance, model.pool.supply)
        for number, epoch in model.epochs.items():
            self.due[number] += Fraction(amount * epoch.remaining, model.pool.supply)

    def claim_shares(self, model: Revenue, account: Address, epoch: int, units: int) -> None:
        part = self.due[epoch] * Fraction(units, model.epochs[epoch].remaining)
        self.due[epoch] -= part
        self.due[account] += part


AMOUNTS = st.one_of(st.integers(0, 9), st.integers(0, 10**9), st.integers(0, 10**18))
WHO = st.sampled_from(PEOPLE)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), AMOUNTS),
        st.tuples(st.just("shares"), WHO, st.integers(0, 5), AMOUNTS),
        st.tuples(st.just("pay"), AMOUNTS),
        st.tuples(st.just("move"), WHO, WHO, AMOUNTS),
        st.tuples(st.just("all"), WHO, WHO),
        st.tuples(st.just("claim"), WHO),
    ),
    max_size=60,
)


def apply(model: Revenue, exact: Exact, step: tuple[Any, ...]) -> None:
    """One step, made possible where it is not: the sizes of amounts are drawn blindly."""
    kind, *parts = step
    if kind == "open":
        model.open_epoch(len(model.epochs), min(parts[0], SUPPLY_MAX - model.pool.supply))
    elif kind == "shares":
        account, epoch, units = parts
        if epoch in model.epochs and model.epochs[epoch].remaining:
            units = min(units, model.epochs[epoch].remaining)
            exact.claim_shares(model, account, epoch, units)
            model.claim_shares(account, epoch, units)
    elif kind == "pay" and model.pool.supply and parts[0]:
        exact.pay(model, parts[0])
        model.pay(parts[0])
    elif kind == "move":
        model.transfer(parts[0], parts[1], min(parts[2], model.holder(parts[0]).balance))
    elif kind == "all":
        model.transfer(parts[0], parts[1], model.holder(parts[0]).balance)
    elif kind == "claim":
        exact.claimed[parts[0]] += model.claim(parts[0])


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_revenue_p1__any_sequence__conserves_to_the_last_fraction(steps: list[tuple[Any, ...]]) -> None:
    model, exact = Revenue(), Exact()
    for step in steps:
        apply(model, exact, step)
        assert_conserved(model)
    # Whole units that can still be taken out, with all unclaimed shares claimed, never exceed what is left.
    for number, epoch in model.epochs.items():
        model.claim_shares(A, number, epoch.remaining)
    assert sum(model.claimable(account) for account in PEOPLE) <= model.paid - model.claimed


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_revenue_p1_p2_p3_p5__any_sequence__leaves_each_within_one_unit_of_exact(
    steps: list[tuple[Any, ...]],
) -> None:
    """Exact: each payment divided in fractions among who held, or had an unclaimed share, when it came."""
    model, exact = Revenue(), Exact()
    for step in steps:
        apply(model, exact, step)
    for account in PEOPLE:
        got = exact.claimed[account] + model.claimable(account)
        assert -1 < got - exact.due[account] <= 1


def test_revenue_b16_p2__shares_moved_between_payments__leave_earned_revenue_behind() -> None:
    model = make_pool(60, 40)
    model.pay(1000)
    model.transfer(A, C, 60)
    model.pay(1000)
    assert [model.claimable(account) for account in (A, B, C)] == [600, 800, 600]


def test_revenue_b16__self_transfer_zero_transfer_and_five_wallets__gain_nothing() -> None:
    model = make_pool(60, 40)
    model.pay(1000)
    model.transfer(A, A, 60)
    model.transfer(A, B, 0)
    for sender, receiver in ((A, C), (C, D), (D, E), (E, A)):
        model.transfer(sender, receiver, 60)
    assert [model.claimable(account) for account in PEOPLE] == [600, 400, 0, 0, 0]
    assert sum(model.claim(account) for account in PEOPLE) == 1000


def test_revenue_b17__three_equal_holders__have_33_then_100_each() -> None:
    model = make_pool(1, 1, 1)
    model.pay(100)
    assert [model.claimable(account) for account in (A, B, C)] == [33, 33, 33]
    model.pay(100)
    model.pay(100)
    assert [model.claimable(account) for account in (A, B, C)] == [100, 100, 100]


def test_revenue_b17__largest_supply_and_single_units__is_within_a_unit_per_holder() -> None:
    model = make_pool(SUPPLY_MAX - 10, 7, 3)
    for _ in range(1000):
        model.pay(1)
    assert 997 <= sum(model.claimable(account) for account in (A, B, C)) <= 1000
    assert_conserved(model)


def test_revenue_b17__nobody_holds_shares__a_payment_is_refused() -> None:
    with pytest.raises(RevenueRefused, match="nobody"):
        Revenue().pay(500)


def test_revenue_p3__shares_claimed_late__earn_from_their_epochs_opening() -> None:
    early, late = make_pool(100), make_pool(100)
    for model in (early, late):
        model.open_epoch(1, 300)
    early.claim_shares(B, 1, 300)
    for model in (early, late):
        model.pay(800)
        model.pay(3)
    late.claim_shares(B, 1, 300)
    assert late.claimable(B) == early.claimable(B) == 602
    assert late.claimable(A) == early.claimable(A) == 200


def test_revenue_p5__epoch_opened_after_a_payment__takes_none_of_it() -> None:
    model = make_pool(100)
    model.pay(500)
    model.open_epoch(1, 300)
    model.claim_shares(B, 1, 300)
    assert (model.claimable(A), model.claimable(B)) == (500, 0)


def test_revenue_p5__epoch_above_the_cap__is_refused() -> None:
    model = Revenue(supply_cap=100)
    model.open_epoch(0, 60)
    with pytest.raises(RevenueRefused, match="terms"):
        model.open_epoch(1, 41)
    model.open_epoch(1, 40)


REFUSED: list[Callable[[Revenue], object]] = [
    lambda model: model.pay(0),
    lambda model: model.pay(-1),
    lambda model: model.pay(4 * 10**38),
    lambda model: model.open_epoch(0, 1),
    lambda model: model.open_epoch(1, SUPPLY_MAX),
    lambda model: model.open_epoch(1, -1),
    lambda model: model.claim_shares(A, 0, 1),
    lambda model: model.claim_shares(A, 9, 1),
    lambda model: model.transfer(A, B, 61),
    lambda model: model.transfer(A, B, -1),
    lambda model: model.transfer(E, B, 1),
]


@pytest.mark.parametrize("refused", REFUSED)
def test_revenue_p1__refused_operation__changes_nothing(refused: Callable[[Revenue], object]) -> None:
    model = make_pool(60, 40)
    model.pay(7)
    before = repr((model.pool, model.epochs, model.paid, model.claimed, model.holder(A), model.holder(B)))
    with pytest.raises(RevenueRefused):
        refused(model)
    assert before == repr(
        (model.pool, model.epochs, model.paid, model.claimed, model.holder(A), model.holder(B))
    )


def test_revenue__accumulator_full__sales_stop_and_claims_go_on() -> None:
    model = make_pool(1)
    most = UINT128_MAX // SCALE
    model.pay(most)
    with pytest.raises(RevenueRefused, match="full"):
        model.pay(1)
    assert model.claim(A) == most
    assert_conserved(model)


@given(st.integers(0, 2**128 - 1), st.integers(0, 3000), st.integers(0, 500))
def test_split__any_sale__is_whole_and_holders_have_the_rest(
    amount: int, publisher: int, treasury: int
) -> None:
    holders, to_publisher, to_treasury = split(amount, publisher, treasury)
    assert holders + to_publisher + to_treasury == amount
    assert holders >= amount * 65 // 100
    assert to_publisher * 10_000 <= amount * publisher
    assert to_treasury * 10_000 <= amount * treasury
