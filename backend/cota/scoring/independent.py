"""The published numbers of rules 4: those of rules 3, and what makes a worker's witnesses independent of her.

Promises: answers that cannot be listed are scored as by rules 3, to the last bit.
"""

from dataclasses import asdict, dataclass

from cota.scoring.open.numbers import OPEN, OpenRules


@dataclass(frozen=True, slots=True)
class IndependentRules(OpenRules):
    """Rules under which nobody's skill is told by votes that depend on hers."""

    left_out_excess_per_mille: int
    """Votes of workers whose agreement with her exceeds what skill explains by more than this say nothing of her."""

    def left_out(self) -> int:
        return self.left_out_excess_per_mille


INDEPENDENT = IndependentRules(
    **(
        asdict(OPEN)
        | {
            "version": 4,
            "mechanism": "trust outward from secret gold, skill told by independent votes alone; "
            "answers that cannot be listed by gold alone",
        }
    ),
    left_out_excess_per_mille=100,
)
