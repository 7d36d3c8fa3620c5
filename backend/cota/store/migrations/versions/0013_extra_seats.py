"""How many seats an item got beyond those of the terms."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE items ADD COLUMN extra_seats INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX ix_items_extra_seats ON items (dataset, id) WHERE extra_seats > 0",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
