"""The first schema: the mirror and its views, the private tables, the job queue.

The SQL beside this file is frozen: it was written by `cota.store.freeze` and by hand (views) and does not
follow the models. There is no way back from a first schema but to drop it; later migrations go forward too, a
restore goes back.
"""

from pathlib import Path

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    folder = Path(__file__).parent
    scripts = [(folder / f"0001_{part}.sql").read_text("utf-8") for part in ("mirror", "views", "private")]
    for script in (*scripts, str(SchemaManager.get_schema())):
        # No parameters: several statements in one text, and their percent signs mean themselves.
        op.get_bind().exec_driver_sql(script, execution_options={"no_parameters": True})
