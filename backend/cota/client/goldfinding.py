"""Files that open gold -> **two openings of one item** -> court. What the publisher committed twice.

An item has one gold leaf, at its own place; a second one that names it, with another label, is a fault of the
settlement that counted the item. Read are: exports and copies for jurors and auditors, where each item opens its gold;
and JSON lines that hold an opening, such as the evidence behind refusals. Promises: an opening counts only if it leads
to the root that the publisher committed on chain; one that does not fit its item's own place is tried as the leaf of
every item that the checkpoint labelled; memory holds a label's hash an item, not files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

from cota.chain.contracts import (
    AnnotationLedger,
    DatasetRegistry,
    GoldOpening,
    LabelledItem,
    ProofDesk,
)
from cota.chain.sender import Receipt as Mined
from cota.client.faultfinding import FaultCalls
from cota.client.refusals import ClientError, Untrustworthy
from cota.commitments import log_tree
from cota.commitments.canonical import MalformedJson, parse_json
from cota.commitments.hashes import gold_leaf, label_hash
from cota.errors import BadRequest
from cota.formats.export import Item, Record, read_export
from cota.formats.export_records import HEADER
from cota.formats.lines import MAX_LINE, MalformedFile, refuse
from cota.formats.shapes import BYTES32, COUNT, JSON, Shape, many, nullable
from cota.units import Hash32
from cota.verify.anchors import Batch, Span

MOST_TRIED = 1_000_000
"""How often an opening that is out of place is tried as another item's: some twenty seconds."""

_NONE = Hash32(bytes(32))


@dataclass(frozen=True, slots=True)
class GoldClash:
    """Two openings of one item that do not say the same, and a logged row that labelled it."""

    labelled: LabelledItem
    one: GoldOpening
    other: GoldOpening


@dataclass(frozen=True, slots=True)
class Opened:
    """As a line tells it. `label` in clear, None for none; `position`: in the batch's gold tree, None for the place of
    the item itself."""

    batch: int
    item_index: int
    label: Any
    salt: bytes
    proof: tuple[bytes, ...]
    position: int | None


OPENED = Shape(
    Opened,
    {
        "batch": COUNT,
        "item_index": COUNT,
        "label": JSON,
        "salt": BYTES32,
        "proof": many(BYTES32),
        "position": nullable(COUNT),
    },
)


@dataclass(frozen=True, slots=True)
class Commitments:
    """What the chain has: a checkpoint's rows, and the batches of the dataset by number."""

    log: Span
    batches: Mapping[int, Batch]

    def batch(self, number: int) -> Batch:
        """Raises ClientError."""
        if number not in self.batches:
            raise ClientError(f"the dataset has no batch {number}")
        return self.batches[number]

    def holds(self, opening: GoldOpening) -> bool:
        """Whether the leaf stands where the opening says, under the root of its batch."""
        batch = self.batch(opening.batch)
        known = None if opening.label == _NONE else opening.label
        leaf = gold_leaf(opening.item, known, opening.salt)
        return log_tree.verify(batch.gold_root, leaf, opening.position, batch.count, opening.proof)

    def logs(self, record: Record) -> bool:
        """Whether the row stands in the checkpoint."""
        place, count = record.index - self.log.start, self.log.end - self.log.start
        return log_tree.verify(self.log.root, record.row_id, place, count, record.proof)


class GoldCalls(FaultCalls):
    """The ground that is the publisher's fault."""

    def gold_clash(self, dataset: Hash32, checkpoint: int, files: Sequence[Path]) -> GoldClash | None:
        """Two committed openings of an item that the checkpoint labelled; None if the files show no such two.

        One of the files must hold the rows of the checkpoint: an export, or what jurors and auditors read. Raises
        Untrustworthy for a row that is not the logged one, MalformedFile, ClientError.
        """
        known = self._commitments(dataset, checkpoint)
        labelled = {record.item_index for record in _records(files, checkpoint)}
        if not labelled:
            raise ClientError(f"the files hold no row of checkpoint {checkpoint}: give an export that has it")
        item = find_clash(files, known, labelled)
        if item is None:
            return None
        one, other = _both(files, known, item)
        return GoldClash(self._labelled(files, known, checkpoint, item), one, other)

    def prove_gold(self, dataset: Hash32, checkpoint: int, clash: GoldClash) -> Mined:
        """Brings the settlement down; its bond is burnt, and nobody is rewarded. Raises ChainReverted."""
        data = ProofDesk.encode_prove_gold(dataset, checkpoint, clash.labelled, clash.one, clash.other)
        return self._prove(dataset, data)

    # --- inside

    def _commitments(self, dataset: Hash32, checkpoint: int) -> Commitments:
        run, at = self.node.run, self.node.head()
        registry = DatasetRegistry(self.node.client, self.registry)
        ledger = AnnotationLedger(self.node.client, self._serving(dataset).ledger)
        log = run(ledger.checkpoint_of(dataset, checkpoint, at))
        numbers = range(1, run(registry.batch_count(dataset, at)) + 1)
        batches = {one: Batch(*run(registry.read("batchOf", dataset, one, block=at))) for one in numbers}
        return Commitments(Span(log.start, log.end, log.log_root, log.made_at), batches)

    def _labelled(
        self, files: Sequence[Path], known: Commitments, checkpoint: int, item: int
    ) -> LabelledItem:
        record = next(one for one in _records(files, checkpoint) if one.item_index == item)
        if not known.logs(record):
            raise Untrustworthy(f"row {record.index} is not the one that is logged there")
        places = (one for path in files for one in _items(path) if one.item_index == item)
        place = next(places, None)
        if place is None:
            raise ClientError(f"the files hold rows of item {item}, and not the item")
        position = item - known.batch(place.batch).first_item
        statement = astuple(record.annotation)
        return LabelledItem(statement, record.index, record.proof, place.batch, position, place.proof)


def find_clash(files: Sequence[Path], known: Commitments, labelled: set[int]) -> int | None:
    """An item of `labelled` that the files open with two labels. Raises MalformedFile, ClientError."""
    labels: dict[int, Hash32] = {}
    astray: list[GoldOpening] = []
    for opening in _openings(files, known):
        if not known.holds(opening):
            astray.append(opening)
        elif opening.item in labelled and labels.setdefault(opening.item, opening.label) != opening.label:
            return opening.item
    if len(astray) * len(labelled) > MOST_TRIED:
        raise ClientError(f"{len(astray)} openings of the files do not lead to the committed roots: too many")
    for opening in _rightly_named(astray, known, labelled):
        if labels.setdefault(opening.item, opening.label) != opening.label:
            return opening.item
    return None


def _both(files: Sequence[Path], known: Commitments, item: int) -> tuple[GoldOpening, GoldOpening]:
    """The two openings of an item that `find_clash` gave."""
    named = (
        opening if opening.item == item else replace(opening, item=item)
        for opening in _openings(files, known)
    )
    found: dict[Hash32, GoldOpening] = {}
    for opening in named:
        if opening.label not in found and known.holds(opening):
            found[opening.label] = opening
            if len(found) == 2:
                break
    one, other = found.values()
    return one, other


def _rightly_named(
    astray: Sequence[GoldOpening], known: Commitments, labelled: set[int]
) -> Iterator[GoldOpening]:
    for opening in astray:
        for item in labelled:
            if known.holds(tried := replace(opening, item=item)):
                yield tried
                break


# --- files


def _openings(files: Sequence[Path], known: Commitments) -> Iterator[GoldOpening]:
    for path in files:
        if _is_export(path):
            for item in _items(path):
                gold = item.gold
                told = Opened(item.batch, item.item_index, gold.label, gold.salt, gold.proof, None)
                yield _placed(known, told)
        else:
            yield from (_placed(known, told) for told in _lines(path))


def _placed(known: Commitments, told: Opened) -> GoldOpening:
    """At the item's own place, unless another is named."""
    batch = known.batch(told.batch)
    place = told.item_index - batch.first_item if told.position is None else told.position
    label = _NONE if told.label is None else Hash32(label_hash(told.label))
    return GoldOpening(told.batch, place, told.item_index, label, Hash32(told.salt), told.proof)


def _is_export(path: Path) -> bool:
    with path.open("rb") as source:
        try:
            first = parse_json(source.readline(MAX_LINE))
        except MalformedJson:
            return False
        return isinstance(first, dict) and first.get("type") == HEADER.name


def _items(path: Path) -> Iterator[Item]:
    if _is_export(path):
        with path.open("rb") as source:
            yield from (line for line in read_export(source) if isinstance(line, Item))


def _records(files: Sequence[Path], checkpoint: int) -> Iterator[Record]:
    for path in files:
        if _is_export(path):
            with path.open("rb") as source:
                rows = (line for line in read_export(source) if isinstance(line, Record))
                yield from (row for row in rows if row.epoch == checkpoint)


def _lines(path: Path) -> Iterator[Opened]:
    """An opening a line, as such or as the line's `gold`."""
    with path.open("rb") as source:
        number = 0
        while raw := source.readline(MAX_LINE + 1):
            number += 1
            if len(raw) > MAX_LINE:
                refuse(number, f"longer than {MAX_LINE} bytes")
            try:
                value = parse_json(raw)
                opened = value.get("gold", value) if isinstance(value, dict) else None
                if not isinstance(opened, dict):
                    refuse(number, "an opening of gold is wanted")
                opened = {name: opened.get(name) for name in OPENED.fields}
                told = OPENED.read(opened)
            except MalformedFile:
                raise
            except BadRequest as error:
                refuse(number, error.detail)
            yield told
