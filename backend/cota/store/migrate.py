"""Brings a database to the newest schema: migrations -> **migrate** -> PostgreSQL.

`python -m cota.store.migrate` for operators, `upgrade(url)` for the stack and the tests. Promises: safe to
run by several processes at once (one migrates, the others wait and find it done); each migration is one
transaction.
"""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, pool, text
from sqlalchemy.exc import OperationalError

from cota.settings import load, refusing
from cota.store.urls import sqlalchemy_url

_MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do, as long as nothing else in the database locks on it.
_MIGRATION_LOCK = 0x636F7461_6D6967


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def newest() -> str:
    """The revision that this code expects."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError("there are no migrations")
    return head


def current(connection: Connection) -> str | None:
    """The revision that a database is at; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(url: str, revision: str = "head") -> None:
    """Applies what is missing, up to `revision`. Blocking: call it before the event loop starts, or in a
    thread."""
    engine = create_engine(sqlalchemy_url(url), poolclass=pool.NullPool)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
            connection.commit()
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()  # the lock goes with the connection


def main() -> None:
    settings = load(needs=["database"])
    upgrade(settings.database_url)
    sys.stdout.write(f"database at revision {newest()}\n")


if __name__ == "__main__":
    with refusing(OperationalError):
        main()
