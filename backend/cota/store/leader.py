"""Who writes the mirror: PostgreSQL's advisory locks -> **leader** -> `/readyz`, status."""

from sqlalchemy import text

from cota.store.mirror_names import leader_key
from cota.store.session import ReadSession

# A lock on one 64-bit key shows there as two halves.
_HELD = text(
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND (classid::bigint << 32) | objid::bigint = :key)"
)


async def has_leader(session: ReadSession, schema: str) -> bool:
    """Whether some process writes that mirror now."""
    return bool(await session.scalar(_HELD, {"key": leader_key(schema)}))
