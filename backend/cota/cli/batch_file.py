"""A publisher's file of items, in any format -> **batches with salts** -> client. What `cota dataset create --from`
and `add-batch` read.

The file is read twice: once to check all of it before anything is signed, once to send it. Promises: memory
holds one batch; the salts are fresh for everybody but the publisher: they are derived from her key, the
dataset and what the file says, so that a file sent again after a crash makes the same batches and no others.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from eth_account.signers.local import LocalAccount

from cota.cli.failures import Failed
from cota.client import NewItem
from cota.commitments.canonical import canonical
from cota.commitments.words import keccak
from cota.datasets.contents import check_content
from cota.datasets.labels import canonical_label, check_label
from cota.datasets.question import item_kind
from cota.errors import DomainError
from cota.formats.incoming import Found, Incoming, ReadOptions, open_file
from cota.units import Hash32

MOST_IN_BATCH = 20_000
BYTES_IN_BATCH = 24 * 2**20
"""An upload may have 64 MiB; salts and hex take their part."""


@dataclass
class ItemFile:
    """One file, checked whole against the dataset's question."""

    path: Path
    incoming: Incoming
    schema: Any
    items: int = 0
    gold: int = 0
    digest: bytes = b""
    lost: dict[str, int] = field(default_factory=dict)
    """What the file says and is not taken over, with how often."""

    def fitting(self) -> Iterator[Found]:
        """The items once more, their gold in the one form that a label has."""
        return _fitting(self.path, self.incoming, self.schema)

    def batches(self, account: LocalAccount, dataset: Hash32) -> Iterator[list[NewItem]]:
        """The items with their salts, a batch at a time, in the file's order."""
        seed = hmac.digest(bytes(account.key), b"cota batch" + dataset + self.digest, "sha256")
        batch: list[NewItem] = []
        size = 0
        for number, found in enumerate(self.fitting()):
            place = number.to_bytes(8, "big")
            salts = [Hash32(keccak(seed + part + place)) for part in (b"item", b"gold")]
            batch.append(NewItem(found.content, found.gold, *salts))
            size += len(canonical([found.content, found.gold]))
            if len(batch) == MOST_IN_BATCH or size > BYTES_IN_BATCH:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch


def open_items(path: Path, options: ReadOptions) -> Incoming:
    """A file, its format known. Raises Failed."""
    try:
        return open_file(path, options)
    except DomainError as error:
        raise Failed(f"{path}: {error.detail}") from None
    except OSError as error:
        raise Failed(f"{path} cannot be read: {error.strerror}") from None


def check_items(path: Path, incoming: Incoming, schema: Any) -> ItemFile:
    """Reads a file once. Raises Failed for the first item that is not whole, there twice, or has wrong gold."""
    checked = ItemFile(path, incoming, schema)
    digest, seen = hashlib.sha256(), dict[bytes, str]()
    try:
        for found in _fitting(path, incoming, schema):
            content = canonical(found.content)
            short = hashlib.blake2b(content, digest_size=16).digest()
            if short in seen:
                raise Failed(f"{path}, {found.place}: the item is the same as in {seen[short]}")
            seen[short] = found.place
            digest.update(content + b"\n" + canonical(found.gold) + b"\n")
            checked.items += 1
            checked.gold += found.gold is not None
    except DomainError as error:
        raise Failed(f"{path}, {error.detail}") from None
    except OSError as error:
        raise Failed(f"{path} cannot be read: {error.strerror}") from None
    checked.digest = digest.digest()
    checked.lost = {what: count for what, count in sorted(incoming.lost.items()) if count}
    return checked


def _fitting(path: Path, incoming: Incoming, schema: Any) -> Iterator[Found]:
    """The items, each fit for the question, its gold in the one form that a label has. Raises Failed."""
    kind = item_kind(schema)
    for found in incoming.items():
        try:
            check_content(kind, found.content)
        except DomainError as error:
            raise Failed(f"{path}, {found.place}: {error.detail}") from None
        if found.gold is None:
            yield found
            continue
        gold = canonical_label(schema, found.gold)
        try:
            check_label(schema, gold, found.content)
        except DomainError as error:
            raise Failed(f"{path}, {found.place}: gold: {error.detail}") from None
        yield replace(found, gold=gold)
