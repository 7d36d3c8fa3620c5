"""`cota verify` as an auditor runs it: arguments -> command -> exit code and findings.

The command itself, in this process for speed; `audit_apart` starts one of its own. Its environment names a
database and an API that nobody serves.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cota.cli import main
from scripts.stack.foundry import ROOT
from tests.flows.sold import Sold


@dataclass(frozen=True)
class Finding:
    where: str
    expected: str
    found: str
    difference: str | None
    note: str

    def __str__(self) -> str:
        by = f", off by {self.difference}" if self.difference else ""
        return f"{self.where}: expected {self.expected}, found {self.found}{by} {self.note}"


@dataclass(frozen=True)
class Verdict:
    """What one run said."""

    code: int
    report: Mapping[str, Any]

    @property
    def failures(self) -> dict[str, Finding]:
        """Each failed check and the first thing that it names."""
        checks = self.report["checks"]
        return {at["name"]: Finding(**at["finding"]) for at in checks if at["outcome"] == "failed"}

    @property
    def skipped(self) -> set[str]:
        return {check["name"] for check in self.report["checks"] if check["outcome"] == "skipped"}

    def reason(self, check: str) -> str:
        """Why a check was skipped."""
        return next(str(at["reason"]) for at in self.report["checks"] if at["name"] == check)

    def names(self, check: str) -> Finding:
        """The finding of a check that must have failed, in a run that must have ended with 1."""
        assert (self.code, self.report["verify"]) == (1, "failed")
        assert check in self.failures, f"{check} agrees; what fails: {self.failures}"
        return self.failures[check]


def arguments(sold: Sold, rpc: str | None, epochs: Path | None, labels: tuple[Path, ...]) -> list[str]:
    found = ["verify", "--json", "--epoch-files", str(epochs or sold.epochs)]
    found += ["--rpc", rpc] if rpc else []
    return found + [part for path in labels for part in ("--labels", str(path))]


def audit(sold: Sold, *labels: Path, rpc: str | None = None, epochs: Path | None = None) -> Verdict:
    """Runs the command here."""
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as environment, contextlib.redirect_stdout(out):
        for name, value in sold.env.items():
            environment.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main(arguments(sold, rpc, epochs, labels))
    return Verdict(int(ended.value.code or 0), json.loads(out.getvalue()))


def audit_apart(sold: Sold, *options: str, without: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Runs the command in a process of its own, with `options` as they are; some variables may be left out."""
    command = [sys.executable, "-m", "cota.cli", "verify", "--epoch-files", str(sold.epochs), *options]
    whole = {**os.environ, **sold.env, "COLUMNS": "200"}
    whole = {name: value for name, value in whole.items() if name not in without}
    return subprocess.run(command, cwd=ROOT, env=whole, capture_output=True, text=True, timeout=60)
