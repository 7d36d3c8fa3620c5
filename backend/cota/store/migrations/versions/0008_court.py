"""Cases, panels, rulings, appeals and audits of the court; what payment tokens are worth in bonds.

What `cota.store.freeze new` wrote stands in the SQL beside this file, after the views over it.
"""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    folder = Path(__file__).parent
    for part in ("mirror", "views"):
        script = (folder / f"0008_court_{part}.sql").read_text("utf-8")
        op.get_bind().exec_driver_sql(script, execution_options={"no_parameters": True})
