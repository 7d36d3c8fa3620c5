"""Units of an epoch: integers, handed out to the last one, by a rule that anybody can redo (P5)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cota.commitments.words import keccak
from cota.errors import BadRequest
from cota.settlement.units import SKILL_ONE, allot
from cota.units import Address, address_of

PEOPLE = sorted((address_of(keccak(b"%d" % i)[12:]) for i in range(12)), key=str.lower)
SKILLS = st.dictionaries(st.sampled_from(PEOPLE), st.integers(0, SKILL_ONE), max_size=12)
COUNTS = st.dictionaries(st.sampled_from(PEOPLE), st.integers(0, 10**6), max_size=12)


def exact(skill: int, labels: int, per_label: int) -> Fraction:
    return Fraction(labels) * Fraction(skill, SKILL_ONE) ** 2 * per_label / 2


@given(SKILLS, COUNTS, st.integers(0, 10**13))
def test_allot_p5__any_epoch__sums_to_the_total_and_stays_within_the_terms(
    skills: dict[Address, int], counted: dict[Address, int], per_label: int
) -> None:
    total, units = allot(skills, counted, per_label)
    assert sum(units.values()) == total
    assert total == int(sum(exact(skills[a], counted[a], per_label) for a in skills.keys() & counted.keys()))
    assert total <= per_label * sum(counted.values())
    for account in PEOPLE:
        due = exact(skills.get(account, 0), counted.get(account, 0), per_label)
        assert abs(units.get(account, 0) - due) < 1


@given(SKILLS, COUNTS, st.integers(0, 10**13))
def test_allot__accounts_in_any_order__give_the_same(
    skills: dict[Address, int], counted: dict[Address, int], per_label: int
) -> None:
    turned = dict(reversed(skills.items())), dict(reversed(counted.items()))
    assert list(allot(*turned, per_label)[1].items()) == list(allot(skills, counted, per_label)[1].items())


def test_allot__half_units_of_three__go_to_the_smallest_addresses() -> None:
    """By hand: 3 x 1/2 = 1.5, floored to 1; equal remainders, so the smallest address has it."""
    people = [PEOPLE[2], PEOPLE[0], PEOPLE[1]]
    assert allot(dict.fromkeys(people, SKILL_ONE), dict.fromkeys(people, 1), 1) == (1, {PEOPLE[0]: 1})


def test_allot__a_worked_epoch__is_as_on_paper() -> None:
    """By hand, U = 10^9: 108 x .43^2 / 2 x U = 9,984,600,000; 60 x .87^2 / 2 x U = 22,707,000,000."""
    skills = {PEOPLE[0]: 430_000_000, PEOPLE[1]: 0, PEOPLE[2]: 870_000_000}
    counted = {PEOPLE[0]: 108, PEOPLE[1]: 108, PEOPLE[2]: 60}
    expected = {PEOPLE[0]: 9_984_600_000, PEOPLE[2]: 22_707_000_000}
    assert allot(skills, counted, 10**9) == (32_691_600_000, expected)


def test_allot__largest_remainder__is_served_before_a_smaller_address() -> None:
    """By hand, U = 2, a label is worth skill^2: .81 and .49 make 1.3, a unit for the larger remainder."""
    skills = {PEOPLE[0]: 700_000_000, PEOPLE[1]: 900_000_000}
    assert allot(skills, dict.fromkeys(skills, 1), 2) == (1, {PEOPLE[1]: 1})


def test_allot__nobody__is_nothing() -> None:
    assert allot({}, {}, 10**9) == (0, {})
    assert allot({PEOPLE[0]: SKILL_ONE}, {PEOPLE[1]: 5}, 10**9) == (0, {})


@pytest.mark.parametrize(
    ("skill", "labels", "per_label"),
    [(-1, 1, 1), (SKILL_ONE + 1, 1, 1), (1, -1, 1), (1, 1, -1), (1, 1, 2**64)],
)
def test_allot__impossible_numbers__are_refused(skill: int, labels: int, per_label: int) -> None:
    with pytest.raises(BadRequest):
        allot({PEOPLE[0]: skill}, {PEOPLE[0]: labels}, per_label)
