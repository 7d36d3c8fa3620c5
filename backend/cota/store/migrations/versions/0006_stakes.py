"""What penalties, credentials, successions, reports, deliveries and pauses add to the mirror: tables, views."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    folder = Path(__file__).parent
    for part in ("mirror", "views"):
        script = (folder / f"0006_stakes_{part}.sql").read_text("utf-8")
        op.get_bind().exec_driver_sql(script, execution_options={"no_parameters": True})
