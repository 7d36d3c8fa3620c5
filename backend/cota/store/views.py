"""The mirror's state views as SQLAlchemy tables: mirror tables -> SQL views -> **views** -> whoever reads whole rows.

Defined in the migrations; declared here so that rows come in this project's types. Those of money stand in
`revenue_views`, those of disputes in `court_views`. Promises: a test holds the columns of each declaration equal to
the database's view. Amounts and widths follow the events; `state` columns are text.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

from cota.store.types import AddressColumn, AmountColumn, Bytes32Column, UtcColumn

# Apart from the tables' metadata: a view is never created or dropped by comparing models.
metadata = MetaData()

_Type = type[TypeEngine[Any]]


def declare(name: str, columns: Mapping[str, _Type], schema: str = "mirror") -> Table:
    """A view as a table to select from."""
    return Table(name, metadata, *(Column(c, t) for c, t in columns.items()), schema=schema)


PLACE: dict[str, _Type] = {"block_number": BigInteger, "block_time": UtcColumn, "tx_hash": Bytes32Column}
ORDERED_PLACE: dict[str, _Type] = {**PLACE, "log_index": BigInteger}

batches = declare(
    "batches",
    {
        "dataset": Bytes32Column,
        "batch": BigInteger,
        "items_root": Bytes32Column,
        "gold_root": Bytes32Column,
        "first_item": AmountColumn,
        "count": BigInteger,
        **PLACE,
    },
)

datasets = declare(
    "datasets",
    {
        "dataset": Bytes32Column,
        "publisher": AddressColumn,
        "shares": AddressColumn,
        "version": AmountColumn,
        "terms_hash": Bytes32Column,
        "terms": LargeBinary,
        "uri": LargeBinary,
        "state": Text,
        "item_count": AmountColumn,
        "batch_count": BigInteger,
        **ORDERED_PLACE,
    },
)
"""`state`: open, paused, closed, archived. `uri` is what the chain holds, not necessarily UTF-8."""

memberships = declare(
    "memberships",
    {
        "dataset": Bytes32Column,
        "account": AddressColumn,
        "sponsor": AddressColumn,
        "terms_hash": Bytes32Column,
        "stake": AmountColumn,
        "penalty_cap": AmountColumn,
        "state": Text,
        "left_at": AmountColumn,
        "ended_block": BigInteger,
        **PLACE,
        "penalised": AmountColumn,
    },
)
"""`state`: active, leaving, ended. An account that joined again has one row, its last. `stake` is what was
posted, `penalised` what penalties took of it."""

penalties = declare(
    "penalties",
    {
        "dataset": Bytes32Column,
        "epoch": AmountColumn,
        "index": BigInteger,
        "state": Text,
        "burnt": AmountColumn,
        "until": AmountColumn,
        **PLACE,
    },
)
"""`state`: held, released (executable before `until`), cancelled, executed (`burnt`). A leaf's penalty of which
nothing was said yet has no row."""

credentials = declare(
    "credentials",
    {
        "credential": Bytes32Column,
        "account": AddressColumn,
        "issuer": AddressColumn,
        "expires_at": AmountColumn,
        "revoked": Boolean,
        **PLACE,
    },
)

successors = declare(
    "successors",
    {
        "account": AddressColumn,
        "successor": AddressColumn,
        "state": Text,
        "ready_at": AmountColumn,
        **PLACE,
    },
)
"""`state`: none, named, started (can be completed from `ready_at` on), completed."""

checkpoints = declare(
    "checkpoints",
    {
        "dataset": Bytes32Column,
        "checkpoint": AmountColumn,
        "from_index": AmountColumn,
        "to_index": AmountColumn,
        "log_root": Bytes32Column,
        "data_hash": Bytes32Column,
        **PLACE,
    },
)

epochs = declare(
    "epochs",
    {
        "dataset": Bytes32Column,
        "epoch": AmountColumn,
        "attempt": BigInteger,
        "settlement_root": Bytes32Column,
        "total_units": AmountColumn,
        "leaf_count": BigInteger,
        "file_hash": Bytes32Column,
        "proposer": AddressColumn,
        "bond": AmountColumn,
        "window_ends_at": AmountColumn,
        "state": Text,
        "proposed_block": BigInteger,
        "proposed_time": UtcColumn,
        "proposed_tx": Bytes32Column,
        "finalized_block": BigInteger,
        "finalized_time": UtcColumn,
        "finalized_tx": Bytes32Column,
    },
)
"""One row per settled or proposed checkpoint, its last attempt. `state`: proposed, disputed, rejected,
finalized."""

attempts = declare(
    "attempts",
    {
        **{column.name: type(column.type) for column in epochs.columns},
        "forfeited": AmountColumn,
        "settle_by": AmountColumn,
    },
)
"""One row per proposal. `forfeited` of its bond and the new `settle_by` are null unless it was rejected."""

successions = declare(
    "successions",
    {"dataset": Bytes32Column, "former": AddressColumn, "successor": AddressColumn, **PLACE},
)

slashes = declare(
    "slashes",
    {
        "dataset": Bytes32Column,
        "coordinator": AddressColumn,
        "slasher": AddressColumn,
        "amount": AmountColumn,
        "recipient": AddressColumn,
        "credited": AmountColumn,
        "balance": AmountColumn,
        **ORDERED_PLACE,
    },
)
"""`amount` left the bond; `credited` of it went to the recipient, the rest was burnt."""

demands = declare(
    "demands",
    {
        "dataset": Bytes32Column,
        "coordinator": AddressColumn,
        "demander": AddressColumn,
        "index": AmountColumn,
        "row_id": Bytes32Column,
        "answer_by": AmountColumn,
        "state": Text,
        "checkpoint": AmountColumn,
        **ORDERED_PLACE,
    },
)
"""`state`: open, answered, unanswered. `checkpoint` that showed the row is null unless it was answered."""

faults = declare(
    "faults",
    {
        "dataset": Bytes32Column,
        "coordinator": AddressColumn,
        "prover": AddressColumn,
        "fault": Text,
        "place": AmountColumn,
        "row_id": Bytes32Column,
        "other_row": Bytes32Column,
        "slashed": AmountColumn,
        "compensation": AmountColumn,
        **ORDERED_PLACE,
    },
)
"""`fault`: omission, unanswered, equivocation (`place` is a row's index), expiry (`place` is a checkpoint)."""

corrections = declare(
    "corrections",
    {
        "dataset": Bytes32Column,
        "checkpoint": AmountColumn,
        "epoch": AmountColumn,
        "account": AddressColumn,
        "units": AmountColumn,
        **PLACE,
    },
)

receipt_keys = declare(
    "receipt_keys",
    {
        "coordinator": AddressColumn,
        "key": AddressColumn,
        "valid_from": AmountColumn,
        "valid_until": AmountColumn,
        **PLACE,
    },
)

free_stakes = declare(
    "free_stakes",
    {
        "account": AddressColumn,
        "amount": AmountColumn,
    },
)

mirror_logs = declare(
    "mirror_logs",
    {
        "block_number": BigInteger,
        "block_hash": Bytes32Column,
        "log_index": BigInteger,
    },
    schema="public",
)
