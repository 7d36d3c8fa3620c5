"""Exception -> **one line and an exit code** -> the person at the terminal.

Promises: whatever a person can act on is told in one line without a stack trace: the cause by its name (the
API's problem type, the contract's own error with its values), what happened, and how to mend it where we
know; wrong use is 2, a refusal or a failure 1; an unforeseen fault is one line too, and its trace is kept in
a file.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import typer

from cota.errors import ChainReverted, DomainError

REFUSED, WRONG_USE = 1, 2


class Failed(Exception):
    """A command that could not do what it was asked; `str()` is the line to show."""


class WrongUse(Exception):
    """The command line itself makes no sense; `str()` is the line to show."""


def explain(error: Exception) -> tuple[str | None, int]:
    """The line and the code; None for the line when the error is not one that we foresee."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(error.format_message()), WRONG_USE  # type: ignore[attr-defined]
    found = _explain(error)
    if found is None:
        return None, REFUSED
    line, code = found
    return "cota: " + _printable(line), code


def _explain(error: Exception) -> tuple[str, int] | None:
    if isinstance(error, DomainError):
        return _domain_line(error), REFUSED
    if isinstance(error, WrongUse):
        return str(error), WRONG_USE
    if isinstance(error, typer.Abort):
        return "stopped", REFUSED
    if hasattr(error, "problems"):
        return "; ".join(error.problems), REFUSED
    if hasattr(error, "format_message") and hasattr(error, "exit_code"):
        # The command line parser's own refusals.
        context = getattr(error, "ctx", None)
        hint = f" (see {context.command_path} --help)" if context is not None else ""
        return f"{error.format_message()}{hint}", WRONG_USE
    if isinstance(error, (Failed, OSError)):
        return str(error) or type(error).__name__, REFUSED
    if type(error).__module__ in _FORESEEN:
        slug = _slug_of(type(error))
        return f"{slug}: {error}" + _hint(slug), REFUSED
    return None


def keep_trace(error: Exception) -> str:
    """The line for a fault of our own; the trace goes to a file that only its owner can read."""
    path = Path(typer.get_app_dir("cota")) / "last-fault.txt"
    told = f"unforeseen: {type(error).__name__}: this is a fault of cota"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError:
        return f"cota: {told}"
    return f"cota: {told}; please send us {path}"


def _domain_line(error: DomainError) -> str:
    members = "" if isinstance(error, ChainReverted) else _members(error.extra, error.detail)
    name = str(error.extra.get("error", "")) if isinstance(error, ChainReverted) else ""
    return f"{error.slug}: {error.detail}{members}{_hint(name) or _hint(_cause_of(error))}"


def _cause_of(error: DomainError) -> str:
    """The slug; where one slug has several remedies, which of them."""
    words = error.detail.lower()
    if error.slug != "chain-unavailable":
        return error.slug
    return (
        "no-gas" if "insufficient funds" in words else "no-relayer" if "no relayer" in words else error.slug
    )


def _members(extra: dict[str, object], detail: str) -> str:
    """The problem's further members, where its words do not hold them already."""
    shown = {
        name: str(value)
        for name, value in extra.items()
        if name not in _UNSHOWN and isinstance(value, (str, int)) and str(value) not in detail
    }
    return f" ({', '.join(f'{name}={value}' for name, value in shown.items())})" if shown else ""


def _hint(name: str) -> str:
    return f"; {_HINTS[name]}" if name in _HINTS else ""


def _slug_of(kind: type[Any]) -> str:
    """WrongChain -> wrong-chain."""
    return "".join(f"-{one.lower()}" if one.isupper() else one for one in kind.__name__).lstrip("-")


def _printable(text: str) -> str:
    # A service's words may hold what a terminal would obey.
    return " ".join("".join(one if one.isprintable() or one.isspace() else "?" for one in text).split())


_UNSHOWN = frozenset({"instance", "request_id", "errors", "classes", "item_refs"})

# By problem type or by the contract's error: what to do, where it is always the same.
_HINTS = {
    "unknown-dataset": "cota dataset list shows those that there are",
    "not-a-member": "cota join DATASET comes first",
    "exam-wanted": "cota exam sit DATASET",
    "own-dataset": "use another account: whoever knows the gold may not label",
    "not-licensed": "cota buy DATASET buys a licence",
    "unknown-license": "cota buy DATASET prints the licence's number",
    "chain-unavailable": "is --rpc or RPC_URL right?",
    "no-gas": "whoever sends transactions herself needs gas in her account",
    "no-relayer": "--self does",
    "unreachable": "is the service running, and --api or COTA_API right?",
    "lease-expired": "lease it again: cota work DATASET",
    "InsufficientFreeStake": "cota stake deposit AMOUNT adds to it",
    "PriceAboveLimit": "cota dataset show DATASET tells the price; --max-price is yours",
    "ClassNotSold": "cota dataset show DATASET tells what is sold",
    "NoEpoch": "a price can be set once the first labels are settled",
    "AppealTooLate": "an epoch can be appealed for the terms' appeal_period after it is final",
    "NothingToAppeal": "--units names the shares that you miss",
    "NotOpenToChallenge": "cota dataset epochs DATASET tells which settlements are not final",
    "WrongMembership": "cota stake show tells of your memberships",
    "UnknownBounty": "cota bounty list shows those that there are",
    "NotPublisher": "only the dataset's publisher does this",
    "AlreadyClosed": "it ends; cota bounty open DATASET opens another one",
    "NotClosed": "cota bounty close BOUNTY comes first",
    "EpochsOpen": "epochs that it covers are not final yet; a year after they were due it goes back whatever is open",
    "NotReceiver": "only the account, or who succeeded to its lost key, says where its money goes",
    "ZeroAmount": "there is nothing to move",
}

# By name: importing them here would make `cota --help` load the whole chain stack.
_FORESEEN = frozenset(
    {
        "cota.client.refusals",
        "cota.chain.client",
        "cota.chain.deployment",
        "cota.chain.decode",
        "cota.chain.rpc",
        "sqlalchemy.exc",
    }
)
