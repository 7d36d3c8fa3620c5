"""Terms -> **what a person reads before she signs them for good**: each number as it is signed, and in its unit."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from cota.cli.amounts import money, shares
from cota.cli.output import moment

if TYPE_CHECKING:
    from cota.chain.terms import Terms
    from cota.client import Currency

_PAID = frozenset({"price_floor", "audit_fee"})
_POSTED = frozenset({"stake", "penalty_cap", "challenge_bond", "proposer_bond"})
_SHARES = frozenset({"supply_cap", "units_per_label"})
_PARTS = frozenset({"publisher_bps", "treasury_bps"})
_LASTING = frozenset(
    {
        "challenge_window", "settle_period", "receipt_period", "checkpoint_period", "response_period", "claim_period",
        "appeal_period", "penalty_period", "reporting_period", "price_delay", "license_term",
    }
)  # fmt: skip
_ZEROS = {
    "reporting_period": "no reports",
    "license_term": "for good",
    "transfers_locked_until": "never locked",
    "credential": "none asked for",
    "draw_commitment": "no draw",
}
_LENGTHS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def terms_shown(terms: Terms, payment: Currency, stake: Currency) -> dict[str, Any]:
    """By name, in the order in which they are signed."""
    return {one.name: _told(one.name, getattr(terms, one.name), payment, stake) for one in fields(terms)}


def _told(name: str, value: Any, payment: Currency, stake: Currency) -> Any:
    word = getattr(value, "name", None)
    if isinstance(word, str):
        return word.lower().replace("_", "-")
    reading = _reading(name, value, payment, stake)
    plain = "0x" + value.hex() if isinstance(value, bytes) else value
    return plain if reading is None else f"{plain} ({reading})"


def _reading(name: str, value: Any, payment: Currency, stake: Currency) -> str | None:
    from cota.units import LAST_SECOND

    if name in _ZEROS and not (any(value) if isinstance(value, bytes) else value):
        return _ZEROS[name]
    if name in _PAID:
        return money(value, payment.decimals, payment.symbol)
    if name in _POSTED:
        return money(value, stake.decimals, stake.symbol)
    if name in _SHARES:
        return shares(value)
    if name in _PARTS:
        return f"{value // 100}.{value % 100:02} %"
    if name in _LASTING:
        return _lasting(value)
    if name == "transfers_locked_until":
        return moment(value) if value <= LAST_SECOND else "for ever"
    return None


def _lasting(seconds: int) -> str:
    """In the largest unit that leaves no rest."""
    length, unit = next(one for one in _LENGTHS if seconds % one[0] == 0)
    count = seconds // length
    return f"{count:,} {unit}" + ("" if count == 1 else "s")
