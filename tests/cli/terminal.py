"""A terminal to type `cota` commands at: words and environment in, exit code and two streams out.

The command runs in this process, as `main` runs it, because starting Python for each would cost most of the
tests' time; what depends on a process of its own starts one.
"""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cota.cli import main
from scripts.stack.local import LocalStack


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """The one object on stdout."""
        assert self.code == 0, self.err
        found = json.loads(self.out)
        assert isinstance(found, dict), self.out
        return found

    @property
    def complaint(self) -> str:
        """The last line on stderr; there is never a trace."""
        assert "Traceback" not in self.err
        return self.err.strip().rsplit("\n", 1)[-1]


@dataclass(frozen=True)
class Terminal:
    """`environment`: all that is set of what Cota reads."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *words: str, key: str | None = None, typed: str = "", **variables: str) -> Outcome:
        """Runs `cota words...`; `key` is whose wallet signs, `typed` what comes from the keyboard."""
        out, err, log = io.StringIO(), io.StringIO(), logging.getLogger()
        handlers, level = list(log.handlers), log.level
        with (
            patch.dict(os.environ, self._environment(key, variables), clear=True),
            patch.object(sys, "stdin", io.StringIO(typed)),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                main(list(words))
                code: Any = 0
            except SystemExit as end:
                code = end.code
            finally:
                log.handlers, log.level = handlers, level
        return Outcome(int(code or 0), out.getvalue(), err.getvalue())

    def start(self, *words: str, key: str | None = None, typed: str = "", **variables: str) -> Outcome:
        """The same in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "cota.cli", *words],
            env=self._environment(key, variables),
            input=typed,
            text=True,
            capture_output=True,
            timeout=60,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def _environment(self, key: str | None, variables: Mapping[str, str]) -> dict[str, str]:
        ours = {"COTA_KEY": key} if key else {}
        path = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}
        return {**path, **self.environment, **ours, **variables}


def terminal_of(stack: LocalStack, home: Path) -> Terminal:
    """A person's machine: the public addresses of the network, and nothing of the operator's."""
    public = ("COTA_NETWORK", "RPC_URL", "COTA_DEPLOYMENTS")
    return Terminal(home, {name: stack.env[name] for name in public} | {"COTA_API": stack.api_url})
