"""Sign-in nonces: issued here, signed by the wallet, **consumed** in the transaction that makes the session.

Promises: only a nonce issued by this service and not yet expired is taken, and it is taken once, however many
processes see it at the same moment. A nonce is consumed after its signature was verified: nobody burns
another's.
"""

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from cota.errors import Expired, NonceUsed
from cota.store.session import WriteSession
from cota.units import told_time

LIFE = timedelta(minutes=10)
# EIP-4361: at least eight characters, letters and digits only.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"

_ISSUE = text("INSERT INTO nonces (value, issued_at, expires_at) VALUES (:value, :now, :expires_at)")
_CONSUME = text("DELETE FROM nonces WHERE value = :value RETURNING expires_at")
_SWEEP = text("DELETE FROM nonces WHERE expires_at < :before")


async def issue(session: WriteSession) -> tuple[str, datetime]:
    """A new nonce and the time until which it is taken."""
    now = datetime.now(UTC)
    value = "".join(secrets.choice(_ALPHABET) for _ in range(24))
    await session.execute(_ISSUE, {"value": value, "now": now, "expires_at": now + LIFE})
    return value, now + LIFE


async def consume(session: WriteSession, value: str) -> None:
    """Uses a nonce up. Raises `NonceUsed` when it was never issued or is used, `Expired` when it came too
    late."""
    expires_at = (await session.execute(_CONSUME, {"value": value})).scalar_one_or_none()
    if expires_at is None:
        raise NonceUsed("this nonce was used before, or was not issued here: ask for a new one")
    now = datetime.now(UTC)
    if expires_at < now:
        raise Expired("the nonce has expired: ask for a new one", server_time=told_time(now))


async def sweep(session: WriteSession) -> None:
    """Forgets what can no longer be taken."""
    await session.execute(_SWEEP, {"before": datetime.now(UTC)})
