"""The records of a licensed export, one class per kind of line: labels with all that proves them.

Every receipted row of the licensed epochs is there, counted or not, and every item they touch with its
gold opening, so that a licensee recomputes the scores. What was erased keeps its digest; its content and
salt are null.
"""

from dataclasses import dataclass

from cota.auth.typed import AgentKey, Annotation
from cota.commitments.canonical import Json
from cota.commitments.hashes import gold_leaf, item_hash, item_ref, label_commitment, label_hash
from cota.formats.shapes import (
    ADDRESS,
    BYTES,
    BYTES32,
    COUNT,
    JSON,
    TEXT,
    UINT64,
    UINT256,
    Shape,
    many,
    nullable,
    typed,
)
from cota.units import Address

VERSION = 1
NO_LICENSE = 0
"""The licence of a copy that somebody reads who judges: licences count from 1."""


@dataclass(frozen=True, slots=True)
class Header:
    """What was exported: a dataset's epochs under a licence, and what is needed to score and check them."""

    version: int
    chain_id: int
    ledger: Address
    dataset: bytes
    license: int
    epochs: tuple[int, ...]
    schema: Json
    classes: tuple[str, ...]
    rules: int
    units_per_label: int
    receipt_keys: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class SignedAgentKey:
    """The wallet's authorisation of the key that signed a row."""

    message: AgentKey
    signature: bytes


@dataclass(frozen=True, slots=True)
class RowReceipt:
    """What the coordinator signed for a row; dataset, index and row id are the record's."""

    include_by: int
    signature: bytes
    key: Address


@dataclass(frozen=True, slots=True)
class Record:
    """One label. `proof` leads from `row_id` at (index - the checkpoint's first) to its log root."""

    epoch: int
    index: int
    annotation: Annotation
    row_id: bytes
    signature: bytes
    agent_key: SignedAgentKey | None
    label: Json
    label_salt: bytes | None
    item_index: int
    receipt: RowReceipt
    proof: tuple[bytes, ...]

    @property
    def is_erased(self) -> bool:
        return self.label_salt is None

    def problem(self) -> str | None:
        """Why the record's own parts do not fit together, or None. Signatures and proof are the caller's."""
        if self.annotation.struct_hash() != self.row_id:
            return "the row id is not the annotation's struct hash"
        if self.label_salt is None:
            return None
        if label_commitment(label_hash(self.label), self.label_salt) != self.annotation.label_commitment:
            return "the label is not the one that was committed to"
        return None


@dataclass(frozen=True, slots=True)
class Void:
    """An index that holds no row, explicitly."""

    epoch: int
    index: int
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Gold:
    """The opening of an item's gold leaf: label (null: none), and the proof to the batch's gold root."""

    label: Json
    salt: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One item labelled in the exported epochs; `item_index` counts over the dataset, `proof` leads to the
    batch.
    """

    batch: int
    item_index: int
    item: Json
    item_hash: bytes
    item_salt: bytes | None
    item_ref: bytes
    proof: tuple[bytes, ...]
    gold: Gold

    @property
    def is_erased(self) -> bool:
        return self.item_salt is None

    def problem(self) -> str | None:
        """Why the item's own parts do not fit together, or None. Its proofs are the caller's."""
        if self.item_salt is None:
            return None
        if item_hash(self.item) != self.item_hash:
            return "the item is not the one that was hashed"
        if item_ref(self.item_hash, self.item_salt) != self.item_ref:
            return "the item's reference is not made of its hash and salt"
        return None

    def gold_leaf(self) -> bytes:
        """The leaf that `gold.proof` starts from."""
        known = None if self.gold.label is None else label_hash(self.gold.label)
        return gold_leaf(self.item_index, known, self.gold.salt)


@dataclass(frozen=True, slots=True)
class Consensus:
    """What an epoch's scoring says of an item; null: unsettled."""

    epoch: int
    item_index: int
    label: str | None


@dataclass(frozen=True, slots=True)
class End:
    """The last line: without it the export is incomplete. `sha256` is of all bytes before this line."""

    records: int
    items: int
    erased: int
    sha256: bytes


_AGENT_KEY = Shape(SignedAgentKey, {"message": typed(AgentKey), "signature": BYTES})
_RECEIPT = Shape(RowReceipt, {"includeBy": COUNT, "signature": BYTES, "key": ADDRESS})
_GOLD = Shape(Gold, {"label": JSON, "salt": BYTES32, "proof": many(BYTES32)})

HEADER = Shape(
    Header,
    {
        "version": COUNT,
        "chain_id": COUNT,
        "ledger": ADDRESS,
        "dataset": BYTES32,
        "license": UINT256,
        "epochs": many(COUNT),
        "schema": JSON,
        "classes": many(TEXT),
        "rules": COUNT,
        "units_per_label": UINT64,
        "receipt_keys": many(ADDRESS),
    },
    "export",
)
RECORD = Shape(
    Record,
    {
        "epoch": COUNT,
        "index": COUNT,
        "annotation": typed(Annotation),
        "row_id": BYTES32,
        "signature": BYTES,
        "agent_key": nullable(_AGENT_KEY.kind()),
        "label": JSON,
        "label_salt": nullable(BYTES32),
        "item_index": COUNT,
        "receipt": _RECEIPT.kind(),
        "proof": many(BYTES32),
    },
    "record",
)
VOID = Shape(Void, {"epoch": COUNT, "index": COUNT, "proof": many(BYTES32)}, "void")
ITEM = Shape(
    Item,
    {
        "batch": COUNT,
        "item_index": COUNT,
        "item": JSON,
        "item_hash": BYTES32,
        "item_salt": nullable(BYTES32),
        "item_ref": BYTES32,
        "proof": many(BYTES32),
        "gold": _GOLD.kind(),
    },
    "item",
)
CONSENSUS = Shape(Consensus, {"epoch": COUNT, "item_index": COUNT, "label": nullable(TEXT)}, "consensus")
END = Shape(End, {"records": COUNT, "items": COUNT, "erased": COUNT, "sha256": BYTES32}, "end")
