"""Licensed export, facts, epoch files -> **label checks**. Is what was sold what was signed, promised and
logged?

Checks `export.file`, `records.complete`, `records.content`, `records.signatures`, `receipts.signatures`,
`receipts.kept`, `records.proofs`, `items.proofs`, `gold.proofs`. Those of single records stand in records.py, of
single items in items.py; scoring is done again in scores.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from cota.commitments.hashes import VOID_ROW, schema_hash
from cota.formats.export import Record
from cota.formats.export_records import NO_LICENSE
from cota.units import to_hex
from cota.verify import exports
from cota.verify.anchors import anchors_of
from cota.verify.epoch_files import Settled
from cota.verify.exports import Export
from cota.verify.facts import Facts
from cota.verify.items import ITEM_CHECKS
from cota.verify.licensed import Licensed, Logged
from cota.verify.records import ROW_CHECKS, RowCheck, check_place, look_ahead, look_at_items
from cota.verify.report import Disagreement, NotChecked, Report, Tally
from cota.verify.signers import Signers


def check_labels(
    report: Report, facts: Facts, epochs: Sequence[Settled], paths: Sequence[Path], signers: Signers
) -> list[Licensed]:
    """All checks that need labels but no scoring; gives back the exports that could be read."""
    sold: list[Licensed] = []
    with report.check(
        "export.file", "each export is whole, and of a licence on chain or read by a judge"
    ) as tally:
        if not paths:
            raise NotChecked("needs the labels: give --labels")
        for path in paths:
            licensed = _open(facts, epochs, exports.read(path))
            sold.append(licensed)
        for licensed in sold:
            check_file(tally, licensed, facts.deployment.chain_id)
    if any(check.name == "log.signatures" and check.outcome == "ok" for check in report.checks):
        for licensed in sold:
            licensed.logged = Logged.of(licensed.files)
    check_records(report, sold, signers)
    return sold


def check_records(report: Report, sold: Sequence[Licensed], signers: Signers) -> None:
    """The checks of every line of the exports. Each line is read once, whatever is wrong with others; of many records
    only those that processes of their own do not know to be right."""
    of_rows = [_Running(name, promise, ROW_CHECKS[name], *more) for name, promise, *more in _OF_ROWS]
    for licensed in sold:
        _look_at_rows(licensed, of_rows, signers)
    with report.check(*_COMPLETE) as tally:
        _each(tally, sold, _check_complete)
    for running in of_rows:
        with report.check(running.name, running.promise) as tally:
            running.tell(tally, sold)
    known = [look_at_items(licensed) for licensed in sold]
    for name, promise in _OF_ITEMS:
        with report.check(name, promise) as tally:
            _need(sold)
            for licensed, ahead in zip(sold, known, strict=True):
                items, compared = ahead.far(name)
                tally.compared += compared
                for index in islice(licensed.export.items, items, None):
                    ITEM_CHECKS[name](tally, licensed, index, licensed.export.items[index])


def _look_at_rows(sold: Licensed, checks: Sequence[_Running], signers: Signers) -> None:
    ahead, records = look_ahead(sold, signers), sold.export.records
    known = []
    for running in checks:
        rows, compared = ahead.far(running.name)
        known.append(rows)
        running.tally.compared += 0 if running.failure else compared
    for number in range(min(known), len(records)):
        record = records.get(number)
        for running, rows in zip(checks, known, strict=True):
            if number >= rows:
                running.look(sold, record, signers)


@dataclass
class _Running:
    """A check of each row, under way: it ends at the first row that disagrees, and the others go on."""

    name: str
    promise: str
    check: RowCheck
    at_last: Callable[[Tally, Licensed], None] = lambda _tally, _sold: None
    tally: Tally = field(default_factory=Tally)
    failure: Exception | None = None

    def look(self, sold: Licensed, record: Record, signers: Signers) -> None:
        if self.failure is not None:
            return
        try:
            self.check(self.tally, sold, record, signers)
        except Exception as failure:
            # Whatever it is, it is this check's: told, or raised, where the check is reported.
            self.failure = failure

    def tell(self, tally: Tally, sold: Sequence[Licensed]) -> None:
        """As if it had been made here."""
        tally.compared, tally.at = self.tally.compared, self.tally.at
        if self.failure is not None:
            raise self.failure
        _each(tally, sold, self.at_last)


def _each(tally: Tally, sold: Sequence[Licensed], check: Callable[[Tally, Licensed], None]) -> None:
    _need(sold)
    for licensed in sold:
        check(tally, licensed)


def _need(sold: Sequence[Licensed]) -> None:
    if not sold:
        raise NotChecked("needs the labels: give --labels")


def check_file(tally: Tally, sold: Licensed, chain_id: int) -> None:
    """The header says what the chain says, and the file is whole."""
    head, terms, where = sold.export.header, sold.anchors.terms, f"header of {sold.export.path.name}"
    tally.equal(f"chain in {where}", chain_id, head.chain_id)
    tally.equal(f"dataset in {where}", bytes(sold.anchors.dataset), head.dataset)
    tally.equal(f"ledger in {where}", sold.anchors.ledger, head.ledger)
    tally.equal(f"units per label in {where}", terms.units_per_label, head.units_per_label)
    tally.equal(f"schema in {where}", terms.schema_hash, schema_hash(head.schema))
    # A juror's or an auditor's copy is nobody's licence; all that it holds is checked all the same.
    is_sold = head.license == NO_LICENSE or head.license in sold.anchors.licenses
    tally.true(f"licence in {where}", is_sold, "a licence of this dataset", head.license)
    covered = {tuple(sorted(epochs)) for epochs in sold.anchors.sold.get(head.license, ())}
    if covered:
        expected = " or ".join(str(list(epochs)) for epochs in sorted(covered))
        tally.true(f"epochs in {where}", head.epochs in covered, expected, list(head.epochs))
    problem = sold.export.problem
    tally.true(f"export {sold.export.path.name}", not problem, "a whole file, unaltered", problem)


def _open(facts: Facts, epochs: Sequence[Settled], export: Export) -> Licensed:
    wanted = export.header.dataset
    dataset = next((known for known in facts.datasets if known.id == wanted), None)
    if dataset is None:
        where = f"header of {export.path.name}"
        raise Disagreement(where, "a dataset of this network", to_hex(wanted))
    files = {e.number: e.file for e in epochs if e.dataset is dataset and e.file is not None}
    return Licensed(export, anchors_of(facts, dataset), files)


def _check_complete(tally: Tally, sold: Licensed) -> None:
    """Every row of the licensed epochs is there, as the epoch file has it, and no other."""
    rows = dict(sold.export.columns.rows()) | {void.index: VOID_ROW for void in sold.export.voids}
    expected: dict[int, bytes] = {}
    for number in sold.export.header.epochs:
        where = f"epoch {number} of {sold.name}"
        tally.true(where, number in sold.anchors.checkpoints, "an epoch on chain", f"epoch {number}")
        span, file = sold.anchors.checkpoints[number], sold.files.get(number)
        logged = {row.index: row.row_id for row in file.rows} if file else {}
        expected |= {index: logged.get(index, b"") for index in range(span.start, span.end)}
    for index in sorted(set(expected) | set(rows)):
        where = f"row {index} of {sold.name}"
        tally.true(where, index in expected, "no row: it is in none of the licensed epochs", index)
        tally.true(where, index in rows, "a record in the export", "none: it was left out")
        if expected[index]:
            tally.equal(where, expected[index], rows[index])


def _check_voids(tally: Tally, sold: Licensed) -> None:
    for void in sold.export.voids:
        check_place(tally, sold, void, VOID_ROW)


_COMPLETE = "records.complete", "the export holds every row of its epochs, counted or not"
_OF_ROWS: tuple[tuple[Any, ...], ...] = (
    ("records.content", "each label is the one that was committed to"),
    ("records.signatures", "each label is signed by its author (P11)"),
    ("receipts.signatures", "each row has a receipt by a registered key (P6)"),
    ("receipts.kept", "each row was logged by the time that its receipt promised (P6)"),
    ("records.proofs", "each row is under the log root on chain (P11)", _check_voids),
)
_OF_ITEMS = (
    ("items.proofs", "each item is under the items root on chain"),
    ("gold.proofs", "each gold opening is under the gold root on chain (P6)"),
)
