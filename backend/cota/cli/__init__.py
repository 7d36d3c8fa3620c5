"""The `cota` command: words at a terminal -> **cli** -> client, verifier, processes.

Promises: exit 0 done, 1 refused or failed, 2 wrong use; `--json` prints one JSON document and nothing else on
stdout; an error is one line on stderr; no key is ever taken from the command line or printed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from cota.cli.commands import PROCESSES, command
from cota.cli.failures import explain, keep_trace


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and exits with its code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        code = command().main(args=words, prog_name="cota", standalone_mode=False)
    except BrokenPipeError:
        # Whoever read our answer has seen enough. Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except KeyboardInterrupt:
        code = 130
    except Exception as error:
        line, code = explain(error)
        if line is None and words[:1] and words[0] in PROCESSES:
            raise  # into the log of the process, where its trace belongs
        typer.echo(line or keep_trace(error), err=True)
    sys.exit(code if isinstance(code, int) else 0)
