"""Pictures and sounds that publishers keep beside their items; the bytes lie in the content store."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE media (
        token BYTEA PRIMARY KEY,
        dataset BYTEA NOT NULL,
        content_key TEXT NOT NULL,
        type TEXT NOT NULL,
        size BIGINT NOT NULL,
        width INTEGER,
        height INTEGER,
        orientation INTEGER,
        created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        CONSTRAINT uq_media_content UNIQUE (dataset, content_key)
    )
    """,
    "CREATE INDEX ix_media_content ON media (content_key)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
