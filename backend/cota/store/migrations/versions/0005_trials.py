"""Buyers' own tests of a dataset."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE trials (
        id BIGSERIAL NOT NULL,
        dataset BYTEA NOT NULL,
        account BYTEA NOT NULL,
        commitment BYTEA NOT NULL,
        at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        opened_at TIMESTAMP WITH TIME ZONE,
        compared INTEGER,
        agreed INTEGER,
        PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_trials_account ON trials (account, dataset, at)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
