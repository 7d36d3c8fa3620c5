"""Values of a line have one spelling, whichever way they are read: every other one is refused, and its field named."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from random import Random

import pytest

from cota.auth.typed import AgentKey, Annotation, Join, Leave, Message, Receipt, members, message_json
from cota.errors import BadRequest
from cota.formats.shapes import BYTES, BYTES32, COUNT, Shape, many, typed
from cota.units import Address

HASH = "0x" + "a1" * 32
BAD_HASHES = (
    "",
    "0x",
    HASH[2:],
    HASH.upper(),
    "0X" + HASH[2:],
    HASH[:-1],
    HASH + "0",
    HASH + "00",
    HASH[:-2] + "AB",
    HASH[:-2] + "g0",
    HASH[:10] + " " + HASH[11:],
    " " + HASH,
    HASH + "\n",
    HASH[:-1] + "\N{FULLWIDTH DIGIT ONE}",
    HASH + "|" + HASH,
    HASH + HASH,
    HASH[:-2],
    "0x0x" + HASH[4:],
    None,
    1,
    True,
    [HASH],
    {},
)


@pytest.mark.parametrize("bad", BAD_HASHES, ids=repr)
def test_hashes__another_spelling_anywhere_in_an_array__is_refused(bad: object) -> None:
    for place in range(3):
        array: list[object] = [HASH, HASH]
        array.insert(place, bad)
        with pytest.raises((ValueError, BadRequest)):
            many(BYTES32).read(array)
    with pytest.raises((ValueError, BadRequest)):
        BYTES32.read(bad)


@pytest.mark.parametrize("count", [0, 1, 2, 40])
def test_hashes__their_one_spelling__is_read(count: int) -> None:
    values = tuple(Random(count).randbytes(32) for _ in range(count))
    assert many(BYTES32).read(many(BYTES32).write(values)) == values


@pytest.mark.parametrize(
    "array",
    [[HASH + HASH[2:]], ["0x" + "|".join(["a1" * 32] * 2)], [HASH + "|" + HASH], [HASH, ""], "0x", {HASH: 1}],
)
def test_hashes__as_many_bytes_in_other_pieces__is_refused(array: object) -> None:
    with pytest.raises((ValueError, BadRequest)):
        many(BYTES32).read(array)


def test_bytes__any_text__only_lower_case_pairs_are_read() -> None:
    """As the form's own regular expression says."""
    form, draw = re.compile(r"0x(?:[0-9a-f]{2})*"), Random(1)
    texts = [
        "0x" + "".join(draw.choices("0123456789abcdefABx \t|\N{ARABIC-INDIC DIGIT ONE}", k=draw.randrange(5)))
        for _ in range(5000)
    ]
    for text in texts:
        if form.fullmatch(text):
            assert BYTES.write(BYTES.read(text)) == text
        else:
            with pytest.raises(ValueError, match="lower-case hex digits"):
                BYTES.read(text)


ACCOUNT = Address("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
STATEMENTS: tuple[Message, ...] = (
    Annotation(b"d" * 32, b"i" * 32, 1, b"c" * 32, b"l" * 32, ACCOUNT, 2**255, 2**64 - 1),
    AgentKey(b"d" * 32, ACCOUNT, ACCOUNT, 0, 2**63),
    Receipt(b"d" * 32, 7, b"r" * 32, 9),
    Join(b"d" * 32, ACCOUNT, b"t" * 32, 2**127, 3, 4),
    Leave(b"d" * 32, ACCOUNT, 0, 1),
)


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda one: type(one).__name__)
def test_typed__a_statement__is_read_field_for_field(statement: Message) -> None:
    assert [member.field for member in members(type(statement))] == [
        field.name for field in fields(statement)
    ]
    assert typed(type(statement)).read(message_json(statement)) == statement


BAD = {
    "bytes32": (HASH.upper(), HASH[:-1], 5, None),
    "address": (ACCOUNT.lower(), ACCOUNT.upper(), ACCOUNT[:-1] + "D", None),
    "uint8": (True, "1", 256, -1, 1.0),
    "uint64": ("01", "+1", 1, str(2**64), "1e3", " 1", "\N{ARABIC-INDIC DIGIT ONE}"),
    "uint128": (str(2**128), "-1"),
    "uint256": (str(2**256), "0x1", ""),
}


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda one: type(one).__name__)
def test_typed__a_field_in_another_spelling__is_refused(statement: Message) -> None:
    for member in members(type(statement)):
        for bad in BAD[member.kind]:
            with pytest.raises((ValueError, BadRequest)):
                typed(type(statement)).read(message_json(statement) | {member.name: bad})
    whole = message_json(statement)
    first = next(iter(whole))
    for other in (
        {**whole, "more": 1},
        {key: value for key, value in whole.items() if key != first},
        [],
        None,
    ):
        with pytest.raises(BadRequest, match="has exactly the fields"):
            typed(type(statement)).read(other)


@dataclass(frozen=True, slots=True)
class Two:
    place: int
    proof: tuple[bytes, ...]


def test_shape__a_bad_value__names_its_field() -> None:
    shape = Shape(Two, {"place": COUNT, "proof": many(BYTES32)}, "two")
    line = {"type": "two", "place": 1, "proof": [HASH]}
    assert shape.read(line) == Two(1, (b"\xa1" * 32,))
    for key, bad in (("place", True), ("place", -1), ("proof", [HASH, "0x"]), ("proof", HASH)):
        with pytest.raises(BadRequest, match=f"^{key}: "):
            shape.read(line | {key: bad})
    with pytest.raises(BadRequest, match="keys missing or unknown: odd"):
        shape.read(line | {"odd": 1})
