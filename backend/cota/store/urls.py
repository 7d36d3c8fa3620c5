"""A PostgreSQL URL as each library wants it: settings -> **urls** -> sessions, indexer."""

import re

_SCHEME = re.compile(r"postgres(ql)?(\+\w+)?://")


def _with_scheme(scheme: str, url: str) -> str:
    if not _SCHEME.match(url):
        raise ValueError("the database must be PostgreSQL")
    return _SCHEME.sub(f"{scheme}://", url, count=1)


def sqlalchemy_url(url: str) -> str:
    """Any PostgreSQL URL, for SQLAlchemy with psycopg."""
    return _with_scheme("postgresql+psycopg", url)


def psycopg_dsn(url: str) -> str:
    """The same URL for psycopg itself."""
    return _with_scheme("postgresql", url)
