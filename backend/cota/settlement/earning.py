"""What an epoch's public skill lines earn: **lines of this epoch and of those before it** -> units.

Who is not proven yet is paid at the cautious skill known now. Once she is proven, within the rules' number of later
epochs, her earlier labels are raised to the skill known then: nothing has to wait for a later epoch that may never
come (decision 0022). Promises: needs no label, so anyone recomputes it from the public files; an epoch never mints
more than its rows allow.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cota.scoring.rules import wait_epochs_of
from cota.settlement.epoch_lines import Skill
from cota.settlement.units import cap, earnings, share_out
from cota.units import Address

Earlier = Mapping[int, Sequence[Skill]]
"""Skill lines by epoch number."""


@dataclass(frozen=True, slots=True)
class Wage:
    """What an epoch pays for her labels that count in `epoch`, itself or an earlier one: their weight in thousandths of
    a label, at a skill in billionths, above the skill that they were paid at before."""

    epoch: int
    weight: int
    skill: int
    paid_at: int = 0


def window(epoch: int, rules: int) -> range:
    """The earlier epochs that matter to this one; the first is 1. Raises BadRequest."""
    return range(max(1, epoch - wait_epochs_of(rules)), epoch)


def earn(
    lines: Sequence[Skill], earlier: Earlier, rows: int, units_per_label: int
) -> tuple[int, dict[Address, int]]:
    """The epoch's total and each account's units; `earlier` are the epochs of its window, `rows` its log's rows."""
    before = [
        (number, {line.account: line for line in earlier[number]}) for number in sorted(earlier, reverse=True)
    ]
    exact = {
        line.account: earnings(line.skill, line.weight, units_per_label)
        + sum(
            earnings(wage.skill, wage.weight, units_per_label, paid_at=wage.paid_at)
            for wage in _raised(line, before)
        )
        for line in lines
    }
    return share_out(cap(exact, rows * units_per_label))


def wages(line: Skill, epoch: int, earlier: Earlier) -> list[Wage]:
    """What `earn` pays an account for in an epoch, label weights by epoch; the sum is capped and rounded over all."""
    before = [
        (number, {one.account: one for one in earlier[number]}) for number in sorted(earlier, reverse=True)
    ]
    return [Wage(epoch, line.weight, line.skill), *_raised(line, before)]


def _raised(line: Skill, before: Sequence[tuple[int, Mapping[Address, Skill]]]) -> Iterator[Wage]:
    """What is due for labels of earlier epochs, latest first, in which she was not proven."""
    if not line.proven:
        return
    for epoch, lines in before:
        old = lines.get(line.account)
        if old is None:
            continue
        if old.proven:
            break
        yield Wage(epoch, old.weight, line.skill, old.skill)
