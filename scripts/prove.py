"""Proofs: tests/contracts/proofs -> **halmos, for all arguments** -> proven, or a counterexample.

    make prove          exit 1 when a `check_` function fails, finds no end, or is not there

Halmos and its solvers run in an environment of their own: they pin old libraries. Bit-blasting finds no end at
256-bit products and quotients, so the solver is our own small program (scripts/prove_solver.py).
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from scripts.stack.foundry import find_tool

ROOT = Path(__file__).resolve().parents[1]
PROOFS = ROOT / "tests" / "contracts" / "proofs"
SOLVER = ROOT / "scripts" / "prove_solver.py"
ENVIRONMENT = ("--from", "halmos==0.3.3", "--with", "cvc5==1.4.2")
# Milliseconds for one question; what is proven here needs seconds.
PATIENCE = 120_000


def wanted() -> set[str]:
    """Names of all proofs, by the sources."""
    sources = (path.read_text(encoding="utf-8") for path in PROOFS.glob("*.sol"))
    return {name for source in sources for name in re.findall(r"function (check_\w+)\(", source)}


def proven(log: str) -> set[str]:
    """Names of those that halmos passed."""
    plain = re.sub(r"\x1b\[\d+m", "", log)
    return set(re.findall(r"^\[PASS\] (check_\w+)\(", plain, re.MULTILINE))


def main() -> int:
    forge = find_tool("forge")
    environment = {**os.environ, "FOUNDRY_PROFILE": "prove", "PATH": f"{forge.parent}:{os.environ['PATH']}"}
    uv = [sys.executable, "-m", "uv", "tool", "run", *ENVIRONMENT]
    # The solver must run where cvc5 is installed: in the tool's environment, whose python comes first in its PATH.
    options = ["--root", str(ROOT), "--forge-build-out", "var/prove/out", "--no-status"]
    options += ["--solver-command", f"python {SOLVER}", "--solver-timeout-assertion", str(PATIENCE)]
    done = subprocess.run(
        [*uv, "halmos", *options],
        cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    print(done.stdout)
    names = wanted()
    missing = sorted(names - proven(done.stdout))
    if missing or not names or done.returncode != 0:
        print("not proven: " + (", ".join(missing) or "halmos failed"), file=sys.stderr)
        return 1
    print(f"{len(names)} statements proven for all arguments")
    return 0


if __name__ == "__main__":
    sys.exit(main())
