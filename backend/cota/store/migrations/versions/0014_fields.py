"""The field of a dataset, and the seats that what is known of people there has saved."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE dataset_details ADD COLUMN field TEXT",
    "CREATE INDEX ix_dataset_details_field ON dataset_details (field) WHERE field IS NOT NULL",
    "ALTER TABLE items ADD COLUMN saved_seats INTEGER NOT NULL DEFAULT 0",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
