"""Children that never outlive their parent, and a parent that stops them in reverse order.

The stack (`make up`, the demo) and the tests describe a Process, start it, wait until it answers, and stop
it. Promises: each child leads a process group of its own and logs into one file; whatever ends the parent
(return, exception, SIGINT, SIGTERM, SIGHUP, even SIGKILL on Linux) ends the children.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class ProcessFailed(Exception):
    """Says which process, what it did, and shows the end of its log."""


def answers_always() -> bool:
    return True


@dataclass(frozen=True)
class Process:
    """What to run. `ready` is asked until true; `once`: it must run to its end with exit code 0 before the
    next starts.
    """

    name: str
    command: Sequence[str | Path]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] = answers_always
    where: str = ""
    once: bool = False
    timeout: float = 60
    stop_signal: signal.Signals = signal.SIGTERM
    user: int | None = None
    group: int | None = None


class Child:
    """A running Process."""

    def __init__(self, process: Process, log: Path) -> None:
        self.process = process
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        parent = os.getpid()

        def die_with_parent() -> None:
            # Runs in the child after the change of user, which would have cleared it.
            if _LIBC is not None:
                _LIBC.prctl(_PR_SET_PDEATHSIG, process.stop_signal)
                if os.getppid() != parent:  # the parent was gone before we asked
                    os._exit(1)

        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [str(part) for part in process.command],
                env={**os.environ, **process.env},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
                user=process.user,
                group=process.group,
                extra_groups=[] if process.user is not None else None,
                preexec_fn=die_with_parent,
                # Another account may not be allowed into the folder that we stand in.
                cwd=None if process.user is None else "/",
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        return self._popen.poll()

    def wait_ready(self) -> None:
        """Return when the process answers (or, for `once`, has ended well). Raises ProcessFailed."""
        deadline = time.monotonic() + self.process.timeout
        while time.monotonic() < deadline:
            code = self.exit_code
            if code is not None:
                if self.process.once and code == 0:
                    return
                raise ProcessFailed(f"{self.process.name} ended with exit code {code}; {self._last_words()}")
            if not self.process.once and self.process.ready():
                return
            time.sleep(0.05)
        patience = f"{self.process.timeout:.0f} s"
        raise ProcessFailed(f"{self.process.name} is not ready after {patience}; {self._last_words()}")

    def stop(self, patience: float = 10) -> None:
        """Ask the whole group, wait, then insist. Stopping what has ended is fine."""
        self._signal(self.process.stop_signal)
        try:
            self._popen.wait(patience)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._popen.wait()
        # Children of the child that ignored the first signal.
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self._popen.pid, number)
        except (ProcessLookupError, PermissionError):
            return

    def _last_words(self) -> str:
        lines = self.log.read_text("utf-8", "replace").splitlines()[-15:]
        return f"the end of its log ({self.log}):\n" + "\n".join(f"    {line}" for line in lines)


class Supervisor:
    """Starts processes one after another; on the way out stops them in reverse order.

    Use as a context manager in the main thread: while it is open, SIGTERM and SIGHUP raise Stopped, as SIGINT
    does KeyboardInterrupt, so that the way out is always taken.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self.children: list[Child] = []
        self._before: dict[int, object] = {}

    def __enter__(self) -> "Supervisor":
        for number in (signal.SIGTERM, signal.SIGHUP):
            self._before[number] = signal.signal(number, _raise_stopped)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            for number, handler in self._before.items():
                signal.signal(number, handler)  # type: ignore[arg-type]

    def start(self, process: Process) -> Child:
        """Start and wait until ready. Raises ProcessFailed."""
        child = Child(process, self._logs / f"{process.name}.log")
        self.children.append(child)
        child.wait_ready()
        if process.once:
            self.children.remove(child)
        return child

    def watch(self) -> None:
        """Until a signal comes; a child that ends by itself raises ProcessFailed."""
        while True:
            self.check()
            time.sleep(0.3)

    def check(self) -> None:
        """Raises ProcessFailed if a child has ended by itself."""
        for child in self.children:
            if child.exit_code is not None:
                child.wait_ready()

    def stop(self) -> None:
        # A second signal must not interrupt the stopping.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        try:
            while self.children:
                self.children.pop().stop()
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)


class Stopped(BaseException):
    """SIGTERM or SIGHUP arrived."""


def _raise_stopped(number: int, _frame: FrameType | None) -> None:
    raise Stopped(signal.Signals(number).name)
