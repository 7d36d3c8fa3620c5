"""Sign-in -> **session** -> `Authorization: Bearer` -> account.

Promises: a token is 256 random bits and only its SHA-256 is stored, so a copy of the database signs nobody
in; it lives twelve hours and dies at sign-out.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from cota.http.remembered import Remembered
from cota.store.session import Database, ReadSession, WriteSession
from cota.units import Address, address_bytes, address_of

LIFE = timedelta(hours=12)
KEEP_SECONDS = 1.0
_MOST_KNOWN = 50_000

_OPEN = text(
    "INSERT INTO sessions (token_hash, account, created_at, expires_at)"
    " VALUES (:token_hash, :account, :now, :expires_at)"
)
_FIND = text(
    "SELECT account, created_at, expires_at FROM sessions"
    " WHERE token_hash = :token_hash AND revoked_at IS NULL AND expires_at > :now"
)
_REVOKE = text("UPDATE sessions SET revoked_at = :now WHERE token_hash = :token_hash AND revoked_at IS NULL")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, and until when."""

    account: Address
    created_at: datetime
    expires_at: datetime


async def open_session(session: WriteSession, account: Address) -> tuple[str, datetime]:
    """A new token for the account, and when it ends. The token is told once and kept nowhere."""
    now = datetime.now(UTC)
    token = secrets.token_urlsafe(32)
    row = {
        "token_hash": _hash(token),
        "account": address_bytes(account),
        "now": now,
        "expires_at": now + LIFE,
    }
    await session.execute(_OPEN, row)
    return token, now + LIFE


async def find(session: ReadSession, token: str) -> SignedIn | None:
    """The session of a token; None when there is none, or no longer."""
    row = (await session.execute(_FIND, {"token_hash": _hash(token), "now": datetime.now(UTC)})).one_or_none()
    if row is None:
        return None
    return SignedIn(address_of(row.account), row.created_at, row.expires_at)


class SessionBook:
    """Sessions of those who called in the last second, for one process: signing out elsewhere is seen after it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: Remembered[bytes, SignedIn] = Remembered(KEEP_SECONDS, _MOST_KNOWN)

    async def find(self, token: str) -> SignedIn | None:
        """The session of a token; None when there is none, or no longer."""

        async def ask() -> SignedIn | None:
            async with self._database.glance() as session:
                return await find(session, token)

        found = await self._known.of(_hash(token), ask)
        return found if found is not None and found.expires_at > datetime.now(UTC) else None

    def forget(self, token: str) -> None:
        """Signed out here: at once."""
        self._known.forget(_hash(token))


async def revoke(session: WriteSession, token: str) -> None:
    """Ends a session. Ending it again changes nothing."""
    await session.execute(_REVOKE, {"token_hash": _hash(token), "now": datetime.now(UTC)})


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
