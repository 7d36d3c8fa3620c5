"""Licensed export, facts, epoch files -> **label checks**. Is what was sold what was signed, promised and
logged?

Checks `export.file`, `records.complete`, `records.content`, `records.signatures`, `receipts.signatures`,
`receipts.kept`, `records.proofs`, `items.proofs`, `gold.proofs`. Scoring is done again in scores.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cota.auth.typed import Domain, Receipt
from cota.chain.decode import Event
from cota.commitments import log_tree
from cota.commitments.hashes import VOID_ROW, schema_hash
from cota.settlement.epoch_file import EpochFile
from cota.units import Address, to_hex
from cota.verify import exports
from cota.verify.epoch_files import Settled
from cota.verify.exports import Export
from cota.verify.facts import Dataset, Facts
from cota.verify.report import Disagreement, NotChecked, Report, Tally
from cota.verify.signers import Signers


@dataclass
class Licensed:
    """One export with what the chain says of its dataset."""

    export: Export
    dataset: Dataset
    checkpoints: dict[int, Event]
    batches: dict[int, Event]
    files: dict[int, EpochFile]
    domain: Domain
    receipt_keys: list[Event] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.dataset.name


def check_labels(
    report: Report, facts: Facts, epochs: Sequence[Settled], paths: Sequence[Path], signers: Signers
) -> list[Licensed]:
    """All checks that need labels but no scoring; gives back the exports that could be read."""
    sold: list[Licensed] = []
    with report.check("export.file", "each export is whole and of a licence on chain") as tally:
        _required(paths)
        opened = [exports.read(path) for path in paths]
        sold.extend(_open(tally, facts, epochs, export) for export in opened)
        for export in opened:
            tally.equal(f"export {export.path.name}", "", export.problem, "altered or cut")
    for name, promise, check in _CHECKS:
        with report.check(name, promise) as tally:
            _required(paths)
            if not sold:
                raise NotChecked("no export could be read")
            for licensed in sold:
                check(tally, licensed, signers)
    return sold


def _required(paths: Sequence[Path]) -> None:
    if not paths:
        raise NotChecked("needs the labels: give --labels")


def _open(tally: Tally, facts: Facts, epochs: Sequence[Settled], export: Export) -> Licensed:
    head, where = export.header, f"header of {export.path.name}"
    dataset = next((d for d in facts.datasets if d.id == head.dataset), None)
    if dataset is None:
        raise Disagreement(where, "a dataset of this network", to_hex(head.dataset))
    tally.equal(f"chain in {where}", facts.deployment.chain_id, head.chain_id)
    tally.equal(f"ledger in {where}", dataset.contracts.ledger, head.ledger)
    tally.equal(f"units per label in {where}", dataset.terms.units_per_label, head.units_per_label)
    tally.equal(f"schema in {where}", dataset.terms.schema_hash, schema_hash(head.schema))
    licenses = [event.args["license"] for event in dataset.of("LicenseBought")]
    tally.true(f"licence in {where}", head.license in licenses, "a licence of this dataset", head.license)
    keys = facts.of("AnnotationLedger", "ReceiptKeySet")
    return Licensed(
        export,
        dataset,
        {event.args["checkpoint"]: event for event in dataset.of("Checkpointed")},
        {event.args["batch"]: event for event in dataset.of("BatchAdded")},
        {e.number: e.file for e in epochs if e.dataset is dataset and e.file is not None},
        Domain(head.chain_id, dataset.contracts.ledger),
        [event for event in keys if event.emitter == dataset.contracts.ledger],
    )


def _check_complete(tally: Tally, sold: Licensed, _signers: Signers) -> None:
    """Every row of the licensed epochs is there, as the epoch file has it, and no other."""
    found = {record.index: record.row_id for record in sold.export.records}
    found |= {void.index: VOID_ROW for void in sold.export.voids}
    expected: dict[int, bytes] = {}
    for number in sold.export.header.epochs:
        where = f"epoch {number} of {sold.name}"
        tally.true(where, number in sold.checkpoints, "an epoch on chain", f"epoch {number}")
        args = sold.checkpoints[number].args
        file = sold.files.get(number)
        rows = {row.index: row.row_id for row in file.rows} if file else {}
        expected |= {index: rows.get(index, b"") for index in range(args["from"], args["to"])}
    for index in sorted(set(expected) | set(found)):
        where = f"row {index} of {sold.name}"
        tally.true(where, index in expected, "no row: it is in none of the licensed epochs", index)
        tally.true(where, index in found, "a record in the export", "none: it was left out")
        if expected[index]:
            tally.equal(where, expected[index], found[index])


def _check_content(tally: Tally, sold: Licensed, _signers: Signers) -> None:
    """The label opens the commitment that was signed, for the item that the record names."""
    for record in sold.export.records:
        where = f"row {record.index} of {sold.name}, {to_hex(record.row_id)}"
        problem = record.problem()
        tally.true(where, problem is None, "label, salt, statement and row id that fit together", problem)
        tally.equal(f"dataset of {where}", bytes(sold.dataset.id), record.annotation.dataset)
        item = sold.export.items.get(record.item_index)
        tally.true(where, item is not None, "its item in the export", f"no item {record.item_index}")
        if item is not None:
            tally.equal(f"item of {where}", item.item_ref, record.annotation.item_ref)


def _check_signatures(tally: Tally, sold: Licensed, signers: Signers) -> None:
    for record in sold.export.records:
        where = f"row {record.index} of {sold.name}, {to_hex(record.row_id)}"
        account, agent = record.annotation.account, record.agent_key
        if agent is None:
            signers.check(tally, where, sold.domain, record.row_id, record.signature, account)
            continue
        key = agent.message
        tally.equal(f"account of the agent key of {where}", account, key.account)
        tally.equal(f"dataset of the agent key of {where}", bytes(sold.dataset.id), key.dataset)
        signers.check(tally, where, sold.domain, key.struct_hash(), agent.signature, account)
        signers.check_key(tally, where, sold.domain, record.row_id, record.signature, key.agent)


def _check_receipts(tally: Tally, sold: Licensed, signers: Signers) -> None:
    """Each row was promised its index by a key that the coordinator had registered then."""
    period = sold.dataset.terms.receipt_period
    for record in sold.export.records:
        where = f"receipt of row {record.index} of {sold.name}"
        promised = record.receipt
        message = Receipt(bytes(sold.dataset.id), record.index, record.row_id, promised.include_by)
        known = _was_registered(sold, promised.key, promised.include_by - period, promised.include_by)
        tally.true(where, known, "a key that the coordinator registered", promised.key)
        signers.check_key(tally, where, sold.domain, message.struct_hash(), promised.signature, promised.key)


def _was_registered(sold: Licensed, key: Address, earliest: int, latest: int) -> bool:
    terms = sold.dataset.terms
    for event in sold.receipt_keys:
        args = event.args
        is_theirs = args["coordinator"] in (terms.coordinator, terms.successor) and args["key"] == key
        if is_theirs and args["valid_from"] <= latest and args["valid_until"] >= earliest:
            return True
    return False


def _check_proofs(tally: Tally, sold: Licensed, _signers: Signers) -> None:
    for epoch, index, row_id, proof in _rows(sold.export):
        where = f"proof of row {index} of {sold.name}"
        tally.true(where, epoch in sold.checkpoints, "a checkpoint on chain", epoch)
        args = sold.checkpoints[epoch].args
        start, count = args["from"], args["to"] - args["from"]
        holds = log_tree.verify(args["log_root"], row_id, index - start, count, proof)
        tally.true(where, holds, "a path to the log root on chain")


def _rows(export: Export) -> Iterator[tuple[int, int, bytes, Sequence[bytes]]]:
    for record in export.records:
        yield record.epoch, record.index, record.row_id, record.proof
    for void in export.voids:
        yield void.epoch, void.index, VOID_ROW, void.proof


def _check_items(tally: Tally, sold: Licensed, _signers: Signers) -> None:
    for index, item in sold.export.items.items():
        where = f"item {index} of {sold.name}"
        problem = item.problem()
        tally.true(where, problem is None, "content, salt and reference that fit together", problem)
        _check_in_batch(tally, sold, where, "items_root", item.batch, index, item.item_ref, item.proof)


def _check_gold(tally: Tally, sold: Licensed, _signers: Signers) -> None:
    """The gold was committed before the first label, one leaf for every item, and is opened whole."""
    for index, item in sold.export.items.items():
        where = f"gold of item {index} of {sold.name}"
        _check_in_batch(tally, sold, where, "gold_root", item.batch, index, item.gold_leaf(), item.gold.proof)


def _check_in_batch(
    tally: Tally,
    sold: Licensed,
    where: str,
    root: str,
    batch: int,
    index: int,
    leaf: bytes,
    proof: Sequence[bytes],
) -> None:
    tally.true(where, batch in sold.batches, "a batch on chain", batch)
    args = sold.batches[batch].args
    holds = log_tree.verify(args[root], leaf, index - args["first_item"], args["count"], proof)
    tally.true(where, holds, "a path to the root on chain")


_CHECKS = (
    ("records.complete", "the export holds every row of its epochs, counted or not", _check_complete),
    ("records.content", "each label is the one that was committed to", _check_content),
    ("records.signatures", "each label is signed by its author (P11)", _check_signatures),
    ("receipts.signatures", "each row has a receipt by a registered key (P6)", _check_receipts),
    ("records.proofs", "each row is under the log root on chain (P11)", _check_proofs),
    ("items.proofs", "each item is under the items root on chain", _check_items),
    ("gold.proofs", "each gold opening is under the gold root on chain (P6)", _check_gold),
)
