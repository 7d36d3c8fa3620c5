"""Rules 1 of the scoring: what it says, to the bit, and what it says of the odd cases."""

import random
from dataclasses import asdict, replace

import numpy as np
import pytest

from cota.errors import BadRequest
from cota.scoring import RULES, DuplicateLabel, LabelRow, Scores, rules_hash, score
from cota.scoring.crowd import crowd_consensus, majority
from cota.scoring.rows import make_table
from cota.scoring.rules import Rules
from cota.scoring.scores import UNKNOWN_LABEL, UNSETTLED
from cota.scoring.skill import SkillGrid, class_prior, marginals
from tests.unit.scoring_crowd import CLASSES, GOLD, ROWS, TRUTH, accuracy, crowd


def test_score__able_and_random_workers__are_told_apart() -> None:
    found = score(ROWS, GOLD, CLASSES)
    assert accuracy(found.consensus, TRUTH) > 0.95
    assert found.proven == {f"w{n}": n < 6 for n in range(8)}
    assert sorted(found.skill, key=lambda w: -found.skill[w])[:3] == ["w0", "w1", "w2"]
    assert found.skill["w0"] > 700_000_000
    assert found.skill["w6"] < 50_000_000
    assert found.counted == dict.fromkeys(found.counted, 150)
    assert found.reasons == {worker: {} for worker in found.counted}


@pytest.mark.parametrize("seed", range(3))
def test_score__rows_and_gold_shuffled__give_the_same_bits(seed: int) -> None:
    rows, gold = list(ROWS), list(GOLD.items())
    random.Random(seed).shuffle(rows)
    random.Random(seed).shuffle(gold)
    again, first = score(rows, dict(gold), CLASSES), score(ROWS, GOLD, CLASSES)
    assert asdict(again) == asdict(first)
    assert list(again.skill) == list(first.skill)


def test_make_table__rows_shuffled__gives_equal_arrays() -> None:
    rows = list(ROWS)
    random.Random(9).shuffle(rows)
    one, other = make_table(ROWS, GOLD, CLASSES), make_table(rows, GOLD, CLASSES)
    for name in ("task", "worker", "answer", "gold"):
        assert np.array_equal(getattr(one, name), getattr(other, name))


def test_score__one_answer_for_all__earns_nothing() -> None:
    rows = ROWS + [LabelRow(task, "lazy", "blue") for task in TRUTH]
    found = score(rows, GOLD, CLASSES)
    assert found.skill["lazy"] == 0
    assert not found.proven["lazy"]


@pytest.mark.parametrize("bloc", [8, 12])
def test_score__bloc_with_half_or_more_of_the_votes__moves_nothing_and_earns_nothing(bloc: int) -> None:
    """A shared wrong answer on every item: what ruins every vote that starts from the crowd."""
    wrong = {task: CLASSES[(CLASSES.index(label) + 1) % 3] for task, label in TRUTH.items()}
    rows = ROWS + [LabelRow(task, f"x{n}", wrong[task]) for n in range(bloc) for task in TRUTH]
    found, alone = score(rows, GOLD, CLASSES), score(ROWS, GOLD, CLASSES)
    assert found.consensus == alone.consensus
    assert all(found.skill[f"x{n}"] == 0 for n in range(bloc))
    assert accuracy(majority(rows, CLASSES), TRUTH) < 0.6


def test_score__same_answer_twice__is_refused_by_name() -> None:
    rows = [*ROWS, LabelRow("t007", "w3", "red")]
    for order in (rows, rows[::-1]):
        with pytest.raises(DuplicateLabel, match="w3 answers task t007 twice") as refusal:
            score(order, GOLD, CLASSES)
        assert refusal.value.extra == {"task": "t007", "worker": "w3"}


def test_score__nothing__is_nothing() -> None:
    assert score([], GOLD, CLASSES) == Scores()


def test_score__no_gold__settles_nothing_and_pays_nobody() -> None:
    found = score(ROWS, {}, CLASSES)
    assert set(found.consensus.values()) == {None}
    assert set(found.skill.values()) == {0}
    assert set(found.counted.values()) == {0}
    assert found.reasons["w0"] == {UNSETTLED: 150}


def test_score__one_able_worker__settles_alone() -> None:
    found = score(crowd(90), GOLD, CLASSES)
    assert found.proven == {"w0": True}
    assert accuracy(found.consensus, TRUTH) > 0.85
    assert found.counted == {"w0": 150}


def test_score__one_class__can_tell_nobody_apart() -> None:
    rows = [LabelRow(task, f"w{n}", "blue") for n in range(3) for task in TRUTH]
    found = score(rows, dict.fromkeys(GOLD, "blue"), ["blue"])
    assert set(found.skill.values()) == {0}
    assert {task: found.consensus[task] for task in GOLD} == dict.fromkeys(GOLD, "blue")
    assert all(found.consensus[task] is None for task in TRUTH if task not in GOLD)
    assert found.reasons["w0"] == {UNSETTLED: 120}


def test_score__unknown_label__does_not_count_and_is_told() -> None:
    rows = [row if row.worker != "w4" or row.task > "t009" else row._replace(label="bleu") for row in ROWS]
    found = score(rows, GOLD, CLASSES)
    assert found.reasons["w4"] == {UNKNOWN_LABEL: 10}
    assert found.counted["w4"] == 140
    assert found.consensus == score([row for row in rows if row.label != "bleu"], GOLD, CLASSES).consensus


def test_score__task_and_worker_with_unknown_labels_only__are_still_there() -> None:
    found = score([*ROWS, LabelRow("t999", "odd", "bleu")], GOLD, CLASSES)
    assert found.consensus["t999"] is None
    assert (found.skill["odd"], found.counted["odd"], found.reasons["odd"]) == (0, 0, {UNKNOWN_LABEL: 1})


def test_score__worker_without_gold__is_paid_by_the_votes_of_the_proven() -> None:
    late = [row._replace(worker="late") for row in crowd(90) if row.task not in GOLD]
    found = score(ROWS + late, GOLD, CLASSES)
    assert found.skill["late"] > 500_000_000
    assert found.counted["late"] == 120


def test_score__fewer_than_60_labels__is_paid_but_never_votes() -> None:
    few = [row._replace(worker="few") for row in crowd(95) if row.task < "t059"]
    found = score(ROWS + few, GOLD, CLASSES)
    assert found.skill["few"] > 0
    assert not found.proven["few"]


def test_score__item_without_a_proven_vote__stays_open_and_its_labels_do_not_count() -> None:
    rows = [row for row in ROWS if row.task != "t001" or row.worker in ("w6", "w7")]
    found = score(rows, GOLD, CLASSES)
    assert found.consensus["t001"] is None
    assert found.reasons["w6"] == {UNSETTLED: 1}
    assert found.counted["w6"] == 149
    assert found.counted["w0"] == 149


def test_score__gold_of_tasks_that_nobody_labelled__changes_nothing() -> None:
    assert score(ROWS, GOLD | {"t999": "red", "zzz": "red"}, CLASSES) == score(ROWS, GOLD, CLASSES)


@pytest.mark.parametrize(
    ("gold", "classes", "rules"),
    [
        ({"t000": "bleu"}, CLASSES, 1),
        (GOLD, [], 1),
        (GOLD, ["blue", "green", "red", "red"], 1),
        (GOLD, CLASSES, 0),
        (GOLD, CLASSES, 99),
    ],
)
def test_score__classes_gold_or_rules_that_cannot_be__are_refused(
    gold: dict[str, str], classes: list[str], rules: int
) -> None:
    with pytest.raises(BadRequest):
        score(ROWS, gold, classes, rules)


def test_majority__equal_votes__go_to_the_first_declared_class() -> None:
    rows = [
        LabelRow("a", "1", "red"),
        LabelRow("a", "2", "green"),
        LabelRow("b", "1", "x"),
        LabelRow("c", "1", "red"),
    ]
    assert majority(rows, CLASSES) == {"a": "green", "b": None, "c": "red"}
    assert majority(rows[::-1], ["red", "green"]) == {"a": "red", "b": None, "c": "red"}
    assert majority([], CLASSES) == {}


def test_score__symmetric_votes__go_to_the_first_declared_class() -> None:
    """Two workers who are each other's mirror on the open task: the posterior is level, the order decides."""
    right = {f"t{n:03d}": "ab"[n % 2] for n in range(80)}
    rows = [LabelRow(task, worker, label) for task, label in right.items() for worker in ("v", "w")]
    rows += [
        LabelRow("x", "v", "a"),
        LabelRow("x", "w", "b"),
        LabelRow("y", "v", "b"),
        LabelRow("y", "w", "a"),
    ]
    for classes in (["a", "b"], ["b", "a"]):
        found = score(rows, right, classes)
        assert found.proven == {"v": True, "w": True}
        assert (found.consensus["x"], found.consensus["y"]) == (classes[0], classes[0])


def test_crowd_consensus__without_gold__follows_the_able() -> None:
    consensus, skill = crowd_consensus(ROWS, CLASSES)
    assert accuracy(consensus, TRUTH) > 0.93
    assert max(skill, key=lambda worker: skill[worker]) == "w0"
    assert crowd_consensus([], CLASSES) == ({}, {})


def test_skill_grid__answers_on_gold_alone__have_the_posterior_of_the_formula() -> None:
    """One worker, four gold answers, three right: likelihoods written out one by one."""
    rows = [
        LabelRow("a", "w", "p"),
        LabelRow("b", "w", "p"),
        LabelRow("c", "w", "q"),
        LabelRow("d", "w", "q"),
    ]
    numbers = RULES[1]
    assert isinstance(numbers, Rules)
    table = make_table(rows, {"a": "p", "b": "p", "c": "q", "d": "p"}, ["p", "q"])
    prior = class_prior(table, numbers)
    q = marginals(table, prior, numbers)
    assert prior.tolist() == pytest.approx([4 / 6, 2 / 6])
    assert q[0].tolist() == pytest.approx([(2 + 5 * 4 / 6) / 9, (2 + 5 * 2 / 6) / 9])
    p_p, p_q = q[0]
    grid = SkillGrid(numbers)
    right = (table.gold[table.task] == table.answer).astype(float)
    logs = grid.log_likelihoods(table, q[0][table.answer], right, table.is_gold)
    for s, log in zip(grid.points / 100, logs[0], strict=True):
        slope_p, slope_q = (min(1, p / (1 - p)) if s < 0 else 1 for p in (p_p, p_q))
        right_p = max(p_p + s * (1 - p_p) * slope_p, 1e-12)
        right_q = max(p_q + s * (1 - p_q) * slope_q, 1e-12)
        wrong_q = max(p_q - s * p_q * slope_q, 1e-12)
        assert log == pytest.approx(2 * np.log(right_p) + np.log(right_q) + np.log(wrong_q))
    weights = np.exp(logs[0]) / np.exp(logs[0]).sum()
    found = grid.summarise(logs)
    assert found.mean[0] == pytest.approx((weights * grid.points / 100).sum())
    assert found.paid[0] == grid.points[np.argmax(np.cumsum(weights) >= 0.2)]
    assert found.low[0] == grid.points[np.argmax(np.cumsum(weights) >= 0.01)]


def test_rules__version_1__is_frozen_by_its_hash() -> None:
    """A changed number is another version: datasets have committed to this hash."""
    assert rules_hash(1).hex() == "4077ecaa85369f47bfad66f75f7baddad4d7dc31279ca0cdb4e374bf13ab3c01"
    with pytest.raises(BadRequest):
        rules_hash(99)


def test_rules__numbers__are_those_that_run(monkeypatch: pytest.MonkeyPatch) -> None:
    first = RULES[1]
    assert isinstance(first, Rules)
    monkeypatch.setitem(RULES, 98, replace(first, version=98, proven_labels=151))
    assert set(score(ROWS, GOLD, CLASSES, 98).proven.values()) == {False}
