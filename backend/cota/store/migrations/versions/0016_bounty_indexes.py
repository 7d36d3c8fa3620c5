"""A bounty's events are found by its number, parts and payments also by their epoch."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

COLUMNS = {
    "assigned": "bounty, epoch",
    "closed": "bounty",
    "funded": "bounty",
    "opened": "bounty",
    "paid": "bounty, epoch",
    "returned": "bounty",
}


def upgrade() -> None:
    for event, columns in COLUMNS.items():
        table = f"bounty_escrow_bounty_{event}"
        op.execute(f"CREATE INDEX ix_{table}_bounty ON mirror.{table} ({columns})")
