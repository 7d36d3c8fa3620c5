"""demo -> **stages** -> terminal. Shows what the demo does now, how far it is and how long each stage
took.

Promises: on a terminal a live bar; without one (a pipe, a log) plain lines and no control characters; the
seconds of each stage are kept under its name, in order.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)


class Step:
    """Progress of one stage; safe to advance from several threads."""

    def __init__(self, title: str, total: int | None, console: Console) -> None:
        self.title = title
        self.total = total
        self.done = 0
        self.note = ""
        self._console = console
        self._lock = threading.Lock()
        self._told = 0
        self._news = ""
        self._bar: Progress | None = None

    def advance(self, count: int = 1) -> None:
        with self._lock:
            self.done += count
            if self._bar:
                self._bar.update(self._bar.task_ids[0], completed=self.done)
            elif self.total and not self._console.is_terminal:
                quarter = 4 * self.done // self.total
                if quarter > self._told and self.done < self.total:
                    self._told = quarter
                    self._console.print(f"  {self.title}: {self.done:,} of {self.total:,}")

    def tell(self, news: str) -> None:
        """What happens within the stage, while it happens; the same news is told once."""
        if news == self._news:
            return
        self._news = news
        if self._bar:
            self._bar.update(self._bar.task_ids[0], description=f"{self.title}: {news}")
        elif not self._console.is_terminal:
            self._console.print(f"  {news}")

    def say(self, note: str) -> None:
        """The sentence that stands behind the finished stage."""
        self.note = note

    @contextmanager
    def shown(self) -> Iterator[None]:
        if not self._console.is_terminal:
            yield
            return
        count = (BarColumn(bar_width=28), MofNCompleteColumn()) if self.total else ()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), *count, TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as bar:
            bar.add_task(self.title, total=self.total)
            self._bar = bar
            try:
                yield
            finally:
                self._bar = None


class Stages:
    """The stages of one run, in the order in which they were played."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.seconds: dict[str, float] = {}

    @contextmanager
    def play(self, name: str, title: str, total: int | None = None) -> Iterator[Step]:
        step = Step(title, total, self.console)
        started = time.monotonic()
        with step.shown():
            yield step
        took = time.monotonic() - started
        self.seconds[name] = round(took, 2)
        self.console.print(
            f"[green]✓[/] {title}: {step.note or 'done'} [dim]({took:.1f} s)[/]", highlight=False
        )
