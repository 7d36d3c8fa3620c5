"""`cota up demo deploy api indexer worker`: starting the parts of a deployment.

Promises: `api`, `indexer` and `worker` run in the foreground until a signal; `up`, `demo` and `deploy`
are the scripts of the checkout, so that the command and `make` do the same.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from cota.cli.failures import Failed
from cota.cli.output import JsonOption, NetworkOption, show


def run_script(module: str, *arguments: str) -> None:
    """Runs a script of the checkout; its exit code becomes ours."""
    from cota.settings import ROOT

    if not (ROOT / "scripts" / "__init__.py").exists():
        raise Failed(f"{module} is a script of the source checkout, and this is an installed package")
    done = subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT)
    if done.returncode:
        raise typer.Exit(done.returncode)


def up(as_json: JsonOption = False) -> None:
    """Start the local stack in the background."""
    run_script("scripts.up")
    if as_json:
        from cota.settings import load

        settings = load("local")
        show({"api": settings.api_url, "network": "local"}, as_json=True)


def demo() -> None:
    """Play the whole story once, to verified payouts."""
    run_script("scripts.demo")


def deploy(network: NetworkOption = None) -> None:
    """Deploy the contracts, or finish what stopped half-way."""
    run_script("scripts.deploy", *(["--network", network] if network else []))


def api() -> None:
    """Serve the HTTP API. Any number of these may run."""
    from cota.app import main

    main()


def indexer(
    network: NetworkOption = None,
    until_head: Annotated[bool, typer.Option("--until-head", help="Stop when caught up.")] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Empty a mirror of another chain or other contracts.")
    ] = False,
    accept_rollback: Annotated[
        bool, typer.Option("--accept-rollback", help="Take back any number of blocks: the node is right.")
    ] = False,
    schema: Annotated[
        str | None, typer.Option("--schema", help="Where the tables are; any but the served one is made.")
    ] = None,
    abis: Annotated[
        Path | None, typer.Option("--abis", help="Mirror the contracts of these ABIs, into a --schema.")
    ] = None,
) -> None:
    """Mirror the chain into PostgreSQL. One leads, others stand by."""
    from cota.indexer.__main__ import main

    flags = {"--until-head": until_head, "--rebuild": rebuild, "--accept-rollback": accept_rollback}
    arguments = [flag for flag, wanted in flags.items() if wanted]
    arguments += ["--schema", schema] if schema else []
    arguments += ["--abis", str(abis)] if abis else []
    code = main([*(["--network", network] if network else []), *arguments])
    if code:
        raise typer.Exit(code)


def worker(
    settle_anyway: Annotated[
        list[str] | None,
        typer.Option(
            "--settle-anyway",
            metavar="DATASET:EPOCH",
            help="One that is held because gold may have leaked, and that you have looked at.",
        ),
    ] = None,
) -> None:
    """Checkpoint, score, propose and finalise."""
    from cota.worker import main

    main(settle_anyway or ())
