"""From labels and hidden gold to consensus and skill: pure, deterministic, recomputable by anyone."""

from cota.scoring.rows import DuplicateLabel, LabelRow
from cota.scoring.rules import NEWEST, RULES, rules_hash, version_of
from cota.scoring.scores import Scores
from cota.scoring.versions import is_scored, score, score_answers

__all__ = [
    "NEWEST",
    "RULES",
    "DuplicateLabel",
    "LabelRow",
    "Scores",
    "is_scored",
    "rules_hash",
    "score",
    "score_answers",
    "version_of",
]
