"""What bounties add to the mirror: tables of their events, a view."""

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    folder = Path(__file__).parent
    for part in ("mirror", "views"):
        script = (folder / f"0015_bounties_{part}.sql").read_text("utf-8")
        op.get_bind().exec_driver_sql(script, execution_options={"no_parameters": True})
