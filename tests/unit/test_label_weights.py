"""What single labels weigh: they sum to the public skill line, copies share, and each is told to its author alone."""

from collections import Counter

import pytest

from cota.scoring import LabelRow, score, score_answers
from cota.scoring.scores import Scores
from cota.settlement.label_weights import label_weights, place_of, weight_of
from cota.settlement.past import Past, with_past
from tests.unit.scoring_crowd import CLASSES, GOLD, MIXED, ROWS, TRUTH
from tests.unit.scoring_open_crowd import SCHEMAS, crowd, golds
from tests.unit.test_earning import EARLY, LATE
from tests.unit.test_scoring_open import CARES


def weighed(scores: Scores, counted: list[LabelRow], seen: list[LabelRow]) -> Counter[str]:
    """By worker: the sum of her labels on settled items."""
    weights, found = label_weights(scores, seen), Counter[str]()
    for row in counted:
        if scores.consensus[row.task] is not None:
            difficulty = weights.difficulty.get(row.task)
            found[row.worker] += weight_of(difficulty, weights.shared.get(place_of(row.task, row.worker)))
    return found


def test_weights__of_each_workers_labels__sum_to_her_line() -> None:
    """With a copy, whose items are paid once."""
    scores = score(MIXED, GOLD, CLASSES, 2)
    assert len(set(scores.difficulty.values())) > 1
    assert set(scores.copies_of) | set(scores.copies_of.values()) == {"copy", "w2"}
    weights = label_weights(scores, MIXED)
    assert weights.shared == {place_of(task, w): 2 for task in TRUTH for w in ("copy", "w2")}
    found = weighed(scores, MIXED, MIXED)
    assert {worker: found[worker] for worker in scores.weight} == scores.weight
    assert found["w0"] > 1.5 * found["w2"] > 0


def test_weights__rules_1__one_label_each() -> None:
    scores = score(ROWS, GOLD, CLASSES, 1)
    weights = label_weights(scores, ROWS)
    assert (weights.difficulty, weights.shared) == ({}, {})
    assert weighed(scores, ROWS, ROWS) == scores.weight


def test_weights__labels_of_an_earlier_epoch__count_where_their_item_is_settled() -> None:
    """The open items of a first epoch are settled by the second: their labels weigh there."""
    first = score(EARLY, GOLD, CLASSES, 2)
    left_open = frozenset(task for task, label in first.consensus.items() if label is None)
    counted, inform = with_past(LATE, [Past(1, EARLY, [], left_open)])
    scores = score(counted, GOLD, CLASSES, 2, inform)
    found = weighed(scores, counted, [*counted, *inform])
    assert {worker: found[worker] for worker in scores.weight} == scores.weight
    before = weighed(first, EARLY, EARLY)
    assert {worker: before[worker] for worker in first.weight} == first.weight


@pytest.mark.parametrize("kind", ["text", "boxes"])
def test_weights__rules_3__sum_to_the_line_with_copies_too(kind: str) -> None:
    rows = crowd(kind, *CARES)
    rows += [row._replace(worker=f"copy{n}") for n in range(3) for row in rows if row.worker == "w1"]
    scores = score_answers(rows, golds(kind), SCHEMAS[kind], 3)
    assert len(scores.copies_of) == 3
    found = weighed(scores, rows, rows)
    assert {worker: found[worker] for worker in scores.weight} == scores.weight
