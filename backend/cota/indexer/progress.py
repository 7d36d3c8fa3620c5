"""What people and machines see of the indexer's way: follow -> **progress** -> log, terminal, metrics.

In the log one line every few seconds while history is read, one when the head is reached, and from then on one
a minute; in a terminal a bar with the time left instead of the first. Metrics move with every transaction.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from cota.indexer.headers import Header
from cota.log import get_logger
from cota.observe import metrics

if TYPE_CHECKING:  # imported where there is a terminal
    from rich.progress import Progress, TaskID

log = get_logger(__name__)

_EVERY_BEHIND, _EVERY_AT_HEAD = 5.0, 60.0
_BAR_FROM = 1_000  # blocks behind from which a bar is worth its line


class Way:
    """Sums up between two lines. `shows_bar`: whether there is somebody to watch one."""

    def __init__(self, *, shows_bar: bool | None = None) -> None:
        self._since = time.monotonic()
        self._logs = 0
        self._was_behind = True
        self._end: Header | None = None
        self._bar = _Bar() if (sys.stderr.isatty() if shows_bar is None else shows_bar) else None

    def moved(self, end: Header, head: Header, logs: int, undecodable: int) -> None:
        """Rows up to `end` were committed; the chain's newest block was `head`."""
        behind, self._end = max(0, head.number - end.number), end
        metrics.INDEXED_BLOCK.set(end.number)
        self.seen(head, end.number)
        metrics.EVENTS.inc(logs)
        metrics.UNDECODABLE.inc(undecodable)
        if undecodable:
            log.warning("kept raw what no ABI decodes", block=end.number, logs=undecodable)
        self._logs += logs
        if self._bar:
            self._bar.move(end.number, head.number)
        self._tell(end.number, behind)

    def seen(self, head: Header, indexed: int) -> None:
        """The chain's newest block is `head`; nothing was written yet."""
        metrics.CHAIN_HEAD.set(max(head.number, indexed))
        metrics.LAG_BLOCKS.set(max(0, head.number - indexed))
        if self._end is not None:
            metrics.LAG_SECONDS.set(max(0, head.timestamp - self._end.timestamp))

    def turned(self, depth: int, ancestor: int, head: int) -> None:
        """Blocks above `ancestor` were taken back."""
        metrics.REORGANISATIONS.inc()
        metrics.TAKEN_BACK.inc(depth)
        log.warning("chain reorganised", depth=depth, ancestor=ancestor, head=head)

    def close(self) -> None:
        if self._bar:
            self._bar.close()

    def _tell(self, block: int, behind: int) -> None:
        elapsed = time.monotonic() - self._since
        reached = self._was_behind and not behind
        self._was_behind = behind > 0
        if not reached and elapsed < (_EVERY_BEHIND if behind else _EVERY_AT_HEAD):
            return
        if reached or not (self._bar and behind):
            log.info(
                "at the head" if reached else "catching up" if behind else "following",
                block=block,
                behind=behind,
                logs=self._logs,
                logs_per_second=round(self._logs / elapsed) if elapsed else None,
            )
        self._since, self._logs = time.monotonic(), 0


class _Bar:
    """Blocks done and to do, and how long it may take; it goes when the head is near."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def move(self, block: int, head: int) -> None:
        if self._bar is None:
            if head - block < _BAR_FROM:
                return
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = TextColumn("reading blocks"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task("", total=head, completed=block)
        elif self._task is not None:
            self._bar.update(self._task, total=head, completed=block)
        if block >= head:
            self.close()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
