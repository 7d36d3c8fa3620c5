"""From labels and hidden gold to consensus and skill: pure, deterministic, recomputable by anyone."""

from cota.scoring.rows import DuplicateLabel, LabelRow
from cota.scoring.rules import NEWEST, RULES, rules_hash, version_of
from cota.scoring.scores import Scores
from cota.scoring.versions import score

__all__ = ["NEWEST", "RULES", "DuplicateLabel", "LabelRow", "Scores", "rules_hash", "score", "version_of"]
