"""What the mirror's tables are called: **names** -> tables, indexer. Plain text, for a process that needs no ORM.

Events' tables are named by the catalogue (`EventSpec.table`).
"""

import hashlib

SCHEMA = "mirror"
"""The schema that is served; others are made beside it."""

BLOCKS, CURSOR, UNDECODABLE = "blocks", "cursor", "undecodable_logs"

POSITION = ("block_number", "block_hash", "block_time", "tx_hash", "tx_index", "log_index", "emitter")
"""Where a log stands on the chain: the first columns of every table of logs."""

RAW = ("topic0", "topic1", "topic2", "topic3", "data", "reason")
"""What is kept of a log that no ABI decodes, and why."""


def leader_key(schema: str) -> int:
    """The advisory lock of whoever writes that mirror."""
    digest = hashlib.sha256(f"cota.indexer.{schema}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
