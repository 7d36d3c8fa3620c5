"""Typed text <-> **amounts** <-> base units. One rule for every amount at the terminal.

A plain number is whole tokens, with a decimal point for parts of one (`25`, `0.5`); base units carry the
suffix `u` (`500000u`), as `--json` shows them without it. Promises: inside there are only integers; more
decimals than the token has are refused, never rounded; signs, exponents, separators and spaces are refused,
never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cota.cli.failures import WrongUse

RULE = "Whole tokens, with a point for parts (25, 0.5), or base units with the suffix u (500000u)."
SHARE_DECIMALS = 6

_LONGEST = 78
_UINT256_MAX = 2**256 - 1
_BASE = re.compile(r"(0|[1-9][0-9]*)u")
_WHOLE = re.compile(r"(0|[1-9][0-9]*)(?:\.([0-9]+))?")


@dataclass(frozen=True, slots=True)
class TypedAmount:
    """An amount as it was typed, before its token is known."""

    text: str
    digits: str
    decimals: int | None
    """How many of the digits stand behind the point; None for base units."""

    def base_units(self, decimals: int, symbol: str) -> int:
        """For a token of so many decimals. Raises WrongUse."""
        typed = 0 if self.decimals is None else self.decimals
        if typed > decimals:
            raise WrongUse(f"{self.text} has {typed} decimals, and {symbol} has {decimals}")
        shift = 0 if self.decimals is None else decimals - typed
        found: int = int(self.digits) * 10**shift
        if found > _UINT256_MAX:
            raise WrongUse(f"{self.text} is more than any token can count")
        return found


def parse_typed(text: str) -> TypedAmount:
    """Raises ValueError with the rule."""
    # Bounded before int(): a megabyte of digits would take the parser seconds.
    if len(text) <= _LONGEST + 2:
        if base := _BASE.fullmatch(text):
            return TypedAmount(text, base[1], None)
        if whole := _WHOLE.fullmatch(text):
            part = whole[2] or ""
            return TypedAmount(text, whole[1] + part, len(part))
    raise ValueError("an amount is wanted. " + RULE)


def money(amount: int | str, decimals: int, symbol: str) -> str:
    """Base units for people: "1,500.25 TUSD". Exact, never rounded."""
    from cota.units import format_units

    whole, point, part = format_units(int(amount), decimals).partition(".")
    return f"{int(whole):,}{point}{part} {symbol}"


def shares(units: int | str) -> str:
    """Share base units for people."""
    return money(units, SHARE_DECIMALS, "shares")
