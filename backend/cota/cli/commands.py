"""The words of the command line, in one table: name -> **function** -> what it does.

Promise: only what this version does for real is listed; a verb of a later part is not there rather than
pretended.
"""

from __future__ import annotations

import typer

from cota.cli import processes, verifying


def build_app() -> typer.Typer:
    """The whole command."""
    app = typer.Typer(
        name="cota",
        help="Cota: an annotation network whose labellers own the dataset's revenue.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    for command in (
        processes.up,
        processes.demo,
        processes.deploy,
        processes.api,
        processes.indexer,
        processes.worker,
        verifying.verify,
    ):
        app.command()(command)
    return app
