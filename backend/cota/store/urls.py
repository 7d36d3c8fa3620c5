"""A PostgreSQL URL as each library wants it: settings -> **urls** -> sessions, indexer."""

from sqlalchemy.engine import make_url


def sqlalchemy_url(url: str) -> str:
    """Any PostgreSQL URL, for SQLAlchemy with psycopg."""
    parsed = make_url(url)
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise ValueError("the database must be PostgreSQL")
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def psycopg_dsn(url: str) -> str:
    """The same URL for psycopg itself."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
