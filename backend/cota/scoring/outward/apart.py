"""Whose votes say nothing of whom (rules 4): pairs that depend on each other -> **what to take off, row by row**.

Accounts that share answers confirm each other on whatever they share, right or wrong; one who depends on her is no
witness of her skill. Promises: exact sums of integers; memory is bounded by pieces of rows beside each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cota.scoring.answers import Answers
from cota.scoring.outward.numbers import WEIGHT_ONE
from cota.scoring.outward.pairs import Pairs
from cota.scoring.rows import Flags, Ints

_EXPANSIONS = 2**20
"""Rows beside each other that are looked at at once."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of dependent workers, in the order of the table, and where each task's start."""

    place: Ints
    task: Ints
    worker: Ints
    starts: Ints
    count: Ints
    """(tasks) how many rows each has."""


class Apart:
    """The pairs whose votes say nothing of each other."""

    def __init__(self, answers: Answers, pairs: Pairs, excess: Ints, per_mille: int) -> None:
        self._answers = answers
        tied = excess * 1000 > per_mille * WEIGHT_ONE
        self._keys: Ints = np.sort(pairs.one[tied] * answers.workers + pairs.other[tied])
        self._tied: Flags = np.zeros(answers.workers, np.bool_)
        self._tied[pairs.one[tied]] = True
        self._mine = self._rows(self._tied)

    def _rows(self, among: Flags) -> _Rows:
        place = np.flatnonzero(among[self._answers.worker])
        task = self._answers.task[place].astype(np.int64)
        starts = np.searchsorted(task, np.arange(self._answers.tasks + 1))
        return _Rows(place, task, self._answers.worker[place].astype(np.int64), starts, np.diff(starts))

    def voters(self, use: Flags) -> _Rows:
        """The rows of those in use who depend on somebody: what `beside` looks among."""
        return self._rows(self._tied & use)

    def beside(self, rows: slice, voters: _Rows) -> Iterator[tuple[Ints, Ints]]:
        """Of each row in `rows`: the voters' rows on its task that say nothing of its worker. Both as places in the
        table, in pieces."""
        mine = self._mine
        first, last = np.searchsorted(mine.place, [rows.start, rows.stop]).tolist()
        size = voters.count[mine.task[first:last]]
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
