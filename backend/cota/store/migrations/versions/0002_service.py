"""What the service needs beside the first schema: a batch's place, relayed statements, blocks of contract wallets."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    # Gold leaves are hashed with the place in the dataset: a batch is usable only where the chain put it.
    "ALTER TABLE batches_private ADD COLUMN first_item BIGINT NOT NULL",
    # The same statement again must find the transaction that it led to.
    "ALTER TABLE relays ADD COLUMN digest BYTEA NOT NULL, ADD COLUMN block_number BIGINT",
    "ALTER TABLE relays ADD CONSTRAINT uq_relays_digest UNIQUE (digest)",
    # Where a contract wallet said yes (ERC-1271): it may say no tomorrow.
    "ALTER TABLE annotations ADD COLUMN verified_block BIGINT",
    "ALTER TABLE agent_keys ADD COLUMN verified_block BIGINT",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
