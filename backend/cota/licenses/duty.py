"""What happened to a licence -> **its duty to report**: the market's own rule (`LicenseMarket.dutyOf`), replayed.

A report covers all use until its day; the next one is due a period later. A licence that ran out, with all reported
after that, owes none until it is renewed. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Happening:
    """`at` and `expires_at` in Unix seconds; `expires_at` (0: never) of a purchase or renewal, `late` of a report."""

    kind: Literal["bought", "renewed", "reported"]
    at: int
    expires_at: int = 0
    late: bool = False


@dataclass(frozen=True, slots=True)
class Owed:
    """`due_at` 0: no report is due."""

    due_at: int
    reports: int
    late: int

    def is_overdue(self, now: float) -> bool:
        return 0 < self.due_at < now


def replay(period: int, course: Iterable[Happening]) -> Owed:
    """`period`: seconds between reports; 0 where the terms ask for none."""
    last = expires_at = reports = late = 0
    for one in course:
        if one.kind == "reported":
            last, reports, late = one.at, reports + 1, late + one.late
            continue
        if one.kind == "bought" or _due(period, last, expires_at) == 0:
            last = one.at
        expires_at = one.expires_at
    return Owed(_due(period, last, expires_at), reports, late)


def _due(period: int, last: int, expires_at: int) -> int:
    if not period or (expires_at and last >= expires_at):
        return 0
    return last + period
