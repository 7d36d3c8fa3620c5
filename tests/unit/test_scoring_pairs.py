"""Pairs of workers are counted as by hand, however the counting is cut into pieces and whoever shares a counter."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest

from cota.scoring.answers import Answers, sort_answers
from cota.scoring.outward.pairs import find_pairs
from cota.scoring.rows import DuplicateLabel

TASKS, WORKERS, CLASSES = 60, 25, 3


def crowd(seed: int) -> Answers:
    draw = np.random.default_rng(seed)
    chosen = draw.choice(TASKS * WORKERS, 500, replace=False)
    task, worker = (chosen // WORKERS).astype(np.int32), (chosen % WORKERS).astype(np.int32)
    answer = draw.integers(CLASSES, size=500).astype(np.int16)
    return sort_answers(task, worker, answer, np.full(TASKS, -1, np.int16), WORKERS, CLASSES)


def by_hand(answers: Answers, among: list[bool], least: int, decided: list[int]) -> set[tuple[int, ...]]:
    counts = {name: Counter[tuple[int, int]]() for name in ("shared", "alike", "wrong", "wrong_alike")}
    rows = zip(answers.task.tolist(), answers.worker.tolist(), answers.answer.tolist(), strict=True)
    for task, group in itertools.groupby(rows, key=lambda row: row[0]):
        voters = [(worker, answer) for _, worker, answer in group if among[worker]]
        for (one, mine), (other, hers) in itertools.permutations(voters, 2):
            is_wrong = decided[task] >= 0 and not (mine == hers == decided[task])
            counts["shared"][one, other] += 1
            counts["alike"][one, other] += mine == hers
            counts["wrong"][one, other] += is_wrong
            counts["wrong_alike"][one, other] += is_wrong and mine == hers
    return {
        (*pair, *(one[pair] for one in counts.values())) for pair, n in counts["shared"].items() if n >= least
    }


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("least", [1, 4, 7])
@pytest.mark.parametrize(
    ("expansions", "cells", "shared"), [(2**20, 2**21, 2**19), (40, 9, 7), (200, 0, 97), (1, 0, 1)]
)
def test_find_pairs__any_pieces__counts_as_by_hand(
    monkeypatch: pytest.MonkeyPatch, seed: int, least: int, expansions: int, cells: int, shared: int
) -> None:
    for name, value in (("_EXPANSIONS", expansions), ("_CELLS", cells), ("_SHARED_CELLS", shared)):
        monkeypatch.setattr(f"cota.scoring.outward.pairs.{name}", value)
    answers, draw = crowd(seed), np.random.default_rng(seed)
    among, decided = draw.random(WORKERS) < 0.8, draw.integers(-1, CLASSES, size=TASKS)
    rows = [
        tuple(int(value) for value in row)
        for found in find_pairs(answers, among, least, decided)
        for row in zip(
            found.one, found.other, found.shared, found.alike, found.wrong, found.wrong_alike, strict=True
        )
    ]
    turned = [(other, one, *counts) for one, other, *counts in rows]
    assert len(rows) == len({(*sorted(row[:2]), 0) for row in rows})
    assert {*rows, *turned} == by_hand(answers, among.tolist(), least, decided.tolist())


def test_find_pairs__nobody_flagged__none() -> None:
    assert not list(find_pairs(crowd(0), np.zeros(WORKERS, np.bool_), 1, np.full(TASKS, -1)))


@pytest.mark.parametrize("workers", [WORKERS, 2**45])
def test_sort_answers__rows_that_fit_one_integer_or_not__are_ordered_alike(workers: int) -> None:
    """So many workers leave no room for task and answer beside them."""
    sorted_rows = crowd(1)
    order = np.random.default_rng(1).permutation(len(sorted_rows.task))
    columns = (sorted_rows.task[order], sorted_rows.worker[order], sorted_rows.answer[order] - np.int16(1))
    found = sort_answers(*columns, sorted_rows.gold, workers, CLASSES)
    assert found.task.tolist() == sorted_rows.task.tolist()
    assert found.worker.tolist() == sorted_rows.worker.tolist()
    assert found.answer.tolist() == (sorted_rows.answer - 1).tolist()
    assert (found.task.dtype, found.worker.dtype, found.answer.dtype) == (np.int32, np.int32, np.int16)


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1]])
def test_sort_answers__a_row_twice__is_refused_with_its_numbers(order: list[int]) -> None:
    task, worker = np.array([0, 1, 1], np.int32)[order], np.array([4, 2, 2], np.int32)[order]
    with pytest.raises(DuplicateLabel, match="worker 2 answers task 1 twice"):
        sort_answers(task, worker, np.zeros(3, np.int16), np.full(2, -1, np.int16), 5, CLASSES)
