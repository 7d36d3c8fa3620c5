"""How much of contracts/ the tests of contracts reach: forge coverage -> **lines and branches** -> a gate.

    make coverage       exit 1 below 98 % of lines or 95 % of branches, or when a test fails

Promise: only contracts/ counts; what is not reached is named by file and line. Gas measurements and proofs are
left out, and fuzzing is short: they reach nothing that the other tests do not.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from scripts.stack.foundry import find_tool

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "var" / "coverage"
REPORT = FOLDER / "lcov.info"
LEFT_OUT = "tests/contracts/{gas,proofs}/*"
LINES, BRANCHES = 0.98, 0.95


@dataclass
class Counts:
    """Of one file, or of all: how many there are, how many were reached, and where the others stand."""

    lines: int = 0
    lines_hit: int = 0
    branches: int = 0
    branches_hit: int = 0
    missed: set[int] = field(default_factory=set)

    def add(self, other: "Counts") -> None:
        self.lines += other.lines
        self.lines_hit += other.lines_hit
        self.branches += other.branches
        self.branches_hit += other.branches_hit


def read(report: Iterable[str]) -> dict[str, Counts]:
    """Path -> counts, of an lcov file (`SF` opens a file; `DA:line,hits`; `BRDA:line,block,branch,hits or -`)."""
    files: dict[str, Counts] = {}
    at = Counts()
    for line in report:
        kind, _, rest = line.strip().partition(":")
        if kind == "SF":
            at = files.setdefault(rest, Counts())
        elif kind in ("DA", "BRDA"):
            values = rest.split(",")
            is_hit = values[-1] not in ("0", "-")
            if kind == "DA":
                at.lines, at.lines_hit = at.lines + 1, at.lines_hit + is_hit
            else:
                at.branches, at.branches_hit = at.branches + 1, at.branches_hit + is_hit
            if not is_hit:
                at.missed.add(int(values[0]))
    return {path: counts for path, counts in files.items() if path.startswith("contracts/")}


def judge(files: dict[str, Counts]) -> tuple[list[str], bool]:
    """The lines to print, and whether it is enough."""
    total, said = Counts(), []
    for path, counts in sorted(files.items()):
        total.add(counts)
        if counts.missed:
            said.append(f"{path}: not reached: {', '.join(map(str, sorted(counts.missed)))}")
    lines = total.lines_hit / total.lines if total.lines else 0.0
    branches = total.branches_hit / total.branches if total.branches else 0.0
    said.append(f"lines    {lines:7.2%} ({total.lines_hit} of {total.lines}; at least {LINES:.0%})")
    said.append(
        f"branches {branches:7.2%} ({total.branches_hit} of {total.branches}; at least {BRANCHES:.0%})"
    )
    return said, lines >= LINES and branches >= BRANCHES


def run() -> int:
    """Forge's exit code; the report lies in REPORT, its log beside it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    REPORT.unlink(missing_ok=True)
    environment = {
        **os.environ,
        # Instrumented code in the build's own cache would pass for built.
        "FOUNDRY_OUT": str(FOLDER / "out"),
        "FOUNDRY_CACHE_PATH": str(FOLDER / "cache"),
        "FOUNDRY_FUZZ_RUNS": "16",
        "FOUNDRY_INVARIANT_RUNS": "4",
    }
    command = [str(find_tool("forge")), "coverage", "--report", "lcov", "--report-file", str(REPORT)]
    with (FOLDER / "forge.log").open("w", encoding="utf-8") as log:
        return subprocess.run(
            [*command, "--no-match-path", LEFT_OUT], cwd=ROOT, env=environment, stdout=log, stderr=log
        ).returncode


def main() -> int:
    code = run()
    if code != 0 or not REPORT.exists():
        print((FOLDER / "forge.log").read_text(encoding="utf-8"), file=sys.stderr)
        return 1
    said, is_enough = judge(read(REPORT.read_text(encoding="utf-8").splitlines()))
    print("\n".join(said))
    return 0 if is_enough else 1


if __name__ == "__main__":
    sys.exit(main())
