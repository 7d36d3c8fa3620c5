"""Who writes the mirror: PostgreSQL's advisory locks -> **leader** -> indexer, `/readyz`, status."""

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:  # the indexer takes the key and no session
    from cota.store.session import ReadSession

# A lock on one 64-bit key shows there as two halves.
_HELD = text(
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND (classid::bigint << 32) | objid::bigint = :key)"
)


def leader_key(schema: str) -> int:
    """The lock of whoever writes that mirror."""
    digest = hashlib.sha256(f"cota.indexer.{schema}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


async def has_leader(session: "ReadSession", schema: str) -> bool:
    """Whether some process writes that mirror now."""
    return bool(await session.scalar(_HELD, {"key": leader_key(schema)}))
