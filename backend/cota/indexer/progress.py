"""What the log says of the indexer's way: follow -> **progress** -> log. One line every few seconds, not one
a block."""

import time

from cota.log import get_logger

log = get_logger(__name__)

_EVERY = 5.0


class Progress:
    """Sums up between two lines; says when the head is reached."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._logs = 0
        self._first: int | None = None
        self._was_behind = True

    def report(self, block: int, head: int, logs: int) -> None:
        """`logs` rows up to `block` were committed."""
        self._logs += logs
        self._first = block if self._first is None else self._first
        is_behind = block < head
        elapsed = time.monotonic() - self._since
        if elapsed >= _EVERY or (self._was_behind and not is_behind):
            log.info(
                "following" if not is_behind else "catching up",
                block=block,
                behind=head - block,
                logs=self._logs,
                logs_per_second=round(self._logs / elapsed) if elapsed else None,
            )
            self._since, self._logs = time.monotonic(), 0
        self._was_behind = is_behind
