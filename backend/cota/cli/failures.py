"""Exception -> **one line and an exit code** -> the person at the terminal.

Promises: whatever a person can act on is told in one line without a stack trace; wrong use is 2, a
refusal or a failure 1; anything unforeseen is not dressed up, its trace is shown.
"""

from __future__ import annotations

from cota.errors import DomainError
from cota.settings import SettingsError

REFUSED, WRONG_USE = 1, 2


class Failed(Exception):
    """A command that could not do what it was asked; `str()` is the line to show."""


class WrongUse(Exception):
    """The command line itself makes no sense; `str()` is the line to show."""


def explain(error: Exception) -> tuple[str | None, int]:
    """The line and the code; None for the line when the error is not one that we foresee."""
    if isinstance(error, DomainError):
        return f"cota: {error.slug}: {error.detail}", REFUSED
    if isinstance(error, WrongUse):
        return f"cota: {error}", WRONG_USE
    if isinstance(error, SettingsError):
        return "cota: " + "; ".join(error.problems), REFUSED
    if hasattr(error, "format_message") and hasattr(error, "exit_code"):
        # The command line parser's own refusals.
        context = getattr(error, "ctx", None)
        hint = f" (see {context.command_path} --help)" if context is not None else ""
        return f"cota: {error.format_message()}{hint}", WRONG_USE
    if isinstance(error, (Failed, OSError)) or type(error).__module__ in _FORESEEN:
        return f"cota: {' '.join(str(error).split()) or type(error).__name__}", REFUSED
    return None, REFUSED


# By name: importing them here would make `cota --help` load the whole chain stack.
_FORESEEN = frozenset(
    {"cota.client.refusals", "cota.chain.client", "cota.chain.deployment", "cota.chain.rpc", "sqlalchemy.exc"}
)
