"""`cota up demo deploy api indexer worker`: starting the parts of a deployment.

Promises: `api`, `indexer` and `worker` run in the foreground until a signal; `up`, `demo` and `deploy`
are the scripts of the checkout, so that the command and `make` do the same.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Annotated

import typer

from cota.cli.failures import Failed
from cota.cli.output import JsonOption, NetworkOption, show
from cota.settings import ROOT, load


def run_script(module: str, *arguments: str) -> None:
    """Runs a script of the checkout; its exit code becomes ours."""
    if not (ROOT / "scripts" / "__init__.py").exists():
        raise Failed(f"{module} is a script of the source checkout, and this is an installed package")
    done = subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT)
    if done.returncode:
        raise typer.Exit(done.returncode)


def up(as_json: JsonOption = False) -> None:
    """Start the local stack in the background (make down stops it)."""
    run_script("scripts.up")
    if as_json:
        settings = load("local")
        show({"api": settings.api_url, "network": "local"}, as_json=True)


def demo() -> None:
    """Play the whole story once, from the first signature to verified payouts."""
    run_script("scripts.demo")


def deploy(network: NetworkOption = None) -> None:
    """Deploy the contracts, or finish a deployment that stopped half-way."""
    run_script("scripts.deploy", *(["--network", network] if network else []))


def api() -> None:
    """Serve the HTTP API. Any number of these may run."""
    import uvicorn

    from cota.app import create_app

    settings = load(needs=("database", "relayer", "receipt"))
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port, log_config=None)


def indexer(
    until_head: Annotated[bool, typer.Option("--until-head", help="Stop when caught up.")] = False,
) -> None:
    """Mirror the chain into PostgreSQL. One leads, others stand by."""
    from cota.indexer.process import run

    asyncio.run(run(load(needs=("database",)), until_head=until_head))


def worker() -> None:
    """Checkpoint, score, propose and finalise; run exports."""
    from cota.worker import run

    asyncio.run(run(load(needs=("database", "coordinator"))))
