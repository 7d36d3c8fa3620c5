"""What attacks reach: how much of the accuracy, of an honest worker's pay, of what they cost.

Profit is in wages per label: revenue of an average honest label (REVENUE wages) x the bloc's pay ratio, less one
wage for the work. No stake is counted as lost and no entry as paid: real attacks lose those too.
"""

from typing import Any

import numpy as np

from cota.scoring.independent import INDEPENDENT
from cota.scoring.outward.rounds import judge
from scripts.bench.scoring.attacks import BLIND, COPIES, SHARES, Attacked, attack, copy
from scripts.bench.scoring.crowds import Crowd, Whole, accuracy, draw_gold
from scripts.bench.scoring.honest import earned, summary

REVENUE = 1.25
"""What an average honest label earns, in wages."""


class Trials:
    """A crowd under attack, over seeds; what it reaches unattacked is kept."""

    def __init__(self, crowd: Crowd, seeds: int) -> None:
        self._crowd, self._seeds = crowd, seeds
        self._gold = [draw_gold(crowd, seed) for seed in range(seeds)]
        self._calm = [judge(crowd.answers(gold), INDEPENDENT) for gold in self._gold]

    def run(self, name: str, kind: str, share: float, labels: int = 0) -> dict[str, Any]:
        """One attack at one share of the votes."""
        drops, ratios, halts = [], [], 0
        for seed, gold in enumerate(self._gold):
            staged = attack(self._crowd, gold, kind, share, seed, labels)
            drop, ratio, halted = self._one(seed, gold, staged)
            drops.append(drop)
            ratios.append(ratio)
            halts += halted
        return self._tell(name, share, drops, ratios, halts)

    def run_copies(self, kind: str, share: float) -> dict[str, Any]:
        """Pay is what copies and copied get together, in what the copied alone would get."""
        drops, ratios, halts = [], [], 0
        labels = np.bincount(self._crowd.worker, minlength=self._crowd.workers)
        for seed, gold in enumerate(self._gold):
            alone = earned(self._calm[seed])
            able = np.flatnonzero((labels >= INDEPENDENT.proven_labels) & (alone > 0))
            staged = copy(self._crowd, gold, kind, share, seed, able)
            verdict = judge(staged.answers, INDEPENDENT)
            pay, copied = earned(verdict), int(staged.copied or 0)
            ratios.append(float((pay[staged.first :].sum() + pay[copied]) / alone[copied]))
            drops.append(self._drop(seed, gold, verdict.decided))
            halts += verdict.leak.halt
        return self._tell(kind, share, drops, ratios, halts)

    def leaked(self, share: float) -> dict[str, Any]:
        """In how many seeds leaked gold halts the settlement, and what it costs where it does not."""
        found, drops = 0, []
        for seed, gold in enumerate(self._gold):
            drop, _, halted = self._one(seed, gold, attack(self._crowd, gold, "leaked_gold", share, seed))
            found += halted
            drops.append(drop)
        return {"detected": found, "seeds": self._seeds, "accuracy_drop": summary(drops)}

    def _one(self, seed: int, gold: Whole, staged: Attacked) -> tuple[float, float, bool]:
        verdict = judge(staged.answers, INDEPENDENT)
        pay, labels = earned(verdict), staged.answers.per_worker()
        honest, bloc = (
            float(pay[part].sum() / labels[part].sum())
            for part in (
                slice(None, staged.first),
                slice(staged.first, None),
            )
        )
        return self._drop(seed, gold, verdict.decided), bloc / max(honest, 1e-9), verdict.leak.halt

    def _drop(self, seed: int, gold: Whole, decided: Whole) -> float:
        calm = accuracy(self._calm[seed].decided, self._crowd, gold)
        return calm - accuracy(decided, self._crowd, gold)

    def _tell(
        self, name: str, share: float, drops: list[float], ratios: list[float], halts: int
    ) -> dict[str, Any]:
        spread = summary(drops)
        return {
            "id": name,
            "share": share,
            "accuracy_drop": spread["mean"],
            "accuracy_drop_median": spread["median"],
            "accuracy_drop_worst": spread["worst"],
            "pay_ratio": summary(ratios),
            "profit": REVENUE * float(np.mean(ratios)) - 1,
            "halted": halts,
        }


def all_attacks(weather: Trials, sentiment: Trials) -> list[dict[str, Any]]:
    """Every attack at every share."""
    found = [weather.run(kind, kind, share) for kind in (*BLIND, "half_honest") for share in SHARES]
    for labels in (30, 60):
        found += [
            sentiment.run(f"half_honest_split_{labels}", "half_honest", share, labels) for share in SHARES
        ]
    return found + [weather.run_copies(kind, share) for kind in COPIES for share in SHARES]
