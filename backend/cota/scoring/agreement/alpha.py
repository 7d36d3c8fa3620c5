"""Krippendorff's alpha: how much people agree beyond chance, over all items, for any scale of answers.

alpha = 1 - observed / expected disagreement (Krippendorff, Content Analysis, 4th edition, 2019, chapter 12): 1 is
perfect, 0 is chance, below 0 worse. It tells whether a question can be answered at all, not who is good. Exact
fractions; items with one answer say nothing; without two different answers anywhere it is not defined.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, TypeVar

from cota.commitments.canonical import canonical, parse_json
from cota.scoring.agreement.likeness import likeness

Value = TypeVar("Value", bound=Hashable)
Distance = Callable[[Value, Value], Fraction]


def alpha(units: Sequence[Sequence[Value]], distance: Distance[Value]) -> Fraction | None:
    """`units`: the answers of each item, whoever gave them; `distance` 0 for equal answers. None if not defined."""
    paired = [Counter(unit) for unit in units if len(unit) > 1]
    total: Counter[Value] = Counter()
    for unit in paired:
        total += unit
    n = total.total()
    expected = _sum(total, distance)
    if n < 2 or not expected:
        return None
    observed = sum((_sum(unit, distance) / (unit.total() - 1) for unit in paired), Fraction(0))
    return 1 - (n - 1) * observed / expected


def _sum(counts: Counter[Value], distance: Distance[Value]) -> Fraction:
    """Over all ordered pairs of answers."""
    entries = list(counts.items())
    total = Fraction(0)
    for place, (one, times) in enumerate(entries):
        for other, others in entries[place + 1 :]:
            total += 2 * times * others * distance(one, other)
    return total


def nominal(one: Hashable, other: Hashable) -> Fraction:
    """Classes without order."""
    return Fraction(one != other)


def interval(one: int | Fraction, other: int | Fraction) -> Fraction:
    """Numbers whose differences mean something."""
    return Fraction(one - other) ** 2


def ratio(one: int | Fraction, other: int | Fraction) -> Fraction:
    """Numbers with a true zero."""
    return (Fraction(one - other) / (one + other)) ** 2 if one + other else Fraction(0)


def ordinal(units: Sequence[Sequence[int]]) -> Distance[int]:
    """Ranks: how many answers lie between two, half of those at the ends."""
    total: Counter[int] = Counter(value for unit in units if len(unit) > 1 for value in unit)
    values = sorted(total)

    def distance(one: int, other: int) -> Fraction:
        low, high = min(one, other), max(one, other)
        between = sum(total[value] for value in values if low <= value <= high)
        return (between - Fraction(total[low] + total[high], 2)) ** 2

    return distance


def alpha_of(schema: Mapping[str, Any], units: Sequence[Sequence[Any]]) -> Fraction | None:
    """Alpha of answers to a question: ordinal for ratings, nominal for classes, else with 1 - likeness as distance."""
    if schema["kind"] == "rating":
        return alpha(units, ordinal(units))
    if schema["kind"] in ("choice", "preference"):
        return alpha(units, nominal)
    told = [[canonical(answer) for answer in unit] for unit in units]

    @cache
    def distance(one: bytes, other: bytes) -> Fraction:
        return 1 - likeness(schema, parse_json(one), parse_json(other))

    return alpha(told, distance)
