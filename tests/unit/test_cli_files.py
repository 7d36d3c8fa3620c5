"""Files that people bring: what is wrong with them is told with file and line, and nothing is guessed."""

import json
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from cota.cli.answers_file import names_of, read_answers
from cota.cli.batch_file import check_items, open_items
from cota.cli.dataset_file import read_wanted
from cota.cli.failures import Failed
from cota.client import Currency, Lease, NewItem
from cota.formats.incoming import ReadOptions
from cota.scoring import NEWEST
from cota.units import Address, Hash32

CLASSES = ["heron", "ibis"]
SCHEMA = {"kind": "choice", "question": "Which?", "classes": CLASSES}
DOLLAR = Currency(Address("0x" + "11" * 20), "TUSD", 6)
COTA = Currency(Address("0x" + "22" * 20), "COTA", 18)
WALLET = Account.from_key("0x" + "5e" * 32)
DATASET = Hash32(b"\7" * 32)


@pytest.mark.parametrize(
    "text",
    [
        "item,label\na,heron\nb,ibis\n",
        "\ufeffitem,label\r\na,heron\r\nb,ibis\r\n",
        "label,other,item\nheron,x,a\nibis,,b\n\n",
        'item,label\n"a",heron\nb,ibis\na,heron\n',
        '{"item": "a", "label": "heron"}\n\n{"item": "b", "label": "ibis"}',
    ],
)
def test_read_answers__csv_or_json_lines__same_answers(tmp_path: Path, text: str) -> None:
    path = tmp_path / "answers"
    path.write_text(text, encoding="utf-8", newline="")
    assert read_answers(path, SCHEMA) == {"a": "heron", "b": "ibis"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("item,label\na,stork\n", 'line 2: stork: the label must be exactly one of "heron", "ibis"'),
        ("item,label\na,heron\na,ibis\n", "line 3: item a has two different labels"),
        ("item,label\na\n", "line 2: 2 cells are wanted, not 1"),
        ("item,label\na,\n", "line 2: a cell is empty"),
        ("task,label\na,heron\n", "line 1: one column named item is wanted, the header has 0"),
        ("item,label,label\na,heron,ibis\n", "line 1: one column named label is wanted, the header has 2"),
        ('item,label\n"a,heron\n', "unexpected end of data"),
        ("item,label\n", "holds no answers"),
        ("", "line 1: one column named item is wanted"),
        ('{"item": "a", "label": "heron"}\nnonsense\n', "line 2: the bytes are not JSON"),
        ('{"item": "a", "label": "heron", "more": 1}', 'line 1: an object with "item" and "label" is wanted'),
        ('{"item": "a", "label": 1}', 'line 1: 1: the label must be exactly one of "heron", "ibis"'),
        ('{"item": "a", "item": "b", "label": "heron"}', "line 1: a key occurs twice"),
    ],
)
def test_read_answers__bad_line__is_named(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(text)
    with pytest.raises(Failed) as refused:
        read_answers(path, SCHEMA)
    assert complaint in str(refused.value)
    assert str(path) in str(refused.value)


def test_read_answers__not_utf8_or_not_there__told(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("item,label\ncaf\xe9,heron\n".encode("latin-1"))
    with pytest.raises(Failed, match="is not UTF-8"):
        read_answers(path, SCHEMA)
    with pytest.raises(Failed, match="cannot be read: No such file"):
        read_answers(tmp_path / "none", SCHEMA)
    with pytest.raises(Failed, match="cannot be read: Is a directory"):
        read_answers(tmp_path, SCHEMA)


def test_names_of__reference_content_or_field() -> None:
    def leased(content: Any) -> Lease:
        return Lease(Hash32(b"\1" * 32), DATASET, Hash32(b"\2" * 32), content, None)  # type: ignore[arg-type]

    reference = "0x" + "02" * 32
    assert names_of(leased("a text"), None) == [reference, "a text"]
    assert names_of(leased({"b": 1, "a": "x"}), None) == [reference, '{"a":"x","b":1}']
    assert names_of(leased({"photo": "p7"}), "photo") == [reference, "p7"]
    assert names_of(leased({"photo": 7}), "photo") == [reference, "7"]
    assert names_of(leased({"photo": "p7"}), "picture") == [reference]
    assert names_of(leased(["p7"]), "photo") == [reference]


def read_items(path: Path, schema: Any, wallet: Any, dataset: Hash32) -> list[NewItem]:
    checked = check_items(path, open_items(path, ReadOptions()), schema)
    (batch,) = checked.batches(wallet, dataset)
    assert (checked.items, checked.gold) == (len(batch), sum(item.gold is not None for item in batch))
    return batch


def test_read_items__sent_again__is_the_same_batch(tmp_path: Path) -> None:
    """Salts are nobody's to guess, and yet a batch sent again after a crash is no second batch."""
    path = tmp_path / "items.jsonl"
    path.write_text('{"content": {"n": 1}, "gold": "ibis"}\n{"content": {"n": 2}}\n')
    first, second = (read_items(path, SCHEMA, WALLET, DATASET) for _ in range(2))
    assert first == second
    assert [item.gold for item in first] == ["ibis", None]
    salts = {salt for item in first for salt in (item.item_salt, item.gold_salt)}
    assert len(salts) == 4
    other_wallet = read_items(path, SCHEMA, Account.from_key("0x" + "5f" * 32), DATASET)
    other_dataset = read_items(path, SCHEMA, WALLET, Hash32(b"\x08" * 32))
    path.write_text('{"content": {"n": 1}, "gold": "ibis"}\n{"content": {"n": 3}}\n')
    other_file = read_items(path, SCHEMA, WALLET, DATASET)
    for others in (other_wallet, other_dataset, other_file):
        assert salts.isdisjoint({salt for item in others for salt in (item.item_salt, item.gold_salt)})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"content": 1}\n{"content": 1}\n', "line 2: the item is the same as in line 1"),
        (
            '{"content": 1, "gold": "stork"}\n',
            'line 1: gold: the label must be exactly one of "heron", "ibis"',
        ),
        ('{"content": 1, "golden": "ibis"}\n', 'line 1: an object with "content", and "gold"'),
        ('["content"]\n', 'line 1: an object with "content"'),
        ('{"content": NaN}\n', "line 1: NaN is not JSON"),
        ('{"content": "\\ud800"}\n', "line 1: the JSON holds half a surrogate pair"),
        ("\n\n", "holds no items"),
    ],
)
def test_read_items__bad_line__is_named(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text(text)
    with pytest.raises(Failed) as refused:
        read_items(path, SCHEMA, WALLET, DATASET)
    assert complaint in str(refused.value)


def test_read_wanted__amounts_by_the_one_rule__in_their_own_tokens(tmp_path: Path) -> None:
    wanted = read_wanted(
        _file(tmp_path, price_floor="1.5", stake="100", units_per_label="0.5", supply_cap="1000u", seats=3,
              transfer_policy="allow-list", credential="0x" + "00" * 32),
        DOLLAR, COTA,
    )  # fmt: skip
    assert wanted.choices["price_floor"] == 1_500_000
    assert wanted.choices["stake"] == 100 * 10**18
    assert (wanted.choices["units_per_label"], wanted.choices["supply_cap"]) == (500_000, 1000)
    assert wanted.choices["transfer_policy"] == 2
    assert (wanted.title, wanted.description, wanted.rules) == ("Birds", "", NEWEST)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"title": None}, "title is missing"),
        ({"seets": 3}, "seets is not a field"),
        ({"publisher": "0x" + "11" * 20}, "publisher is not a field"),
        ({"price_floor": 100}, "price_floor: a text is wanted"),
        ({"price_floor": "1.0000001"}, "price_floor: 1.0000001 has 7 decimals, and TUSD has 6"),
        ({"price_floor": "-1"}, "price_floor: an amount is wanted"),
        ({"seats": "3"}, "seats: a whole number is wanted"),
        ({"seats": True}, "seats: a whole number is wanted"),
        ({"coordinator": "0x12"}, "coordinator: an address is 0x and 40 hex digits"),
        ({"credential": "0x12"}, "credential: a 32-byte value"),
        ({"transfer_policy": "closed"}, "transfer_policy: one of open, locked-until, allow-list is wanted"),
        ({"schema": {"kind": "choice", "question": "?", "classes": ["one"]}}, "schema: the schema's classes"),
    ],
)
def test_read_wanted__bad_field__is_named(tmp_path: Path, fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(Failed) as refused:
        read_wanted(_file(tmp_path, **fields), DOLLAR, COTA)
    assert complaint in str(refused.value)


def _file(folder: Path, **fields: Any) -> Path:
    path = folder / "birds.json"
    content = {"title": "Birds", "schema": SCHEMA} | fields
    path.write_text(json.dumps({name: value for name, value in content.items() if value is not None}))
    return path


def test_batches__large_file__several_and_the_same_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "items.csv"
    path.write_text("n,gold\n" + "".join(f"{n},{'ibis' if n % 3 else ''}\n" for n in range(25)))
    monkeypatch.setattr("cota.cli.batch_file.MOST_IN_BATCH", 10)
    checked = check_items(path, open_items(path, ReadOptions()), SCHEMA)
    assert (checked.items, checked.gold) == (25, 16)
    first, second = (list(checked.batches(WALLET, DATASET)) for _ in range(2))
    assert first == second
    assert [len(batch) for batch in first] == [10, 10, 5]
    assert len({item.item_salt for batch in first for item in batch}) == 25
    monkeypatch.setattr("cota.cli.batch_file.BYTES_IN_BATCH", 30)
    assert max(len(batch) for batch in checked.batches(WALLET, DATASET)) < 5


def test_read_wanted__what_the_items_tell__completes_the_question(tmp_path: Path) -> None:
    told = {"kind": "choice", "question": "From the file?", "classes": CLASSES}
    wanted = read_wanted(_file(tmp_path, schema={"question": "Mine?"}), DOLLAR, COTA, told)
    assert wanted.schema == {"kind": "choice", "question": "Mine?", "classes": CLASSES}
    assert read_wanted(_file(tmp_path, schema=None), DOLLAR, COTA, told).schema == told
