"""Which classes a worker mixes up, and how sure a share is: answers, consensus -> **counts, intervals**."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cota.insight.intervals import Rate, wilson


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

    def recall(self, label: str) -> Rate | None:
        """Of answers to items of a class, how many say so, with Wilson's interval. None without such items."""
        k = self.classes.index(label)
        return wilson(self.counts[k][k], sum(self.counts[k]))


def confusion(classes: Sequence[str], pairs: Iterable[tuple[str, str]]) -> Confusion:
    """From (what it is, what was answered); pairs with a label that is no class are left out."""
    found = Counter(pairs)
    return Confusion(tuple(classes), tuple(tuple(found[k, c] for c in classes) for k in classes))
