"""Demands to show a row, and what coordinators were slashed for.

What `cota.store.freeze new` wrote stands in the SQL beside this file, and the views over it.
"""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    folder = Path(__file__).parent
    for part in ("mirror", "views"):
        script = (folder / f"0007_faults_{part}.sql").read_text("utf-8")
        op.get_bind().exec_driver_sql(script, execution_options={"no_parameters": True})
