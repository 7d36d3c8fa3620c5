"""Whose votes say nothing of whom (rules 4): ties -> **what to take off, row by row**.

Accounts that share answers confirm each other on whatever they share, right or wrong; one who depends on her is no
witness of her skill. Where few of them meet on an item their rows are put beside each other; where a crowd does, a
table of all its pairs is looked up, at a few nanoseconds each. Promises: exact sums of integers; memory is bounded by
pieces of rows beside each other, and by a bit for each two workers of a crowd.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cota.scoring.answers import Answers
from cota.scoring.outward.dependence import Ties
from cota.scoring.outward.numbers import WEIGHT_ONE
from cota.scoring.rows import Flags, Floats, Ints

_EXPANSIONS = 2**20
"""Rows beside each other that are looked at at once."""
_AT_ONCE = 2**16
"""The same of a crowd: larger products are spread over threads, which a busy machine makes wait for each other."""
_CROWD = 64
"""Tied workers' rows on an item from which on they are looked up in a table."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of dependent workers, in the order of the table, and where each task's start."""

    place: Ints
    task: Ints
    worker: Ints
    starts: Ints


class Apart:
    """The pairs whose votes say nothing of each other."""

    def __init__(self, answers: Answers, ties: Ties, per_mille: int) -> None:
        self._answers = answers
        tied = ties.excess.astype(np.int64) * 1000 > per_mille * WEIGHT_ONE
        one, other = ties.one[tied].astype(np.int64), ties.other[tied].astype(np.int64)
        self._tied: Flags = np.zeros(answers.workers, np.bool_)
        self._tied[one] = self._tied[other] = True
        self._keys: Ints = np.concatenate([one * answers.workers + other, other * answers.workers + one])
        self._keys.sort()
        self._mine = self._rows(self._tied)
        self._crowded: Flags = np.diff(self._mine.starts) >= _CROWD
        in_crowd: Flags = np.zeros(answers.workers, np.bool_)
        in_crowd[self._mine.worker[self._crowded[self._mine.task]]] = True
        self._table = _Table(self._keys, in_crowd)

    def _rows(self, among: Flags) -> _Rows:
        place = np.flatnonzero(among[self._answers.worker])
        task = self._answers.task[place].astype(np.int64)
        starts = np.searchsorted(task, np.arange(self._answers.tasks + 1))
        return _Rows(place, task, self._answers.worker[place].astype(np.int64), starts)

    def voters(self, use: Flags) -> _Rows:
        """The rows of those in use who depend on somebody: what `beside` looks among."""
        return self._rows(self._tied & use)

    def beside(self, rows: slice, voters: _Rows) -> Iterator[tuple[Ints, Ints]]:
        """Of each row in `rows`: the voters' rows on its task that say nothing of its worker. Both as places in the
        table, in pieces; tasks with crowds are left to `crowds`."""
        mine = self._mine
        first, last = np.searchsorted(mine.place, [rows.start, rows.stop]).tolist()
        task = mine.task[first:last]
        size = np.where(self._crowded[task], 0, voters.starts[task + 1] - voters.starts[task])
        ends = np.cumsum(size)
        begin = 0
        while begin < last - first:
            done = int(ends[begin - 1]) if begin else 0
            end = max(begin + 1, int(np.searchsorted(ends, done + _EXPANSIONS, side="right")))
            part = np.arange(first + begin, first + end)
            one = np.repeat(part, size[begin:end])
            before = np.repeat(ends[begin:end] - size[begin:end] - done, size[begin:end])
            other = voters.starts[mine.task[one]] + np.arange(len(one)) - before
            found = self._are_tied(mine.worker[one], voters.worker[other])
            yield mine.place[one[found]], voters.place[other[found]]
            begin = end

    def _are_tied(self, one: Ints, other: Ints) -> Flags:
        key = one * self._answers.workers + other
        place = np.minimum(np.searchsorted(self._keys, key), len(self._keys) - 1)
        return np.asarray(self._keys[place] == key, np.bool_)

    def crowds(self, rows: slice, voters: _Rows) -> Iterator[tuple[Ints, Ints, Floats]]:
        """The same of tasks with crowds: some rows of one task, all voters' rows on it, and a table of 1 where the one
        worker depends on the other, else 0."""
        mine = self._mine
        first, last = np.searchsorted(mine.place, [rows.start, rows.stop]).tolist()
        task = mine.task[first:last]
        for crowded in np.unique(task[self._crowded[task]]).tolist():
            beside = slice(*voters.starts[crowded : crowded + 2].tolist())
            start, end = (first + np.searchsorted(task, [crowded, crowded + 1])).tolist()
            step = max(1, _AT_ONCE // max(1, beside.stop - beside.start))
            for begin in range(start, end, step):
                part = slice(begin, min(begin + step, end))
                tied = self._table.of(mine.worker[part], voters.worker[beside])
                yield mine.place[part], voters.place[beside], tied


class _Table:
    """A bit for each two workers of a crowd: whether they are tied."""

    def __init__(self, keys: Ints, among: Flags) -> None:
        """`keys`, in order: one x workers + other, for each two who are tied."""
        members, workers = np.flatnonzero(among), len(among)
        self._place: Ints = np.cumsum(among) - 1
        self._bits: NDArray[np.uint8] = np.zeros((len(members), (len(members) + 7) // 8), np.uint8)
        step = max(1, _EXPANSIONS // max(1, len(members)))
        for first in range(0, len(members), step):
            some = members[first : first + step]
            begin, end = np.searchsorted(keys, [some[0] * workers, (some[-1] + 1) * workers]).tolist()
            one, other = keys[begin:end] // workers, keys[begin:end] % workers
            both = among[one] & among[other]
            tied = np.zeros((len(some), len(members)), np.bool_)
            tied[self._place[one[both]] - first, self._place[other[both]]] = True
            self._bits[first : first + step] = np.packbits(tied, axis=1)

    def of(self, one: Ints, other: Ints) -> Floats:
        """(one, other): 1 where they are tied, else 0; all of them members."""
        place = self._place[other]
        bits = self._bits[self._place[one]].take(place >> 3, axis=1)
        bits >>= (7 - (place & 7)).astype(np.uint8)
        bits &= 1
        return bits.astype(np.float64)
