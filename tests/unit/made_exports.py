"""Whole exports of any question, without a network: what converters are tried on. Signatures and proofs are of the
right form and of nobody."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cota.auth.typed import Annotation
from cota.commitments import hashes
from cota.commitments.words import keccak
from cota.datasets.question import closed_classes
from cota.formats.export import Consensus, ExportWriter, Gold, Header, Item, Record, RowReceipt
from cota.units import Address, address_of

DATASET = keccak(b"a made dataset")
LEDGER = address_of(b"\x11" * 20)
INCLUDE_BY = 1_800_000_600


def annotator(number: int) -> Address:
    return address_of(keccak(b"annotator %d" % number)[:20])


def made_export(
    path: Path,
    schema: Any,
    items: Sequence[tuple[Any, Any, Sequence[Any]]],
    *,
    consensus: dict[int, str] | None = None,
    erased: frozenset[int] = frozenset(),
) -> Path:
    """Items are (content, gold or None, one label per annotator); `erased` are rows by index."""
    writer = ExportWriter()
    header = Header(
        1, 31337, LEDGER, DATASET, 5, (1,), schema, closed_classes(schema) or (), 1, 10**9, (LEDGER,)
    )
    with path.open("wb") as file:
        file.write(writer.write(header))
        index = 0
        for place, (content, _, labels) in enumerate(items):
            for number, label in enumerate(labels):
                file.write(writer.write(_record(index, place, content, label, number, index in erased)))
                index += 1
        for place, (content, gold, _) in enumerate(items):
            salt = keccak(b"salt %d" % place)
            digest = hashes.item_hash(content)
            opening = Gold(gold, keccak(b"gold %d" % place), ())
            file.write(
                writer.write(
                    Item(0, place, content, digest, salt, hashes.item_ref(digest, salt), (), opening)
                )
            )
        for place, label in sorted((consensus or {}).items()):
            file.write(writer.write(Consensus(1, place, label)))
        file.write(writer.end())
    return path


def _record(index: int, place: int, content: Any, label: Any, number: int, is_erased: bool) -> Record:
    salt = keccak(b"label %d" % index)
    ref = hashes.item_ref(hashes.item_hash(content), keccak(b"salt %d" % place))
    commitment = hashes.label_commitment(hashes.label_hash(label), salt)
    lease = keccak(b"lease %d" % index)
    statement = Annotation(DATASET, ref, 0, commitment, lease, annotator(number), index, 1_800_000_000)
    return Record(
        epoch=1,
        index=index,
        annotation=statement,
        row_id=statement.struct_hash(),
        signature=bytes(65),
        agent_key=None,
        label=None if is_erased else label,
        label_salt=None if is_erased else salt,
        item_index=place,
        receipt=RowReceipt(INCLUDE_BY, bytes(65), LEDGER),
        proof=(keccak(b"a"),) * 17,
    )
