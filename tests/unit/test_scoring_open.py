"""Rules 3: texts, spans, boxes and polygons are judged by their likeness to secret gold, and settle."""

import hashlib
import json
import random
from dataclasses import asdict
from typing import Any

import pytest

from cota.datasets.labels import answer_of
from cota.errors import BadRequest
from cota.scoring import DuplicateLabel, LabelRow, Scores, is_scored, rules_hash, score, score_answers
from cota.scoring.open.measures import OPEN_KINDS, measure_of
from cota.scoring.open.numbers import OPEN
from cota.scoring.scores import UNKNOWN_LABEL, UNSETTLED
from tests.unit import scoring_crowd, test_scoring_several
from tests.unit.scoring_open_crowd import SCHEMAS, crowd, golds, truths

BITS = "7ce65f92b7225831a6fc976e0961bcb81c5ba15aea7f5187fd8be49bcb1c6165"
"""SHA-256 of the scores of the four crowds: what every machine must come to."""
CARES = (97, 92, 85, 70, 0)
EACH_KIND = pytest.mark.parametrize("kind", OPEN_KINDS)


def judge(kind: str, rows: list[LabelRow], gold: dict[str, str] | None = None, **more: Any) -> Scores:
    return score_answers(rows, golds(kind) if gold is None else gold, SCHEMAS[kind], 3, **more)


def likeness(kind: str, one: str, other: str) -> int:
    schema = SCHEMAS[kind]
    return measure_of(schema, OPEN)(answer_of(schema, one), answer_of(schema, other))


def earned(found: Scores, worker: str) -> int:
    return found.skill[worker] ** 2 * found.weight[worker]


@EACH_KIND
def test_score_open__careful_and_careless__are_told_apart_and_every_item_settles(kind: str) -> None:
    found = judge(kind, crowd(kind, *CARES))
    assert sorted(found.skill, key=lambda w: -found.skill[w]) == ["w0", "w1", "w2", "w3", "w4"]
    assert found.skill["w0"] > 600_000_000
    assert found.skill["w4"] == 0
    assert found.proven == {"w0": True, "w1": True, "w2": True, "w3": True, "w4": False}
    assert found.counted == dict.fromkeys(found.counted, 100)
    assert None not in found.consensus.values()
    assert all(500 <= value <= 2000 for value in found.difficulty.values())
    assert not found.leaked.halt
    assert (found.faults, found.copies_of) == ((), {})


@EACH_KIND
def test_score_open__consensus__is_nearer_to_the_truth_than_the_answers_are(kind: str) -> None:
    rows, wanted = crowd(kind, *CARES), truths(kind)
    found = judge(kind, rows)
    open_tasks = [task for task in wanted if task not in golds(kind)]
    reached = sum(likeness(kind, str(found.consensus[task]), wanted[task]) for task in open_tasks)
    given = [likeness(kind, row.label, wanted[row.task]) for row in rows if row.task in open_tasks]
    assert reached / len(open_tasks) > 0.8 * OPEN.likeness_steps
    assert reached / len(open_tasks) > sum(given) / len(given) + 0.1 * OPEN.likeness_steps
    assert all(found.consensus[task] == gold for task, gold in golds(kind).items())


@EACH_KIND
def test_score_open__a_shared_wrong_answer_with_most_of_the_votes__moves_nothing(kind: str) -> None:
    """Eight accounts give each item the answer to the next one."""
    wanted = list(truths(kind).items())
    wrong = [
        LabelRow(task, f"x{n}", wanted[(place + 1) % len(wanted)][1])
        for n in range(8)
        for place, (task, _) in enumerate(wanted)
    ]
    rows = crowd(kind, *CARES)
    found, alone = judge(kind, rows + wrong), judge(kind, rows)
    assert found.consensus == alone.consensus
    assert {worker: found.skill[worker] for worker in alone.skill} == alone.skill
    assert all(found.skill[f"x{n}"] == 0 for n in range(8))


@EACH_KIND
def test_score_open__one_answer_for_all__earns_nothing(kind: str) -> None:
    same = next(iter(truths(kind).values()))
    found = judge(kind, [*crowd(kind, *CARES), *(LabelRow(task, "lazy", same) for task in truths(kind))])
    assert (found.skill["lazy"], found.proven["lazy"]) == (0, False)


@EACH_KIND
def test_score_open__rows_and_gold_shuffled__give_the_same_bits(kind: str) -> None:
    rows, gold = crowd(kind, *CARES), list(golds(kind).items())
    wanted = judge(kind, rows)
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        random.Random(seed).shuffle(gold)
        assert judge(kind, rows, dict(gold)) == wanted


@EACH_KIND
def test_score_open__gold_known_and_the_rest_guessed__halts(kind: str) -> None:
    rows, gold = crowd(kind, *CARES), golds(kind)
    blind = [
        row._replace(worker="knows", label=gold.get(row.task, row.label))
        for row in rows
        if row.worker == "w4"
    ]
    found = judge(kind, rows + blind)
    assert found.leaked.halt
    assert found.leaked.workers == ("knows",)
    assert found.faults == ()


@EACH_KIND
def test_score_open__exact_copies__are_paid_once_together(kind: str) -> None:
    rows = crowd(kind, *CARES)
    copies = [row._replace(worker=f"copy{n}") for n in range(3) for row in rows if row.worker == "w1"]
    alone, found = judge(kind, rows), judge(kind, rows + copies)
    assert found.copies_of == {"w1": "copy0", "copy1": "copy0", "copy2": "copy0"}
    together = sum(earned(found, worker) for worker in ("w1", "copy0", "copy1", "copy2"))
    assert 0.8 * earned(alone, "w1") < together < 1.1 * earned(alone, "w1")


def test_score_open__right_texts_are_equal__is_no_copying() -> None:
    """Two who type without a slip give the same answers."""
    rows = [
        LabelRow(task, worker, text) for task, text in truths("text").items() for worker in ("ana", "bia")
    ]
    found = judge("text", rows + crowd("text", *CARES))
    assert found.copies_of == {}
    assert found.skill["ana"] == found.skill["bia"] > 850_000_000


@EACH_KIND
def test_score_open__earlier_epochs__tell_of_skill_and_are_not_counted(kind: str) -> None:
    rows = crowd(kind, *CARES)
    late, early = [r for r in rows if r.task >= "t050"], [r for r in rows if r.task < "t050"]
    found, whole = judge(kind, late, past=early), judge(kind, rows)
    assert found.skill == whole.skill
    assert found.counted == dict.fromkeys(found.counted, 50)
    assert set(found.consensus) == {row.task for row in late}
    assert not any(judge(kind, late).proven.values())


def test_score_open__no_vote_of_the_proven_or_only_weak_ones__wants_more_seats() -> None:
    rows = [row for row in crowd("boxes", *CARES) if row.task not in ("t001", "t002")]
    rows += [row for row in crowd("boxes", *CARES) if row.task == "t001" and row.worker == "w4"]
    rows += [row for row in crowd("boxes", *CARES) if row.task == "t002" and row.worker in ("w3", "w4")]
    found = judge("boxes", rows)
    assert found.consensus["t001"] is None
    assert found.reasons["w4"] == {UNSETTLED: 1}
    assert found.consensus["t002"] is not None
    assert {"t001", "t002"} <= set(found.more_seats)
    assert not set(found.more_seats) & set(golds("boxes"))


def test_score_open__fewer_than_60_labels__prove_nobody() -> None:
    assert not any(judge("text", crowd("text", *CARES, items=59)).proven.values())


# Bad input: each has one documented outcome (docs/scoring.md).


@pytest.mark.parametrize(
    ("kind", "label"),
    [("text", ""), ("text", " x"), ("boxes", "heron"), ("boxes", '[{"class":"crow"}]'), ("polygons", "[[]]"),
     ("spans", '[{"class":"ibis","end":1,"start":2,"text":"x"}]')],
)  # fmt: skip
def test_score_open__no_answer_to_the_question__does_not_count_and_is_told(kind: str, label: str) -> None:
    rows = [
        row._replace(label=label) if row.worker == "w1" and row.task < "t010" else row
        for row in crowd(kind, *CARES)
    ]
    found = judge(kind, rows)
    assert found.reasons["w1"] == {UNKNOWN_LABEL: 10}
    assert found.counted["w1"] == 90


def test_score_open__nothing_marked__is_an_answer_like_others() -> None:
    gold = golds("boxes") | {"t000": "[]"}
    rows = [row._replace(label="[]") if row.task == "t000" else row for row in crowd("boxes", *CARES)]
    found = judge("boxes", rows, gold)
    assert found.consensus["t000"] == "[]"
    assert found.difficulty["t000"] < 1000


def test_score_open__twice_or_impossible__is_refused() -> None:
    rows = crowd("text", *CARES)
    with pytest.raises(DuplicateLabel, match="w1 answers task t003 twice"):
        judge("text", [*rows, LabelRow("t003", "w1", "x")])
    with pytest.raises(DuplicateLabel, match="w1 answers task t003 twice"):
        judge("text", rows, past=[LabelRow("t003", "w1", "x")])
    with pytest.raises(BadRequest, match="the gold of task t000 does not answer the question"):
        judge("text", rows, {"t000": " "})
    with pytest.raises(BadRequest, match="rules 2 do not score answers of kind text"):
        score_answers(rows, {}, SCHEMAS["text"], 2)
    assert judge("text", []) == Scores()


def test_score_open__no_gold_or_one__settles_that_one_and_proves_nobody() -> None:
    rows = crowd("spans", *CARES)
    none = judge("spans", rows, {})
    assert set(none.consensus.values()) == {None}
    assert not any(none.weight.values())
    one = judge("spans", rows, {"t000": golds("spans")["t000"]})
    assert [task for task, label in one.consensus.items() if label is not None] == ["t000"]
    assert not any(one.proven.values())


# What has been committed to.


def test_rules__version_3__is_frozen_by_its_hash() -> None:
    """A changed number is another version: datasets have committed to this hash."""
    assert rules_hash(3).hex() == "edced5ec678f7009b30c0491c50b84bcc640bf2374981000a4d0d6b95d123d86"


def test_score_open__known_crowds__come_to_known_bits() -> None:
    found = [asdict(judge(kind, crowd(kind, *CARES))) for kind in OPEN_KINDS]
    assert hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest() == BITS


@pytest.mark.parametrize("kind", OPEN_KINDS)
def test_score_open__rules_4__are_rules_3_where_answers_cannot_be_listed(kind: str) -> None:
    case = crowd(kind, *CARES), golds(kind), SCHEMAS[kind]
    assert score_answers(*case, 4) == score_answers(*case, 3)


def test_score__rules_3__are_rules_2_where_answers_can_be_listed() -> None:
    crowds = scoring_crowd.MIXED, scoring_crowd.GOLD, scoring_crowd.CLASSES
    assert score(*crowds, 3) == score(*crowds, 2)
    several = test_scoring_several.ROWS, test_scoring_several.GOLD, test_scoring_several.CLASSES
    assert score(*several, 3, several=True) == score(*several, 2, several=True)


def test_is_scored__by_version_and_kind__is_what_can_be_scored() -> None:
    kinds = {"choice": {"classes": ["a", "b"]}, "choices": {"classes": ["a"]}, "preference": {}, **SCHEMAS}
    kinds["rating"] = {"least": 1, "most": 5}
    found = {
        version: {kind for kind, more in kinds.items() if is_scored({**more, "kind": kind}, version)}
        for version in (1, 2, 3, 4)
    }
    assert found[1] == {"choice", "preference", "rating"}
    assert found[2] == found[1] | {"choices"}
    assert found[3] == found[4] == set(kinds)
