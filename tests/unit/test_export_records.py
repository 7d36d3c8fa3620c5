"""The licensed export: complete or recognised as not, and each record fits its own commitments (P11)."""

import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from cota.auth.signatures import address_of_secret, recover, sign_digest
from cota.auth.typed import AgentKey, Annotation, Domain, digest
from cota.commitments import hashes, log_tree
from cota.commitments.words import keccak
from cota.errors import BadRequest
from cota.formats.export import (
    Consensus,
    End,
    ExportLine,
    ExportWriter,
    Gold,
    Header,
    Item,
    MalformedFile,
    Record,
    RowReceipt,
    SignedAgentKey,
    Void,
    read_export,
)
from cota.formats.shapes import BYTES32
from cota.units import address_of

SECRET = (1).to_bytes(32, "big")
SIGNER = address_of_secret(SECRET)
LEDGER = address_of(b"\x11" * 20)
DOMAIN = Domain(31337, LEDGER)
DATASET = keccak(b"dataset")
SALT = keccak(b"salt")
CONTENT = {"text": "Zażółć 👩‍🔬 é\r\n", "n": [1, 2.5, None]}
ITEM_HASH = hashes.item_hash(CONTENT)
REF = hashes.item_ref(ITEM_HASH, SALT)


def make_record(index: int) -> Record:
    commitment = hashes.label_commitment(hashes.label_hash("blue"), SALT)
    annotation = Annotation(
        DATASET, REF, 0, commitment, keccak(b"lease"), SIGNER, 2**200 + index, 1_800_000_000
    )
    agent = AgentKey(DATASET, SIGNER, LEDGER, 1, 2)
    return Record(
        epoch=1,
        index=index,
        annotation=annotation,
        row_id=annotation.struct_hash(),
        signature=sign_digest(digest(DOMAIN, annotation), SECRET),
        agent_key=SignedAgentKey(agent, sign_digest(digest(DOMAIN, agent), SECRET)) if index else None,
        label="blue",
        label_salt=SALT,
        item_index=7,
        receipt=RowReceipt(1_800_000_600, b"\x01" * 65, LEDGER),
        proof=(keccak(b"a"), keccak(b"b")),
    )


def make_lines() -> list[ExportLine]:
    header = Header(
        1, 31337, LEDGER, DATASET, 5, (1, 2), {"kind": "choice"}, ("blue", "red"), 1, 10**9, (LEDGER,)
    )
    gold = Gold("blue", SALT, (keccak(b"c"),))
    return [
        header,
        make_record(0),
        Void(1, 1, ()),
        make_record(2),
        Item(0, 7, CONTENT, ITEM_HASH, SALT, REF, (), gold),
        Item(0, 8, None, ITEM_HASH, None, REF, (), replace(gold, label=None)),
        Consensus(1, 7, "blue"),
        Consensus(1, 8, None),
    ]


def encode(lines: Iterable[ExportLine]) -> bytes:
    writer = ExportWriter()
    return b"".join([writer.write(line) for line in lines] + [writer.end()])


def read(data: bytes) -> list[ExportLine]:
    return list(read_export(io.BytesIO(data)))


DATA = encode(make_lines())


def test_export_p11__read_back__gives_the_same_records_and_bytes() -> None:
    *found, end = read(DATA)
    assert found == make_lines()
    assert encode(found) == DATA
    before = DATA[: DATA.rindex(b'{"erased"')]
    assert end == End(2, 2, 1, hashlib.sha256(before).digest())


def test_export_p11__a_record__proves_its_label_row_and_signer() -> None:
    record, rows = make_record(0), [make_record(i).row_id for i in range(3)]
    assert record.problem() is None
    assert recover(digest(DOMAIN, record.annotation), record.signature) == SIGNER
    assert log_tree.verify(log_tree.root(rows), record.row_id, 0, 3, log_tree.prove(rows, 0))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"label": "red"}, "label"),
        ({"label_salt": keccak(b"other")}, "label"),
        ({"row_id": keccak(b"other")}, "row id"),
    ],
)
def test_export_p11__record_with_another_part__says_so(change: dict[str, Any], word: str) -> None:
    assert word in str(replace(make_record(0), **change).problem())


def test_export__erased_record_and_item__keep_their_digests_and_are_counted() -> None:
    record = replace(make_record(0), label=None, label_salt=None)
    assert record.is_erased
    assert record.problem() is None
    item = make_lines()[5]
    assert isinstance(item, Item)
    assert item.is_erased
    assert item.problem() is None


def test_export__item_with_another_content_or_salt__says_so() -> None:
    item = make_lines()[4]
    assert isinstance(item, Item)
    assert item.problem() is None
    assert replace(item, item={"text": "other"}).problem() is not None
    assert replace(item, item_salt=keccak(b"other")).problem() is not None


def test_export__gold_leaf__is_that_of_the_committed_index_and_label() -> None:
    known, unknown = make_lines()[4:6]
    assert isinstance(known, Item)
    assert isinstance(unknown, Item)
    assert known.gold_leaf() == hashes.gold_leaf(7, hashes.label_hash("blue"), SALT)
    assert unknown.gold_leaf() == hashes.gold_leaf(8, None, SALT)


@pytest.mark.parametrize("number", range(1, len(DATA.splitlines()) + 1))
def test_export__any_line_dropped_doubled_or_last__is_refused(number: int) -> None:
    lines = DATA.splitlines(keepends=True)
    with pytest.raises(MalformedFile):
        read(b"".join(lines[: number - 1] + lines[number:]))
    with pytest.raises(MalformedFile):
        read(b"".join(lines[:number] + lines[number - 1 :]))


@pytest.mark.parametrize("cut", [1, 10, 500, len(DATA) - 40, len(DATA)])
def test_export__cut_anywhere__is_recognised_as_incomplete(cut: int) -> None:
    with pytest.raises(MalformedFile, match=r"incomplete|cut off"):
        read(DATA[:-cut])


def test_export__more_after_the_end__is_refused() -> None:
    with pytest.raises(MalformedFile):
        read(DATA + DATA)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"label":"blue"', '"label":"red!"'),
        ('"nonce":"', '"nonce":"0'),
        ('"kind":0', '"kind":256'),
        ('"kind":0', '"kind":false'),
        ('"deadline":"1800000000"', '"deadline":1800000000'),
        ('"agent_key":null', '"agent_key":[]'),
        ('"epoch":1', '"epoch":3'),
        ('"item_index":7', '"item_index":9007199254740993'),
        ('"type":"record"', '"type":"recorf"'),
        ('"type":"record"', '"type":["record"]'),
        ('"signature":"0x', '"signature":"0X'),
        ('"label_salt":"0x', '"label_salt":"0xF'),
        ('"proof":["0x', '"proof":[1,"0x'),
        ('"license":"5"', '"license":"-5"'),
        ('"text":"Za', '"text":"\\u0000a'),
        ('"text":"Za', '"text":"\\ud800'),
    ],
)
def test_export__one_change__is_refused_with_a_line_number(old: str, new: str) -> None:
    text = DATA.decode()
    assert old in text
    with pytest.raises(MalformedFile, match=r"^line \d+: "):
        read(text.replace(old, new, 1).encode())


def test_bytes32__another_spelling_or_length__is_refused() -> None:
    """One spelling a value: what was read is written to the same bytes."""
    low, upper = "0x" + "ab" * 32, "0x" + "AB" * 32
    assert BYTES32.read(low) == b"\xab" * 32
    for text, why in (
        (upper, "lower-case"),
        (low[:-1], "64 hex digits"),
        (low + "\n", "64 hex digits"),
        (7, "string"),
    ):
        with pytest.raises(ValueError, match=why):
            BYTES32.read(text)


def test_export_writer__line_out_of_order_or_without_header__is_refused() -> None:
    writer = ExportWriter()
    with pytest.raises(BadRequest, match="header"):
        writer.write(make_record(0))
    writer.write(make_lines()[0])
    writer.write(make_record(2))
    with pytest.raises(BadRequest, match="order"):
        writer.write(make_record(0))


def test_export__record_line__has_the_documented_keys() -> None:
    record = json.loads(DATA.splitlines()[1])
    assert set(record) == {
        "type", "epoch", "index", "annotation", "row_id", "signature", "agent_key", "label", "label_salt",
        "item_index", "receipt", "proof",
    }  # fmt: skip
    assert set(record["annotation"]) == {
        "dataset", "itemRef", "kind", "labelCommitment", "lease", "account", "nonce", "deadline",
    }  # fmt: skip
    assert set(record["receipt"]) == {"includeBy", "signature", "key"}
