"""What public skill lines earn: this epoch's labels, and what is raised once somebody is proven."""

import pytest

from cota.scoring import LabelRow, score
from cota.settlement.earning import Wage, earn, wages, window
from cota.settlement.epoch_lines import Skill
from cota.settlement.past import Past, skill_lines, with_past
from cota.units import Address
from tests.unit.scoring_crowd import CLASSES, GOLD, ROWS, TRUTH, accuracy

ANA, BIA = Address("0x" + "A" * 40), Address("0x" + "B" * 40)
U = 10**9
HALF, MOST = 500_000_000, 800_000_000


def line(account: Address, skill: int, proven: bool, weight: int = 10_000) -> Skill:
    return Skill(account, skill, proven, weight // 1000, weight)


def test_earn__one_epoch__is_weight_times_skill_squared_times_half_of_u() -> None:
    total, units = earn([line(ANA, HALF, True), line(BIA, MOST, False, 500)], {}, 100, U)
    assert units == {ANA: 10 * U // 8, BIA: U * 64 // 400}
    assert total == sum(units.values())


def test_earn__newly_proven__gets_the_difference_for_each_epoch_that_paid_her_less() -> None:
    earlier = {1: [line(ANA, 0, False)], 2: [line(BIA, HALF, True)], 3: [line(ANA, HALF, False)]}
    _, units = earn([line(ANA, MOST, True)], earlier, 100, U)
    own, first, second = 64, 64, 64 - 25
    assert units == {ANA: (own + first + second) * 10 * U // 200}


def test_earn__proven_before__nothing_is_raised_twice() -> None:
    earlier = {1: [line(ANA, 0, False)], 2: [line(ANA, HALF, True)]}
    assert earn([line(ANA, MOST, True)], earlier, 100, U)[1] == {ANA: 64 * 10 * U // 200}


def test_wages__say_what_earn_pays__label_by_label_of_each_epoch() -> None:
    """Their sum is the account's units, where nothing is scaled down."""
    earlier = {1: [line(ANA, 0, False, 3_000)], 2: [line(BIA, HALF, True)], 3: [line(ANA, HALF, False)]}
    found = wages(line(ANA, MOST, True), 4, earlier)
    assert found == [Wage(4, 10_000, MOST), Wage(3, 10_000, MOST, HALF), Wage(1, 3_000, MOST, 0)]
    exact = sum(wage.weight * (wage.skill**2 - wage.paid_at**2) * U for wage in found)
    assert earn([line(ANA, MOST, True)], earlier, 100, U)[1] == {ANA: exact // (2 * 10**18 * 1000)}
    assert wages(line(ANA, MOST, False), 4, earlier) == [Wage(4, 10_000, MOST)]


@pytest.mark.parametrize(("skill", "proven"), [(MOST, False), (HALF - 1, True)])
def test_earn__not_proven_or_no_better_than_paid__raises_nothing(skill: int, proven: bool) -> None:
    with_before = earn([line(ANA, skill, proven)], {1: [line(ANA, HALF, False)]}, 100, U)
    assert with_before == earn([line(ANA, skill, proven)], {}, 100, U)


def test_earn__more_than_the_epochs_rows_allow__all_are_scaled_down() -> None:
    """A small epoch in which much is raised: the contract takes no more than U a row."""
    earlier = {1: [line(ANA, 0, False, 900_000)]}
    total, units = earn([line(ANA, MOST, True), line(BIA, MOST, True)], earlier, 20, U)
    assert total == sum(units.values()) <= 20 * U
    assert total >= 20 * U - 1
    assert units[ANA] == pytest.approx(91 * units[BIA], rel=1e-6)


def test_window__rules_1_and_2__look_back_none_and_four() -> None:
    assert list(window(9, 1)) == []
    assert list(window(9, 2)) == [5, 6, 7, 8]
    assert list(window(3, 2)) == [1, 2]


EARLY = [row for row in ROWS if row.task < "t050"]
LATE = [row for row in ROWS if row.task >= "t050"]


def after(first: list[LabelRow]) -> Past:
    found = score(first, GOLD, CLASSES, 2)
    left_open = frozenset(task for task, label in found.consensus.items() if label is None)
    by_account = {w: Address(f"0x{n:040d}") for n, w in enumerate(sorted(found.skill))}
    assert set(by_account) == {row.worker for row in first}
    lines = [
        Skill(by_account[w], s, found.proven[w], found.counted[w], found.weight[w])
        for w, s in found.skill.items()
    ]
    return Past(1, first, lines, left_open)


def test_with_past__fifty_labels_prove_nobody__the_next_epoch_settles_what_they_left_open() -> None:
    past = after(EARLY)
    assert past.open == {row.task for row in EARLY} - set(GOLD)
    counts, informs = with_past(LATE, [past])
    assert {row.task for row in informs} == {row.task for row in EARLY} & set(GOLD)
    found = score(counts, GOLD, CLASSES, 2, informs)
    assert accuracy(found.consensus, [task for task in TRUTH if task in found.consensus]) > 0.95
    assert found.counted["w0"] == 150 - 10
    assert found.proven["w0"]
    whole = score(ROWS, GOLD, CLASSES, 2)
    assert {task: whole.consensus[task] for task in found.consensus} == found.consensus


def test_with_past__items_settled_once__are_not_counted_again() -> None:
    past = Past(1, EARLY, [], frozenset())
    assert with_past(LATE, [past]) == (LATE, EARLY)
    found = score(LATE, GOLD, CLASSES, 2, EARLY)
    assert set(found.consensus) == {row.task for row in LATE}
    assert found.counted == {f"w{n}": 100 for n in range(8)}
    assert found.skill == score(ROWS, GOLD, CLASSES, 2).skill


def test_with_past__left_open_then_settled__stays_settled_in_the_third_epoch() -> None:
    """The item is open after epoch 1 and settled by epoch 2, in which its row was counted."""
    row = [LabelRow("t001", "w0", "red")]
    first, second = Past(1, row, [], frozenset({"t001"})), Past(2, [], [], frozenset())
    assert with_past([], [first]) == (row, [])
    settled = Past(2, [], [], frozenset(), frozenset({"t001"}))
    assert with_past([], [first, settled]) == ([], row)
    assert with_past([], [first, second]) == (row, [])


def test_skill_lines__scores__become_public_lines() -> None:
    account = "0x" + "11" * 20
    rows = [row._replace(worker=account) for row in ROWS if row.worker == "w0"]
    found = score(rows, GOLD, CLASSES, 2)
    (made,) = skill_lines(found)
    assert (made.account.lower(), made.skill, made.weight) == (
        account,
        found.skill[account],
        found.weight[account],
    )
