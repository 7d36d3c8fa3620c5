"""Exams: what is asked before work is given out, and who sat them."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE exams (
        dataset BYTEA PRIMARY KEY,
        asked INTEGER NOT NULL CHECK (asked > 0),
        pass_correct INTEGER NOT NULL CHECK (pass_correct BETWEEN 1 AND asked),
        attempts INTEGER NOT NULL CHECK (attempts > 0),
        created_at TIMESTAMPTZ NOT NULL DEFAULT now()
    )
    """,
    # Apart from the items: what was asked here is never scored, so that passing proves nothing about anybody.
    """
    CREATE TABLE exam_questions (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        dataset BYTEA NOT NULL REFERENCES exams (dataset) ON DELETE CASCADE,
        content JSON NOT NULL,
        content_hash BYTEA NOT NULL,
        answer JSON NOT NULL,
        CONSTRAINT uq_exam_questions_content UNIQUE (dataset, content_hash)
    )
    """,
    """
    CREATE TABLE exam_sittings (
        id BYTEA PRIMARY KEY,
        dataset BYTEA NOT NULL REFERENCES exams (dataset) ON DELETE CASCADE,
        account BYTEA NOT NULL,
        questions BIGINT[] NOT NULL,
        created_at TIMESTAMPTZ NOT NULL,
        expires_at TIMESTAMPTZ NOT NULL,
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'passed', 'failed')),
        correct INTEGER
    )
    """,
    "CREATE INDEX ix_exam_sittings_account ON exam_sittings (account, dataset)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
