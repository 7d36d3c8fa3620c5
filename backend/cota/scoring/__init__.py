"""From labels and hidden gold to consensus and skill: pure, deterministic, recomputable by anyone."""

from cota.scoring.mechanism import Scores, score
from cota.scoring.rows import DuplicateLabel, LabelRow
from cota.scoring.rules import RULES, rules_hash

__all__ = ["RULES", "DuplicateLabel", "LabelRow", "Scores", "rules_hash", "score"]
