"""Licensed export -> **checks of single records**, many of them, and of items, in several processes -> label checks.

Checks `records.content`, `records.signatures`, `receipts.signatures`, `receipts.kept`, `records.proofs`.
"""

from __future__ import annotations

import pickle
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from cota.auth.typed import Domain, Receipt
from cota.commitments import log_tree
from cota.formats.export import Item, Record, Void
from cota.formats.export_records import ITEM, RECORD
from cota.formats.located import Located, LocatedByIndex
from cota.units import Address, to_hex
from cota.verify.ahead import Ahead, CannotLook, Lines, processes_for, ranges, run_all, together
from cota.verify.anchors import Anchors
from cota.verify.exports import Export
from cota.verify.items import ITEM_CHECKS, ItemCheck
from cota.verify.licensed import Licensed, Logged, mark
from cota.verify.report import Tally
from cota.verify.signers import Signers

T = TypeVar("T")
C = TypeVar("C")
RowCheck = Callable[[Tally, Licensed, Record, Signers], None]


def _check_content(tally: Tally, sold: Licensed, record: Record, _signers: Signers) -> None:
    """The label opens the commitment that was signed, for the item that the record names."""
    where = f"row {record.index} of {sold.name}, {to_hex(record.row_id)}"
    problem = record.problem()
    tally.true(where, problem is None, "label, salt, statement and row id that fit together", problem)
    is_whole = record.label is None or not record.is_erased
    tally.true(where, is_whole, "no label where there is no salt to prove it", record.label)
    tally.equal(f"dataset of {where}", bytes(sold.anchors.dataset), record.annotation.dataset)
    item = sold.export.items.get(record.item_index)
    tally.true(where, item is not None, "its item in the export", f"no item {record.item_index}")
    if item is not None:
        tally.equal(f"item of {where}", item.item_ref, record.annotation.item_ref)


def _check_signature(tally: Tally, sold: Licensed, record: Record, signers: Signers) -> None:
    where = f"row {record.index} of {sold.name}, {to_hex(record.row_id)}"
    account, agent = record.annotation.account, record.agent_key
    if agent is None:
        if sold.logged.holds(record.epoch, record.index, mark(record.row_id, record.signature, account)):
            tally.compared += 1
        else:
            signers.check(tally, where, sold.domain, record.row_id, record.signature, account)
        return
    key = agent.message
    tally.equal(f"account of the agent key of {where}", account, key.account)
    tally.equal(f"dataset of the agent key of {where}", bytes(sold.anchors.dataset), key.dataset)
    signers.check(tally, where, sold.domain, key.struct_hash(), agent.signature, account)
    signers.check_key(tally, where, sold.domain, record.row_id, record.signature, key.agent)


def _check_receipt(tally: Tally, sold: Licensed, record: Record, signers: Signers) -> None:
    """The row was promised its index by a key that the coordinator had registered then."""
    period = sold.anchors.terms.receipt_period
    where = f"receipt of row {record.index} of {sold.name}"
    promised = record.receipt
    message = Receipt(bytes(sold.anchors.dataset), record.index, record.row_id, promised.include_by)
    known = sold.anchors.is_receipt_key(promised.key, promised.include_by - period, promised.include_by)
    tally.true(where, known, "a key that the coordinator registered", promised.key)
    signers.check_key(tally, where, sold.domain, message.struct_hash(), promised.signature, promised.key)


def _check_kept(tally: Tally, sold: Licensed, record: Record, _signers: Signers) -> None:
    where = f"checkpoint of row {record.index} of {sold.name}"
    made, latest = sold.anchors.checkpoints[record.epoch].made_at, record.receipt.include_by
    tally.true(where, made <= latest, f"by {latest}", f"{made}, {made - latest} s late")


def _check_proof(tally: Tally, sold: Licensed, record: Record, _signers: Signers) -> None:
    check_place(tally, sold, record, record.row_id)


def check_place(tally: Tally, sold: Licensed, line: Record | Void, row_id: bytes) -> None:
    """From a row to the log root on chain."""
    where = f"proof of row {line.index} of {sold.name}"
    tally.true(where, line.epoch in sold.anchors.checkpoints, "a checkpoint on chain", line.epoch)
    span, tree = sold.anchors.checkpoints[line.epoch], sold.tree_of(line.epoch)
    place = line.index - span.start
    holds = tree is not None and tree.holds(row_id, place, line.proof)
    holds = holds or log_tree.verify(span.root, row_id, place, span.end - span.start, line.proof)
    tally.true(where, holds, "a path to the log root on chain")


SIGNATURES, RECEIPTS = "records.signatures", "receipts.signatures"
ROW_CHECKS: Mapping[str, RowCheck] = {
    "records.content": _check_content,
    SIGNATURES: _check_signature,
    RECEIPTS: _check_receipt,
    "receipts.kept": _check_kept,
    "records.proofs": _check_proof,
}


def look_ahead(sold: Licensed, signers: Signers) -> Ahead:
    """How far the checks hold, by several processes; nothing is known of few records."""
    count = len(sold.export.records)
    processes = processes_for(count)
    if not processes:
        return Ahead()
    parts = ranges(count, processes)
    items = list(sold.export.items)
    told, ids_of = _told(sold.anchors), sold.export.columns.row_ids
    jobs = [Records(_lines(sold.export, part, items), told, sold.logged, ids_of(part)) for part in parts]
    try:
        found = together(zip(parts, run_all(jobs), strict=True))
    except CannotLook:
        return Ahead()
    if not signers.are_keys(found.accounts):
        found.held.pop(SIGNATURES)
    if not all(sold.anchors.is_receipt_key(*asked) for asked in found.keys):
        found.held.pop(RECEIPTS)
    return found


def look_at_items(sold: Licensed) -> Ahead:
    """The same of the items' checks."""
    count = len(sold.export.items)
    processes = processes_for(count)
    if not processes:
        return Ahead()
    parts, indexes = ranges(count, processes), list(sold.export.items)
    lines = [_lines(sold.export, range(0), indexes[part.start : part.stop]) for part in parts]
    jobs = [Items(one, _told(sold.anchors)) for one in lines]
    try:
        return together(zip(parts, run_all(jobs), strict=True))
    except CannotLook:
        return Ahead()


def _lines(export: Export, part: range, items: Sequence[int]) -> Lines:
    """Some records and some items, by their indexes."""
    numbers, offsets = export.items.numbers, export.items.records.offsets
    return Lines(
        export.path,
        export.header,
        export.records.offsets[part.start : part.stop],
        array("Q", items),
        array("Q", (offsets[numbers[index]] for index in items)),
    )


def _told(anchors: Anchors) -> bytes:
    """The anchors without what cannot be sent: which receipt keys were registered is asked afterwards."""
    return pickle.dumps(replace(anchors, is_receipt_key=_any_key))


def _any_key(_key: Address, _earliest: int, _latest: int) -> bool:
    return True


class _Keys(Signers):
    """Takes every account for a key, and tells which it met."""

    def __init__(self) -> None:
        super().__init__()
        self.met: set[Address] = set()

    def check(
        self, tally: Tally, where: str, domain: Domain, struct_hash: bytes, signature: bytes, account: Address
    ) -> None:
        self.met.add(account)
        super().check(tally, where, domain, struct_hash, signature, account)


@dataclass(frozen=True)
class Records:
    """The checks of some records, as a process of its own does them."""

    lines: Lines
    anchors: bytes
    logged: Logged
    row_ids: Mapping[int, bytes]

    def run(self) -> Ahead:
        asked: set[tuple[Address, int, int]] = set()

        def is_receipt_key(key: Address, earliest: int, latest: int) -> bool:
            asked.add((key, earliest, latest))
            return True

        anchors: Anchors = replace(pickle.loads(self.anchors), is_receipt_key=is_receipt_key)
        signers = _Keys()
        sold = Licensed(_export(self.lines), anchors, logged=self.logged, row_ids=self.row_ids)

        def look(check: RowCheck, tally: Tally, record: Record) -> None:
            check(tally, sold, record, signers)

        return Ahead(_how_far(ROW_CHECKS, look, sold.export.records), signers.met, asked)


@dataclass(frozen=True)
class Items:
    """The checks of some items, as a process of its own does them."""

    lines: Lines
    anchors: bytes

    def run(self) -> Ahead:
        sold = Licensed(_export(self.lines), pickle.loads(self.anchors))

        def look(check: ItemCheck, tally: Tally, item: tuple[int, Item]) -> None:
            check(tally, sold, *item)

        return Ahead(_how_far(ITEM_CHECKS, look, sold.export.items.items()))


def _export(lines: Lines) -> Export:
    records, items = Located(lines.path, RECORD), LocatedByIndex(lines.path, ITEM)
    for offset in lines.records:
        records.add(offset)
    for index, offset in zip(lines.item_indexes, lines.items, strict=True):
        items.add(index, offset)
    return Export(lines.path, lines.header, records, items)


def _how_far(
    checks: Mapping[str, C], look: Callable[[C, Tally, T], None], things: Iterable[T]
) -> dict[str, tuple[int, int]]:
    """Of each check, how many things hold before the first that does not, and the comparisons."""
    tallies = {name: Tally() for name in checks}
    held = dict.fromkeys(checks, (0, 0))
    failed: set[str] = set()
    for number, thing in enumerate(things, 1):
        for name, check in checks.items():
            if name in failed:
                continue
            try:
                look(check, tallies[name], thing)
            except Exception:  # whatever it is, the verifier meets it again and says it
                failed.add(name)
            else:
                held[name] = number, tallies[name].compared
    return held
