"""Which classes a worker mixes up, and how sure a share is: answers, consensus -> **counts, intervals**."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True)
class Confusion:
    """`counts[k][c]`: items of class k that were answered c, both in declared order."""

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def asked(self) -> int:
        return sum(map(sum, self.counts))

    @property
    def right(self) -> int:
        return sum(row[k] for k, row in enumerate(self.counts))

    def recall(self, label: str) -> tuple[float, float, float] | None:
        """Of items of a class, the share answered so: (share, low, high) at 95 %. None without such items."""
        k = self.classes.index(label)
        total = sum(self.counts[k])
        return (self.counts[k][k] / total, *wilson(self.counts[k][k], total)) if total else None


def confusion(classes: Sequence[str], pairs: Iterable[tuple[str, str]]) -> Confusion:
    """From (what it is, what was answered); pairs with a label that is no class are left out."""
    found = Counter(pairs)
    return Confusion(tuple(classes), tuple(tuple(found[k, c] for c in classes) for k in classes))


def wilson(successes: int, trials: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's score interval (1927) of a share; (0, 1) without trials. z: 1.96 for 95 %."""
    if not trials:
        return 0.0, 1.0
    share, square = successes / trials, z * z
    middle = share + square / (2 * trials)
    width = z * sqrt((share * (1 - share) + square / (4 * trials)) / trials)
    scale = 1 + square / trials
    return max(0.0, (middle - width) / scale), min(1.0, (middle + width) / scale)
