"""How many blocks to ask for at once: answers' sizes -> **span** -> backfill.

Steered by what comes back, not by the number of blocks: few thousand logs a window keep memory flat and
answers quick. Promises: what a node refused is not asked again in that width soon; the width recovers when
the chain gets sparser.
"""

from dataclasses import dataclass

_LOGS, _BYTES, _SECONDS = 4_000, 4_000_000, 2.0
_FIRST, _WIDEST = 100, 10_000
_RELAX_AFTER = 25  # good answers, until a refused width is approached again


@dataclass
class Span:
    """`width` is the number of blocks to ask for next."""

    width: int = _FIRST
    ceiling: int = _WIDEST
    _good: int = 0

    def grow(self, asked: int, logs: int, size: int, seconds: float) -> None:
        """An answer came. Answers for less than the current width say little about it."""
        if asked < self.width // 2:
            return
        load = max(logs / _LOGS, size / _BYTES, seconds / _SECONDS, 0.01)
        wanted = int(asked * min(2.0, max(0.5, 1 / load)))
        self._good += 1
        if self._good % _RELAX_AFTER == 0 and self.ceiling < _WIDEST:
            self.ceiling = min(_WIDEST, self.ceiling + self.ceiling // 4 + 1)
        self.width = max(1, min(wanted, self.ceiling))

    def shrink(self, refused: int) -> None:
        """The node refused this width."""
        self.ceiling = max(1, min(self.ceiling, refused - 1))
        self.width = max(1, min(self.width, refused // 2, self.ceiling))
