"""One export beside what is known of its dataset: what all checks of labels are handed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cota.auth.typed import Domain
from cota.commitments.log_tree import LogTree
from cota.settlement.epoch_file import EpochFile
from cota.units import Address
from cota.verify.anchors import Anchors
from cota.verify.exports import Export

_MARK = 16


@dataclass(frozen=True)
class Logged:
    """Rows that their wallets signed themselves, as was checked in the public log: no need to check it again. A row
    of an agent's has its authorisation beside it, which is looked at where it is sold."""

    marks: Mapping[int, tuple[int, bytes]] = field(default_factory=dict)
    """By epoch: its first index, and a mark for each row."""

    @classmethod
    def of(cls, files: Mapping[int, EpochFile]) -> Logged:
        return cls(
            {
                number: (
                    file.header.first,
                    b"".join(
                        bytes(_MARK)
                        if row.account is None or row.signature is None or row.agent is not None
                        else mark(row.row_id, row.signature, row.account)
                        for row in file.rows
                    ),
                )
                for number, file in files.items()
            }
        )

    def holds(self, epoch: int, index: int, wanted: bytes) -> bool:
        first, marks = self.marks.get(epoch, (0, b""))
        at = (index - first) * _MARK
        return at >= 0 and marks[at : at + _MARK] == wanted


def mark(row_id: bytes, signature: bytes, account: Address) -> bytes:
    """Who signed what, and how."""
    return hashlib.sha256(b"|".join((row_id, account.encode(), signature))).digest()[:_MARK]


@dataclass
class Licensed:
    """One export with what the chain says of its dataset, and the epoch files if they are at hand."""

    export: Export
    anchors: Anchors
    files: Mapping[int, EpochFile] = field(default_factory=dict)
    logged: Logged = Logged()
    row_ids: Mapping[int, bytes] = field(default_factory=dict)
    """By epoch, where many rows are to be proven, so that its tree is worth making."""
    _tree: tuple[int, LogTree | None] = (-1, None)

    @property
    def name(self) -> str:
        return self.anchors.name

    @cached_property
    def indexes(self) -> Mapping[str, int]:
        """Of the export's items, by reference."""
        ref = self.export.item_columns.ref
        return {ref(number): index for index, number in self.export.items.numbers.items()}

    def tree_of(self, epoch: int) -> LogTree | None:
        """The tree of a checkpoint's rows, if those of the export make its root on chain; the last one is kept."""
        if epoch not in self.row_ids:
            return None
        if self._tree[0] != epoch:
            span, joined = self.anchors.checkpoints[epoch], self.row_ids[epoch]
            tree = LogTree([joined[start : start + 32] for start in range(0, len(joined), 32)])
            is_whole = (tree.root, tree.count) == (span.root, span.end - span.start)
            self._tree = epoch, tree if is_whole else None
        return self._tree[1]

    @property
    def domain(self) -> Domain:
        return Domain(self.export.header.chain_id, self.anchors.ledger)
