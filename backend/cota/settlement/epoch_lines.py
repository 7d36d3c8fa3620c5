"""The records of an epoch file, one class per kind of line: what the public may know of an epoch's work.

No labels, no salts, no times and no row reasons: joined with one leaked label, reasons would reveal the
others.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cota.auth.typed import AgentKey
from cota.commitments.hashes import VOID_ROW
from cota.errors import BadRequest
from cota.formats.shapes import (
    ADDRESS,
    BYTES,
    BYTES32,
    COUNT,
    FLAG,
    UINT64,
    UINT128,
    Shape,
    counts,
    nullable,
    typed,
)
from cota.settlement.leaves import Leaf
from cota.units import Address

VERSION = 2


@dataclass(frozen=True, slots=True)
class Header:
    """What the epoch is: rows [first, end) of a dataset's log, scored under numbered rules over `items`
    items.
    """

    version: int
    chain_id: int
    ledger: Address
    dataset: bytes
    epoch: int
    first: int
    end: int
    log_root: bytes
    rules: int
    rules_hash: bytes
    items: int


@dataclass(frozen=True, slots=True)
class Row:
    """A logged row: its id (the annotation's struct hash) and signer. A void row has only its id."""

    index: int
    row_id: bytes
    account: Address | None
    signature: bytes | None
    agent: Address | None

    @property
    def is_void(self) -> bool:
        return self.row_id == VOID_ROW


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent key that signed rows of the epoch: its typed digest, the authorisation, the wallet's
    signature.
    """

    digest: bytes
    key: AgentKey
    signature: bytes


@dataclass(frozen=True, slots=True)
class Skill:
    """An account's skill in billionths, whether proven, how many of its labels are settled, and what these weigh
    for pay, in thousandths of a label.
    """

    account: Address
    skill: int
    proven: bool
    counted: int
    weight: int


@dataclass(frozen=True, slots=True)
class Units:
    """Share base units that an account earned."""

    account: Address
    units: int


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why rows did not count, over the whole epoch: reason -> rows."""

    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class End:
    """The last line: without it the file is incomplete."""

    total_units: int
    leaf_count: int
    settlement_root: bytes
    rows: int


HEADER = Shape(
    Header,
    {
        "version": COUNT,
        "chain_id": COUNT,
        "ledger": ADDRESS,
        "dataset": BYTES32,
        "epoch": COUNT,
        "from": COUNT,
        "to": COUNT,
        "log_root": BYTES32,
        "rules": COUNT,
        "rules_hash": BYTES32,
        "items": COUNT,
    },
    "epoch",
)
ROW = Shape(
    Row,
    {
        "index": COUNT,
        "row_id": BYTES32,
        "account": nullable(ADDRESS),
        "signature": nullable(BYTES),
        "agent": nullable(ADDRESS),
    },
    "row",
)
AGENT = Shape(Agent, {"digest": BYTES32, "key": typed(AgentKey), "signature": BYTES}, "agent")
SKILL = Shape(
    Skill, {"account": ADDRESS, "skill": COUNT, "proven": FLAG, "counted": COUNT, "weight": COUNT}, "skill"
)
UNITS = Shape(Units, {"account": ADDRESS, "units": UINT64}, "units")
LEAF = Shape(
    Leaf, {"index": COUNT, "account": ADDRESS, "units": UINT64, "penalty": UINT128, "leaf": BYTES32}, "leaf"
)
REASONS = Shape(Reasons, {"counts": counts()}, "reasons")
END = Shape(
    End, {"total_units": UINT64, "leaf_count": COUNT, "settlement_root": BYTES32, "rows": COUNT}, "end"
)


def check_row(row: Row) -> None:
    """A void row names nobody, any other row has a signer. Raises BadRequest."""
    if row.is_void and (row.account, row.signature, row.agent) != (None, None, None):
        raise BadRequest("a void row names nobody")
    if not row.is_void and (row.account is None or row.signature is None):
        raise BadRequest("a row has an account and a signature")
