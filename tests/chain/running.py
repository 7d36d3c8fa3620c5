"""The indexer as a process of its own, for tests that kill it, double it, or read what it says."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.chain.mirroring import cursor
from tests.fixtures.shim import Answer, Shim, refuse

ROOT = Path(__file__).resolve().parents[2]


def start(url: str, env: Mapping[str, str], *arguments: str, **changes: str) -> subprocess.Popen[str]:
    whole = {**os.environ, **env, "DATABASE_URL": url, **changes}
    command = [sys.executable, "-m", "cota.indexer", *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, env=whole, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def end(process: subprocess.Popen[str], how: signal.Signals) -> tuple[int, str]:
    process.send_signal(how)
    _, errors = process.communicate(timeout=20)
    return process.returncode, errors


def wait_until(check: Callable[[], Any], timeout: float = 40) -> None:
    ends = time.monotonic() + timeout
    while not check():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.01)


def slow(shim: Shim, seconds: float = 0.002) -> None:
    """Many small windows of so many seconds, so that there are many moments at which to be killed."""

    def rule(method: str, params: list[Any]) -> Answer | None:
        if method != "eth_getLogs" or "blockHash" in params[0]:
            return None
        time.sleep(seconds)
        asked = int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) + 1
        return refuse(-32602, "at most 10 blocks") if asked > 10 else None

    shim.rule = rule


def reached(url: str) -> int:
    found = cursor(url)
    return found[0] if found else 0


def verify_mirror(url: str, env: Mapping[str, str]) -> Mapping[str, Any]:
    """What `cota verify --mirror` says of the mirror, asked as an operator asks after a bad night. (Of the stage's
    made-up terms it says other things, which are not looked at here.)"""
    done = subprocess.run(
        [sys.executable, "-m", "cota.cli", "verify", "--mirror", "--json"],
        cwd=ROOT,
        env={**os.environ, **env, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout, done.stderr
    found: Mapping[str, Any] = next(
        one for one in json.loads(done.stdout)["checks"] if one["name"] == "mirror.fresh"
    )
    return found
