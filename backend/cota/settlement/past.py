"""What an epoch takes over from those before it: **their labels and what they left open** -> rows to score.

Pure; worker and verifier alike. Under rules 1 an epoch looks at none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cota.scoring import LabelRow, Scores
from cota.settlement.epoch_lines import Skill
from cota.units import Address, parse_address


@dataclass(frozen=True)
class Past:
    """An earlier epoch as far as a later one needs it: its labels, and what its scoring said."""

    number: int
    labels: Sequence[LabelRow]
    skills: Sequence[Skill]
    open: frozenset[str]
    """Tasks that it left without a consensus."""
    settled: frozenset[str] = frozenset()
    """Tasks that it gave a consensus, those of earlier epochs included."""


def with_past(labels: Sequence[LabelRow], past: Sequence[Past]) -> tuple[list[LabelRow], list[LabelRow]]:
    """(rows that this scoring counts, rows that only inform it).

    A row of an earlier epoch counts now if its item was left open by every epoch that it was scored in since.
    """
    decided: set[str] = set()
    late: list[LabelRow] = []
    inform: list[LabelRow] = []
    for epoch in sorted(past, key=lambda one: one.number, reverse=True):
        decided |= epoch.settled | ({row.task for row in epoch.labels} - epoch.open)
        for row in epoch.labels:
            (inform if row.task in decided else late).append(row)
    return [*labels, *late], inform


def skill_lines(scores: Scores) -> list[Skill]:
    """The public lines of an epoch's scores."""
    return [
        Skill(
            parse_address(worker), skill, scores.proven[worker], scores.counted[worker], scores.weight[worker]
        )
        for worker, skill in scores.skill.items()
    ]


def penalties_of(scores: Scores, cap: int) -> dict[Address, int]:
    """What proven faults cost, in COTA base units: the terms' cap, which holds over all epochs of a membership."""
    return {parse_address(worker): cap for worker in scores.faults if cap}
