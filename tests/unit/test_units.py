"""What the door lets in: one spelling out for every right one, and no guessing at those that are wrong."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cota.http.schemas import instant
from cota.units import (
    UINT256_MAX,
    BlockRef,
    address_bytes,
    address_of,
    format_units,
    hash32,
    parse_address,
    parse_amount,
    parse_hash32,
    to_hex,
    told_time,
)

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"


@pytest.mark.parametrize("spelled", [VITALIK, VITALIK.lower(), "0x" + VITALIK[2:].upper()])
def test_parse_address__any_case__comes_out_as_eip55(spelled: str) -> None:
    assert parse_address(spelled) == VITALIK


@pytest.mark.parametrize(
    "wrong",
    [
        VITALIK.replace("d8dA", "d8Da"),
        VITALIK[:-1],
        VITALIK + "0",
        VITALIK[2:],
        "0X" + VITALIK[2:],
        VITALIK + "\n",
        "",
    ],
)
def test_parse_address__wrong_checksum_or_form__is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="address"):
        parse_address(wrong)


@given(st.binary(min_size=20, max_size=20))
def test_address__bytes_and_back__are_the_same(raw: bytes) -> None:
    assert address_bytes(address_of(raw)) == raw
    assert parse_address(to_hex(raw)) == address_of(raw)


@pytest.mark.parametrize(
    "wrong",
    [
        "1e18",
        "1.5",
        "-1",
        "0x10",
        "+1",
        "007",
        " 1",
        "1 ",
        "1\n",
        "",
        "1_000",
        "1,000",
        "١",
        "²",
        str(UINT256_MAX + 1),
    ],
)
def test_parse_amount__anything_but_plain_digits__is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        parse_amount(wrong)


def test_parse_amount__a_million_digits__is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="above"):
        parse_amount("9" * 1_000_000)


@given(st.integers(min_value=0, max_value=UINT256_MAX))
def test_parse_amount__every_uint256__survives(amount: int) -> None:
    assert parse_amount(str(amount)) == amount


def test_parse_amount__above_the_bound_given__is_refused() -> None:
    assert parse_amount("100", maximum=100) == 100
    with pytest.raises(ValueError, match="above 100"):
        parse_amount("101", maximum=100)


@pytest.mark.parametrize(
    ("amount", "decimals", "shown"),
    [(1_500_000, 6, "1.5"), (1, 18, "0.000000000000000001"), (0, 6, "0"), (-25, 1, "-2.5"), (7, 0, "7")],
)
def test_format_units__is_exact(amount: int, decimals: int, shown: str) -> None:
    assert format_units(amount, decimals) == shown


@pytest.mark.parametrize("wrong", ["0x" + "0" * 63, "0" * 64, "0x" + "0" * 64 + "\n", "0x" + "g" * 64])
def test_parse_hash32__wrong_form__is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="32-byte"):
        parse_hash32(wrong)


def test_block_ref__time__is_utc() -> None:
    assert BlockRef(1, hash32(bytes(32)), 0).time.isoformat() == "1970-01-01T00:00:00+00:00"


def test_told_time__instant_in_any_zone_or_seconds__reads_the_same() -> None:
    at = datetime(2027, 1, 15, 9, tzinfo=timezone(timedelta(hours=1)))
    assert told_time(at) == told_time(int(at.timestamp())) == "2027-01-15T08:00:00Z"


@pytest.mark.parametrize("never", [None, 0, 2**40 - 1, 2**64 - 1])
def test_instant__none_zero_or_beyond_the_calendar__is_none(never: int | None) -> None:
    assert instant(never) is None


def test_instant__first_and_last_second__are_named() -> None:
    found = instant(1), instant(253_402_300_799)
    assert [told_time(one) for one in found if one] == ["1970-01-01T00:00:01Z", "9999-12-31T23:59:59Z"]
