"""The `cota` command: words at a terminal -> **cli** -> client, verifier, processes.

Promises: exit 0 done, 1 refused or failed, 2 wrong use; `--json` prints one JSON document and nothing else on
stdout; an error is one line on stderr; no key is ever taken from the command line or printed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from cota.cli.commands import build_app
from cota.cli.failures import explain


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and exits with its code."""
    app = build_app()
    try:
        code = app(args=arguments, prog_name="cota", standalone_mode=False)
    except Exception as error:  # the edge: what is foreseen becomes one line, the rest keeps its trace
        line, code = explain(error)
        if line is None:
            raise
        typer.echo(line, err=True)
    except KeyboardInterrupt:
        code = 130
    sys.exit(code if isinstance(code, int) else 0)
