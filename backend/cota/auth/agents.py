"""Agent keys: a wallet's one signature a day -> **agent key** -> a signature under every label.

Promises: an agent is authorised by its wallet's signature for one dataset and at most twelve hours; revoking
it stops new receipts at once and leaves receipted rows as they are; authorising the same key again changes
nothing.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from cota.auth.typed import AgentKey, Domain, digest
from cota.auth.verify import SignatureVerifier, Verified
from cota.errors import BadRequest, DeadlineTooFar, Expired, Forbidden, NotFound
from cota.store.session import ReadSession, WriteSession
from cota.units import Address, address_bytes

LONGEST = 12 * 3600
SKEW = 30

_COLUMNS = "digest, dataset, account, agent, not_before, not_after, signature, revoked_at"
_SAVE = text(
    f"""
    INSERT INTO agent_keys ({_COLUMNS}, verified_block)
    VALUES (:digest, :dataset, :account, :agent, :not_before, :not_after, :signature, NULL, :verified_block)
    ON CONFLICT (digest) DO NOTHING
    """
)
_FIND = text(f"SELECT {_COLUMNS} FROM agent_keys WHERE digest = :digest")
_LIST = text(
    f"SELECT {_COLUMNS} FROM agent_keys WHERE account = :account AND not_after >= :now"
    " ORDER BY not_after DESC, digest LIMIT 200"
)
_REVOKE = text(
    "UPDATE agent_keys SET revoked_at = now() WHERE digest = :digest AND account = :account AND revoked_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """An authorised agent key. `digest` is its EIP-712 digest and its name everywhere."""

    digest: bytes
    key: AgentKey
    signature: bytes
    revoked: bool


async def check(verifier: SignatureVerifier, domain: Domain, key: AgentKey, signature: bytes) -> Verified:
    """Raises unless the wallet itself lets this agent sign, now and for at most twelve hours."""
    now = int(time.time())
    if key.agent == key.account:
        raise BadRequest("a wallet needs no agent key to sign by itself")
    if key.not_after <= now:
        raise Expired("the agent key has ended", server_time=now)
    if key.not_after <= key.not_before:
        raise BadRequest("the agent key ends before it begins")
    if key.not_after - key.not_before > LONGEST or key.not_after > now + LONGEST + SKEW:
        raise DeadlineTooFar("an agent key lives twelve hours at most", latest=now + LONGEST)
    return await verifier.verify(key.account, digest(domain, key), signature)


async def save(session: WriteSession, name: bytes, key: AgentKey, verified: Verified) -> None:
    row = {
        "digest": name,
        "dataset": key.dataset,
        "account": address_bytes(key.account),
        "agent": address_bytes(key.agent),
        "not_before": key.not_before,
        "not_after": key.not_after,
        "signature": verified.signature,
        "verified_block": verified.block,
    }
    await session.execute(_SAVE, row)


async def find(session: ReadSession, name: bytes) -> StoredKey | None:
    row = (await session.execute(_FIND, {"digest": name})).one_or_none()
    return _stored(row) if row else None


async def authorised(session: ReadSession, name: bytes, dataset: bytes, account: Address) -> StoredKey:
    """The key of that name, if the account authorised it for the dataset; ended or revoked ones too. Raises
    `Forbidden`."""
    found = await find(session, name)
    if found is None or found.key.account != account or found.key.dataset != dataset:
        raise Forbidden("the account has authorised no such agent key for this dataset")
    return found


async def list_of(session: ReadSession, account: Address) -> Sequence[StoredKey]:
    """The account's keys that have not ended, revoked ones included."""
    rows = await session.execute(_LIST, {"account": address_bytes(account), "now": int(time.time())})
    return [_stored(row) for row in rows]


async def revoke(session: WriteSession, name: bytes, account: Address) -> None:
    """Stops the key. Stopping it again changes nothing. Raises `NotFound` for another account's."""
    found = await find(session, name)
    if found is None or found.key.account != account:
        raise NotFound("the account has no such agent key")
    await session.execute(_REVOKE, {"digest": name, "account": address_bytes(account)})


def _stored(row: Any) -> StoredKey:
    return StoredKey(
        bytes(row.digest), AgentKey.of_row(row), bytes(row.signature), row.revoked_at is not None
    )
