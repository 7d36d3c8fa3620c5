"""Which answers each worker gave: rows -> **pairs (worker, answer)** -> what is counted.

A table of all workers x all answers x all classes outgrows any memory where a question has hundreds of classes; what
occurs is at most as much as there are rows. Promises: numbered by worker, then answer, so a worker's are neighbours.
"""

from dataclasses import dataclass

import numpy as np

from cota.scoring.answers import Answers, Small
from cota.scoring.pieces import pieces
from cota.scoring.rows import Ints


@dataclass(frozen=True, slots=True)
class Cells:
    """The pairs that occur, by number."""

    of_row: Small
    """(rows) the number of the row's pair."""
    worker: Ints
    answer: Ints

    def __len__(self) -> int:
        return len(self.worker)


def find_cells(answers: Answers) -> Cells:
    """The pairs of a crowd's rows."""
    classes = answers.classes
    occurs = np.zeros(answers.workers * classes, np.bool_)
    for rows in pieces(len(answers.task)):
        occurs[_key(answers, rows)] = True
    keys = np.flatnonzero(occurs)
    number = np.cumsum(occurs, dtype=np.int32)
    number -= 1
    of_row = np.empty(len(answers.task), np.int32)
    for rows in pieces(len(answers.task)):
        of_row[rows] = number.take(_key(answers, rows))
    return Cells(of_row, keys // classes, keys % classes)


def _key(answers: Answers, rows: slice) -> Ints:
    return np.asarray(answers.worker[rows].astype(np.int64) * answers.classes + answers.answer[rows])


@dataclass(frozen=True, slots=True)
class Groups:
    """Cells that say the same of a worker's skill: of one worker, and answers that are equally usual for her."""

    of_cell: Ints
    """(cells) the number of the cell's group; a worker's are neighbours."""
    worker: Ints
    level: Ints


def group_cells(worker: Ints, level: Ints) -> Groups:
    """Groups of cells from each cell's worker and how usual its answer is for her, in levels below 2^16."""
    keys, of_cell = np.unique(worker * 2**16 + level, return_inverse=True)
    return Groups(of_cell.astype(np.int64), keys >> 16, keys & (2**16 - 1))
