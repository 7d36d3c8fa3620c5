"""The whole network on one machine: postgres, anvil -> contracts -> migrations -> api, indexer, worker.

`make up` keeps one running; the demo and the flow tests open their own. Promises: fresh at each start (chain
and database belong together: an old database beside a new chain would tell of balances that are gone);
everything that it writes lies in its folder, which only one stack uses at a time; what the caller's
environment says of other networks, keys and databases never reaches it; ports that are not asked for by
number are free ones, so that several stacks live side by side.
"""

import fcntl
import os
import shutil
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from scripts.stack.anvil import anvil_process
from scripts.stack.foundry import ROOT
from scripts.stack.ports import free_port, require_free
from scripts.stack.postgres import Cluster, create_cluster
from scripts.stack.processes import Child, Process, ProcessFailed, Supervisor

Tell = Callable[[str], None]

# The one thing about a process that the caller may choose.
_INHERITED = "COTA_LOG_LEVEL"


class WrongNetwork(ProcessFailed):
    """The environment asks for another network than the one that a stack is."""


class FolderInUse(ProcessFailed):
    """Another stack runs in this folder: two would destroy each other's database."""


@dataclass(frozen=True)
class Ports:
    """None: any free one."""

    api: int | None = None
    rpc: int | None = None


@dataclass
class LocalStack:
    """Open it as a context manager in the main thread; `start` returns when everything answers."""

    folder: Path
    ports: Ports = field(default_factory=Ports)
    block_time: float | None = 1
    deployments: Path | None = None
    """Where `local.json` goes; None: into the folder."""

    def __post_init__(self) -> None:
        self._supervisor = Supervisor(self.folder / "log")
        self._cluster: Cluster | None = None
        self._lock: TextIO | None = None
        self.env: Mapping[str, str] = {}

    def __enter__(self) -> "LocalStack":
        """Raises WrongNetwork, FolderInUse."""
        require_local(os.environ)
        self._lock = _take_folder(self.folder)
        self._supervisor.__enter__()
        return self

    def __exit__(self, *failure: object) -> None:
        try:
            self._supervisor.__exit__(*failure)
            if self._cluster is not None:
                self._cluster.remove()
        finally:
            if self._lock is not None:
                self._lock.close()

    @property
    def children(self) -> list[Child]:
        return self._supervisor.children

    @property
    def api_url(self) -> str:
        return self.env["COTA_API_URL"]

    def start(
        self, tell: Tell = lambda _line: None, services: Sequence[str] = ("api", "indexer", "worker")
    ) -> None:
        """One after another, each when the one before answers. Raises ProcessFailed, PortTaken."""
        api = self._port(self.ports.api, "the API", "--api-port")
        rpc = self._port(self.ports.rpc, "the chain", "--rpc-port")
        self._clear()
        self._cluster = create_cluster(self.folder / "postgres", free_port())
        for process in (self._cluster.process(), anvil_process(rpc, self.folder, self.block_time)):
            self._start(process, tell)
        self.env = self._environment(self._cluster.create_database("cota"), rpc, api)
        for process in self._own_processes(services):
            self._start(process, tell)
        if {"api", "indexer"} <= set(services):
            self._wait_for_the_mirror()

    def watch(self) -> None:
        """Until a signal comes. Raises ProcessFailed when a process ends by itself."""
        self._supervisor.watch()

    def process(self, name: str) -> Child:
        """A running one, for tests that kill it."""
        return next(child for child in self.children if child.process.name == name)

    def restart(self, name: str) -> Child:
        """Stop one process and start it again."""
        child = self.process(name)
        child.stop()
        self.children.remove(child)
        return self._supervisor.start(child.process)

    def _start(self, process: Process, tell: Tell) -> None:
        tell(f"{process.name} ...")
        self._supervisor.start(process)

    def _wait_for_the_mirror(self, patience: float = 60) -> None:
        """Until the API says that it could serve: its database, its node and a mirror that has caught up."""
        deadline = time.monotonic() + patience
        while not is_answering(f"{self.api_url}/readyz"):
            self._supervisor.check()
            if time.monotonic() > deadline:
                raise ProcessFailed(f"{self.api_url}/readyz does not say yes after {patience:.0f} s")
            time.sleep(0.1)

    def _port(self, wanted: int | None, who: str, option: str) -> int:
        return free_port() if wanted is None else require_free(wanted, who, option)

    def _clear(self) -> None:
        for name in ("log", "store"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def _environment(self, database: str, rpc: int, api: int) -> dict[str, str]:
        deployments = self.deployments or self.folder / "deployments"
        return _blanked() | {
            "COTA_NETWORK": "local",
            "DATABASE_URL": database,
            "RPC_URL": f"http://127.0.0.1:{rpc}",
            "COTA_STORE": (self.folder / "store").resolve().as_uri(),
            "COTA_DEPLOYMENTS": str(deployments),
            "COTA_API_URL": f"http://127.0.0.1:{api}",
            "COTA_HOST": "127.0.0.1",
            "COTA_PORT": str(api),
            "PYTHONPATH": str(ROOT),
        }

    def _own_processes(self, services: Sequence[str]) -> list[Process]:
        cota = [sys.executable, "-m", "cota.cli"]
        ready: dict[str, Callable[[], bool]] = {"api": lambda: is_answering(f"{self.api_url}/livez")}
        steps = [
            Process("deploy", [sys.executable, "-m", "scripts.deploy"], self.env, once=True, timeout=180),
            Process("migrate", [sys.executable, "-m", "cota.store.migrate"], self.env, once=True),
        ]
        for name in services:
            where = self.api_url if name == "api" else ""
            process = Process(name, [*cota, name], self.env, where=where)
            steps.append(process if name not in ready else _with_ready(process, ready[name]))
        return steps


def require_local(environ: Mapping[str, str]) -> None:
    """Raises WrongNetwork: to start `local` for someone who asked for something else would mislead."""
    asked = environ.get("COTA_NETWORK")
    if asked and asked != "local":
        raise WrongNetwork(
            f"COTA_NETWORK is {asked!r}, and what starts here is always the network 'local': unset it"
        )


def _blanked() -> dict[str, str]:
    """Every setting as not set."""
    from cota.settings import VARIABLES  # here, because it is slow and `make up` mostly needs no settings

    names = [name for variable in VARIABLES for name in (variable, f"{variable}_FILE")]
    return {name: "" for name in names if name != _INHERITED}


def _take_folder(folder: Path) -> TextIO:
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "stack.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise FolderInUse(f"another stack runs in {folder}: wait for it, or stop it") from None
    return file


def is_answering(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _with_ready(process: Process, ready: Callable[[], bool]) -> Process:
    return Process(process.name, process.command, process.env, ready=ready, where=process.where)
