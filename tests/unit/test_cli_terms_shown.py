"""Terms before they are signed for good: every number as it is signed, and what it means."""

from dataclasses import fields

import pytest

from cota.chain.terms import PreviewPolicy, Terms, TransferPolicy
from cota.cli.terms_shown import terms_shown
from cota.client import Currency
from cota.units import Address, to_hex

NOBODY = Address("0x" + "00" * 20)
TUSD, COTA = Currency(NOBODY, "TUSD", 6), Currency(NOBODY, "COTA", 18)


def shown(**changes: object) -> dict[str, object]:
    words = {"transfer_policy": TransferPolicy.ALLOW_LIST, "preview_policy": PreviewPolicy.NONE}
    digests = ("credential", "rules_hash", "schema_hash", "draw_commitment")
    usual = {one.name: 0 for one in fields(Terms)} | dict.fromkeys(digests, b"\1" * 32) | words
    return terms_shown(Terms(**(usual | changes)), TUSD, COTA)  # type: ignore[arg-type]


def test_terms__all_of_them__in_the_order_in_which_they_are_signed() -> None:
    assert list(shown()) == [one.name for one in fields(Terms)]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("price_floor", 1_500_000, "1500000 (1.5 TUSD)"),
        ("stake", 100 * 10**18, "100000000000000000000 (100 COTA)"),
        ("supply_cap", 10**18, "1000000000000000000 (1,000,000,000,000 shares)"),
        ("publisher_bps", 2_005, "2005 (20.05 %)"),
        ("challenge_window", 172_800, "172800 (2 days)"),
        ("settle_period", 3_600, "3600 (1 hour)"),
        ("receipt_period", 90, "90 (90 seconds)"),
        ("price_delay", 0, "0 (0 days)"),
        ("license_term", 0, "0 (for good)"),
        ("reporting_period", 0, "0 (no reports)"),
        ("transfers_locked_until", 1_800_000_000, "1800000000 (2027-01-15T08:00:00Z)"),
        ("transfers_locked_until", 0, "0 (never locked)"),
        ("transfers_locked_until", 2**64 - 1, "18446744073709551615 (for ever)"),
        ("credential", bytes(32), to_hex(bytes(32)) + " (none asked for)"),
        ("credential", b"\2" * 32, to_hex(b"\2" * 32)),
        ("transfer_policy", TransferPolicy.LOCKED_UNTIL, "locked-until"),
        ("seats", 3, 3),
    ],
)
def test_terms__each__as_it_is_signed_and_in_its_unit(name: str, value: object, told: object) -> None:
    assert shown(**{name: value})[name] == told
