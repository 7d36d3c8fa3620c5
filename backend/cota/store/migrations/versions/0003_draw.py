"""The draw's secret and cohorts, an item's index in its dataset, reviews, skipped and flagged items."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE dataset_details ADD COLUMN draw_secret BYTEA, ADD COLUMN reviews INTEGER NOT NULL DEFAULT 0",
    # The draw hashes an item's index in the dataset; its batch and position say the same in two steps.
    "ALTER TABLE items ADD COLUMN index BIGINT, ADD COLUMN open_reviews INTEGER NOT NULL DEFAULT 0",
    "UPDATE items SET index = b.first_item + items.position FROM batches_private b WHERE b.id = items.batch_id",
    "ALTER TABLE items ALTER COLUMN index SET NOT NULL",
    "ALTER TABLE items ADD CONSTRAINT ck_items_open_reviews CHECK (open_reviews >= 0)",
    "CREATE INDEX ix_items_reviews ON items (dataset, draw_key, id) WHERE open_reviews > 0",
    "ALTER TABLE leases ADD COLUMN kind SMALLINT NOT NULL DEFAULT 0",
    """
    CREATE TABLE draw_cohorts (
        dataset BYTEA NOT NULL,
        block BIGINT NOT NULL,
        block_hash BYTEA NOT NULL,
        members BIGINT NOT NULL,
        threshold NUMERIC(78, 0) NOT NULL,
        spread INTEGER NOT NULL CHECK (spread >= 1),
        created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        PRIMARY KEY (dataset, block)
    )
    """,
    # What an account does not want to see again.
    """
    CREATE TABLE skips (
        account BYTEA NOT NULL,
        item_id BIGINT NOT NULL REFERENCES items (id),
        reason TEXT NOT NULL,
        note TEXT NOT NULL DEFAULT '',
        at TIMESTAMPTZ NOT NULL DEFAULT now(),
        PRIMARY KEY (account, item_id)
    )
    """,
    "CREATE INDEX ix_skips_item ON skips (item_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
