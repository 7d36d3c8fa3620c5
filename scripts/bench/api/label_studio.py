"""The peer: Label Studio as `pip install label-studio` gives it, in an environment of its own, asked the same way.

Single-choice text tasks on its SQLite, one annotation a request, from as many keep-alive connections as we use for
ourselves. Its CPU is that of its processes; its log stays in var/bench/label-studio.log.
"""

import json
import os
import secrets
import statistics
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.bench import record
from scripts.bench.api.load import Connection, cpu_of, fan, request
from scripts.stack.foundry import ROOT
from scripts.stack.ports import free_port
from scripts.stack.processes import Process, ProcessFailed, Supervisor

VERSION = "1.23.2"
POSTS = 300
READS = 200
START_S = 600
CONFIG = (
    '<View><Text name="text" value="$text"/><Choices name="c" toName="text" choice="single">'
    '<Choice value="A"/><Choice value="B"/></Choices></View>'
)
ANSWER = {
    "result": [{"from_name": "c", "to_name": "text", "type": "choices", "value": {"choices": ["A"]}}],
    "lead_time": 1.0,
}


def measure(clients: int, runs: int) -> dict[str, Any]:
    """Medians of `runs`: submissions and next tasks. Raises ProcessFailed."""
    python = _environment()
    with _serving(python) as peer:
        rows = [peer.play(clients) for _ in range(runs)]
    return {
        "version": VERSION,
        **{name: round(statistics.median(row[name] for row in rows), 2) for name in rows[0]},
    }


class Peer:
    """A running Label Studio."""

    def __init__(self, port: int, token: str, pid: int) -> None:
        self._host, self._port, self._pid = f"127.0.0.1:{port}", port, pid
        self._headers = {"Authorization": f"Token {token}"}

    def play(self, clients: int) -> dict[str, float]:
        project, tasks = self._project(POSTS)
        reads = [request("GET", self._host, f"/api/projects/{project}/next", self._headers)] * READS
        next_task = fan(clients, reads, self._connect)
        body = json.dumps(ANSWER).encode()
        posts = [
            request("POST", self._host, f"/api/tasks/{task}/annotations/", self._headers, body)
            for task in tasks
        ]
        before = cpu_of(self._pid)
        submit = fan(clients, posts, self._connect)
        cpu = cpu_of(self._pid) - before
        if set(submit.answers) != {201}:
            raise ProcessFailed(f"Label Studio did not take every annotation: {dict(submit.answers)}")
        row = {
            "submissions_per_s": submit.per_s,
            "cpu_ms_per_submission": cpu * 1000 / POSTS,
            "submission_p99_ms": submit.quantile_ms(0.99),
            "next_task_p50_ms": next_task.quantile_ms(0.5),
            "next_task_p99_ms": next_task.quantile_ms(0.99),
        }
        print("label studio: " + ", ".join(f"{name} {value:.1f}" for name, value in row.items()), flush=True)
        return row

    def _connect(self) -> Connection:
        return Connection("127.0.0.1", self._port)

    def _project(self, count: int) -> tuple[int, list[int]]:
        project = self._ask("POST", "/api/projects/", {"title": "bench", "label_config": CONFIG})["id"]
        data = [{"data": {"text": f"item {number}: ação \U0001f642"}} for number in range(count)]
        self._ask("POST", f"/api/projects/{project}/import", data)
        path = f"/api/tasks?project={project}&page=1&page_size={count}&fields=task_only"
        tasks = [task["id"] for task in self._ask("GET", path)["tasks"]]
        if len(tasks) != count:
            raise ProcessFailed(f"Label Studio shows {len(tasks)} of {count} tasks")
        return int(project), tasks

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        raw = None if body is None else json.dumps(body).encode()
        status, answer = self._connect().ask(request(method, self._host, path, self._headers, raw))
        if status not in (200, 201):
            raise ProcessFailed(f"Label Studio: {method} {path}: {status} {answer[:300]!r}")
        return json.loads(answer)


@contextmanager
def _serving(python: Path) -> Iterator[Peer]:
    folder = record.FOLDER / "label-studio-data"
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    folder.mkdir(parents=True)
    port, token = free_port(), secrets.token_hex(20)
    env = {
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder), "DJANGO_DB": "sqlite", "LATEST_VERSION_CHECK": "0",
        "COLLECT_ANALYTICS": "0", "SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": "", "LOG_LEVEL": "ERROR",
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
    }  # fmt: skip
    command: list[str | Path] = [
        python.with_name("label-studio"), "start", "--no-browser", "--port", str(port), "--internal-host", "127.0.0.1",
        "--username", "bench@example.org", "--password", secrets.token_hex(12), "--user-token", token,
        "--enable-legacy-api-token",
    ]  # fmt: skip
    process = Process(
        "label-studio",
        command,
        env,
        ready=lambda: _is_up(port, token),
        timeout=START_S,
    )
    with Supervisor(record.FOLDER) as supervisor:
        child = supervisor.start(process)
        yield Peer(port, token, child.pid)


def _is_up(port: int, token: str) -> bool:
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/projects/", headers={"Authorization": f"Token {token}"}
    )
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        raise ProcessFailed(f"Label Studio refuses the token it was given: {error.code}") from error
    except OSError:
        time.sleep(1)
        return False


def _environment() -> Path:
    """The Python of an environment that holds Label Studio and nothing of ours."""
    home = record.FOLDER / "label-studio-env"
    python = home / "bin" / "python"
    if not (home / "bin" / "label-studio").exists():
        uv = ROOT / ".venv" / "bin" / "uv"
        subprocess.run([str(uv), "venv", "--quiet", "--clear", str(home)], check=True)
        wanted = f"label-studio=={VERSION}"
        install = [str(uv), "pip", "install", "--quiet", "--python", str(python), wanted]
        subprocess.run(install, check=True, env={**os.environ})
    return python
