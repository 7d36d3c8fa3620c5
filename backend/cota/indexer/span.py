"""How many blocks to ask for at once: answers' sizes -> **span** -> backfill.

Steered by what comes back, not by the number of blocks: few thousand logs a window keep memory flat and
answers quick. Promises: a width that a node has refused and never answered is approached again more and more
rarely; after passing faults the width recovers quickly.
"""

from dataclasses import dataclass

_LOGS, _BYTES, _SECONDS = 2_500, 2_500_000, 2.0
_FIRST, _WIDEST = 25, 10_000
_FASTEST = 4.0  # how many times wider the next window may be
_FIRST_PATIENCE, _LONGEST_PATIENCE = 2, 256


@dataclass
class Span:
    """`width` is the number of blocks to ask for next; `ceiling` what the node is believed to take.

    A refusal may mean a fixed cap or a passing fault, and no node says which in a way that others share. What
    tells them apart is whether that width was ever answered. After `_patience` good answers at the ceiling it
    is doubled; a refusal of a width never answered doubles the patience, an answer above the old ceiling
    resets it.
    """

    width: int = _FIRST
    ceiling: int = _WIDEST
    _answered: int = 0
    _good: int = 0
    _patience: int = _FIRST_PATIENCE

    def grow(self, asked: int, logs: int, size: int, seconds: float) -> None:
        """An answer came. Answers for less than half the current width say little about it."""
        if asked > self._answered:
            self._answered, self._patience = asked, _FIRST_PATIENCE
        if asked < self.width // 2:
            return
        load = max(logs / _LOGS, size / _BYTES, seconds / _SECONDS, 0.01)
        wanted = int(asked * min(_FASTEST, max(0.5, 1 / load)))
        self._good += 1
        if wanted >= self.ceiling and self._good >= self._patience:
            self.ceiling, self._good = min(_WIDEST, 2 * self.ceiling), 0
        self.width = max(1, min(wanted, self.ceiling))

    def shrink(self, refused: int) -> None:
        """The node refused this width."""
        if refused > self.ceiling:
            return  # asked before the last refusal came: no news
        if refused > self._answered:
            self._patience = min(2 * self._patience, _LONGEST_PATIENCE)
        self._answered = min(self._answered, refused // 2)
        self.ceiling = max(1, refused // 2)
        self.width, self._good = min(self.width, self.ceiling), 0
