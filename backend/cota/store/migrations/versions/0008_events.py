"""Nonces of requests that are signed themselves, webhooks and their deliveries, reports, takedowns."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE request_nonces (
        account BYTEA NOT NULL,
        nonce TEXT NOT NULL,
        expires_at TIMESTAMPTZ NOT NULL,
        PRIMARY KEY (account, nonce)
    )
    """,
    "CREATE INDEX ix_request_nonces_expires_at ON request_nonces (expires_at)",
    """
    CREATE TABLE webhooks (
        id TEXT PRIMARY KEY,
        account BYTEA NOT NULL,
        url TEXT NOT NULL,
        secret TEXT NOT NULL,
        dataset BYTEA,
        kinds TEXT[],
        block BIGINT NOT NULL,
        log_index BIGINT NOT NULL,
        created_at TIMESTAMPTZ NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX ix_webhooks_account ON webhooks (account)",
    """
    CREATE TABLE webhook_deliveries (
        id TEXT PRIMARY KEY,
        webhook TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
        event_id TEXT NOT NULL,
        body TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
        tries INTEGER NOT NULL DEFAULT 0,
        last_status INTEGER,
        last_error TEXT,
        created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        CONSTRAINT uq_webhook_deliveries_event UNIQUE (webhook, event_id)
    )
    """,
    """
    CREATE TABLE reports (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        dataset BYTEA NOT NULL,
        item_id BIGINT REFERENCES items (id),
        reporter BYTEA,
        reason TEXT NOT NULL,
        note TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'taken-down', 'dismissed')),
        at TIMESTAMPTZ NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX ix_reports_dataset ON reports (dataset, id)",
    """
    CREATE TABLE takedowns (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        dataset BYTEA NOT NULL,
        item_id BIGINT NOT NULL REFERENCES items (id),
        account BYTEA NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('publisher', 'operator')),
        reason TEXT NOT NULL,
        note TEXT NOT NULL,
        at TIMESTAMPTZ NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX ix_takedowns_dataset ON takedowns (dataset, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
