"""Rules 2 and 4 of the scoring: trust grows outward from secret gold, and every odd case has one outcome."""

import json
from dataclasses import asdict

import pytest

from cota.errors import BadRequest
from cota.scoring import RULES, DuplicateLabel, LabelRow, Scores, rules_hash, version_of
from cota.scoring import score as score_by
from cota.scoring.crowd import crowd_consensus
from cota.scoring.scores import UNKNOWN_LABEL, UNSETTLED
from tests.unit.scoring_crowd import CLASSES, GOLD, ROWS, TRUTH, accuracy, camouflage, crowd

VERSION = 2


@pytest.fixture(autouse=True, params=[2, 4])
def version(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.VERSION", request.param)


def score(rows: list[LabelRow], gold: dict[str, str] = GOLD, classes: list[str] = CLASSES) -> Scores:
    return score_by(rows, gold, classes, VERSION)


def bloc(size: int, answers: dict[str, str]) -> list[LabelRow]:
    return [LabelRow(task, f"x{n:02d}", label) for n in range(size) for task, label in answers.items()]


def earned(found: Scores, worker: str) -> int:
    return found.skill[worker] ** 2 * found.weight[worker]


def test_score__able_and_random_workers__are_told_apart() -> None:
    found = score(ROWS)
    assert accuracy(found.consensus, TRUTH) > 0.95
    assert found.proven == {f"w{n}": n < 6 for n in range(8)}
    assert sorted(found.skill, key=lambda w: -found.skill[w])[:3] == ["w0", "w1", "w2"]
    assert found.skill["w0"] > 700_000_000
    assert found.skill["w6"] < 50_000_000
    assert found.counted == dict.fromkeys(found.counted, 150)
    assert found.reasons == {worker: {} for worker in found.counted}
    assert (found.copies_of, found.faults, found.leaked.halt) == ({}, (), False)


@pytest.mark.parametrize("size", [8, 12])
def test_score__bloc_with_half_or_more_of_the_votes__moves_nothing_and_earns_nothing(size: int) -> None:
    wrong = {task: CLASSES[(CLASSES.index(label) + 1) % 3] for task, label in TRUTH.items()}
    found, alone = score(ROWS + bloc(size, wrong)), score(ROWS)
    assert found.consensus == alone.consensus
    assert all(found.skill[f"x{n:02d}"] == 0 for n in range(size))


def test_score__camouflage_with_half_of_the_votes__hardly_moves_the_items_and_is_paid_little() -> None:
    """Right as often as the honest on every other item, one shared random answer on the rest."""
    rows = camouflage(8)
    found, alone = score(ROWS + rows), score(ROWS)
    assert accuracy(found.consensus, TRUTH) >= accuracy(alone.consensus, TRUTH) - 0.03
    paid = sum(earned(found, f"x{n}") for n in range(8)) / 8
    assert paid < 0.6 * earned(found, "w2")


def test_score__one_answer_for_all__earns_nothing() -> None:
    found = score([*ROWS, *(LabelRow(task, "lazy", "blue") for task in TRUTH)])
    assert (found.skill["lazy"], found.proven["lazy"]) == (0, False)


def test_score__exact_copies__are_paid_once_together_and_never_punished() -> None:
    alone = score(ROWS)
    copies = [row._replace(worker=f"copy{n}") for n in range(4) for row in ROWS if row.worker == "w2"]
    found = score(ROWS + copies)
    assert found.copies_of == {"w2": "copy0"} | {f"copy{n}": "copy0" for n in range(1, 4)}
    together = sum(earned(found, worker) for worker in ("w2", *(f"copy{n}" for n in range(4))))
    assert 0.8 * earned(alone, "w2") < together < 1.05 * earned(alone, "w2")
    assert found.faults == ()


@pytest.mark.parametrize("size", [1, 3, 8])
def test_score__leaked_gold__halts(size: int) -> None:
    knew = {t: r if t in GOLD else CLASSES[(CLASSES.index(r) + 1) % 3] for t, r in TRUTH.items()}
    found = score(ROWS + bloc(size, knew))
    assert found.leaked.halt
    if size == 1:
        assert found.leaked.workers == ("x00",)
    assert found.faults == ()


def test_score__gold_failed_far_below_blind_answering__is_a_fault() -> None:
    gold = {task: label for n, (task, label) in enumerate(TRUTH.items()) if n % 2 == 0}
    wrong = {task: CLASSES[(CLASSES.index(label) + 1) % 3] for task, label in TRUTH.items()}
    found = score(ROWS + bloc(1, wrong), gold)
    assert found.faults == ("x00",)


def test_score__difficulty__is_highest_where_the_proven_go_wrong_and_within_bounds() -> None:
    found = score(ROWS)
    missed = {task: 0 for task in TRUTH}
    for row in ROWS:
        missed[row.task] += found.proven[row.worker] and row.label != found.consensus[row.task]
    easy, hard = min(missed, key=missed.__getitem__), max(missed, key=missed.__getitem__)
    assert found.difficulty[easy] < 1000 < found.difficulty[hard]
    assert all(500 <= value <= 2000 for value in found.difficulty.values())
    assert found.weight["w0"] == sum(found.difficulty.values())


def test_score__item_without_a_proven_vote_or_in_doubt__wants_more_seats() -> None:
    rows = [row for row in ROWS if row.task != "t001" or row.worker in ("w6", "w7")]
    found = score(rows)
    assert found.consensus["t001"] is None
    assert "t001" in found.more_seats
    assert found.reasons["w6"] == {UNSETTLED: 1}
    assert not set(found.more_seats) & set(GOLD)


def test_score__fewer_than_60_labels__is_paid_by_skill_but_never_votes() -> None:
    few = [row._replace(worker="few") for row in crowd(95) if row.task < "t059"]
    found = score(ROWS + few)
    assert found.skill["few"] > 0
    assert not found.proven["few"]


# Bad input: each has one documented outcome (docs/scoring.md).


def test_score__same_answer_twice__is_refused_by_name() -> None:
    rows = [*ROWS, LabelRow("t007", "w3", "red")]
    for order in (rows, rows[::-1]):
        with pytest.raises(DuplicateLabel, match="w3 answers task t007 twice") as refusal:
            score(order)
        assert refusal.value.extra == {"task": "t007", "worker": "w3"}


def test_score__nothing__is_nothing() -> None:
    assert score([]) == Scores()


def test_score__no_gold__settles_nothing_and_pays_nobody() -> None:
    found = score(ROWS, {})
    assert set(found.consensus.values()) == {None}
    assert not any(earned(found, worker) for worker in found.skill)
    assert set(found.more_seats) == set(TRUTH)


def test_score__one_vote__is_judged_by_its_gold() -> None:
    found = score([LabelRow("t000", "w0", TRUTH["t000"]), LabelRow("t001", "w1", "red")])
    assert found.consensus == {"t000": TRUTH["t000"], "t001": None}
    assert found.proven == {"w0": False, "w1": False}
    assert (found.counted["w0"], found.counted["w1"]) == (1, 0)


def test_score__one_able_worker__settles_alone() -> None:
    found = score(crowd(90))
    assert found.proven == {"w0": True}
    assert accuracy(found.consensus, TRUTH) > 0.85


def test_score__one_class__can_tell_nobody_apart() -> None:
    rows = [LabelRow(task, f"w{n}", "blue") for n in range(3) for task in TRUTH]
    found = score(rows, dict.fromkeys(GOLD, "blue"), ["blue"])
    assert set(found.skill.values()) == {0}
    assert {task: found.consensus[task] for task in GOLD} == dict.fromkeys(GOLD, "blue")
    assert all(found.consensus[task] is None for task in TRUTH if task not in GOLD)


def test_score__unknown_label__does_not_count_and_is_told() -> None:
    rows = [row if row.worker != "w4" or row.task > "t009" else row._replace(label="bleu") for row in ROWS]
    found = score([*rows, LabelRow("t999", "odd", "bleu")])
    assert found.reasons["w4"] == {UNKNOWN_LABEL: 10}
    assert found.counted["w4"] == 140
    assert found.consensus["t999"] is None
    assert (found.skill["odd"], found.counted["odd"], found.weight["odd"]) == (0, 0, 0)


def test_score__worker_without_gold__is_paid_by_the_votes_of_the_proven() -> None:
    late = [row._replace(worker="late") for row in crowd(90) if row.task not in GOLD]
    found = score(ROWS + late)
    assert found.skill["late"] > 500_000_000
    assert found.counted["late"] == 120


def test_score__symmetric_votes__go_to_the_first_declared_class() -> None:
    right = {f"t{n:03d}": "ab"[n % 2] for n in range(80)}
    # Each errs on items of her own, or the two would be one person's copies.
    swap = {"v": range(0, 10), "w": range(10, 20)}
    rows = [
        LabelRow(task, worker, label if n not in wrong else "ab"[1 - n % 2])
        for n, (task, label) in enumerate(right.items())
        for worker, wrong in swap.items()
    ]
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


def test_score__every_odd_case__has_no_nan_in_its_json() -> None:
    odd = [
        score([]), score(ROWS, {}), score(ROWS[:1]), score(crowd(90)),
        score([LabelRow("t", "w", "?")]), score([LabelRow("t", "w", "blue")], {"t": "blue"}, ["blue"]),
    ]  # fmt: skip
    for found in odd:
        json.dumps(asdict(found), allow_nan=False)


@pytest.mark.parametrize(
    ("gold", "classes"), [({"t000": "bleu"}, CLASSES), (GOLD, []), (GOLD, ["blue", "green", "red", "red"])]
)
def test_score__classes_or_gold_that_cannot_be__are_refused(gold: dict[str, str], classes: list[str]) -> None:
    with pytest.raises(BadRequest):
        score(ROWS, gold, classes)


def test_score__gold_of_tasks_that_nobody_labelled__changes_nothing() -> None:
    assert score(ROWS, GOLD | {"t999": "red", "zzz": "red"}) == score(ROWS)


def test_crowd_consensus__without_gold__follows_the_able() -> None:
    consensus, skill = crowd_consensus(ROWS, CLASSES, 2)
    assert accuracy(consensus, TRUTH) > 0.93
    assert max(skill, key=lambda worker: skill[worker]) == "w0"
    assert crowd_consensus([], CLASSES, 2) == ({}, {})


def test_version_of__hash_in_the_terms__picks_the_rules() -> None:
    assert [version_of(rules_hash(version)) for version in RULES] == [1, 2, 3, 4]
    with pytest.raises(BadRequest, match="0x0101"):
        version_of(b"\1" * 32)
