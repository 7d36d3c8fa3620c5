"""Workers who answered the same items, in pairs: rows -> **how often, how often alike, how often wrong alike**.

Two uses: a bloc whose answers depend on each other more than their skill explains weighs less (`discounts`), and
accounts with one person's answers share one pay (`copies`). Neither is a fault and neither is ever punished.
Promises: memory is bounded by pieces of workers; a pair's counts are exact.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cota.scoring.answers import Answers, Whole
from cota.scoring.rows import Flags, Ints

_EXPANSIONS = 2**20
_CELLS = 2**21


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs (one, other), each in both directions, that share at least so many items."""

    one: Ints
    other: Ints
    shared: Ints
    alike: Ints
    wrong: Ints
    """Shared items on which either is wrong."""
    wrong_alike: Ints
    """Shared items on which both give the same wrong answer."""


def find_pairs(answers: Answers, among: Flags, least: int, decided: Ints) -> Pairs:
    """All pairs `among` the flagged workers with at least `least` shared items.

    `decided` (tasks) is the class that an answer is wrong against, -1 where nothing is known.
    """
    found = list(_blocks(answers, among, least, decided))
    if not found:
        none = np.zeros(0, np.int64)
        return Pairs(none, none, none, none, none, none)
    return Pairs(*(np.concatenate(column) for column in zip(*found, strict=True)))


@dataclass(frozen=True, slots=True)
class _Columns:
    """The flagged workers' rows by task, and how to find a task's and a worker's."""

    task: Whole
    worker: Whole
    answer: Whole
    bad: Flags
    starts: Ints
    size: Ints


def _blocks(answers: Answers, among: Flags, least: int, decided: Ints) -> Iterator[tuple[Ints, ...]]:
    rows = np.flatnonzero(among[answers.worker])
    if not len(rows):
        return
    task, worker, answer = answers.task[rows], answers.worker[rows], answers.answer[rows]
    starts = np.searchsorted(task, np.arange(answers.tasks + 1))
    bad = (decided[task] >= 0) & (decided[task] != answer)
    columns = _Columns(task, worker, answer, bad, starts, np.diff(starts))
    order = np.argsort(worker, kind="stable")
    begins = np.searchsorted(worker[order], np.arange(answers.workers + 1))
    work = np.cumsum(np.bincount(worker, weights=columns.size[task], minlength=answers.workers))
    first, most = 0, max(1, _CELLS // answers.workers)
    while first < answers.workers:
        done = work[first - 1] if first else 0
        last = int(np.searchsorted(work, done + _EXPANSIONS, side="right"))
        last = min(max(last, first + 1), first + most, answers.workers)
        mine = order[begins[first] : begins[last]]
        if len(mine):
            yield _block(columns, answers.workers, range(first, last), least, mine)
        first = last


def _block(columns: _Columns, workers: int, block: range, least: int, mine: Ints) -> tuple[Ints, ...]:
    """The pairs whose first worker is in the block; `mine` are the places of her rows."""
    repeats = columns.size[columns.task[mine]]
    ends = np.cumsum(repeats)
    within = np.arange(ends[-1]) - np.repeat(ends - repeats, repeats)
    other = np.repeat(columns.starts[columns.task[mine]], repeats) + within
    one = np.repeat(mine, repeats)
    key = (columns.worker[one].astype(np.int64) - block.start) * workers + columns.worker[other]
    shared = np.bincount(key, minlength=len(block) * workers)
    pairs = np.flatnonzero(shared >= least)
    first, second = pairs // workers + block.start, pairs % workers
    apart = first != second
    pairs, first, second = pairs[apart], first[apart], second[apart]

    def count(rows: Flags) -> Ints:
        return np.asarray(np.bincount(key[rows], minlength=len(shared))[pairs], np.int64)

    alike = columns.answer[one] == columns.answer[other]
    wrong = columns.bad[one] | columns.bad[other]
    return first, second, shared[pairs], count(alike), count(wrong), count(wrong & alike)
