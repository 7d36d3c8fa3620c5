"""Disputed and rejected settlements, slashes, successions and corrections of the ledger.

What `cota.store.freeze new` wrote stands in the SQL beside this file, after the views over it.
"""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NOBODY = "'\\x0000000000000000000000000000000000000000'::bytea"
STATEMENTS = (
    # The versions of before had none of these.
    *(
        f"ALTER TABLE mirror.dataset_registry_version_added ADD COLUMN {party} BYTEA NOT NULL DEFAULT {NOBODY}"
        for party in ("court", "faults", "deliveries")
    ),
    *(
        f"ALTER TABLE mirror.dataset_registry_version_added ALTER COLUMN {party} DROP DEFAULT"
        for party in ("court", "faults", "deliveries")
    ),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    folder = Path(__file__).parent
    for part in ("mirror", "views"):
        script = (folder / f"0004_{part}.sql").read_text("utf-8")
        op.get_bind().exec_driver_sql(script, execution_options={"no_parameters": True})
