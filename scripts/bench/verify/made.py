"""A dataset of many signed labels, made up: keys -> **labels, logs, epoch files, export** -> files in a folder.

Everything that a verifier reads without a node is what the project's own code makes of it: statements, receipts,
trees, scoring, files. Only the chain is not there: `chain.py` says what it would hold. The same at every call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from cota.auth.signatures import address_of_secret, sign_digest
from cota.auth.typed import Annotation, Domain, Receipt, digest, digest_of
from cota.commitments import hashes
from cota.commitments.log_tree import LogTree
from cota.commitments.words import keccak
from cota.formats.export import Consensus, End, Gold, Header, Item, Record, RowReceipt
from cota.formats.export_records import CONSENSUS, END, HEADER, ITEM, RECORD
from cota.formats.lines import write_line
from cota.scoring import NEWEST
from cota.settlement.epoch_file import data_hash, write_epoch_file
from cota.settlement.leaves import Epoch
from cota.settlement.past import Past
from cota.settlement.row_queries import LogRow
from cota.settlement.scored import Question, past_of, public_rows, score_epoch
from cota.units import Address, address_of

CHAIN_ID, LICENSE = 31337, 5
LEDGER = address_of(keccak(b"ledger")[12:])
DATASET = keccak(b"a dataset of many labels")
CLASSES = ("heron", "ibis", "stork", "egret")
SCHEMA = {"kind": "choice", "question": "Which bird is it?", "classes": list(CLASSES)}
SEATS, GOLD_OF = 5, 10
UNITS_PER_LABEL = 10**9
BEGAN, PERIOD = 1_800_000_000, 3_600
RECEIPT_KEY = keccak(b"the receipt key")
WORKERS = 1_000


@dataclass(frozen=True)
class Size:
    """How much is made; each epoch has its own items, `SEATS` labels each."""

    epochs: int
    rows: int
    """In each epoch."""

    @property
    def items(self) -> int:
        return self.rows // SEATS


@dataclass(frozen=True)
class Made:
    """What the chain would hold of it, and where the files are."""

    size: Size
    log_roots: Sequence[bytes]
    data_hashes: Sequence[bytes]
    items_root: bytes
    gold_root: bytes
    settlements: Sequence[tuple[bytes, int, int, bytes]]
    """Of each epoch: root, total units, leaves, SHA-256 of the file."""
    export: Path
    folder: Path


@dataclass(frozen=True)
class _Part:
    """An epoch's rows."""

    rows: list[LogRow]
    log_root: bytes
    lines: Path


def item_of(index: int) -> Item:
    """Without its proofs."""
    content, salt = {"photo": f"https://example.org/{index}.jpg"}, keccak(b"item %d" % index)
    known = hashes.item_hash(content)
    gold = Gold(truth_of(index) if index % GOLD_OF == 0 else None, keccak(b"gold %d" % index), ())
    return Item(1, index, content, known, salt, hashes.item_ref(known, salt), (), gold)


def truth_of(index: int) -> str:
    return CLASSES[keccak(b"truth %d" % index)[0] % len(CLASSES)]


def make(size: Size, folder: Path, processes: int) -> Made:
    """Takes minutes for a million labels."""
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(processes) as pool:
        parts = list(
            pool.map(_make_part, *zip(*((size, n, folder) for n in range(1, size.epochs + 1)), strict=True))
        )
    items = [item_of(index) for index in range(size.items * size.epochs)]
    items_tree = LogTree([item.item_ref for item in items])
    gold_tree = LogTree([item.gold_leaf() for item in items])
    settlements, data_hashes, consensus = [], [], []
    past: list[Past] = []
    for number, part in enumerate(parts, 1):
        start = (number - 1) * size.rows
        log = public_rows(part.rows, start, start + size.rows, {})
        of_epoch = items[(number - 1) * size.items : number * size.items]
        gold = {item.item_ref: item.gold.label for item in items if item.gold.label is not None}
        scored = score_epoch(
            Epoch(CHAIN_ID, LEDGER, DATASET, number), Question(SCHEMA, UNITS_PER_LABEL, NEWEST), log, start,
            part.log_root, part.rows, {}, gold, past[-4:],
        )  # fmt: skip
        past.append(past_of(number, part.rows, scored.private()))
        with (folder / f"epoch-{number}.jsonl").open("wb") as sink:
            file_hash = write_epoch_file(scored.file, sink)
        end = scored.file.end
        settlements.append((end.settlement_root, end.total_units, end.leaf_count, file_hash))
        data_hashes.append(data_hash(log, ()))
        told = {f"0x{item.item_ref.hex()}": item.item_index for item in items}
        consensus += [Consensus(number, told[task], label) for task, label in scored.consensus.items()]
        assert len(of_epoch) == size.items
    proven = [_proven(item, items_tree, gold_tree) for item in items]
    export = _join(folder / "export.jsonl", size, parts, proven, consensus)
    return Made(
        size,
        [part.log_root for part in parts],
        data_hashes,
        items_tree.root,
        gold_tree.root,
        settlements,
        export,
        folder,
    )


def _proven(item: Item, items: LogTree, gold: LogTree) -> Item:
    opening = Gold(item.gold.label, item.gold.salt, tuple(gold.prove(item.item_index)))
    proof = tuple(items.prove(item.item_index))
    return Item(1, item.item_index, item.item, item.item_hash, item.item_salt, item.item_ref, proof, opening)


@cache
def secret_of(worker: int) -> bytes:
    return keccak(b"worker %d" % worker)


@cache
def account_of(worker: int) -> Address:
    return address_of_secret(secret_of(worker))


def _make_part(size: Size, number: int, folder: Path) -> _Part:
    """Signs an epoch's rows and writes their lines."""
    first = (number - 1) * size.rows
    records = list(_signed(size, number))
    tree = LogTree([record.row_id for record in records])
    path = folder / f"records-{number}.jsonl"
    rows = []
    with path.open("wb") as sink:
        for place, record in enumerate(records):
            line = RECORD.write(record) | {"proof": ["0x" + step.hex() for step in tree.prove(place)]}
            sink.write(write_line(line))
            statement = record.annotation
            rows.append(
                LogRow(
                    first + place, record.row_id, statement.account, record.signature, None, statement.item_ref,
                    record.label,
                )
            )  # fmt: skip
    return _Part(rows, tree.root, path)


def _signed(size: Size, number: int) -> Iterator[Record]:
    domain, draw = Domain(CHAIN_ID, LEDGER), Random(number)
    receipt_address = address_of_secret(RECEIPT_KEY)
    for place in range(size.items):
        index = (number - 1) * size.items + place
        item, truth = item_of(index), truth_of(index)
        for seat, worker in enumerate(draw.sample(range(WORKERS), SEATS)):
            at = (number - 1) * size.rows + place * SEATS + seat
            right = draw.random() < 0.5 + 0.45 * worker / WORKERS
            label = truth if right else draw.choice(CLASSES)
            salt = keccak(b"label %d" % at)
            commitment = hashes.label_commitment(hashes.label_hash(label), salt)
            statement = Annotation(
                DATASET,
                item.item_ref,
                0,
                commitment,
                keccak(b"lease %d" % at),
                account_of(worker),
                at,
                BEGAN + 600,
            )
            row_id = statement.struct_hash()
            promised = Receipt(DATASET, at, row_id, BEGAN + PERIOD)
            yield Record(
                epoch=number, index=at, annotation=statement, row_id=row_id,
                signature=sign_digest(digest_of(domain, row_id), secret_of(worker)), agent_key=None, label=label,
                label_salt=salt, item_index=index,
                receipt=RowReceipt(BEGAN + PERIOD, sign_digest(digest(domain, promised), RECEIPT_KEY), receipt_address),
                proof=(),
            )  # fmt: skip


def _join(
    path: Path, size: Size, parts: Sequence[_Part], items: Sequence[Item], consensus: Sequence[Consensus]
) -> Path:
    """The export of all epochs: header, records, items, consensus, end."""
    head = Header(
        1, CHAIN_ID, LEDGER, DATASET, LICENSE, tuple(range(1, size.epochs + 1)), SCHEMA, CLASSES, NEWEST,
        UNITS_PER_LABEL,        (address_of_secret(RECEIPT_KEY),),
    )  # fmt: skip
    told = hashlib.sha256()
    with path.open("wb") as sink:

        def put(line: bytes) -> None:
            told.update(line)
            sink.write(line)

        put(write_line(HEADER.write(head)))
        for part in parts:
            with part.lines.open("rb") as lines:
                for line in lines:
                    put(line)
            part.lines.unlink()
        for item in items:
            put(write_line(ITEM.write(item)))
        for one in sorted(consensus, key=lambda line: (line.epoch, line.item_index)):
            put(write_line(CONSENSUS.write(one)))
        end = End(size.rows * size.epochs, len(items), 0, told.digest())
        sink.write(write_line(END.write(end)))
    return path


def terms_changes() -> dict[str, Any]:
    """What of the terms the files depend on."""
    return {"units_per_label": UNITS_PER_LABEL, "receipt_period": PERIOD, "seats": SEATS}
