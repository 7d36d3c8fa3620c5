"""Question -> **answer of a person** -> verb. Before what cannot be taken back, and for labels.

Promises: questions go to stderr, so that stdout stays the answer; no answer (an empty pipe, Ctrl-D) is a
no; what is typed hidden is never shown.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

import typer

from cota.cli.failures import Failed
from cota.cli.output import clean


def ask(question: str) -> str | None:
    """One line typed after the question, without spaces around it; None at the end of the input."""
    typer.echo(f"{clean(question)} ", nl=False, err=True)
    line = sys.stdin.readline()
    if not line.endswith("\n") or not sys.stdin.isatty():
        # Nobody's return key has ended our line.
        typer.echo(err=True)
    return line.strip() if line else None


def confirm(question: str, *, yes: bool) -> None:
    """Returns if `yes` or the person says so. Raises Failed."""
    if yes:
        return
    answer = ask(f"{question} [y/N]")
    if answer is None or answer.lower() not in ("y", "yes"):
        raise Failed("nothing was done: not confirmed (--yes answers beforehand)")


def asked(question: str, *, yes: bool) -> Callable[[], None]:
    """The same question, for `CotaClient.asking`: it comes once it is known that the answer can be acted on."""
    return partial(confirm, question, yes=yes)


def ask_hidden(prompt: str, instead: str) -> str:
    """A secret typed at the terminal. Raises Failed naming what to give `instead` where there is none."""
    if not sys.stdin.isatty():
        raise Failed(f"nobody is here to type it: {instead}")
    try:
        return str(typer.prompt(prompt, hide_input=True, err=True))
    except typer.Abort:
        raise Failed("nothing was done: nothing was typed") from None
