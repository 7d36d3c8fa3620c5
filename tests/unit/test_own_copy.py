"""Her own file is checked line by line, with nothing but the file: what was altered, left out or added is named."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from cota.auth.signatures import sign_digest
from cota.auth.typed import AgentKey, Annotation, Domain, digest
from cota.client.backup import Backup
from cota.client.labelling import label_record, receipt_record
from cota.client.own_copy import OwnCopy, check_copy
from cota.client.records import SignedLabel, SignedReceipt
from cota.client.refusals import Untrustworthy
from cota.commitments import receipts
from cota.commitments.hashes import label_commitment, label_hash
from cota.commitments.receipts import Receipt
from cota.units import parse_address, to_hex

ANA, AGENT, COORDINATOR = (Account.from_key(bytes([n]) * 32) for n in (1, 2, 3))
WALLET = parse_address(ANA.address)
LEDGER = parse_address("0x" + "a1" * 20)
DOMAIN = Domain(31_337, LEDGER)
DATASET, SALT = b"\x07" * 32, b"\x51" * 32
LABEL: Any = {"class": "heron", "note": "à gauche"}

Lines = list[dict[str, Any]]


def agent_key() -> AgentKey:
    return AgentKey(DATASET, WALLET, parse_address(AGENT.address), 1_700_000_000, 1_700_040_000)


def signed(number: int, *, by_agent: bool = False) -> SignedLabel:
    annotation = Annotation(
        dataset=DATASET,
        item_ref=bytes([number]) * 32,
        kind=0,
        label_commitment=label_commitment(label_hash(LABEL), SALT),
        lease=b"\x1e" * 32,
        account=WALLET,
        nonce=number,
        deadline=1_700_000_600,
    )
    signature = sign_digest(digest(DOMAIN, annotation), bytes((AGENT if by_agent else ANA).key))
    authorised = digest(DOMAIN, agent_key()) if by_agent else None
    return SignedLabel(annotation, annotation.struct_hash(), LABEL, SALT, signature, authorised)


def receipt_of(label: SignedLabel, index: int) -> dict[str, Any]:
    promised = Receipt(DATASET, index, label.row_id, 1_700_001_000)
    made = receipts.sign(DOMAIN, promised, bytes(COORDINATOR.key))
    return receipt_record(SignedReceipt(promised, made.signature, parse_address(COORDINATOR.address)))


def whole() -> Lines:
    """Three labels: of the wallet, of its agent, and one that was erased."""
    name = digest(DOMAIN, agent_key())
    lines: Lines = [
        {"type": "backup", "version": 1, "account": WALLET, "chain_id": 31_337},
        {"type": "dataset", "dataset": to_hex(DATASET), "ledger": LEDGER},
        {
            "type": "agent", "digest": to_hex(name), "dataset": to_hex(DATASET), "account": WALLET,
            "agent": AGENT.address, "not_before": 1_700_000_000, "not_after": 1_700_040_000,
            "signature": to_hex(sign_digest(name, bytes(ANA.key))), "verified_block": None,
        },
    ]  # fmt: skip
    for index, label in enumerate((signed(1), signed(2, by_agent=True), signed(3))):
        record = {**label_record(label), "verified_block": None}
        if index == 2:
            record |= {"label": None, "label_salt": None}
        lines += [record, receipt_of(label, index)]
    lines += [{"type": "income", "part": "5"}, {"type": "statement", "kind": "joined"}]
    return ended(lines)


def ended(lines: Lines) -> Lines:
    counts = Counter(line["type"] for line in lines[1:] if line["type"] != "end")
    return [*(line for line in lines if line["type"] != "end"), {"type": "end", "counts": dict(counts)}]


def check(folder: Path, lines: Lines) -> OwnCopy:
    path = folder / "copy.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return check_copy(path)


def test_check__whole_file__says_what_it_holds(tmp_path: Path) -> None:
    found = check(tmp_path, whole())
    assert (found.account, found.chain_id, found.datasets) == (WALLET, 31_337, [DATASET])
    assert (found.labels, found.erased, found.by_agent, found.by_contract, found.receipts) == (3, 1, 1, 0, 3)
    assert (found.keys, found.books) == ({COORDINATOR.address}, {"income": 1, "statement": 1})


def test_check__whole_file__serves_as_the_clients_own_backup(tmp_path: Path) -> None:
    check(tmp_path, whole())
    kinds = Counter(record["type"] for record in Backup(tmp_path / "copy.jsonl").read())
    assert (kinds["label"], kinds["receipt"]) == (3, 3)


def test_check__of_a_contract_wallet__is_counted_apart(tmp_path: Path) -> None:
    lines = whole()
    lines[3] |= {"signature": "0x" + "00" * 70, "verified_block": 9}
    assert check(tmp_path, lines).by_contract == 1


def change(line: int, **fields: Any) -> Callable[[Lines], Lines]:
    return lambda lines: [{**one, **fields} if place == line else one for place, one in enumerate(lines)]


def without(*places: int, end: bool = True) -> Callable[[Lines], Lines]:
    def drop(lines: Lines) -> Lines:
        kept = [one for place, one in enumerate(lines) if place not in places]
        return ended(kept) if end else kept

    return drop


BENT: list[tuple[str, Callable[[Lines], Lines], str]] = [
    ("another label", change(3, label={"class": "ibis"}), "line 4 .*label and salt are not those"),
    ("another salt", change(3, label_salt=to_hex(b"\x52" * 32)), "line 4 .*label and salt are not those"),
    ("another row id", change(3, row_id=to_hex(b"\x01" * 32)), "line 4 .*row id is not that"),
    (
        "another's signature",
        change(3, signature=to_hex(signed(2, by_agent=True).signature)),
        "line 4 .*is signed by",
    ),
    ("no signature", change(3, signature="0x"), "line 4 .*signature"),
    ("agent signs as the wallet", change(5, agent_key_digest=None), "line 6 .*is signed by"),
    ("agent nobody knows", without(2), "line 5 .*agent key that signed is not in the file"),
    ("agent by a stranger", change(2, signature=to_hex(b"\x1b" * 65)), "line 3 .*"),
    (
        "agent of another time",
        change(2, not_after=1_800_000_000),
        "line 3 .*not the one that its digest names",
    ),
    ("receipt at another index", change(4, index=7), "line 5 .*is signed by"),
    ("receipt of another row", change(4, row_id=to_hex(b"\x01" * 32)), "line 5 .*is for another row"),
    ("receipt of another key", change(4, key=WALLET), "line 5 .*is signed by"),
    ("no receipt", without(4), "line 5 .*has no receipt"),
    ("receipt alone", without(3), "line 4 .*without its label"),
    ("row left out", without(3, 4, end=False), "the end counts other lines"),
    ("payment left out", without(9, end=False), "the end counts other lines"),
    ("no end", without(11, end=False), "breaks off after line 11"),
    ("something after the end", lambda lines: [*lines, lines[0]], "nothing may follow the end"),
    ("another chain", change(0, chain_id=1), "line 3 .*digest names"),
    ("another ledger", change(1, ledger=WALLET), "line 3 .*digest names"),
    ("another account", change(0, account=AGENT.address), "line 3 .*authorised by"),
    ("unknown line", change(9, type="gift"), "line 10 .*'gift' are unknown"),
    ("no backup", change(0, type="export"), "no backup of version 1"),
    ("a later version", change(0, version=2), "no backup of version 1"),
]


@pytest.mark.parametrize(("bend", "complaint"), [one[1:] for one in BENT], ids=[one[0] for one in BENT])
def test_check__one_thing_altered__is_named(
    tmp_path: Path, bend: Callable[[Lines], Lines], complaint: str
) -> None:
    with pytest.raises(Untrustworthy, match=complaint):
        check(tmp_path, bend(whole()))


@pytest.mark.parametrize(
    "text", ["", "{}", "[]\n", "nonsense\n", '{"type": "backup"}\n', "[" * 100_000 + "\n"]
)
def test_check__no_such_file__is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "copy.jsonl"
    path.write_text(text)
    with pytest.raises(Untrustworthy):
        check_copy(path)
