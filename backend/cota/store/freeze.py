"""Writes table definitions out as SQL for a migration: tables -> **freeze** -> migrations/versions/*.sql.

A migration must not change when the models do, so what it creates stands in it as text. Run by whoever writes
a migration: `python -m cota.store.freeze mirror`, `private`, or `new` for the events that no migration has
yet; a test holds the migrated database equal to the models.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import Index, MetaData, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement

from cota.store import tables
from cota.store.mirror_tables import position_columns

_WIDTH = 118
_VERSIONS = Path(__file__).parent / "migrations" / "versions"


def _compile(element: DDLElement) -> str:
    return str(element.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]


def _wrap(parts: Iterable[str]) -> Iterator[str]:
    """Joins definitions by commas into lines of at most `_WIDTH` characters."""
    line = ""
    for part in parts:
        if line and len(line) + len(part) + 4 > _WIDTH:
            yield f"  {line},"
            line = part
        else:
            line = f"{line}, {part}" if line else part
    yield f"  {line}"


def _definitions(table: Table) -> tuple[str, list[str]]:
    """`CREATE TABLE name` and what stands between its brackets, one entry a column or constraint."""
    head, _, rest = _compile(CreateTable(table)).strip().partition("(\n")
    inside = rest.rpartition(")")[0]
    return head.strip(), [line.strip().removesuffix(",") for line in inside.splitlines() if line.strip()]


def table_sql(table: Table, like: Table | None = None) -> str:
    """CREATE TABLE and its indexes, a few lines each; what the table shares with `like` comes from there."""
    head, parts = _definitions(table)
    if like is not None:
        shared = set(_definitions(like)[1])
        parts = [f"LIKE {like.fullname} INCLUDING ALL", *(p for p in parts if p not in shared)]
    indexes = [_compile(CreateIndex(i)) + ";" for i in sorted(table.indexes, key=_index_name)]
    return "\n".join([f"{head} (", *_wrap(parts), ");", *indexes])


def _index_name(index: Index) -> str:
    return str(index.name)


def logs_view_sql(log_tables: Sequence[Table]) -> str:
    """The view over every mirrored log, whatever table holds it."""
    selects = [f"SELECT block_number, block_hash, log_index FROM {t.fullname}" for t in log_tables]
    return "CREATE VIEW public.mirror_logs AS\n  " + "\n  UNION ALL ".join(selects) + ";"


def mirror_sql() -> str:
    mirror = tables.mirror
    # A mould for the columns that every log table has; it is not kept.
    position = Table("log_position", MetaData(), *position_columns(), schema=mirror.schema)
    return "\n\n".join(
        [
            f"CREATE SCHEMA {mirror.schema};",
            *(table_sql(t) for t in (mirror.blocks, mirror.cursor, position)),
            *(table_sql(t, like=position) for t in mirror.log_tables()),
            f"DROP TABLE {position.fullname};",
            logs_view_sql(mirror.log_tables()),
        ]
    )


def new_events_sql() -> str:
    """Tables of events that stand in no migration yet, and the view over all logs made anew."""
    mirror, known = tables.mirror, _frozen_tables()
    position = Table("log_position", MetaData(), *position_columns(), schema=mirror.schema)
    return "\n\n".join(
        [
            "DROP VIEW public.mirror_logs;",
            table_sql(position),
            *(table_sql(t, like=position) for t in mirror.log_tables() if t.fullname not in known),
            f"DROP TABLE {position.fullname};",
            logs_view_sql(mirror.log_tables()),
        ]
    )


def _frozen_tables() -> set[str]:
    """Whatever a migration has created, dropped or not."""
    texts = [file.read_text("utf-8") for file in sorted(_VERSIONS.glob("*.sql"))]
    return {name for text in texts for name in re.findall(r"CREATE TABLE (\S+)", text)}


def private_sql() -> str:
    return "\n\n".join(table_sql(t) for t in tables.metadata.sorted_tables if t.schema is None)


def main() -> None:
    texts = {"mirror": mirror_sql, "private": private_sql, "new": new_events_sql}
    if len(sys.argv) != 2 or sys.argv[1] not in texts:
        raise SystemExit("usage: python -m cota.store.freeze mirror|private|new")
    sys.stdout.write(texts[sys.argv[1]]() + "\n")


if __name__ == "__main__":
    main()
