"""The mirror's state views as SQLAlchemy tables: mirror tables -> SQL views -> **views** -> domains.

Defined in the migrations; declared here so that domains select typed columns. Promises: a test holds each
declaration equal to the database's view. Amounts and widths follow the events; `state` columns are text.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

from cota.store.types import AddressColumn, AmountColumn, Bytes32Column, UtcColumn

# Apart from the tables' metadata: a view is never created or dropped by comparing models.
metadata = MetaData()

_Type = type[TypeEngine[Any]]


def _view(name: str, columns: Mapping[str, _Type], schema: str = "mirror") -> Table:
    return Table(name, metadata, *(Column(c, t) for c, t in columns.items()), schema=schema)


_PLACE: dict[str, _Type] = {"block_number": BigInteger, "block_time": UtcColumn, "tx_hash": Bytes32Column}
_ORDERED_PLACE: dict[str, _Type] = {**_PLACE, "log_index": BigInteger}

batches = _view(
    "batches",
    {
        "dataset": Bytes32Column,
        "batch": BigInteger,
        "items_root": Bytes32Column,
        "gold_root": Bytes32Column,
        "first_item": AmountColumn,
        "count": BigInteger,
        **_PLACE,
    },
)

datasets = _view(
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
        **_ORDERED_PLACE,
    },
)
"""`state`: open, paused, closed, archived. `uri` is what the chain holds, not necessarily UTF-8."""

memberships = _view(
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
        **_PLACE,
        "penalised": AmountColumn,
    },
)
"""`state`: active, leaving, ended. An account that joined again has one row, its last. `stake` is what was
posted, `penalised` what penalties took of it."""

penalties = _view(
    "penalties",
    {
        "dataset": Bytes32Column,
        "epoch": AmountColumn,
        "index": BigInteger,
        "state": Text,
        "burnt": AmountColumn,
        "until": AmountColumn,
        **_PLACE,
    },
)
"""`state`: held, released (executable before `until`), cancelled, executed (`burnt`). A leaf's penalty of which
nothing was said yet has no row."""

credentials = _view(
    "credentials",
    {
        "credential": Bytes32Column,
        "account": AddressColumn,
        "issuer": AddressColumn,
        "expires_at": AmountColumn,
        "revoked": Boolean,
        **_PLACE,
    },
)

successors = _view(
    "successors",
    {
        "account": AddressColumn,
        "successor": AddressColumn,
        "state": Text,
        "ready_at": AmountColumn,
        **_PLACE,
    },
)
"""`state`: none, named, started (can be completed from `ready_at` on), completed."""

reports = _view(
    "reports",
    {
        "license": AmountColumn,
        "dataset": Bytes32Column,
        "reports": BigInteger,
        "late": BigInteger,
        "last_at": UtcColumn,
    },
)
"""Reports of licensees whose terms ask for them; no row before the first."""

checkpoints = _view(
    "checkpoints",
    {
        "dataset": Bytes32Column,
        "checkpoint": AmountColumn,
        "from_index": AmountColumn,
        "to_index": AmountColumn,
        "log_root": Bytes32Column,
        "data_hash": Bytes32Column,
        **_PLACE,
    },
)

epochs = _view(
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

attempts = _view(
    "attempts",
    {
        **{column.name: type(column.type) for column in epochs.columns},
        "forfeited": AmountColumn,
        "settle_by": AmountColumn,
    },
)
"""One row per proposal. `forfeited` of its bond and the new `settle_by` are null unless it was rejected."""

successions = _view(
    "successions",
    {"dataset": Bytes32Column, "former": AddressColumn, "successor": AddressColumn, **_PLACE},
)

slashes = _view(
    "slashes",
    {
        "dataset": Bytes32Column,
        "coordinator": AddressColumn,
        "slasher": AddressColumn,
        "amount": AmountColumn,
        "recipient": AddressColumn,
        "credited": AmountColumn,
        "balance": AmountColumn,
        **_ORDERED_PLACE,
    },
)
"""`amount` left the bond; `credited` of it went to the recipient, the rest was burnt."""

demands = _view(
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
        **_ORDERED_PLACE,
    },
)
"""`state`: open, answered, unanswered. `checkpoint` that showed the row is null unless it was answered."""

faults = _view(
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
        **_ORDERED_PLACE,
    },
)
"""`fault`: omission, unanswered, equivocation (`place` is a row's index), expiry (`place` is a checkpoint)."""

corrections = _view(
    "corrections",
    {
        "dataset": Bytes32Column,
        "checkpoint": AmountColumn,
        "epoch": AmountColumn,
        "account": AddressColumn,
        "units": AmountColumn,
        **_PLACE,
    },
)

receipt_keys = _view(
    "receipt_keys",
    {
        "coordinator": AddressColumn,
        "key": AddressColumn,
        "valid_from": AmountColumn,
        "valid_until": AmountColumn,
        **_PLACE,
    },
)

share_claims = _view(
    "share_claims",
    {
        "dataset": Bytes32Column,
        "epoch": AmountColumn,
        "account": AddressColumn,
        "index": BigInteger,
        "units": AmountColumn,
        "remaining": AmountColumn,
        "balance": AmountColumn,
        **_ORDERED_PLACE,
    },
)

payments = _view(
    "payments",
    {
        "dataset": Bytes32Column,
        "payer": AddressColumn,
        "amount": AmountColumn,
        "acc": AmountColumn,
        "supply": AmountColumn,
        "rem": AmountColumn,
        **_ORDERED_PLACE,
    },
)

revenue_claims = _view(
    "revenue_claims",
    {
        "dataset": Bytes32Column,
        "account": AddressColumn,
        "recipient": AddressColumn,
        "amount": AmountColumn,
        **_ORDERED_PLACE,
    },
)

balances = _view(
    "balances",
    {
        "dataset": Bytes32Column,
        "account": AddressColumn,
        "balance": AmountColumn,
        "block_number": BigInteger,
    },
)
"""Holders' balances, zero ones included; shares that wait to be claimed are nobody's yet."""

pools = _view(
    "pools",
    {
        "dataset": Bytes32Column,
        "acc": AmountColumn,
        "supply": AmountColumn,
        "rem": AmountColumn,
        "paid": AmountColumn,
    },
)

licenses = _view(
    "licenses",
    {
        "license": AmountColumn,
        "dataset": Bytes32Column,
        "receiver": AddressColumn,
        "payer": AddressColumn,
        "class": BigInteger,
        "price": AmountColumn,
        "epochs": AmountColumn,
        "terms_hash": Bytes32Column,
        "expires_at": AmountColumn,
        **_ORDERED_PLACE,
        "renewed_block": BigInteger,
    },
)

royalties = _view(
    "royalties",
    {
        "license": AmountColumn,
        "dataset": Bytes32Column,
        "payer": AddressColumn,
        "amount": AmountColumn,
        "report_hash": Bytes32Column,
        **_ORDERED_PLACE,
    },
)

prices = _view(
    "prices",
    {
        "dataset": Bytes32Column,
        "class": BigInteger,
        "price": AmountColumn,
        "effective_at": AmountColumn,
        "previous_price": AmountColumn,
        **_PLACE,
    },
)
"""`price` holds from `effective_at` (unix seconds) on; until then `previous_price`, which is null for a first
price."""

free_stakes = _view(
    "free_stakes",
    {
        "account": AddressColumn,
        "amount": AmountColumn,
    },
)

mirror_logs = _view(
    "mirror_logs",
    {
        "block_number": BigInteger,
        "block_hash": Bytes32Column,
        "log_index": BigInteger,
    },
    schema="public",
)
