"""What the scoring of an epoch says, whatever the rules: the one shape that settlement and verifier read."""

from dataclasses import dataclass, field

UNSETTLED = "unsettled"
"""No proven worker voted on the item and its gold is not known."""
UNKNOWN_LABEL = "unknown-label"
"""The label is none of the dataset's classes."""
HUNDREDTH = 10**7
"""Of skill, in billionths."""
WHOLE_LABEL = 1000
"""What a label of difficulty 1 weighs for pay."""


@dataclass(frozen=True, slots=True)
class Leaked:
    """Signs that somebody knows the gold: the epoch is not to be settled before a person has looked.

    `errors`: by how many standard errors votes agree more on gold than elsewhere, in thousandths; `workers` who
    agree far more with gold than with the other items.
    """

    halt: bool = False
    errors: int = 0
    workers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scores:
    """What an epoch's scoring says.

    By task: `consensus`, null if unsettled; `more_seats`, the tasks that want more votes. By worker: `skill` in
    billionths (at least 0), `proven` (her votes made the consensus), `counted` (labels on settled items, right or
    wrong), `weight` (what those count for pay, in thousandths of a label), `reasons` (why others do not count),
    `copies_of` (the first of the accounts that gave the same answers), `faults` (who is proven to have failed
    gold on purpose or blindly, never punished under rules 1).
    """

    consensus: dict[str, str | None] = field(default_factory=dict)
    skill: dict[str, int] = field(default_factory=dict)
    proven: dict[str, bool] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, dict[str, int]] = field(default_factory=dict)
    weight: dict[str, int] = field(default_factory=dict)
    difficulty: dict[str, int] = field(default_factory=dict)
    more_seats: tuple[str, ...] = ()
    copies_of: dict[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    leaked: Leaked = Leaked()


def reasons_of(unsettled: int, unknown: int) -> dict[str, int]:
    """Why some of a worker's labels do not count."""
    found = {UNSETTLED: unsettled, UNKNOWN_LABEL: unknown}
    return {reason: count for reason, count in found.items() if count}
