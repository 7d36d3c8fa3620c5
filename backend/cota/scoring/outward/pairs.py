"""Workers who answered the same items, in pairs: rows -> **how often, how often alike, how often wrong alike**.

Two uses: a bloc whose answers depend on each other more than their skill explains weighs less (`discounts`), and
accounts with one person's answers share one pay (`copies`). Neither is a fault and neither is ever punished.
Promises: memory is bounded by pieces of workers; a pair's counts are exact; time grows with the labels, not with the
square of the workers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cota.scoring.answers import Answers, Whole
from cota.scoring.pieces import pieces
from cota.scoring.rows import Flags, Ints

_EXPANSIONS = 2**20
_CELLS, _SHARED_CELLS = 2**21, 2**19
"""Counters that a piece has at most, one for each pair; if it has more pairs, those that they share."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs (one, other), each once, that share at least so many items."""

    one: Ints
    other: Ints
    shared: Ints
    alike: Ints
    wrong: Ints
    """Shared items on which either is wrong."""
    wrong_alike: Ints
    """Shared items on which both give the same wrong answer."""


@dataclass(frozen=True, slots=True)
class _Columns:
    """The flagged workers' rows by task, then worker."""

    worker: Whole
    answer: Whole
    bad: Flags
    later: Whole
    """How many rows of the same task follow: each pair of rows is met once."""


def find_pairs(answers: Answers, among: Flags, least: int, decided: Ints) -> Iterator[Pairs]:
    """All pairs `among` the flagged workers with at least `least` shared items, those of some workers at a time:
    where thousands answer the same items they are too many to be kept.

    `decided` (tasks) is the class that an answer is wrong against, -1 where nothing is known.
    """
    rows = among[answers.worker]
    task, worker, answer = answers.task, answers.worker, answers.answer
    if not rows.all():
        task, worker, answer = task[rows], worker[rows], answer[rows]
    if not len(task):
        return
    columns, begins, work = _columns(answers, task, worker, answer, decided)
    order = _by_worker(worker)
    first = 0
    while first < answers.workers:
        done = work[first - 1] if first else 0
        last = int(np.searchsorted(work, done + _EXPANSIONS, side="right"))
        last = min(max(last, first + 1), answers.workers)
        mine = order[begins[first] : begins[last]]
        if len(mine):
            yield _block(columns, answers.workers, first, least, mine)
        first = last


def _columns(
    answers: Answers, task: Whole, worker: Whole, answer: Whole, decided: Ints
) -> tuple[_Columns, Ints, Ints]:
    """The columns; where each worker's rows begin when they are sorted by worker; and how many pairs of rows there are
    up to each worker."""
    ends = np.searchsorted(task, np.arange(1, answers.tasks + 1))
    bad, later = np.empty(len(task), np.bool_), np.empty(len(task), np.int32)
    rows, work = np.zeros(answers.workers, np.int64), np.zeros(answers.workers, np.int64)
    for part in pieces(len(task)):
        where, who = task[part].astype(np.int64), worker[part].astype(np.int64)
        known = decided.take(where)
        bad[part] = (known >= 0) & (known != answer[part])
        following = ends.take(where) - np.arange(part.start + 1, part.stop + 1)
        later[part] = following
        np.add.at(rows, who, 1)
        np.add.at(work, who, following)
    return _Columns(worker, answer, bad, later), np.concatenate([[0], np.cumsum(rows)]), np.cumsum(work)


def _by_worker(worker: Whole) -> Ints:
    """The places of the rows in the order of their workers, then their own."""
    packed = worker.astype(np.int64) << 32
    packed |= np.arange(len(worker))
    packed.sort()
    packed &= 2**32 - 1
    return packed


def _block(columns: _Columns, workers: int, start: int, least: int, mine: Ints) -> Pairs:
    """The pairs, once each, of the workers from `start` on with later ones; `mine` are the places of their rows."""
    repeats = columns.later[mine]
    ends = np.cumsum(repeats, dtype=np.int64)
    # Where the n-th expansion's other row is: n + shift.
    shift = mine + 1 - (ends - repeats)
    other = np.repeat(shift, repeats)
    other += np.arange(len(other))
    key = np.repeat((columns.worker[mine].astype(np.int64) - start) * workers, repeats)
    key += columns.worker[other]
    names, key, met = _often(key, (int(columns.worker[mine[-1]]) - start + 1) * workers, least)
    shared = np.bincount(key, minlength=len(names))
    pairs = np.flatnonzero(shared >= least)
    one, other = mine[np.searchsorted(ends, met, side="right")], other[met]

    def count(rows: Flags) -> Ints:
        return np.asarray(np.bincount(key[rows], minlength=len(shared))[pairs], np.int64)

    alike = columns.answer[one] == columns.answer[other]
    wrong = columns.bad[one] | columns.bad[other]
    first, second = names[pairs] // workers + start, names[pairs] % workers
    return Pairs(first, second, shared[pairs], count(alike), count(wrong), count(wrong & alike))


def _often(key: Ints, span: int, least: int) -> tuple[Ints, Ints, Ints]:
    """Of the keys below `span`, those that may occur `least` times: each once, the number in that list of each place
    where one is, and those places."""
    if span <= _CELLS:
        enough = np.bincount(key, minlength=span) >= least
        met = np.flatnonzero(enough[key])
        return np.flatnonzero(enough), (np.cumsum(enough) - 1)[key[met]], met
    # A counter that several keys share counts no fewer than each of them.
    cell = key % _SHARED_CELLS
    met = np.flatnonzero((np.bincount(cell, minlength=_SHARED_CELLS) >= least)[cell])
    names, place = np.unique(key[met], return_inverse=True)
    return names, place, met
