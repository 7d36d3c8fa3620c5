"""The mirror's append-only tables, one per event: chain.events -> **mirror_tables** -> migrations, indexer,
views.

Identity is (block hash, log index); a rollback is `DELETE ... WHERE block_number > n` in every table and
nothing else, because what domains read as state are views over these rows. Promises: built from the committed
ABIs alone, so a new event is a new table; every column's SQL type follows from its ABI type.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

from cota.chain.events import Argument, Catalogue, EventSpec, Kind, committed_catalogue
from cota.store.mirror_names import BLOCKS, CURSOR, POSITION, RAW, SCHEMA, UNDECODABLE
from cota.store.types import AddressColumn, AmountColumn, Bytes32Column, UtcColumn

_TYPES: Mapping[Kind, type[TypeEngine[Any]]] = {
    Kind.SMALL: BigInteger,
    Kind.AMOUNT: AmountColumn,
    Kind.ADDRESS: AddressColumn,
    Kind.WORD: Bytes32Column,
    Kind.FIXED: LargeBinary,
    Kind.BLOB: LargeBinary,
    Kind.BOOL: Boolean,
}

# What the views and the domains look rows up by. Every index is paid for by each row written, so there are no
# others.
_LOOKED_UP = ("account", "license", "receiver", "from", "to", "coordinator")


@dataclass(frozen=True)
class Mirror:
    """One complete set of mirror tables in one Postgres schema."""

    schema: str
    metadata: MetaData
    catalogue: Catalogue
    events: Mapping[str, Table]
    blocks: Table
    cursor: Table
    undecodable: Table

    def table(self, contract: str, event: str) -> Table:
        return self.events[self.catalogue.spec(contract, event).table]

    def log_tables(self) -> tuple[Table, ...]:
        """Every table that holds one row per log: the events' tables and the undecodable ones."""
        return (*self.events.values(), self.undecodable)


def position_columns() -> tuple[Column[Any], ...]:
    """Where a log stands on the chain; the same columns, in this order, in every log table."""
    number, block, at, transaction, tx_index, log_index, emitter = POSITION
    return (
        Column(number, BigInteger, nullable=False),
        Column(block, Bytes32Column, primary_key=True),
        Column(at, UtcColumn, nullable=False),
        Column(transaction, Bytes32Column, nullable=False),
        Column(tx_index, BigInteger, nullable=False),
        Column(log_index, BigInteger, primary_key=True, autoincrement=False),
        Column(emitter, AddressColumn, nullable=False),
    )


def _argument_column(argument: Argument) -> Column[Any]:
    return Column(argument.column, _TYPES[argument.kind], nullable=False)


def _event_table(metadata: MetaData, schema: str, spec: EventSpec) -> Table:
    table = Table(
        spec.table, metadata, *position_columns(), *map(_argument_column, spec.arguments), schema=schema
    )
    _index_blocks(table)
    for argument in spec.arguments:
        name = f"ix_{spec.table}_{argument.column}"
        if argument.column == "dataset":
            # Ordered, so that a dataset's last event is one step away.
            Index(name, table.c.dataset, table.c.block_number, table.c.log_index)
        elif argument.column == "bounty":
            # A bounty's parts and their payments are many; each is asked for by its epoch.
            Index(name, table.c.bounty, *(column for column in table.c if column.name == "epoch"))
        elif argument.column in _LOOKED_UP and argument.indexed:
            Index(name, table.c[argument.column])
    return table


def _index_blocks(table: Table) -> None:
    """For rollbacks. Rows arrive in the order of their blocks, so a block range index serves at next to no
    cost."""
    Index(f"ix_{table.name}_block", table.c.block_number, postgresql_using="brin")


def _blocks(metadata: MetaData, schema: str) -> Table:
    return Table(
        BLOCKS,
        metadata,
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("hash", Bytes32Column, nullable=False),
        Column("parent_hash", Bytes32Column, nullable=False),
        Column("time", UtcColumn, nullable=False),
        schema=schema,
    )


def _cursor(metadata: MetaData, schema: str) -> Table:
    """How far the mirror reaches, on which chain; `deployment` digests the addresses and events mirrored."""
    return Table(
        CURSOR,
        metadata,
        Column("singleton", Boolean, primary_key=True, server_default="true"),
        Column("chain_id", BigInteger, nullable=False),
        Column("genesis_hash", Bytes32Column, nullable=False),
        Column("deployment", Bytes32Column, nullable=False),
        Column("number", BigInteger, nullable=False),
        Column("hash", Bytes32Column, nullable=False),
        Column("time", UtcColumn, nullable=False),
        Column("head_number", BigInteger, nullable=False),
        CheckConstraint("singleton", name="ck_cursor_singleton"),
        schema=schema,
    )


def _undecodable(metadata: MetaData, schema: str) -> Table:
    *topics, data, reason = RAW
    table = Table(
        UNDECODABLE,
        metadata,
        *position_columns(),
        *(Column(topic, Bytes32Column) for topic in topics),
        Column(data, LargeBinary, nullable=False),
        Column(reason, Text, nullable=False),
        schema=schema,
    )
    _index_blocks(table)
    return table


def build_mirror(catalogue: Catalogue, schema: str = SCHEMA, metadata: MetaData | None = None) -> Mirror:
    """A catalogue's tables in a schema of choice: the served mirror, or a fresh one to compare it with."""
    metadata = metadata or MetaData()
    events = {spec.table: _event_table(metadata, schema, spec) for spec in catalogue.specs}
    return Mirror(
        schema,
        metadata,
        catalogue,
        events,
        blocks=_blocks(metadata, schema),
        cursor=_cursor(metadata, schema),
        undecodable=_undecodable(metadata, schema),
    )


def committed_mirror(metadata: MetaData) -> Mirror:
    return build_mirror(committed_catalogue(), SCHEMA, metadata)
