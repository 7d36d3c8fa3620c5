"""Answers to one item beside each other and beside gold: rows -> **items with their likenesses** -> skills, votes.

Each different answer is read and compared once. Promises: answers are compared in the order of their texts, so no
order of rows makes a difference; what is no answer to the question is set aside and named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cota.commitments.canonical import MalformedJson
from cota.datasets.labels import answer_of, check_label
from cota.errors import BadRequest, InvalidLabel
from cota.scoring.open.measures import Measure, measure_of
from cota.scoring.open.numbers import OpenRules
from cota.scoring.rows import Ints, LabelRow

Steps = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Item:
    """The different answers to a task, by code point of their texts."""

    texts: tuple[str, ...]
    alike: Steps
    """(answers, answers) in steps."""
    right: Ints | None = None
    """(answers): likeness to the gold; None without gold."""
    blind: Ints | None = None
    """(answers): sum of the likenesses to golds of other tasks."""


@dataclass(frozen=True, slots=True)
class Items:
    """All tasks, by code point of their names."""

    names: list[str]
    items: list[Item]
    gold: dict[str, str]
    """The gold of tasks that somebody answered."""
    compared: int
    """With how many golds of other tasks each answer to a gold task was compared."""
    among_golds: tuple[int, int]
    """Sum of the likenesses of golds with those others, and how many they were."""
    unknown: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    """(task, text) that is no answer to the question."""


class _Reader:
    """Answers of one question, and how alike they are."""

    def __init__(self, schema: Mapping[str, Any], rules: OpenRules) -> None:
        self._schema = schema
        self._measure: Measure = measure_of(schema, rules)
        self._most = rules.likeness_steps

    def read(self, text: str) -> Any:
        """The answer. Raises InvalidLabel."""
        try:
            answer = answer_of(self._schema, text)
            check_label(self._schema, answer)
        except MalformedJson as refusal:
            raise InvalidLabel(refusal.detail) from None
        return answer

    def compare(self, one: tuple[str, Any], other: tuple[str, Any]) -> int:
        if one[0] == other[0]:
            return self._most
        first, second = sorted((one, other), key=lambda answer: answer[0])
        return self._measure(first[1], second[1])


def compare_answers(
    rows: Sequence[LabelRow], gold: Mapping[str, str], schema: Mapping[str, Any], rules: OpenRules
) -> Items:
    """Raises BadRequest for gold that is no answer."""
    reader = _Reader(schema, rules)
    given: dict[str, set[str]] = {}
    for row in rows:
        given.setdefault(row.task, set()).add(row.label)
    names = sorted(given)
    golds = {name: (gold[name], _read_gold(reader, name, gold[name])) for name in names if name in gold}
    others = _others(sorted(golds), rules.chance_answers)
    items, unknown = [], set()
    for name in names:
        answers = []
        for text in sorted(given[name]):
            try:
                answers.append((text, reader.read(text)))
            except InvalidLabel:
                unknown.add((name, text))
        items.append(
            _item(reader, answers, golds.get(name), [golds[other] for other in others.get(name, ())])
        )
    pairs = [(golds[name], golds[other]) for name, chosen in others.items() for other in chosen]
    return Items(
        names,
        items,
        {name: text for name, (text, _) in golds.items()},
        min(rules.chance_answers, max(0, len(golds) - 1)),
        (sum(reader.compare(*pair) for pair in pairs), len(pairs)),
        frozenset(unknown),
    )


def _read_gold(reader: _Reader, name: str, text: str) -> Any:
    try:
        return reader.read(text)
    except InvalidLabel as refusal:
        raise BadRequest(f"the gold of task {name} does not answer the question: {refusal.detail}") from None


def _others(names: Sequence[str], count: int) -> dict[str, list[str]]:
    """For each name those that follow it, the first again after the last."""
    twice = [*names, *names]
    most = min(count, len(names) - 1)
    return {name: twice[place + 1 : place + 1 + most] for place, name in enumerate(names)}


def _item(
    reader: _Reader,
    answers: Sequence[tuple[str, Any]],
    gold: tuple[str, Any] | None,
    others: Sequence[tuple[str, Any]],
) -> Item:
    count = len(answers)
    alike: Steps = np.zeros((count, count), np.int16)
    for (i, one), (j, other) in combinations(enumerate(answers), 2):
        alike[i, j] = alike[j, i] = reader.compare(one, other)
    for i, one in enumerate(answers):
        alike[i, i] = reader.compare(one, one)
    texts = tuple(text for text, _ in answers)
    if gold is None:
        return Item(texts, alike)
    right = np.array([reader.compare(one, gold) for one in answers], np.int64)
    blind = np.array([sum(reader.compare(one, other) for other in others) for one in answers], np.int64)
    return Item(texts, alike, right, blind)
