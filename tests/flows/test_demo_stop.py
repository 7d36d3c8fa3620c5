"""A demo that is stopped in the middle: it says so, and leaves no process and no half-written file.

Each run is the command itself, with a folder and ports of its own. Its processes are those that descend from it
at the moment of the signal, its databases' included.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from scripts.stack.foundry import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads who descends from whom in /proc")

PATIENCE_S = 120
"""For the moment to come, on a machine that does other things too."""
SOON_S = 40
"""For the run to end after the signal: three seconds, and many more where every core is taken."""
Born = tuple[int, str]
"""A process: its number, and the moment of its birth, since numbers are given again."""


@dataclass
class Demo:
    """A run in the background, and what it has printed so far."""

    var: Path
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            self.lines.extend(iter(output.readline, ""))

    def wait_for(self, text: str) -> None:
        ends = time.monotonic() + PATIENCE_S
        while not any(text in line for line in self.lines):
            assert self.process.poll() is None, "".join(self.lines)
            assert time.monotonic() < ends, f"no {text!r} among:\n" + "".join(self.lines)
            time.sleep(0.02)

    def end(self) -> int:
        code = self.process.wait(SOON_S)
        self._reader.join()
        return code


@pytest.fixture
def demo() -> Iterator[Demo]:
    """The command, started in a folder of its own."""
    # Not below pytest's folder: the account that runs the database may not enter that one.
    var = ROOT / "var" / "test" / f"stopped-{os.getpid()}"
    var.mkdir(parents=True)
    command = [sys.executable, "-m", "scripts.demo", "--var", str(var)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    demo = Demo(var, process)
    try:
        yield demo
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        shutil.rmtree(var, ignore_errors=True)


def birth(pid: int) -> tuple[int, str] | None:
    """Parent and moment of birth; None for what is gone or only waits to be buried."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else (int(fields[1]), fields[19])


def family(pid: int) -> set[Born]:
    """A process and all that descend from it."""
    born = {int(name): birth(int(name)) for name in os.listdir("/proc") if name.isdecimal()}
    members = {pid}
    while True:
        more = {child for child, found in born.items() if found and found[0] in members} - members
        if not more:
            return {(member, found[1]) for member in members if (found := born.get(member))}
        members |= more


def alive(members: set[Born]) -> set[Born]:
    return {(pid, moment) for pid, moment in members if (found := birth(pid)) and found[1] == moment}


@pytest.mark.parametrize(
    ("moment", "seconds", "signals", "processes"),
    [
        ("deploy ...", 0.5, [signal.SIGINT], 3),
        ("worker ...", 1.0, [signal.SIGTERM], 6),
        # Somebody who is impatient, while labels are on their way.
        ("✓ Annotators join", 1.0, [signal.SIGINT, signal.SIGINT], 6),
    ],
    ids=["deploying-sigint", "up-sigterm", "labelling-sigint-twice"],
)
def test_demo__stopped__ends_soon_says_so_and_leaves_nothing(
    demo: Demo, moment: str, seconds: float, signals: list[signal.Signals], processes: int
) -> None:
    demo.wait_for(moment)
    time.sleep(seconds)
    running = family(demo.process.pid)
    assert len(running) > processes, "the demo and its processes"
    for number in signals:
        demo.process.send_signal(number)
        time.sleep(0.3)
    assert demo.end() == 130
    assert demo.lines[-1] == "stopped; nothing is left running\n"
    assert not any(line.startswith("✓ They label") for line in demo.lines), "the moment was missed"
    assert not [line for line in demo.lines if "Traceback" in line or "Error" in line]
    assert alive(running) == set()
    assert_whole(demo.var)


def assert_whole(var: Path) -> None:
    """Every file is complete or absent, the database is gone, and nothing says that the demo was played."""
    files = [path for path in var.rglob("*") if path.is_file()]
    halves = [path for path in files if path.suffix == ".tmp" or path.name.startswith(".")]
    assert halves == []
    assert not (var / "demo.json").exists()
    assert not (var / "demo" / "postgres").exists()
    assert not (var / "demo" / "export.jsonl").exists()
    for path in (path for path in files if path.suffix == ".json"):
        json.loads(path.read_text("utf-8"))
