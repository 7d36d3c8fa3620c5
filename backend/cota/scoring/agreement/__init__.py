"""How far answers agree, for every kind of question: to look at and to act on, never to pay by."""

from cota.scoring.agreement.alpha import alpha, alpha_of
from cota.scoring.agreement.confusion import Confusion, confusion
from cota.scoring.agreement.likeness import LIKENESS, likeness

__all__ = ["LIKENESS", "Confusion", "alpha", "alpha_of", "confusion", "likeness"]
