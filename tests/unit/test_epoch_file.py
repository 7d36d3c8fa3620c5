"""The public epoch file: one spelling, made again to the same bytes, and nothing else is taken."""

import hashlib
import io
import json
from dataclasses import replace

import pytest

from cota.auth.signatures import address_of_secret, sign_digest
from cota.auth.typed import AgentKey, Domain, digest
from cota.commitments import log_tree
from cota.commitments.hashes import VOID_ROW
from cota.commitments.words import keccak
from cota.errors import BadRequest
from cota.formats.lines import MAX_LINE, MalformedFile
from cota.settlement.epoch_file import (
    Agent,
    EpochFile,
    Header,
    Row,
    Skill,
    data_hash,
    file_lines,
    read_epoch_file,
    row_lines,
    write_epoch_file,
)
from cota.units import Address, address_of

LEDGER = address_of(b"\x11" * 20)
DATASET = keccak(b"dataset")
SECRETS = [bytes([n]) * 32 for n in (1, 2, 3)]
PEOPLE = sorted((address_of_secret(secret) for secret in SECRETS), key=str.lower)
AGENT = address_of_secret(b"\x09" * 32)


def make_row(index: int) -> Row:
    if index == 12:
        return Row(index, VOID_ROW, None, None, None)
    row_id = keccak(b"row %d" % index)
    agent = AGENT if index % 2 else None
    return Row(index, row_id, PEOPLE[index % 3], sign_digest(row_id, SECRETS[0]), agent)


def make_agent(account: Address) -> Agent:
    key = AgentKey(DATASET, account, AGENT, 1_800_000_000, 1_800_043_200)
    made = digest(Domain(31337, LEDGER), key)
    return Agent(made, key, sign_digest(made, SECRETS[0]))


def make_file() -> EpochFile:
    rows = [make_row(index) for index in range(10, 20)]
    root = log_tree.root([row.row_id for row in rows])
    return EpochFile(
        header=Header(2, 31337, LEDGER, DATASET, 3, 10, 20, root, 1, keccak(b"rules"), 4),
        rows=rows,
        agents=[make_agent(person) for person in PEOPLE],
        skills=[Skill(person, 430_000_000, True, 3, 2_400) for person in reversed(PEOPLE)],
        units={PEOPLE[2]: 9_007_199_254_740_993, PEOPLE[0]: 5},
        penalties={PEOPLE[1]: 7 * 10**18},
        reasons={"unsettled": 2, "void": 1},
    )


def encode(content: EpochFile) -> bytes:
    return b"".join(file_lines(content))


def read(data: bytes) -> EpochFile:
    return read_epoch_file(io.BytesIO(data))


DATA = encode(make_file())


def test_epoch_file__written_twice_and_read_back__is_byte_identical() -> None:
    shuffled = replace(
        make_file(), agents=list(reversed(make_file().agents)), skills=list(reversed(make_file().skills))
    )
    assert encode(make_file()) == encode(shuffled) == encode(read(DATA)) == DATA


def test_write_epoch_file__to_a_file__gives_its_sha256() -> None:
    sink = io.BytesIO()
    assert write_epoch_file(make_file(), sink) == hashlib.sha256(sink.getvalue()).digest()
    assert sink.getvalue() == DATA


def test_epoch_file__lines__are_the_promised_ones() -> None:
    lines = [json.loads(line) for line in DATA.splitlines()]
    kinds = [line["type"] for line in lines]
    assert kinds == ["epoch"] + ["row"] * 10 + ["agent"] * 3 + ["skill"] * 3 + ["units"] * 2 + [
        "leaf"
    ] * 3 + [
        "reasons",
        "end",
    ]
    assert lines[0]["from"] == 10
    assert lines[0]["to"] == 20
    assert lines[-1]["total_units"] == "9007199254740998"
    assert [line["index"] for line in lines if line["type"] == "leaf"] == [0, 1, 2]


def test_data_hash__is_of_the_row_and_agent_lines_alone() -> None:
    content = make_file()
    alone = b"".join(line for line in DATA.splitlines(keepends=True) if b'"type":"row"' in line)
    alone += b"".join(line for line in DATA.splitlines(keepends=True) if b'"type":"agent"' in line)
    assert b"".join(row_lines(content.rows, content.agents)) == alone
    assert data_hash(content.rows, content.agents) == hashlib.sha256(alone).digest()


def test_epoch_file__log_root__is_that_of_its_rows() -> None:
    content = read(DATA)
    assert content.log_root() == content.header.log_root
    assert content.rows[2].is_void


def line_number(pattern: bytes) -> int:
    return next(i for i, line in enumerate(DATA.splitlines(), 1) if pattern in line)


ROW_15 = line_number(b'"index":15,')
SKILL_1 = line_number(b'"type":"skill"')
LEAF_1 = line_number(b'"type":"leaf"')
UNITS_1 = line_number(b'"type":"units"')
END_LINE = line_number(b'"type":"end"')


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (b'"index":15,', b'"index":16,', ROW_15),
        (b'"index":15,', b'"index": 15,', ROW_15),
        (b'"index":15,', b'"index":15.0,', ROW_15),
        (b'"index":15,', b'"index":true,', ROW_15),
        (b'"index":15,', b'"index":"15",', ROW_15),
        (b'"index":15,', b'"index":15,"index":15,', ROW_15),
        (b'"index":15,', b'"extra":1,"index":15,', ROW_15),
        (b'"index":15,', b"", ROW_15),
        (b'"index":15,', b'"index":NaN,', ROW_15),
        (b'"index":15,', b'"index":1' + b"0" * 400 + b",", ROW_15),
        (b'"index":15,', b"[" * 100_000, ROW_15),
        (b'"index":15,', b"\xff", ROW_15),
        (b'"proven":true', b'"proven":1', SKILL_1),
        (b'"skill":430000000', b'"skill":-1', SKILL_1),
        (b'"units":"5"', b'"units":"6"', LEAF_1),
        (b'"units":"5"', b'"units":5', UNITS_1),
        (b'"units":"5"', b'"units":"05"', UNITS_1),
        (b'"units":"5"', b'"units":"18446744073709551616"', UNITS_1),
        (b'"total_units":"9007199254740998"', b'"total_units":"9007199254740999"', END_LINE),
        (b'"leaf_count":3', b'"leaf_count":2', END_LINE),
        (b'"epoch":3', b'"epoch":4', LEAF_1),
        (b'"version":2', b'"version":1', 1),
        (b'"ledger":"0x1111', b'"ledger":"0X1111', 1),
    ],
)
def test_read_epoch_file__one_change__is_refused_with_its_line(old: bytes, new: bytes, line: int) -> None:
    at = DATA.index(old)
    with pytest.raises(MalformedFile) as refusal:
        read(DATA[:at] + new + DATA[at + len(old) :])
    assert refusal.value.extra["line"] == line
    assert refusal.value.detail.startswith(f"line {line}: ")


def test_read_epoch_file__address_in_lower_case__is_refused() -> None:
    spelled = PEOPLE[0].encode()
    with pytest.raises(MalformedFile, match="EIP-55"):
        read(DATA.replace(spelled, spelled.lower()))


@pytest.mark.parametrize("number", range(1, len(DATA.splitlines()) + 1))
def test_read_epoch_file__any_line_dropped_or_doubled__is_refused(number: int) -> None:
    lines = DATA.splitlines(keepends=True)
    # A missing skill line leaves a well-formed file: the file's hash on chain tells.
    if b'"type":"skill"' not in lines[number - 1]:
        with pytest.raises(MalformedFile):
            read(b"".join(lines[: number - 1] + lines[number:]))
    with pytest.raises(MalformedFile):
        read(b"".join(lines[:number] + lines[number - 1 :]))


@pytest.mark.parametrize("cut", [1, 2, 200, len(DATA)])
def test_read_epoch_file__cut_off__is_refused_as_incomplete(cut: int) -> None:
    with pytest.raises(MalformedFile, match=r"cut off|incomplete|does not end"):
        read(DATA[:-cut])


def test_read_epoch_file__endless_line__is_refused_without_reading_it() -> None:
    with pytest.raises(MalformedFile, match="longer"):
        read(b"{" * (MAX_LINE + 2))


def test_read_epoch_file__two_lines_in_other_order__is_refused() -> None:
    lines = DATA.splitlines(keepends=True)
    lines[SKILL_1 - 1], lines[SKILL_1] = lines[SKILL_1], lines[SKILL_1 - 1]
    with pytest.raises(MalformedFile, match="ascending"):
        read(b"".join(lines))


def test_file_lines__rows_with_a_gap__are_refused() -> None:
    content = make_file()
    with pytest.raises(BadRequest, match="rows"):
        encode(replace(content, rows=content.rows[:3] + content.rows[4:]))


def test_file_lines__void_row_with_an_account__is_refused() -> None:
    content = make_file()
    rows = [replace(row, account=PEOPLE[0]) if row.is_void else row for row in content.rows]
    with pytest.raises(BadRequest, match="void"):
        encode(replace(content, rows=rows))


def test_epoch_file__nobody_earned__has_the_empty_root() -> None:
    content = replace(make_file(), units={}, penalties={})
    assert read(encode(content)).end.settlement_root == bytes(32)
