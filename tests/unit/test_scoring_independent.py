"""Rules 4: nobody's skill is told by votes that depend on hers; all else is as by rules 3."""

import hashlib
import json
import random
from dataclasses import asdict, replace

import numpy as np
import pytest

from cota.scoring import LabelRow, Scores, rules_hash, score
from cota.scoring.answers import name_answers
from cota.scoring.independent import INDEPENDENT
from cota.scoring.open.numbers import OPEN
from cota.scoring.outward.apart import Apart
from cota.scoring.outward.dependence import Ties
from cota.scoring.outward.numbers import WEIGHT_ONE
from cota.scoring.outward.rounds import _Run
from cota.scoring.pieces import pieces
from cota.scoring.rows import Floats
from tests.unit.scoring_crowd import CAMOUFLAGED, CLASSES, GOLD, ROWS, TRUTH, accuracy, camouflage
from tests.unit.test_scoring_bits import SCORES_4


def digest(rows: list[LabelRow], gold: dict[str, str]) -> str:
    found = asdict(score(rows, gold, CLASSES, 4))
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


def pay(found: Scores, workers: list[str]) -> float:
    return sum(found.skill[w] ** 2 * found.weight[w] for w in workers) / len(workers)


# What has been committed to.


def test_rules__version_4__is_frozen_by_its_hash() -> None:
    """A changed number is another version: datasets have committed to this hash."""
    assert rules_hash(4).hex() == "23372f12f89e4e41f20875adb024ac45e3c0058f72d8e2074126348fa914820e"


def test_rules__version_4__has_the_numbers_of_rules_3_and_one_more() -> None:
    new, old = asdict(INDEPENDENT), asdict(OPEN)
    assert {key for key in new if key not in old or new[key] != old[key]} == {
        "version",
        "mechanism",
        "left_out_excess_per_mille",
    }


def test_score__nobody_depends_on_anybody__is_as_by_rules_3() -> None:
    assert score(ROWS, GOLD, CLASSES, 4) == score(ROWS, GOLD, CLASSES, 3)


def test_score__a_known_crowd_with_a_bloc__comes_to_known_bits() -> None:
    assert digest(CAMOUFLAGED, GOLD) == SCORES_4


@pytest.mark.parametrize("seed", range(3))
def test_score__rows_and_gold_shuffled__give_the_same_bits(seed: int) -> None:
    rows, gold = list(CAMOUFLAGED), list(GOLD.items())
    random.Random(seed).shuffle(rows)
    random.Random(seed).shuffle(gold)
    assert digest(rows, dict(gold)) == SCORES_4


@pytest.mark.parametrize("size", [1, 7, 50])
def test_score__pieces_of_any_size__give_the_same_bits(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    for name in (
        "outward.apart._EXPANSIONS",
        "outward.pairs._EXPANSIONS",
        "outward.skill._WORKERS",
        "pieces.PIECE",
    ):
        monkeypatch.setattr(f"cota.scoring.{name}", size * 5)
    assert digest(CAMOUFLAGED, GOLD) == SCORES_4


# Whose votes say nothing of whom.


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("crowd", [1, 4, 99])
def test_apart__random_crowds_and_ties__are_the_rows_of_a_plain_search(
    monkeypatch: pytest.MonkeyPatch, seed: int, crowd: int
) -> None:
    """Against two loops over all rows, in pieces so small that tasks are cut, whatever counts as a crowd."""
    draw = np.random.default_rng(seed)
    rows = [
        LabelRow(f"t{t:02d}", f"w{w:02d}", CLASSES[int(draw.integers(3))])
        for t in range(30)
        for w in draw.choice(14, int(draw.integers(1, 9)), replace=False).tolist()
    ]
    answers = name_answers(rows, {}, CLASSES).answers
    one, other = np.nonzero(np.triu(draw.random((14, 14)) < 0.6, 1))
    ties = Ties(
        one.astype(np.int32), other.astype(np.int32), draw.integers(90, 300, len(one)).astype(np.int32)
    )
    use = draw.random(answers.workers) < 0.7
    monkeypatch.setattr("cota.scoring.outward.apart._EXPANSIONS", 3)
    monkeypatch.setattr("cota.scoring.outward.apart._AT_ONCE", 6)
    monkeypatch.setattr("cota.scoring.outward.apart._CROWD", crowd)
    monkeypatch.setattr("cota.scoring.pieces.PIECE", 11)
    apart = Apart(answers, ties, 100)
    voters = apart.voters(use)
    few = [
        pair
        for part in pieces(len(answers.task))
        for mine, hers in apart.beside(part, voters)
        for pair in zip(mine.tolist(), hers.tolist(), strict=True)
    ]
    many = [
        (int(mine[i]), int(hers[j]))
        for part in pieces(len(answers.task))
        for mine, hers, tied in apart.crowds(part, voters)
        for i, j in zip(*np.nonzero(tied), strict=True)
    ]
    keys = {
        frozenset((int(a), int(b)))
        for a, b, e in zip(one, other, ties.excess, strict=True)
        if e * 1000 > 100 * WEIGHT_ONE
    }
    plain = [
        (i, j)
        for i in range(len(answers.task))
        for j in range(len(answers.task))
        if answers.task[i] == answers.task[j]
        and use[answers.worker[j]]
        and frozenset((int(answers.worker[i]), int(answers.worker[j]))) in keys
    ]
    assert sorted(few + many) == sorted(plain)
    assert plain
    assert bool(few) == (crowd > 1)
    assert bool(many) == (crowd < 99)


@pytest.mark.parametrize("crowd", [1, 5, 99])
def test_score__whatever_counts_as_a_crowd__gives_the_same_bits(
    monkeypatch: pytest.MonkeyPatch, crowd: int
) -> None:
    monkeypatch.setattr("cota.scoring.outward.apart._CROWD", crowd)
    assert digest(CAMOUFLAGED, GOLD) == SCORES_4


def _judged(rows: list[LabelRow], apart: bool) -> tuple[Floats, list[str]]:
    named = name_answers(rows, GOLD, CLASSES)
    far = replace(INDEPENDENT, left_out_excess_per_mille=100 if apart else 1001)
    run = _Run(named.answers, far)
    run.seed()
    for _ in range(far.rounds):
        run.round(far.iterations)
    return run._posterior.mean, named.workers


def test_score__camouflage__is_told_by_others_alone_and_paid_less_than_by_rules_3() -> None:
    """True skill of a bloc's account is about .40; with its own kind for witnesses it looks better."""
    (alone, workers), (together, _) = (
        _judged([*ROWS, *camouflage(8)], True),
        _judged([*ROWS, *camouflage(8)], False),
    )
    members = [k for k, name in enumerate(workers) if name.startswith("x")]
    honest = [k for k, name in enumerate(workers) if name.startswith("w")]
    assert alone[members].mean() < together[members].mean() - 0.02
    assert np.abs(alone[honest] - together[honest]).max() < 0.02
    names = [f"x{n}" for n in range(8)]
    old, new = (
        score([*ROWS, *camouflage(8)], GOLD, CLASSES, 3),
        score([*ROWS, *camouflage(8)], GOLD, CLASSES, 4),
    )
    assert pay(new, names) / pay(new, ["w2"]) < pay(old, names) / pay(old, ["w2"])
    assert accuracy(new.consensus, TRUTH) >= accuracy(old.consensus, TRUTH) - 0.01


def test_score__only_a_bloc__is_judged_by_gold_alone() -> None:
    """With nobody else to tell of them, no vote speaks of any of them."""
    named = name_answers(camouflage(4), GOLD, CLASSES)
    run = _Run(named.answers, INDEPENDENT)
    run.seed()
    run.round(2)
    one, other = np.nonzero(np.triu(np.ones((4, 4)), 1))
    whole = np.full(len(one), WEIGHT_ONE, np.int32)
    apart = Apart(named.answers, Ties(one.astype(np.int32), other.astype(np.int32), whole), 100)
    counts = run._votes.evidence(500, run._groups, apart)
    assert counts[:, 2:].sum() == 0
    assert counts.sum() == 4 * len(GOLD)
    assert run._votes.evidence(500, run._groups).sum() == 4 * len(TRUTH)
