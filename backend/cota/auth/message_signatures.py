"""Requests that are signed themselves: `Signature-Input`, `Signature` -> **checked request** -> who calls.

For machines that would rather sign than keep a token: HTTP message signatures (RFC 9421) by an Ethereum account over
EIP-191, in the shape of the draft ERC-8128 (`keyid="erc8128:<chain>:<address>"` as its published clients send it, or
the CAIP-10 form `eip155:<chain>:<address>`). Covered must be `@authority`, `@method`, `@path`, `@query` where there is
one and `content-digest` (SHA-256, RFC 9530) where there is a body. Promises: the signature is of this site, method,
address and body or it is refused; a nonce serves an account once, over all processes, and is used up only by a right
signature; at most five minutes lie between `created` and `expires`; every refusal is a 401 that says why.
"""

import base64
import binascii
import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text

from cota.auth import siwe
from cota.auth.sessions import SignedIn
from cota.auth.verify import SignatureVerifier
from cota.errors import BadSignature, DomainError, WrongSigner
from cota.store.session import Database, WriteSession
from cota.units import Address, address_bytes, parse_address

LONGEST = 300
SKEW = 30

_INPUT = re.compile(
    r'(?P<label>[a-z*][a-z0-9_.*-]{0,63})=(?P<params>\((?P<components>"[a-z@-]+"(?: "[a-z@-]+")*)\)'
    r'(?P<rest>(?:;[a-z]+=(?:[0-9]{1,15}|"[A-Za-z0-9:_./=+-]{1,200}"))+))'
)
_PARAMETER = re.compile(r';([a-z]+)=(?:([0-9]{1,15})|"([^"]*)")')
_KEY = re.compile(r"(?:erc8128|eip155):(?P<chain>[1-9][0-9]{0,18}):(?P<address>0x[0-9a-fA-F]{40})")
_KNOWN = {"created", "expires", "nonce", "keyid", "tag"}

_CONSUME = text(
    """
    INSERT INTO request_nonces (account, nonce, expires_at) VALUES (:account, :nonce, to_timestamp(:expires))
    ON CONFLICT (account, nonce) DO NOTHING RETURNING nonce
    """
)
_SWEEP = text("DELETE FROM request_nonces WHERE expires_at < now() - interval '1 minute'")


class BadMessageSignature(DomainError):
    """`cause` says which: malformed, components, digest, chain, expired, nonce-used or signer."""

    slug, title, status = "bad-message-signature", "The request's own signature is not taken", 401


@dataclass(frozen=True, slots=True)
class SignedCall:
    """What was signed, and what its signer says of it."""

    method: str
    path: str
    query: str | None
    """As in the request line, without the question mark; None where there was none."""
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Statement:
    account: Address
    components: tuple[str, ...]
    params: str
    created: int
    expires: int
    nonce: str
    signature: bytes


def is_signed(headers: Mapping[str, str]) -> bool:
    return "signature-input" in headers


async def authenticate(
    database: Database, verifier: SignatureVerifier, call: SignedCall, *, authority: str, chain_id: int
) -> SignedIn:
    """Who signed the request. Raises `BadMessageSignature`, or `ChainUnavailable` for a contract wallet."""
    statement = _parse(call.headers, chain_id)
    _check_time(statement)
    message = _base(statement, call, authority)
    try:
        await verifier.verify_sign_in(statement.account, siwe.text_digest(message), statement.signature)
    except (BadSignature, WrongSigner) as error:
        raise BadMessageSignature(f"{error.detail}. Signed must be: {message}", cause="signer") from error
    async with database.write() as session:
        row = {
            "account": address_bytes(statement.account),
            "nonce": statement.nonce,
            "expires": statement.expires + SKEW,
        }
        if (await session.execute(_CONSUME, row)).first() is None:
            raise BadMessageSignature("the nonce was used before", cause="nonce-used")
    created, expires = (datetime.fromtimestamp(at, UTC) for at in (statement.created, statement.expires))
    return SignedIn(statement.account, created, expires)


async def sweep(session: WriteSession) -> None:
    """Forgets nonces whose requests have expired."""
    await session.execute(_SWEEP)


def _parse(headers: Mapping[str, str], chain_id: int) -> _Statement:
    found = _INPUT.fullmatch(headers.get("signature-input", "").strip())
    if found is None:
        raise _malformed('Signature-Input must be one label="..." with quoted components and parameters')
    pairs = [(name, number or quoted) for name, number, quoted in _PARAMETER.findall(found["rest"])]
    params = dict(pairs)
    missing = {"created", "expires", "nonce", "keyid"} - set(params)
    if missing or len(params) != len(pairs) or set(params) - _KNOWN:
        raise _malformed(
            "the parameters must be created, expires, nonce and keyid, each once; tag may be added"
        )
    if not params["created"].isdecimal() or not params["expires"].isdecimal():
        raise _malformed("created and expires must be Unix seconds")
    if not 8 <= len(params["nonce"]) <= 128:
        raise _malformed("the nonce must have 8 to 128 characters")
    key = _KEY.fullmatch(params["keyid"])
    if key is None:
        raise _malformed("keyid must be erc8128:<chain>:<address> or eip155:<chain>:<address>")
    if int(key["chain"]) != chain_id:
        raise BadMessageSignature(
            f"the keyid is of chain {key['chain']}, this is {chain_id}", cause="chain", expected=chain_id
        )
    try:
        account = parse_address(key["address"])
    except ValueError as error:
        raise _malformed(f"keyid: {error}") from error
    components = tuple(found["components"][1:-1].split('" "'))
    signature = _signature(headers.get("signature", ""), found["label"])
    created, expires = int(params["created"]), int(params["expires"])
    return _Statement(account, components, found["params"], created, expires, params["nonce"], signature)


def _signature(header: str, label: str) -> bytes:
    prefix = f"{label}=:"
    if not header.startswith(prefix) or not header.endswith(":") or len(header) > 20_000:
        raise _malformed(f"Signature must be {label}=:base64:")
    return _base64(header[len(prefix) : -1], "Signature")


def _check_time(statement: _Statement) -> None:
    now = int(time.time())
    if statement.created > now + SKEW or statement.expires < now - SKEW:
        raise BadMessageSignature(
            "the signature is not valid now: compare clocks", cause="expired", server_time=now
        )
    if not 0 < statement.expires - statement.created <= LONGEST:
        raise BadMessageSignature(
            f"expires must lie within {LONGEST} s after created", cause="expired", server_time=now
        )


def _base(statement: _Statement, call: SignedCall, authority: str) -> str:
    """The signature base (RFC 9421, section 2.5), made from what really arrived."""
    wanted = {"@authority", "@method", "@path"}
    if call.query is not None:
        wanted.add("@query")
    if call.body:
        wanted.add("content-digest")
    components = statement.components
    if set(components) != wanted or len(set(components)) != len(components):
        raise BadMessageSignature(
            f"signed must be exactly {', '.join(sorted(wanted))}", cause="components", expected=sorted(wanted)
        )
    values = {
        "@authority": authority.lower(),
        "@method": call.method,
        "@path": call.path,
        "@query": f"?{call.query or ''}",
        "content-digest": _checked_digest(call) if call.body else "",
    }
    lines = [f'"{name}": {values[name]}' for name in components]
    return "\n".join([*lines, f'"@signature-params": {statement.params}'])


def _checked_digest(call: SignedCall) -> str:
    """The header as it came, once it is that of the body."""
    given = call.headers.get("content-digest", "")
    found = re.search(r"(?:^|, ?)sha-256=:([A-Za-z0-9+/=]+):", given)
    if found is None:
        raise BadMessageSignature("Content-Digest must hold sha-256=:base64:", cause="digest")
    if _base64(found[1], "Content-Digest") != hashlib.sha256(call.body).digest():
        raise BadMessageSignature("Content-Digest is not that of the body as it arrived", cause="digest")
    return given


def _base64(value: str, where: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed(f"{where} is not base64") from error


def _malformed(detail: str) -> BadMessageSignature:
    return BadMessageSignature(detail, cause="malformed")
