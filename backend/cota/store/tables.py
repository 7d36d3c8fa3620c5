"""All tables in one place: mirror_tables, private_tables -> **tables** -> migrations, sessions, domains.

Domains write `tables.items`, `tables.leases`; they read chain state from the mirror's views (docs/mirror.md) and single
events through `tables.event("DatasetShares", "RevenuePaid")`.
"""

from sqlalchemy import Table

from cota.store.mirror_tables import committed_mirror
from cota.store.private_tables import (
    agent_keys,
    annotations,
    batches_private,
    consents,
    dataset_details,
    epoch_files,
    epoch_results,
    items,
    leases,
    log_heads,
    metadata,
    nonces,
    reads,
    relays,
    sessions,
    trials,
)

mirror = committed_mirror(metadata)
"""The mirror that is served; the indexer alone writes it."""

blocks, cursor, undecodable_logs = mirror.blocks, mirror.cursor, mirror.undecodable


def event(contract: str, name: str) -> Table:
    """The table of one event. Raises KeyError when it is not mirrored."""
    return mirror.table(contract, name)


__all__ = [
    "agent_keys",
    "annotations",
    "batches_private",
    "blocks",
    "consents",
    "cursor",
    "dataset_details",
    "epoch_files",
    "epoch_results",
    "event",
    "items",
    "leases",
    "log_heads",
    "metadata",
    "mirror",
    "nonces",
    "reads",
    "relays",
    "sessions",
    "trials",
    "undecodable_logs",
]
