"""The published numbers of the scoring, one entry per version: what a dataset's terms commit to by hash.

A version is never changed once a dataset names it: a better mechanism gets the next number. Promises: the
code reads its numbers from here, so the description that is hashed is the one that runs.
"""

from dataclasses import asdict, dataclass

from cota.commitments.canonical import Json, canonical
from cota.commitments.words import keccak
from cota.errors import BadRequest
from cota.scoring.independent import INDEPENDENT
from cota.scoring.open.numbers import OPEN
from cota.scoring.outward.numbers import OUTWARD, OutwardRules


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of the first family. See docs/scoring-rules-1.md for the formulas that these numbers stand in."""

    version: int
    mechanism: str
    class_prior_pseudo_count: int
    """Added to each class' count in the gold."""
    marginal_pseudo_counts: int
    """Counts of the class prior that are added to a worker's answers."""
    grid_first: int
    grid_last: int
    """Skills tried, in hundredths."""
    proven_quantile_per_mille: int
    proven_labels: int
    """A worker is proven if this quantile of her skill is above 0 and she has at least this many labels."""
    rounds: int
    iterations: int
    last_iterations: int
    """Dawid-Skene iterations in each round, and in the last."""
    confusion_diagonal: float
    confusion_off_diagonal: float
    """Dirichlet prior of the confusion matrices."""
    log_odds_factor: float
    """Takes back what dependence between votes pretends to know."""
    skill_quantile_per_mille: int
    """The quantile of skill that is paid, at least 0."""
    skill_exponent: int
    difficulty: int
    posterior_decimals: int
    """Posteriors are rounded to this many decimals before anything is decided."""


RULES: dict[int, Rules | OutwardRules] = {
    1: Rules(
        version=1,
        mechanism="gold-proven Dawid-Skene",
        class_prior_pseudo_count=1,
        marginal_pseudo_counts=5,
        grid_first=-100,
        grid_last=99,
        proven_quantile_per_mille=10,
        proven_labels=60,
        rounds=6,
        iterations=3,
        last_iterations=20,
        confusion_diagonal=1.0,
        confusion_off_diagonal=0.1,
        log_odds_factor=0.5,
        skill_quantile_per_mille=200,
        skill_exponent=2,
        difficulty=1,
        posterior_decimals=9,
    ),
    2: OUTWARD,
    3: OPEN,
    4: INDEPENDENT,
}
NEWEST = 4
"""What new datasets are made under."""


def rules_of(version: int) -> Rules | OutwardRules:
    """The rules of a version. Raises BadRequest."""
    if version not in RULES:
        raise BadRequest(f"there are no scoring rules {version}: known are {', '.join(map(str, RULES))}")
    return RULES[version]


def rules_json(version: int) -> dict[str, Json]:
    """The rules as JSON. Raises BadRequest."""
    return asdict(rules_of(version))


def rules_hash(version: int) -> bytes:
    """keccak256 of the canonical JSON: the terms' `rulesHash`. Raises BadRequest."""
    return keccak(canonical(rules_json(version)))


def version_of(digest: bytes) -> int:
    """The version that a dataset's terms name. Raises BadRequest for a hash that is none of ours."""
    if digest not in RULES_BY_HASH:
        raise BadRequest(f"the terms name scoring rules 0x{digest.hex()}, which are not known here")
    return RULES_BY_HASH[digest]


def wait_epochs_of(version: int) -> int:
    """How many earlier epochs matter to the scoring of one. Raises BadRequest."""
    numbers = rules_of(version)
    return numbers.wait_epochs if isinstance(numbers, OutwardRules) else 0


RULES_BY_HASH = {rules_hash(version): version for version in RULES}
"""What a dataset's terms may name."""
