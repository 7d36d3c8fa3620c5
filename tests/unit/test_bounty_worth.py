"""What a payment must be worth at least, in tokens of few and many decimals."""

import pytest

from cota.settlement.worth import scaled


@pytest.mark.parametrize(
    ("least", "decimals", "expected"),
    [
        (10_000, 6, 10_000),
        (10_000, 18, 10**16),
        (10_000, 8, 1_000_000),
        (10_000, 2, 1),
        (10_001, 2, 2),
        (10_000, 0, 1),
        (0, 6, 1),
        (0, 18, 1),
        (10**12 - 1, 255, (10**12 - 1) * 10**249),
    ],
)
def test_scaled__tokens_of_any_decimals__mean_the_same_and_never_nothing(
    least: int, decimals: int, expected: int
) -> None:
    assert scaled(least, decimals) == expected
