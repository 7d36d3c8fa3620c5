"""The published numbers of rules 2: what a dataset's terms commit to by hash. docs/scoring.md has the formulas.

Promises: the code reads its numbers from here, so the description that is hashed is the one that runs.
"""

from dataclasses import dataclass

WEIGHT_ONE = 1024
"""A whole vote."""


@dataclass(frozen=True, slots=True)
class OutwardRules:
    """Rules of the family that trusts outward from secret gold."""

    version: int
    mechanism: str
    class_prior_pseudo_count: int
    """Added to each class' count in the gold."""
    marginal_pseudo_counts: int
    """Counts of the class prior that are added to a worker's answers."""
    seed_quantile_per_mille: int
    proven_quantile_per_mille: int
    proven_labels: int
    """A worker is proven if this quantile of her skill is above 0 (the first: in round 0) and she has at least
    this many labels."""
    rounds: int
    iterations: int
    last_iterations: int
    """Dawid-Skene iterations in each round, and in the last."""
    confusion_diagonal: float
    confusion_off_diagonal: float
    """Dirichlet prior of the confusion matrices."""
    log_odds_per_mille: int
    """Takes back what dependence between votes pretends to know."""
    crowd_iterations: int
    crowd_log_odds_per_mille: int
    """The same where there is no gold: Dawid-Skene over everybody, which pays nobody."""
    pair_labels: int
    pair_items: int
    """Pairs are looked at if each has so many labels and both answered so many of the same items."""
    agreement_quantile_per_mille: int
    """The quantile of skill by gold alone that explains an agreement."""
    agreement_errors: float
    """Standard errors of the interval whose lower end an agreement counts with."""
    agreement_slack: float
    """Excess agreement that hard items may cause."""
    copied_errors: int
    copied_error_nats: float
    copied_per_mille: int
    copied_nats: float
    """When two accounts are copies: errors of either, evidence of shared errors; share of equal answers, its
    evidence."""
    skill_quantile_per_mille: int
    """The quantile of skill that is paid, at least 0."""
    skill_exponent: int
    difficulty_least_per_mille: int
    difficulty_most_per_mille: int
    difficulty_pseudo_wrong: int
    difficulty_pseudo_right: int
    """Difficulty runs from least to most with the share of wrong votes, these votes added."""
    settled_per_mille: int
    """An item whose class is less probable wants more seats."""
    wait_epochs: int
    """How many later epochs the labels of an unproven worker wait for her."""
    fault_nats: float
    """A fault is proven if blind answers by her habits fail so much gold with at most e^-this probability."""
    leak_errors: float
    """Standard errors by which gold must be agreed on more than other items to halt."""
    leak_worker_errors: float
    leak_worker_gap_per_mille: int
    leak_worker_gold: int
    """The same of one worker with so much gold, with the least gap of her rates of agreement."""

    @property
    def quantiles(self) -> tuple[int, ...]:
        """The quantiles of skill that something is decided by, per mille."""
        return (
            self.seed_quantile_per_mille,
            self.proven_quantile_per_mille,
            self.agreement_quantile_per_mille,
            self.skill_quantile_per_mille,
        )

    def left_out(self) -> int | None:
        """The excess, per mille, above which two workers' votes say nothing of each other; None where all do."""
        return None


OUTWARD = OutwardRules(
    version=2,
    mechanism="trust outward from secret gold",
    class_prior_pseudo_count=1,
    marginal_pseudo_counts=5,
    seed_quantile_per_mille=50,
    proven_quantile_per_mille=10,
    proven_labels=60,
    rounds=4,
    iterations=2,
    last_iterations=8,
    confusion_diagonal=1.0,
    confusion_off_diagonal=0.1,
    log_odds_per_mille=500,
    crowd_iterations=50,
    crowd_log_odds_per_mille=250,
    pair_labels=10,
    pair_items=10,
    agreement_quantile_per_mille=800,
    agreement_errors=3.0,
    agreement_slack=0.05,
    copied_errors=8,
    copied_error_nats=9.2,
    copied_per_mille=980,
    copied_nats=14.0,
    skill_quantile_per_mille=200,
    skill_exponent=2,
    difficulty_least_per_mille=500,
    difficulty_most_per_mille=2000,
    difficulty_pseudo_wrong=1,
    difficulty_pseudo_right=2,
    settled_per_mille=700,
    wait_epochs=4,
    fault_nats=13.8,
    leak_errors=3.1,
    leak_worker_errors=5.0,
    leak_worker_gap_per_mille=250,
    leak_worker_gold=5,
)
