"""The published numbers of rules 3: those of rules 2, and what answers that cannot be listed need beside them.

Promises: questions whose answers can be listed are scored as by rules 2, to the last bit.
"""

from dataclasses import asdict, dataclass

from cota.scoring.outward.numbers import OUTWARD, OutwardRules


@dataclass(frozen=True, slots=True)
class OpenRules(OutwardRules):
    """Rules that score answers of every kind."""

    likeness_steps: int
    """Likenesses are whole steps from 0 to this many, rounded down: only equal answers are wholly alike."""
    polygon_lines: int
    """Polygons are compared on at most so many horizontal lines."""
    most_corners: int
    """Of two lists of marks the pairs that meet are looked at, in order, until they have so many corners; what
    follows counts as apart."""
    chance_answers: int
    """Golds of other items that an answer to a gold item is compared with: what blind answers reach."""
    chance_pseudo_answers: int
    """Comparisons of golds with each other that are added to a worker's."""
    doubt_per_cent: int
    """Votes, in hundredths of one of skill 1, that are taken to speak against every answer."""


OPEN = OpenRules(
    **(
        asdict(OUTWARD)
        | {
            "version": 3,
            "mechanism": "trust outward from secret gold; answers that cannot be listed by gold alone",
        }
    ),
    likeness_steps=256,
    polygon_lines=128,
    most_corners=2**17,
    chance_answers=8,
    chance_pseudo_answers=5,
    doubt_per_cent=30,
)
