"""Rules 2 and 4 give the same bits: whatever the order of the rows, the Python, the NumPy."""

import hashlib
import json
import math
import random
import subprocess
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from cota.scoring import rules_hash, score
from cota.scoring.fixed import LOG_ONE, exp_weights, ln, log_fixed, probabilities
from cota.scoring.outward import skill
from cota.scoring.outward.numbers import OUTWARD
from tests.unit.scoring_crowd import CLASSES, GOLD, MIXED

ROOT = Path(__file__).resolve().parents[2]
SCORES = "60addd31adacdda26a56dcc8dcaf46972e9d0805491411eacd697a8ec84d3e80"
"""SHA-256 of the scores of MIXED: what every machine must come to."""

SCORES_4 = "5eaccc410f6defd98b903c74d1f7ebd411707cd184323397852d57d0827b51b4"
"""The same of CAMOUFLAGED by rules 4."""


def digest(rows: list[object], gold: dict[str, str]) -> str:
    found = asdict(score(rows, gold, CLASSES, 2))  # type: ignore[arg-type]
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


def test_rules__version_2__is_frozen_by_its_hash() -> None:
    """A changed number is another version: datasets have committed to this hash."""
    assert rules_hash(2).hex() == "8bb8f06ab11d184b86cf23de3d9b30a5353360767ae19a1afea77f33d684760c"


def test_score__a_known_crowd__comes_to_known_bits() -> None:
    assert digest(list(MIXED), GOLD) == SCORES


@pytest.mark.parametrize("seed", range(5))
def test_score__rows_and_gold_shuffled__give_the_same_bits(seed: int) -> None:
    rows, gold = list(MIXED), list(GOLD.items())
    random.Random(seed).shuffle(rows)
    random.Random(seed).shuffle(gold)
    assert digest(list(rows), dict(gold)) == SCORES


def test_score__pieces_of_any_size__give_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums are exact, so where a piece ends makes no difference."""
    for name, size in (
        ("cota.scoring.pieces.PIECE", 7),
        ("cota.scoring.outward.pairs._EXPANSIONS", 11),
        ("cota.scoring.outward.skill._WORKERS", 3),
        ("cota.scoring.outward.skill._AT_ONCE", 1),
    ):
        monkeypatch.setattr(name, size)
    assert digest(list(MIXED), GOLD) == SCORES


def test_ln__over_the_whole_range__is_right_to_a_fraction_of_a_unit() -> None:
    x = np.concatenate([np.logspace(-9, 9, 2001), [1.0, math.sqrt(0.5), 0.5, 2.0]])
    assert float(np.abs(ln(x) - np.log(x)).max()) < 1e-9
    assert ln(np.array([1.0]))[0] == 0.0


def test_log_fixed__values_about_a_boundary__fall_on_its_two_sides() -> None:
    """exp(k + half a unit) is where the integer changes: a hair below and above give the two neighbours."""
    edge = math.exp(-(1000 + 0.5) / LOG_ONE)
    assert log_fixed(np.array([edge * (1 + 1e-7), edge * (1 - 1e-7)])).tolist() == [-1000, -1001]


def test_exp_weights__steps__are_exp_to_one_part_in_a_thousand_and_end_in_zero() -> None:
    below = np.arange(0, 16 * LOG_ONE, LOG_ONE // 7, dtype=np.float64)
    found = exp_weights(np.stack([np.zeros(len(below)), -below]))
    assert (found[0] == 2**24).all()
    expected = np.exp(-below / LOG_ONE) * 2**24
    assert (np.abs(found[1] - expected) <= expected / 1000 + 1).all()
    assert exp_weights(np.array([[0.0], [-40.0 * LOG_ONE]]))[1, 0] == 0


def test_probabilities__level_scores__are_level() -> None:
    assert probabilities(np.zeros((4, 1)))[:, 0].tolist() == [2**18] * 4


def test_posterior__nothing_known__has_the_quantiles_of_the_uniform_prior_exactly() -> None:
    """200 equal weights: the 20 % quantile is the 40th point, neither the 39th nor the 41st."""
    counts = np.zeros((1, 2, skill.LEVELS))
    found = skill.posterior(counts, np.full((1, 2), 64), [5, 200, 800, 1000])
    assert {k: int(v[0]) for k, v in found.quantiles.items()} == {5: -100, 200: -61, 800: 59, 1000: 99}
    assert found.mean[0] == pytest.approx(-0.005)


def test_likelihood_table__levels__have_the_likelihoods_of_the_formula() -> None:
    table = skill.likelihood_table()
    q = (40 + 0.5) / skill.Q_LEVELS
    for s in (-80, 0, 50):
        place = int(np.searchsorted(skill.POINTS, s))
        slope = s / 100 * (min(1, q / (1 - q)) if s < 0 else 1)
        assert table[40, skill.RIGHT, place] == pytest.approx(math.log(q + slope * (1 - q)) * LOG_ONE, abs=1)
        assert table[40, skill.WRONG, place] == pytest.approx(math.log(q - slope * q) * LOG_ONE, abs=1)


def test_soft_levels__log_odds__are_halved_and_symmetric() -> None:
    levels = skill.soft_levels(500)
    assert levels[0] == skill.SOFT
    assert levels[-1] == skill.LEVELS - 1
    # .9 has log-odds 2.197: halved 1.099, the third step of 0.375.
    assert skill.soft_values()[levels[round(0.9 * skill.A_EDGES)] - skill.SOFT] == pytest.approx(
        0.755, abs=2e-3
    )
    assert OUTWARD.log_odds_per_mille == 500


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("python", "numpy"), [("3.11", "1.26.4"), ("3.13", "2.2.6"), ("3.13", "2.4.6")])
def test_score__other_pythons_and_numpys__give_the_same_bits(tmp_path: Path, python: str, numpy: str) -> None:
    uv = ROOT / ".venv" / "bin" / "uv"
    there = subprocess.run([uv, "python", "find", python], capture_output=True, text=True, check=False)
    if there.returncode:
        pytest.skip(f"no Python {python} on this machine")
    home = tmp_path / "env"
    packages = [f"numpy=={numpy}", "rfc8785", "orjson", "safe-pysha3", "eth-utils", "py-ecc"]
    for command in (
        ["venv", "-q", "-p", there.stdout.strip(), home],
        ["pip", "install", "-q", "-p", home / "bin" / "python", *packages],
    ):
        subprocess.run([str(uv), *map(str, command)], check=True)
    program = (
        "import dataclasses, hashlib, json, numpy, sys\n"
        "from cota.scoring import score\n"
        "from tests.unit.scoring_crowd import CAMOUFLAGED, CLASSES, GOLD, MIXED\n"
        "def bits(rows, rules):\n"
        "    found = json.dumps(dataclasses.asdict(score(rows, GOLD, CLASSES, rules)), sort_keys=True)\n"
        "    return hashlib.sha256(found.encode()).hexdigest()\n"
        "print(*sys.version_info[:2], numpy.__version__, bits(MIXED, 2), bits(CAMOUFLAGED, 4))\n"
    )
    done = subprocess.run(
        [home / "bin" / "python", "-c", program], capture_output=True, text=True, check=False,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'backend'}", "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.stdout.split() == [*python.split("."), numpy, SCORES, SCORES_4], done.stderr
