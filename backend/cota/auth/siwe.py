"""Sign-In with Ethereum (EIP-4361): text from the wallet -> **fields** -> checks -> session.

The grammar is followed to the letter, since the wallet signed bytes: nothing is repaired, trimmed or
normalised, and `build(parse(text)) == text` for every text that `build` makes. One thing is wider than
the EIP: a statement may hold any printable Unicode, because people sign in their own language. Promises:
whatever is not such a message is refused with MalformedSignIn, never a crash; `check` compares every
field that binds the message to this service.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cota.commitments.words import keccak
from cota.errors import BadRequest, Expired, WrongDomain
from cota.units import Address, parse_address

LEEWAY = timedelta(seconds=30)
"""How far the clocks of wallet and server may differ, in both directions."""

MAX_LENGTH = 4096
_TIME_FORM = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_URI_FORM = r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+"
_MESSAGE = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?"
    r"(?P<domain>(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?)"
    r" wants you to sign in with your Ethereum account:\n"
    r"(?P<address>0x[0-9A-Fa-f]{40})\n"
    r"\n(?:(?P<statement>[^\n]+)\n)?\n"
    rf"URI: (?P<uri>{_URI_FORM})\n"
    r"Version: 1\n"
    r"Chain ID: (?P<chain_id>[1-9][0-9]{0,17})\n"
    r"Nonce: (?P<nonce>[A-Za-z0-9]{8,96})\n"
    rf"Issued At: (?P<issued_at>{_TIME_FORM})"
    rf"(?:\nExpiration Time: (?P<expiration_time>{_TIME_FORM}))?"
    rf"(?:\nNot Before: (?P<not_before>{_TIME_FORM}))?"
    r"(?:\nRequest ID: (?P<request_id>[A-Za-z0-9\-._~:@!$&'()*+,;=%]*))?"
    rf"(?P<resources>\nResources:(?:\n- {_URI_FORM})*)?"
)
# Bidirectional overrides would show the signer another text than the one she signs.
_BIDI = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


class MalformedSignIn(BadRequest):
    """The text is not an EIP-4361 message."""


class NotYetValid(BadRequest):
    """Issued, or valid only, in the future; `server_time` lets the client see a wrong clock."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """The fields of a sign-in message."""

    domain: str
    address: Address
    uri: str
    chain_id: int
    nonce: str
    issued_at: datetime
    statement: str | None = None
    expiration_time: datetime | None = None
    not_before: datetime | None = None
    request_id: str | None = None
    resources: tuple[str, ...] | None = None
    scheme: str | None = None


def _parse_time(text: str) -> datetime:
    try:
        # Python keeps microseconds: finer digits are cut, which no leeway notices.
        return datetime.fromisoformat(re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedSignIn(f"{text} is not a time") from error


def _optional_time(text: str | None) -> datetime | None:
    return None if text is None else _parse_time(text)


def _format_time(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="auto" if time.microsecond else "seconds")[:-6] + "Z"


def _check_statement(statement: str | None) -> None:
    for character in statement or "":
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _BIDI:
            raise MalformedSignIn(
                f"the statement holds U+{ord(character):04X}: one line of printable text is wanted"
            )


def _parse_signer(text: str) -> Address:
    try:
        address = parse_address(text)
    except ValueError as error:
        raise MalformedSignIn(str(error)) from error
    if address != text:
        raise MalformedSignIn("EIP-4361 wants the address in its checksummed form (EIP-55)")
    return address


def parse(text: str) -> SignIn:
    """The fields of a message. Raises MalformedSignIn."""
    if len(text) > MAX_LENGTH:
        raise MalformedSignIn(f"the message is longer than {MAX_LENGTH} characters")
    match = _MESSAGE.fullmatch(text)
    if match is None:
        raise MalformedSignIn("the text does not follow EIP-4361, line for line")
    _check_statement(match["statement"])
    listed = match["resources"]
    return SignIn(
        domain=match["domain"],
        address=_parse_signer(match["address"]),
        uri=match["uri"],
        chain_id=int(match["chain_id"]),
        nonce=match["nonce"],
        issued_at=_parse_time(match["issued_at"]),
        statement=match["statement"],
        expiration_time=_optional_time(match["expiration_time"]),
        not_before=_optional_time(match["not_before"]),
        request_id=match["request_id"],
        resources=None if listed is None else tuple(listed.split("\n- ")[1:]),
        scheme=match["scheme"],
    )


def build(message: SignIn) -> str:
    """The text that a wallet signs. Raises MalformedSignIn if the fields make no valid message."""
    origin = f"{message.scheme}://{message.domain}" if message.scheme else message.domain
    lines = [f"{origin} wants you to sign in with your Ethereum account:", message.address, ""]
    lines += [message.statement] if message.statement is not None else []
    lines += ["", f"URI: {message.uri}", "Version: 1", f"Chain ID: {message.chain_id}"]
    lines += [f"Nonce: {message.nonce}", f"Issued At: {_format_time(message.issued_at)}"]
    if message.expiration_time is not None:
        lines.append(f"Expiration Time: {_format_time(message.expiration_time)}")
    if message.not_before is not None:
        lines.append(f"Not Before: {_format_time(message.not_before)}")
    if message.request_id is not None:
        lines.append(f"Request ID: {message.request_id}")
    if message.resources is not None:
        lines += ["Resources:", *(f"- {resource}" for resource in message.resources)]
    text = "\n".join(lines)
    parse(text)
    return text


def build_message(
    *,
    domain: str,
    address: Address,
    uri: str,
    chain_id: int,
    nonce: str,
    issued_at: int,
    statement: str | None = None,
    lifetime_s: int | None = None,
) -> str:
    """The text of a sign-in made now: `issued_at` in Unix seconds. Raises MalformedSignIn."""
    issued = datetime.fromtimestamp(issued_at, UTC)
    expires = None if lifetime_s is None else issued + timedelta(seconds=lifetime_s)
    return build(SignIn(domain, address, uri, chain_id, nonce, issued, statement, expires))


def text_digest(text: str) -> bytes:
    """What `personal_sign` signs (EIP-191): the length counts UTF-8 bytes. Raises MalformedSignIn."""
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise MalformedSignIn("the text holds half a surrogate pair") from error
    return keccak(b"\x19Ethereum Signed Message:\n" + str(len(data)).encode() + data)


def _same_uri(one: str, other: str) -> bool:
    return one.removesuffix("/") == other.removesuffix("/")


def check(message: SignIn, *, domain: str, uri: str, chain_id: int, now: datetime) -> None:
    """Is it meant for this service, and now? Raises WrongDomain, NotYetValid or Expired; the nonce is the
    caller's.
    """
    if message.domain.lower() != domain.lower():
        raise WrongDomain("the message is for another site", expected=domain, found=message.domain)
    if not _same_uri(message.uri, uri):
        raise WrongDomain("the message is for another address", expected=uri, found=message.uri)
    if message.chain_id != chain_id:
        raise WrongDomain("the message is for another chain", expected=chain_id, found=message.chain_id)
    server_time = now.astimezone(UTC).isoformat()
    if max(message.issued_at, message.not_before or message.issued_at) > now + LEEWAY:
        raise NotYetValid("the message is dated in the future: see your clock", server_time=server_time)
    if message.expiration_time is not None and message.expiration_time < now - LEEWAY:
        raise Expired("the message has expired: sign a new one", server_time=server_time)
