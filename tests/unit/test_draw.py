"""The draw: who may label what follows from a secret, a block and the item alone, and spreads as it says."""

import secrets

import pytest

from cota.commitments import draw
from cota.commitments.draw import FULL, SECTION, Cohort, cohort_block, is_drawn, parameters
from cota.units import Address, address_of

ACCOUNT = Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")


def cohort(threshold: int = FULL, spread: int = 1, seed: bytes = b"\1" * 32) -> Cohort:
    return Cohort(7, seed, threshold, spread)


@pytest.mark.parametrize(
    ("joined", "every", "block"), [(0, 1, 1), (9, 1, 10), (0, 150, 150), (149, 150, 150), (150, 150, 300)]
)
def test_cohort_block__is_after_joining(joined: int, every: int, block: int) -> None:
    """The account must not be able to know the hash when it joins."""
    assert cohort_block(joined, every) == block > joined


@pytest.mark.parametrize(
    ("members", "seats", "items", "threshold", "spread"),
    [
        (39, 39, 108, FULL, 1),  # a crowd that labels everything
        (12, 3, 100_000, FULL, 1),  # as many as are wanted
        (24, 3, 100_000, FULL, 2),  # every second section
        (1200, 3, 100_000, FULL, 100),
        (24, 3, 300, FULL // 2, 1),  # one section: half of its items
        (10**6, 3, 300, FULL * 4 // 10, 1),  # never so few that nobody can be proven
        (30, 3, 900, FULL * 12 * 2 // 30, 2),
        (0, 3, 0, FULL, 1),
    ],
)
def test_parameters__leave_enough_candidates(
    members: int, seats: int, items: int, threshold: int, spread: int
) -> None:
    assert parameters(members, seats, items) == (threshold, spread)
    candidates = members * threshold / FULL / spread
    assert members == 0 or candidates >= min(members, draw.CROWD * seats) * 0.99


def test_is_drawn__full_and_unspread__takes_all() -> None:
    assert all(is_drawn(cohort(), ACCOUNT, index) for index in range(1000))


def test_is_drawn__inside_drawn_sections_at_the_threshold() -> None:
    found = cohort(threshold=FULL // 2, spread=4)
    items = 40 * SECTION
    drawn = [index for index in range(items) if is_drawn(found, ACCOUNT, index)]
    sections = draw.drawn_sections(found, ACCOUNT, items)
    assert {index // SECTION for index in drawn} == set(sections)
    assert [section // 4 for section in sections] == list(range(10))  # one out of every four
    assert len(set(section % 4 for section in sections)) > 1
    assert 0.46 < len(drawn) / (10 * SECTION) < 0.54


def test_is_drawn__another_account_or_seed__other_items() -> None:
    found = cohort(threshold=FULL // 2)
    mine = [is_drawn(found, ACCOUNT, index) for index in range(400)]
    other = [is_drawn(found, address_of(b"\2" * 20), index) for index in range(400)]
    later = [is_drawn(cohort(FULL // 2, seed=b"\2" * 32), ACCOUNT, index) for index in range(400)]
    for others in (other, later):
        assert 150 < sum(one == two for one, two in zip(mine, others, strict=True)) < 250


def test_is_drawn__widened__keeps_what_was_drawn() -> None:
    """A row that was right when it was leased stays right when the cohort is widened."""
    steps = [cohort(FULL // 3, 3), cohort(FULL, 3), cohort(FULL, 1)]
    before: set[int] = set()
    for step in steps:
        drawn = {index for index in range(5 * SECTION) if is_drawn(step, ACCOUNT, index)}
        assert before < drawn
        before = drawn


def test_is_drawn__more_items_come__what_was_drawn_stays() -> None:
    found = cohort(threshold=FULL // 2, spread=3)
    few = draw.drawn_sections(found, ACCOUNT, 6 * SECTION)
    assert draw.drawn_sections(found, ACCOUNT, 60 * SECTION)[: len(few)] == few


def test_seed__needs_secret_and_block() -> None:
    secret, block = secrets.token_bytes(32), secrets.token_bytes(32)
    assert draw.seed_of(secret, block) != draw.seed_of(block, secret)
    assert draw.is_committed(draw.commitment_of(secret))
    assert not draw.is_committed(bytes(32))
