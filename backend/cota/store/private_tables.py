"""The service's own tables: items, leases, labels, sessions; never derived from the chain, never rolled back
with it.

**private_tables** -> migrations, domains (each owns the SQL on its tables). Promises: what the service must
never do twice is a UNIQUE constraint here, not a check in code.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB

from cota.store.types import AddressColumn, AmountColumn, Bytes32Column, UtcColumn

metadata = MetaData()

_now = func.now()

# JSON, not JSONB, wherever a hash is taken of the value: JSONB rewrites numbers (1e21 comes back as an
# integer that RFC 8785 refuses) and cannot hold an escaped NUL.
_hashed_json = JSON(none_as_null=True)

batches_private = Table(
    "batches_private",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("dataset", Bytes32Column, nullable=False),
    Column("items_root", Bytes32Column, nullable=False),
    Column("gold_root", Bytes32Column, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("uploaded_by", AddressColumn, nullable=False),
    Column("created_at", UtcColumn, nullable=False, server_default=_now),
    UniqueConstraint("dataset", "items_root", "gold_root", name="uq_batches_private_roots"),
)

items = Table(
    "items",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("dataset", Bytes32Column, nullable=False),
    Column("batch_id", BigInteger, ForeignKey("batches_private.id"), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("content", _hashed_json),
    Column("item_hash", Bytes32Column, nullable=False),
    Column("item_salt", Bytes32Column),
    Column("item_ref", Bytes32Column, nullable=False),
    Column("gold_label", _hashed_json),
    Column("gold_salt", Bytes32Column),
    Column("open_seats", Integer, nullable=False),
    Column("draw_key", BigInteger, nullable=False),
    Column("erased", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("dataset", "item_ref", name="uq_items_ref"),
    UniqueConstraint("batch_id", "position", name="uq_items_position"),
    CheckConstraint("open_seats >= 0", name="ck_items_open_seats"),
)
# What a lease looks for: the next item with a seat to give, in the order of the draw.
Index("ix_items_open", items.c.dataset, items.c.draw_key, items.c.id, postgresql_where=text("open_seats > 0"))

dataset_details = Table(
    "dataset_details",
    metadata,
    Column("dataset", Bytes32Column, primary_key=True),
    Column("schema", JSON, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("created_at", UtcColumn, nullable=False, server_default=_now),
)

consents = Table(
    "consents",
    metadata,
    Column("account", AddressColumn, primary_key=True),
    Column("dataset", Bytes32Column, primary_key=True),
    Column("text_hash", Bytes32Column, primary_key=True),
    Column("at", UtcColumn, nullable=False, server_default=_now),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Bytes32Column, primary_key=True),
    Column("account", AddressColumn, nullable=False),
    Column("created_at", UtcColumn, nullable=False, server_default=_now),
    Column("expires_at", UtcColumn, nullable=False),
    Column("revoked_at", UtcColumn),
)
Index("ix_sessions_account", sessions.c.account)
Index("ix_sessions_expires_at", sessions.c.expires_at)

nonces = Table(
    "nonces",
    metadata,
    Column("value", Text, primary_key=True),
    Column("issued_at", UtcColumn, nullable=False, server_default=_now),
    Column("expires_at", UtcColumn, nullable=False),
)
Index("ix_nonces_expires_at", nonces.c.expires_at)

agent_keys = Table(
    "agent_keys",
    metadata,
    Column("digest", Bytes32Column, primary_key=True),
    Column("dataset", Bytes32Column, nullable=False),
    Column("account", AddressColumn, nullable=False),
    Column("agent", AddressColumn, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("not_after", BigInteger, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("revoked_at", UtcColumn),
)
Index("ix_agent_keys_account", agent_keys.c.account, agent_keys.c.dataset)

leases = Table(
    "leases",
    metadata,
    Column("id", Bytes32Column, primary_key=True),
    Column("dataset", Bytes32Column, nullable=False),
    Column("item_id", BigInteger, ForeignKey("items.id"), nullable=False),
    Column("account", AddressColumn, nullable=False),
    Column("created_at", UtcColumn, nullable=False, server_default=_now),
    Column("expires_at", UtcColumn, nullable=False),
    Column("state", Text, nullable=False),
    CheckConstraint("state IN ('active', 'used', 'expired', 'released')", name="ck_leases_state"),
)
_active = text("state = 'active'")
Index("uq_leases_active", leases.c.item_id, leases.c.account, unique=True, postgresql_where=_active)
Index("ix_leases_expires_at", leases.c.expires_at, postgresql_where=_active)
Index("ix_leases_account", leases.c.account, leases.c.dataset)

annotations = Table(
    "annotations",
    metadata,
    Column("row_id", Bytes32Column, primary_key=True),
    Column("dataset", Bytes32Column, nullable=False),
    Column("index", BigInteger, nullable=False),
    Column("item_id", BigInteger, ForeignKey("items.id"), nullable=False),
    Column("account", AddressColumn, nullable=False),
    Column("lease", Bytes32Column, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("label", _hashed_json),
    Column("label_salt", Bytes32Column),
    Column("label_commitment", Bytes32Column, nullable=False),
    Column("nonce", AmountColumn, nullable=False),
    Column("deadline", AmountColumn, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("agent_digest", Bytes32Column, ForeignKey("agent_keys.digest")),
    Column("include_by", BigInteger, nullable=False),
    Column("received_at", UtcColumn, nullable=False, server_default=_now),
    UniqueConstraint("dataset", "index", name="uq_annotations_index"),
    UniqueConstraint("dataset", "item_id", "account", name="uq_annotations_item"),
    UniqueConstraint("account", "nonce", name="uq_annotations_nonce"),
)
Index("ix_annotations_item", annotations.c.item_id)

log_heads = Table(
    "log_heads",
    metadata,
    Column("dataset", Bytes32Column, primary_key=True),
    Column("next_index", BigInteger, nullable=False),
)

epoch_files = Table(
    "epoch_files",
    metadata,
    Column("dataset", Bytes32Column, primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("file_hash", Bytes32Column, nullable=False),
    Column("content_key", Text, nullable=False),
    Column("rows_key", Text, nullable=False),
    Column("created_at", UtcColumn, nullable=False, server_default=_now),
)

epoch_results = Table(
    "epoch_results",
    metadata,
    Column("dataset", Bytes32Column, primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("scores", JSONB, nullable=False),
    Column("created_at", UtcColumn, nullable=False, server_default=_now),
)

relays = Table(
    "relays",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("dataset", Bytes32Column),
    Column("account", AddressColumn, nullable=False),
    Column("tx_hash", Bytes32Column),
    Column("state", Text, nullable=False),
    Column("created_at", UtcColumn, nullable=False, server_default=_now),
)
Index("ix_relays_account", relays.c.account, relays.c.kind, relays.c.created_at)

reads = Table(
    "reads",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("who", AddressColumn, nullable=False),
    Column("what", Text, nullable=False),
    Column("dataset", Bytes32Column, nullable=False),
    Column("license", AmountColumn),
    Column("at", UtcColumn, nullable=False, server_default=_now),
)
Index("ix_reads_dataset", reads.c.dataset, reads.c.at)

trials = Table(
    "trials",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("dataset", Bytes32Column, nullable=False),
    Column("account", AddressColumn, nullable=False),
    Column("commitment", Bytes32Column, nullable=False),
    Column("at", UtcColumn, nullable=False, server_default=_now),
    Column("opened_at", UtcColumn),
    Column("compared", Integer),
    Column("agreed", Integer),
)
Index("ix_trials_account", trials.c.account, trials.c.dataset, trials.c.at)
