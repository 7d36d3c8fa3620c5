"""Fresh mirror tables take the place of the served ones: fresh -> **switch** -> views, API.

One transaction: the views over the tables are read out, the tables change places, the views are made again as they
were. Promises: readers see the old mirror whole, then the new one whole; what cannot be switched (a dependent that is
no view) is refused before anything changes; rights that were granted on tables and views stay granted.
"""

from dataclasses import dataclass

import psycopg
from psycopg import sql

from cota.store.mirror_tables import Mirror

_BEFORE = "mirror_before"

_DEPENDENTS = """
WITH RECURSIVE dependent AS (
  SELECT c.oid, 0 AS depth FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %(schema)s AND c.relname = ANY(%(tables)s) AND c.relkind = 'r'
  UNION ALL
  SELECT r.ev_class, t.depth + 1 FROM dependent t
    JOIN pg_depend d ON d.refobjid = t.oid AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite r ON r.oid = d.objid AND r.ev_class <> t.oid
)
SELECT n.nspname, c.relname, c.relkind::text, pg_get_viewdef(c.oid), max(d.depth)
  FROM dependent d JOIN pg_class c ON c.oid = d.oid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE d.depth > 0 GROUP BY c.oid, n.nspname, c.relname, c.relkind ORDER BY max(d.depth), n.nspname, c.relname
"""

_GRANTS = """
SELECT n.nspname, c.relname, a.privilege_type, CASE WHEN a.grantee = 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
  WHERE (n.nspname = %(schema)s OR n.nspname || '.' || c.relname = ANY(%(views)s)) AND a.grantee <> c.relowner
"""


class NotSwitchable(Exception):
    """Something that is no view hangs on the mirror's tables."""


@dataclass(frozen=True, slots=True)
class _View:
    schema: str
    name: str
    definition: str

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.name)


async def switch(connection: psycopg.AsyncConnection, served: Mirror, fresh: Mirror) -> None:
    """Inside the caller's transaction. Raises NotSwitchable; psycopg.errors.LockNotAvailable as the caller's
    `lock_timeout` says."""
    names = [table.name for table in served.metadata.sorted_tables]
    # With nothing on the path every name in a definition comes out with its schema.
    await connection.execute("SET LOCAL search_path = ''")
    views = await _views(connection, served.schema, names)
    grants = await _grants(connection, served.schema, views)
    for view in reversed(views):
        await _do(connection, "DROP VIEW {}", view.identifier)
    await _do(connection, "CREATE SCHEMA {}", sql.Identifier(_BEFORE))
    for schema, target in ((served.schema, _BEFORE), (fresh.schema, served.schema)):
        for name in names:
            await _do(connection, "ALTER TABLE {} SET SCHEMA {}", *_pair(schema, name, target))
    for view in views:
        await _do(connection, "CREATE VIEW {} AS {}", view.identifier, sql.SQL(view.definition))
    for grant in grants:
        await connection.execute(grant)
    for schema in (_BEFORE, fresh.schema):
        await _do(connection, "DROP SCHEMA {} CASCADE", sql.Identifier(schema))


def _pair(schema: str, name: str, target: str) -> tuple[sql.Identifier, sql.Identifier]:
    return sql.Identifier(schema, name), sql.Identifier(target)


async def _do(connection: psycopg.AsyncConnection, statement: str, *parts: sql.Composable) -> None:
    await connection.execute(sql.SQL(statement).format(*parts))


async def _views(connection: psycopg.AsyncConnection, schema: str, tables: list[str]) -> list[_View]:
    """In the order in which they can be made."""
    found = await connection.execute(_DEPENDENTS, {"schema": schema, "tables": tables})
    views = []
    for view_schema, name, kind, definition, *_ in await found.fetchall():
        if kind != "v":
            raise NotSwitchable(f"{view_schema}.{name} depends on the mirror's tables and is no view")
        views.append(_View(view_schema, name, definition))
    return views


async def _grants(connection: psycopg.AsyncConnection, schema: str, views: list[_View]) -> list[sql.Composed]:
    names = [f"{view.schema}.{view.name}" for view in views]
    found = await connection.execute(_GRANTS, {"schema": schema, "views": names})
    return [
        sql.SQL("GRANT {} ON {} TO {}").format(
            sql.SQL(privilege), sql.Identifier(place, name), sql.Identifier(who) if who else sql.SQL("PUBLIC")
        )
        for place, name, privilege, who in await found.fetchall()
    ]
