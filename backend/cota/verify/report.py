"""Facts -> checks -> **report** -> table, JSON, exit code. What a verification says, and nothing of how
it was done.

Promises: each check has a fixed name, the promise it stands for and the number of things it compared; the
first thing that disagrees is named with what was expected, what was found and the difference; a check
that could not be made is `skipped` with its reason and never counts as agreement.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from cota.errors import DomainError

Outcome = Literal["ok", "failed", "skipped"]


class Disagreement(Exception):
    """One thing that is not as it must be. `where` names the row; values are shown as compared."""

    def __init__(self, where: str, expected: object, found: object, note: str = "") -> None:
        self.finding = Finding(where, show(expected), show(found), difference(expected, found), note)
        super().__init__(str(self.finding))


@dataclass(frozen=True)
class Finding:
    where: str
    expected: str
    found: str
    difference: str | None = None
    note: str = ""

    def __str__(self) -> str:
        by = f", off by {self.difference}" if self.difference else ""
        note = f" ({self.note})" if self.note else ""
        return f"{self.where}: expected {self.expected}, found {self.found}{by}{note}"


@dataclass(frozen=True)
class Check:
    name: str
    promise: str
    outcome: Outcome
    compared: int
    finding: Finding | None = None
    reason: str = ""
    scope: str = ""

    def to_json(self) -> dict[str, Any]:
        finding = None if self.finding is None else dict(vars(self.finding))
        return {
            "name": self.name,
            "promise": self.promise,
            "outcome": self.outcome,
            "compared": self.compared,
            "finding": finding,
            "reason": self.reason,
            "scope": self.scope,
        }


@dataclass
class Report:
    """All checks of one verification, pinned to one block."""

    network: str
    chain_id: int
    block_number: int
    block_hash: str
    datasets: list[str] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return any(check.outcome == "ok" for check in self.checks) and self.first_failure is None

    @property
    def first_failure(self) -> Check | None:
        return next((check for check in self.checks if check.outcome == "failed"), None)

    def outcome_of(self, name: str) -> Check:
        return next(check for check in self.checks if check.name == name)

    def to_json(self) -> dict[str, Any]:
        return {
            "verify": "ok" if self.ok else "failed",
            "network": self.network,
            "chain_id": self.chain_id,
            "block": {"number": self.block_number, "hash": self.block_hash},
            "datasets": self.datasets,
            "checks": [check.to_json() for check in self.checks],
        }

    @contextmanager
    def check(self, name: str, promise: str) -> Iterator[Tally]:
        """One check: `Disagreement` inside marks it failed, `NotChecked` skipped; later checks still run."""
        tally = Tally()
        outcome: Outcome = "ok"
        finding: Finding | None = None
        reason = ""
        try:
            yield tally
        except Disagreement as error:
            outcome, finding = "failed", error.finding
        except NotChecked as error:
            outcome, reason = "skipped", str(error)
        except (DomainError, ValueError, KeyError, IndexError, ArithmeticError) as error:
            # Data that cannot even be read is data that does not agree.
            found = f"{type(error).__name__}: {error}"
            outcome, finding = "failed", Finding(tally.at or name, "readable data", found)
        self.checks.append(Check(name, promise, outcome, tally.compared, finding, reason, tally.scope))


class NotChecked(Exception):
    """There is nothing to make this check with; says what is missing."""


class Tally:
    """Counts what one check compared and remembers where it stands, for the finding. `scope`: what the count
    alone does not tell of how much was compared."""

    def __init__(self) -> None:
        self.compared = 0
        self.at = ""
        self.scope = ""

    def equal(self, where: str, expected: object, found: object, note: str = "") -> None:
        self.at = where
        self.compared += 1
        if expected != found:
            raise Disagreement(where, expected, found, note)

    def true(self, where: str, holds: bool, expected: str, found: object = "it does not hold") -> None:
        self.at = where
        self.compared += 1
        if not holds:
            raise Disagreement(where, expected, found)

    def within(self, where: str, found: int, *, least: int | None = None, most: int | None = None) -> None:
        """A number between bounds; the difference told is to the bound that it breaks."""
        self.at = where
        self.compared += 1
        if least is not None and found < least:
            raise Disagreement(where, least, found, f"at least {least}")
        if most is not None and found > most:
            raise Disagreement(where, most, found, f"at most {most}")

    def need(self, reason: str) -> None:
        """A check that compared nothing is none: skipped, with what was missing. Raises NotChecked."""
        if not self.compared:
            raise NotChecked(reason)


def show(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return "0x" + bytes(value).hex()
    return str(value)


def difference(expected: object, found: object) -> str | None:
    """How much a number is off, signed; None where a difference has no meaning."""
    if isinstance(expected, bool) or isinstance(found, bool):
        return None
    if isinstance(expected, int) and isinstance(found, int):
        return f"{found - expected:+d}"
    if isinstance(expected, Fraction) and isinstance(found, Fraction):
        off = found - expected
        return f"{'+' if off > 0 else ''}{off}"
    return None
