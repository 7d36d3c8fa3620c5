"""Her file from the service -> **her disk, checked** without a network. What only she and the service know, and her
books.

Promises: the file gets its name only once its last line is there; what is checked needs nothing but the file: each
row's id follows from its statement, the statement is signed by her wallet or by an agent that her wallet authorised,
the label is the one that was committed to, and the receipt is signed by the key that it names. Rows of contract
wallets, whose signatures only the chain can check, are counted apart.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cota.auth.signatures import recover
from cota.auth.typed import AgentKey, Domain, digest
from cota.client.backup import bounded_lines
from cota.client.downloads import fetch_private
from cota.client.labelling import read_label
from cota.client.receipts import check_promise
from cota.client.records import SignedLabel, SignedReceipt, optional, parse_bytes, take
from cota.client.refusals import Untrustworthy
from cota.client.session import Session
from cota.commitments.canonical import MalformedJson, parse_json
from cota.commitments.hashes import label_commitment, label_hash
from cota.errors import BadSignature
from cota.units import Address, Hash32, parse_address, parse_hash32

BOOKS = ("statement", "income", "consent")


@dataclass
class OwnCopy:
    """What a file holds, all of it checked. `keys` signed the receipts; `by_contract`: rows signed by a contract
    wallet."""

    account: Address
    chain_id: int
    labels: int = 0
    erased: int = 0
    receipts: int = 0
    by_agent: int = 0
    by_contract: int = 0
    books: Counter[str] = field(default_factory=Counter)
    datasets: list[Hash32] = field(default_factory=list)
    keys: set[Address] = field(default_factory=set)


class CopyCalls(Session):
    """Her own copy of what the service holds of her."""

    def fetch_backup(self, path: Path) -> OwnCopy:
        """Writes all that is hers to a file that nobody else may read, and checks it. Raises Untrustworthy; then the
        file stays beside its name, as `<name>.part`."""
        self.require_session()
        part = fetch_private(self.http, "/v1/accounts/me/backup", path)
        found = check_copy(part)
        if (found.account, found.chain_id) != (self.address, self.status.chain_id):
            raise Untrustworthy(f"the file is of {found.account} on chain {found.chain_id}")
        os.replace(part, path)
        return found


def check_copy(path: Path) -> OwnCopy:
    """Checks every line of a backup, without a network. Raises Untrustworthy naming the line."""
    with path.open("rb") as file:
        reader = _Reader(_lines(file))
        return reader.read()


def read_agent_key(record: Mapping[str, Any]) -> tuple[bytes, AgentKey, bytes]:
    """(the digest that names it, the key, the wallet's signature) of an `agent` line. Raises Untrustworthy."""
    key = AgentKey(
        dataset=take(record, "dataset", parse_hash32),
        account=take(record, "account", parse_address),
        agent=take(record, "agent", parse_address),
        not_before=take(record, "not_before", int),
        not_after=take(record, "not_after", int),
    )
    return take(record, "digest", parse_hash32), key, take(record, "signature", parse_bytes)


def _lines(file: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in bounded_lines(file):
        try:
            record = parse_json(line)
        except MalformedJson:
            record = None
        if not isinstance(record, dict) or not line.endswith(b"\n"):
            raise Untrustworthy(f"line {number} of the backup is not a whole JSON object")
        yield number, record


class _Reader:
    """Takes the lines in their order: header; by dataset itself, agent keys, labels with receipts, payments; books;
    end."""

    def __init__(self, lines: Iterator[tuple[int, Mapping[str, Any]]]) -> None:
        self._lines = lines
        self._domain: Domain | None = None
        self._agents: dict[bytes, AgentKey] = {}
        self._label: SignedLabel | None = None
        self._seen: Counter[str] = Counter()

    def read(self) -> OwnCopy:
        number, header = next(self._lines, (1, {}))
        if header.get("type") != "backup" or header.get("version") != 1:
            raise Untrustworthy("the file is no backup of version 1")
        copy = OwnCopy(take(header, "account", parse_address), take(header, "chain_id", int))
        for number, record in self._lines:
            try:
                if record.get("type") == "end":
                    self._end(record)
                    return copy
                self._take(copy, record)
            except Untrustworthy as error:
                raise Untrustworthy(f"line {number} of the backup: {error}") from error
        raise Untrustworthy(f"the backup breaks off after line {number}: its end is missing")

    def _take(self, copy: OwnCopy, record: Mapping[str, Any]) -> None:
        kind = take(record, "type", str)
        self._seen[kind] += 1
        if self._label is not None and kind != "receipt":
            raise Untrustworthy("a label has no receipt after it")
        if kind == "dataset":
            copy.datasets.append(take(record, "dataset", parse_hash32))
            self._domain = Domain(copy.chain_id, take(record, "ledger", parse_address))
        elif kind == "agent":
            self._agent(copy, record)
        elif kind == "label":
            self._check_label(copy, record)
        elif kind == "receipt":
            self._check_receipt(copy, record)
        elif kind in BOOKS:
            copy.books[kind] += 1
        else:
            raise Untrustworthy(f"lines of type {kind!r} are unknown here")

    def _agent(self, copy: OwnCopy, record: Mapping[str, Any]) -> None:
        named, key, authorisation = read_agent_key(record)
        name = digest(self._known_domain(), key)
        if named != name:
            raise Untrustworthy("the agent key is not the one that its digest names")
        if take(record, "verified_block", optional(int)) is None:
            signer = _signer(name, authorisation)
            if key.account != copy.account or signer != copy.account:
                raise Untrustworthy(f"the agent key is authorised by {signer}, not by {copy.account}")
        self._agents[name] = key

    def _check_label(self, copy: OwnCopy, record: Mapping[str, Any]) -> None:
        is_erased = record.get("label_salt") is None
        label = read_label({**record, "label_salt": "0x" + "00" * 32} if is_erased else record)
        statement = label.annotation
        if label.row_id != take(record, "row_id", parse_hash32) or statement.account != copy.account:
            raise Untrustworthy("the row id is not that of a statement of hers")
        if not is_erased:
            commitment = label_commitment(label_hash(label.label), label.label_salt)
            if commitment != statement.label_commitment:
                raise Untrustworthy("label and salt are not those that were signed")
        self._check_signature(copy, label, take(record, "verified_block", optional(int)))
        copy.labels, copy.erased = copy.labels + 1, copy.erased + is_erased
        self._label = label

    def _check_signature(self, copy: OwnCopy, label: SignedLabel, verified_block: int | None) -> None:
        expected = copy.account
        if label.agent_digest is not None:
            key = self._agents.get(label.agent_digest)
            if key is None or key.dataset != label.annotation.dataset:
                raise Untrustworthy("the agent key that signed is not in the file")
            expected = key.agent
            copy.by_agent += 1
        elif verified_block is not None:
            copy.by_contract += 1
            return
        signer = _signer(digest(self._known_domain(), label.annotation), label.signature)
        if signer != expected:
            raise Untrustworthy(f"the statement is signed by {signer}, not by {expected}")

    def _check_receipt(self, copy: OwnCopy, record: Mapping[str, Any]) -> None:
        if self._label is None:
            raise Untrustworthy("a receipt stands without its label before it")
        receipt = SignedReceipt.parse(record)
        label, self._label = self._label, None
        check_promise(self._known_domain(), receipt, label.annotation.dataset, label.row_id)
        copy.receipts += 1
        copy.keys.add(receipt.key)

    def _end(self, record: Mapping[str, Any]) -> None:
        if self._label is not None:
            raise Untrustworthy("a label has no receipt after it")
        if take(record, "counts", dict) != dict(self._seen):
            raise Untrustworthy("the end counts other lines than there are")
        if next(self._lines, None) is not None:
            raise Untrustworthy("nothing may follow the end")

    def _known_domain(self) -> Domain:
        if self._domain is None:
            raise Untrustworthy("a row stands before its dataset")
        return self._domain


def _signer(signed: bytes, signature: bytes) -> Address:
    try:
        return recover(signed, signature)
    except BadSignature as error:
        raise Untrustworthy(f"the signature is not a valid one: {error.detail}") from error
