"""One rule for amounts: whole tokens, or base units with their suffix; nothing is rounded or guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cota.cli.amounts import money, parse_typed
from cota.cli.failures import WrongUse
from cota.units import format_units


@pytest.mark.parametrize(
    ("text", "decimals", "units"),
    [
        ("25", 6, 25_000_000),
        ("0.5", 6, 500_000),
        ("1000.250000", 6, 1_000_250_000),
        ("0.000001", 6, 1),
        ("1", 0, 1),
        ("500000u", 6, 500_000),
        ("0u", 18, 0),
        ("1.000000000000000001", 18, 10**18 + 1),
    ],
)
def test_base_units__whole_or_suffixed__exact(text: str, decimals: int, units: int) -> None:
    assert parse_typed(text).base_units(decimals, "TUSD") == units


@pytest.mark.parametrize(
    "text",
    ["", "-1", "+1", "1e6", "1,000", "1_000", " 1", "1 ", "1.", ".5", "1.5u", "u", "0x10", "007", "1.5.5", "∞",
     "٣", "nan", "1" * 200, "1U", "1\n"],
)  # fmt: skip
def test_parse_typed__anything_else__is_refused_with_the_rule(text: str) -> None:
    with pytest.raises(ValueError, match="an amount is wanted. Whole tokens"):
        parse_typed(text)


def test_base_units__more_decimals_than_the_token__refused_not_rounded() -> None:
    with pytest.raises(WrongUse, match="1.0000001 has 7 decimals, and TUSD has 6"):
        parse_typed("1.0000001").base_units(6, "TUSD")
    with pytest.raises(WrongUse):
        parse_typed("1.0").base_units(0, "EDITIONS")


def test_base_units__beyond_256_bits__refused() -> None:
    with pytest.raises(WrongUse, match="more than any token can count"):
        parse_typed("9" * 78).base_units(18, "COTA")
    with pytest.raises(WrongUse):
        parse_typed(f"{2**256}u").base_units(6, "TUSD")
    assert parse_typed(f"{2**256 - 1}u").base_units(6, "TUSD") == 2**256 - 1


@given(st.integers(0, 10**30), st.integers(0, 18))
def test_what_is_shown__typed_again__is_the_same_amount(amount: int, decimals: int) -> None:
    assert parse_typed(format_units(amount, decimals)).base_units(decimals, "X") == amount


def test_money__thousands__are_separated_and_nothing_is_lost() -> None:
    assert money("25000000001", 6, "TUSD") == "25,000.000001 TUSD"
    assert money(0, 18, "COTA") == "0 COTA"
