"""Words at the terminal -> **values** -> verbs. The forms that arguments take, the same for every verb.

Promises: what has the wrong form is wrong use (exit 2) and is told before anything is asked of anyone;
whatever is kept of an argument has one spelling. A verb loads the chain stack when it runs, not before:
`cota --help` answers at once.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, TypeVar
from urllib.parse import urlsplit

import typer

from cota.cli.amounts import RULE, TypedAmount, parse_typed
from cota.cli.failures import Failed

T = TypeVar("T")


def _checked(parse: Callable[[str], T]) -> Callable[[str], T]:
    """The parser's own words instead of the name of a Python function."""

    def read(text: str) -> T:
        try:
            return parse(text)
        except ValueError as error:
            raise typer.BadParameter(f"{text[:100]!r}: {error}") from None

    return read


def parse_account(text: str) -> str:
    """An EIP-55 address other than zero. Raises ValueError."""
    from cota.units import ZERO_ADDRESS, parse_address

    address = parse_address(text)
    if address == ZERO_ADDRESS:
        raise ValueError("the zero address is nobody's account")
    return address


def parse_bytes32(text: str) -> Hash32:
    """0x and 64 hex digits. Raises ValueError."""
    from cota.units import parse_hash32

    return parse_hash32(text)


def parse_url(text: str) -> str:
    """An http or https URL without its last slash. Raises ValueError, which never repeats a password."""
    parts = urlsplit(text)
    _ = parts.port
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an http or https URL is wanted")
    return text.rstrip("/")


def _url(text: str) -> str:
    # Not `_checked`: a node's URL may hold a password, which must not be shown.
    try:
        return parse_url(text)
    except ValueError:
        raise typer.BadParameter("an http or https URL is wanted") from None


def _urls(text: str) -> str:
    return ",".join(_url(part.strip()) for part in text.split(","))


def parse_license(text: str) -> int:
    """A licence's number. Raises ValueError."""
    from cota.units import parse_amount

    try:
        return parse_amount(text)
    except ValueError:
        raise ValueError("a licence is named by its number, such as 7") from None


def numbered(what: str) -> Callable[[str], int]:
    """A parser of numbers that count from 1, as checkpoints, epochs and cases do. It raises ValueError."""

    def parse(text: str) -> int:
        from cota.units import parse_amount

        try:
            found = parse_amount(text, 2**53 - 1)
        except ValueError:
            found = 0
        if not found:
            raise ValueError(f"{what} is named by its number, such as 1")
        return found

    return parse


def parse_index(text: str) -> int:
    """A row's index in a log. Raises ValueError."""
    from cota.units import parse_amount

    try:
        return parse_amount(text, 2**53 - 1)
    except ValueError:
        raise ValueError("a row's index is a number from 0 on") from None


def argument(parse: Callable[[str], Any], name: str, what: str) -> Any:
    """An argument that is parsed."""
    return typer.Argument(parser=_checked(parse), metavar=name, help=what)


if TYPE_CHECKING:
    from cota.units import Hash32

    Hex: TypeAlias = Hash32
    MaybeHex: TypeAlias = Any
    Account: TypeAlias = Any
    Number: TypeAlias = int
    Typed: TypeAlias = TypedAmount
else:
    # Their names stand in the help pages; the parsers decide what a verb is given.
    Hex, Account, Number, Typed = (type(name, (), {}) for name in ("hex", "address", "number", "amount"))
    MaybeHex = Hex

Dataset = Annotated[Hex, argument(parse_bytes32, "DATASET", "The dataset's id: 0x and 64 hex digits.")]
MaybeDataset = Annotated[MaybeHex, argument(parse_bytes32, "DATASET", "One dataset's id; all unless given.")]
Row = Annotated[Hex, argument(parse_bytes32, "ROW_ID", "The row's id: 0x and 64 hex digits.")]
Receiver = Annotated[Account, argument(parse_account, "TO", "Who receives them: an address.")]
MaybeAddress = Annotated[Account, argument(parse_account, "ADDRESS", "An account; your own unless given.")]
Of = Annotated[Account, argument(parse_account, "ACCOUNT", "The account whose key is lost.")]
License = Annotated[Number, argument(parse_license, "LICENSE", "The licence's number.")]
Epoch = Annotated[
    Number, argument(numbered("an epoch"), "EPOCH", "Its number: cota dataset epochs lists them.")
]
Checkpoint = Annotated[
    Number, argument(numbered("a checkpoint"), "CHECKPOINT", "Its number: cota dataset epochs lists them.")
]
CaseNumber = Annotated[
    Number, argument(numbered("a case"), "CASE", "Its number: cota appeal and cota challenge print it.")
]
BountyNumber = Annotated[
    Number, argument(numbered("a bounty"), "BOUNTY", "Its number: cota bounty list shows them.")
]
Amount = Annotated[Typed, argument(parse_typed, "AMOUNT", RULE)]
Shares = Annotated[
    Typed, argument(parse_typed, "UNITS", "How many. " + RULE.replace("tokens", "shares, of 6 decimals"))
]
OutFile = Annotated[Path, typer.Option("--out", dir_okay=False, help="Where the rows go.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Write over an existing file.")]
JsonLines = Annotated[Path, typer.Argument(metavar="FILE", help="One JSON object a line.")]

ApiOption = Annotated[
    str | None,
    typer.Option(
        "--api", envvar="COTA_API", parser=_url, metavar="URL", help="The service; http://127.0.0.1:8000."
    ),
]
RpcOption = Annotated[
    str | None,
    typer.Option("--rpc", parser=_urls, metavar="URL", help="The chain's node; RPC_URL unless given."),
]
KeystoreOption = Annotated[
    Path | None,
    typer.Option("--keystore", envvar="COTA_KEYSTORE", help="An encrypted key file, instead of COTA_KEY."),
]
PasswordOption = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        envvar="COTA_PASSWORD_FILE",
        help="Holds the key file's password; asked if not given.",
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
ClassOption = Annotated[int, typer.Option("--class", min=0, max=255, help="The licence class.")]


def require_free(out: Path, force: bool) -> None:
    """Raises Failed for a file that is there already, before anything is fetched for it."""
    if out.exists() and not force:
        raise Failed(f"{out} exists: choose another name, or --force")


def option_of(parse: Callable[[str], Any], name: str, metavar: str, what: str) -> Any:
    """An option whose value is parsed."""
    return typer.Option(name, parser=_checked(parse), metavar=metavar, help=what)


def amount_option(name: str, what: str) -> Any:
    """An option that takes an amount."""
    return option_of(parse_typed, name, "AMOUNT", f"{what} {RULE}")


def address_option(name: str, what: str) -> Any:
    """An option that takes an account."""
    return option_of(parse_account, name, "ADDRESS", what)


def hash_option(name: str, what: str) -> Any:
    """An option that takes 32 bytes."""
    return option_of(parse_bytes32, name, "0x...", what)
