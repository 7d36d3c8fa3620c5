"""Static analysis of contracts/: slither and solhint, each in its own environment -> **findings that nobody answered**.

    make analyse        exit 1 for a finding without a reason in scripts/analyse.toml, or a reason without a finding

Promise: nothing is silenced in the code; every finding that stays has its reason in one file.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.stack.foundry import find_tool

ROOT = Path(__file__).resolve().parents[1]
ANSWERS = ROOT / "scripts" / "analyse.toml"
SLITHER = "slither-analyzer==0.11.6"
SOLHINT = "solhint@6.2.4"
# Style and gas are for forge lint, solhint and the benchmark.
LEVELS = ("--exclude-informational", "--exclude-optimization")


class ToolFailed(Exception):
    """The tool's own words."""


@dataclass(frozen=True)
class Finding:
    """`where`: contract and function, or contract and variable."""

    check: str
    where: str
    words: str


@dataclass(frozen=True)
class Answer:
    """Why findings of `check` stay; `where` is a pattern that the whole of a finding's `where` must match."""

    check: str
    where: str
    reason: str

    def answers(self, finding: Finding) -> bool:
        return self.check == finding.check and re.fullmatch(self.where, finding.where) is not None


def read_answers(text: str) -> list[Answer]:
    return [
        Answer(entry["check"], entry.get("where", ".*"), entry["reason"])
        for entry in tomllib.loads(text).get("slither", [])
    ]


def read_findings(report: dict[str, Any]) -> list[Finding]:
    """Of slither's JSON."""
    found = report.get("results", {}).get("detectors", [])
    return [Finding(entry["check"], _place(entry), entry["description"].strip()) for entry in found]


def compare(findings: list[Finding], answers: list[Answer]) -> list[str]:
    """What to say: findings without an answer, answers without a finding."""
    said = [
        f"{finding.check} in {finding.where}: no reason given\n  {finding.words}"
        for finding in findings
        if not any(answer.answers(finding) for answer in answers)
    ]
    said += [
        f"{answer.check} in {answer.where}: a reason without a finding"
        for answer in answers
        if not any(answer.answers(finding) for finding in findings)
    ]
    return said


def run_slither() -> list[Finding]:
    """Compiles contracts/ by itself, without the tests. Raises ToolFailed."""
    forge = find_tool("forge")
    environment = {**os.environ, "FOUNDRY_PROFILE": "analyse", "PATH": f"{forge.parent}:{os.environ['PATH']}"}
    built = subprocess.run(
        [str(forge), "build", "--build-info"], cwd=ROOT, env=environment, text=True, capture_output=True
    )
    if built.returncode != 0:
        raise ToolFailed(built.stdout + built.stderr)
    with tempfile.TemporaryDirectory(prefix="cota-slither-") as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "uv", "tool", "run", "--from", SLITHER, "slither", "."]
        options = [
            "--ignore-compile",
            "--foundry-out-directory",
            "var/analyse/out",
            "--filter-paths",
            "node_modules",
        ]
        done = subprocess.run(
            [*command, *options, *LEVELS, "--json", str(report)],
            cwd=ROOT, env=environment, text=True, capture_output=True,
        )  # fmt: skip
        if not report.exists():
            raise ToolFailed(done.stdout + done.stderr)
        said = json.loads(report.read_text(encoding="utf-8"))
    if not said["success"]:
        raise ToolFailed(str(said["error"]))
    return read_findings(said)


def run_solhint() -> None:
    """Rules in .solhint.json. Raises ToolFailed with what it found."""
    command = ["npm", "exec", "--yes", f"--package={SOLHINT}", "--", "solhint", "--noPoster", "--disc"]
    done = subprocess.run(
        [*command, "--max-warnings", "0", "contracts/**/*.sol"], cwd=ROOT, text=True, capture_output=True
    )
    if done.returncode != 0:
        raise ToolFailed(done.stdout + done.stderr)


def _place(entry: dict[str, Any]) -> str:
    """`Contract.function` of the first element, or what it has of it."""
    elements = entry.get("elements", [])
    if not elements:
        return ""
    parent = elements[0].get("type_specific_fields", {}).get("parent", {})
    if elements[0]["type"] == "variable" and parent.get("type") == "function":
        parent = parent["type_specific_fields"]["parent"]
    return ".".join(name for name in (parent.get("name"), elements[0]["name"]) if name)


def main() -> int:
    try:
        run_solhint()
        said = compare(run_slither(), read_answers(ANSWERS.read_text(encoding="utf-8")))
    except ToolFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    print("\n".join(said) or "slither and solhint: nothing without a reason")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
