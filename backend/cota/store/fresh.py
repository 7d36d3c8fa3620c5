"""Mirror tables beside the served ones: mirror_tables -> **fresh** -> compare, reindex, any other contracts.

The served schema comes from the migrations alone; any other is made here from the models. Promises: what
exists is left as it is; indexes that only readers need can come later, when they cost a fraction.
"""

import psycopg
from psycopg import sql
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement

from cota.store.mirror_names import SCHEMA
from cota.store.mirror_tables import Mirror


class ServedSchema(Exception):
    """The served schema is not to be made, or dropped, by hand."""


def _compile(element: DDLElement) -> bytes:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return str(element.compile(dialect=dialect)).encode()


def _refuse_served(schema: str) -> None:
    if schema == SCHEMA:
        raise ServedSchema(f"the schema {schema} is made by the migrations: run python -m cota.store.migrate")


async def create_tables(connection: psycopg.AsyncConnection, mirror: Mirror) -> None:
    """The schema and its tables with their keys, if they are not there. Raises ServedSchema."""
    _refuse_served(mirror.schema)
    async with connection.transaction():
        await connection.execute(
            sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(mirror.schema))
        )
        for table in mirror.metadata.sorted_tables:
            await connection.execute(_compile(CreateTable(table, if_not_exists=True)))


async def create_indexes(connection: psycopg.AsyncConnection, mirror: Mirror) -> None:
    """The indexes that the tables lack."""
    for table in mirror.metadata.sorted_tables:
        for index in table.indexes:
            await connection.execute(_compile(CreateIndex(index, if_not_exists=True)))


async def drop_schema(connection: psycopg.AsyncConnection, schema: str) -> None:
    """With all that is in it, if it is there. Raises ServedSchema."""
    _refuse_served(schema)
    await connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
