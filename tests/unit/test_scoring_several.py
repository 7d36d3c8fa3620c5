"""Questions with several answers at once, by rules 2: each class a question of its own, a label paid once."""

import json
import random

import pytest

from cota.errors import BadRequest
from cota.scoring import DuplicateLabel, LabelRow, Scores
from cota.scoring import score as score_by
from cota.scoring.scores import UNKNOWN_LABEL

CLASSES = ["heron", "ibis", "stork"]


def text(classes: list[str]) -> str:
    return json.dumps(classes, separators=(",", ":"))


def draw(worker: str, task: str, truth: list[str], percent: int) -> LabelRow:
    """Each class is told right in `percent` of a hundred cases."""
    chance = random.Random(f"{worker}/{task}")
    return LabelRow(
        task, worker, text([c for c in CLASSES if (c in truth) == (chance.randrange(100) < percent)])
    )


TRUTH = {
    f"t{n:03d}": [c for k, c in enumerate(CLASSES) if random.Random(f"{n}/{k}").random() < 0.4]
    for n in range(120)
}
GOLD = {task: text(truth) for n, (task, truth) in enumerate(TRUTH.items()) if n % 5 == 0}
ROWS = [
    draw(f"w{w}", task, truth, percent)
    for w, percent in enumerate((95, 92, 90, 88, 50))
    for task, truth in TRUTH.items()
]


def score(rows: list[LabelRow], gold: dict[str, str] = GOLD, past: list[LabelRow] | None = None) -> Scores:
    return score_by(rows, gold, CLASSES, 2, past or [], several=True)


def test_score_several__able_and_random__items_are_right_and_a_label_is_paid_once() -> None:
    found = score(ROWS)
    asked = [task for task in TRUTH if task not in GOLD]
    assert sum(found.consensus[task] == text(TRUTH[task]) for task in asked) / len(asked) > 0.93
    assert found.proven == {"w0": True, "w1": True, "w2": True, "w3": True, "w4": False}
    assert found.skill["w0"] > 700_000_000
    assert found.skill["w4"] < 50_000_000
    assert found.counted == dict.fromkeys(found.counted, 120)
    assert all(120 * 500 <= weight <= 120 * 2000 for weight in found.weight.values())
    assert not found.leaked.halt


def test_score_several__fewer_than_60_labels__prove_nobody() -> None:
    """Three yes and no a label do not make three labels."""
    found = score([row for row in ROWS if row.task < "t059"])
    assert not any(found.proven.values())


def test_score_several__always_none__earns_nothing() -> None:
    found = score([*ROWS, *(LabelRow(task, "lazy", "[]") for task in TRUTH)])
    assert found.skill["lazy"] == 0


def test_score_several__a_shared_wrong_answer_with_most_of_the_votes__moves_nothing() -> None:
    wrong = [
        LabelRow(task, f"x{n}", text([c for c in CLASSES if c not in truth]))
        for n in range(8)
        for task, truth in TRUTH.items()
    ]
    found, alone = score(ROWS + wrong), score(ROWS)
    assert found.consensus == alone.consensus
    assert all(found.skill[f"x{n}"] == 0 for n in range(8))


@pytest.mark.parametrize("label", ["heron", '["crow"]', '["ibis","ibis"]', "{}", "[1]", ""])
def test_score_several__no_list_of_classes__does_not_count_and_is_told(label: str) -> None:
    rows = [row if row.worker != "w1" or row.task > "t009" else row._replace(label=label) for row in ROWS]
    found = score(rows)
    assert found.reasons["w1"] == {UNKNOWN_LABEL: 10}
    assert found.counted["w1"] == 110


def test_score_several__rows_shuffled_and_past_given__give_the_same() -> None:
    rows = list(ROWS)
    random.Random(1).shuffle(rows)
    assert score(rows) == score(ROWS)
    late = [row for row in ROWS if row.task >= "t060"]
    found = score(late, past=[row for row in ROWS if row.task < "t060"])
    assert found.skill == score(ROWS).skill
    assert set(found.counted.values()) == {60}


def test_score_several__twice_or_impossible__is_refused() -> None:
    with pytest.raises(DuplicateLabel, match="w1 answers task t003 twice"):
        score([*ROWS, LabelRow("t003", "w1", "[]")])
    with pytest.raises(BadRequest, match="no list of the classes"):
        score(ROWS, {"t000": "heron"})
    with pytest.raises(BadRequest, match="rules 1"):
        score_by(ROWS, GOLD, CLASSES, 1, several=True)
    assert score([]) == Scores()
