"""Canonical JSON: one spelling, hostile input refused, never repaired (B13, B26)."""

import subprocess
import sys

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from cota.commitments.canonical import MAX_DEPTH, MalformedJson, canonical, parse_canonical, parse_json

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda f: not 2**53 <= abs(f) < 1e21)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
)
KEYS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_canonical__any_value__is_read_back_to_the_same_bytes(value: object) -> None:
    data = canonical(value)
    assert data == rfc8785.dumps(value)  # type: ignore[arg-type]
    assert canonical(parse_canonical(data)) == data


def test_canonical__text_with_crlf_emoji_and_combining_marks__is_kept_as_it_is() -> None:
    """B26: nothing is normalised, or spans would shift."""
    text = "Ada\r\n👍🏿 met cafe\u0301 owner Kim"
    found = parse_json(canonical({"text": text}))["text"]
    assert found == text
    assert found.index("Kim") == 24
    assert len(found[:24].encode("utf-16-le")) // 2 == 26
    assert len(found[:24].encode()) == 31


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        2**53,
        -(2**53),
        1e16,
        "\ud800",
        {"\udfff": 1},
        "a\0b",
        {"a\0": 1},
        {1: 2},
        object(),
        b"bytes",
        {"deep": None},
    ],
)
def test_canonical__value_without_a_safe_form__is_refused(value: object) -> None:
    if value == {"deep": None}:
        for _ in range(MAX_DEPTH + 2):
            value = [value]
    with pytest.raises(MalformedJson):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"nul",
        b"NaN",
        b"-Infinity",
        b"1e999",
        b'{"a":1,"a":2}',
        b'"\xff"',
        b'"\\ud83d"',
        b'"\\u0000"',
        b"9007199254740992",
        b"1" * 5000,
        b"[" * 1_000_000,
        b'{"a":' * 1_000_000,
        b'"' + b"\\" * 1_000_001 + b"[" * 70,
        b"[" * 70 + b"]" * 70,
        b"[]" * 70 + b'"' + b'\\"' * 500_000,
        b"[]" * 70 + b'"' + b'\\"' * 500_000 + b"\\",
        b'\xef\xbb\xbf"bom"',
        b"1 2",
        b"'a'",
    ],
)
def test_parse_json__hostile_bytes__are_refused(data: bytes) -> None:
    with pytest.raises(MalformedJson):
        parse_json(data)


def test_canonical__deepest_value_that_may_be_written__may_be_read() -> None:
    value: object = 1
    for _ in range(MAX_DEPTH):
        value = [value, "[[[", value] if value == 1 else [value]
    data = canonical(value)
    assert canonical(parse_canonical(data)) == data
    with pytest.raises(MalformedJson):
        canonical([value])
    with pytest.raises(MalformedJson):
        parse_json(b"[" + data + b"]")


@pytest.mark.parametrize("data", [b'{"b":1,"a":2}', b'{"a": 1}', b"1.0", b'"\\u0061"', b"1e2", b"-0", b" 1"])
def test_parse_canonical__another_spelling__is_refused(data: bytes) -> None:
    parse_json(data)
    with pytest.raises(MalformedJson, match="canonical"):
        parse_canonical(data)


DEEPEST: object = 1
for _ in range(MAX_DEPTH - 1):
    DEEPEST = [DEEPEST]


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"b":[true,null,"x y"]}', b'{"a":1e16}', b'{"a":1e21}', b'{"a":1.5}', b'{"a":-0}', b'{"a":0.0}',
        b'{"a":01}', b'{"a":9007199254740991}', b'{"a":9007199254740992}', b'{"a":-9007199254740992}',
        b'{"a":18446744073709551616}', b'{"a":"\\u0000"}', b'{"a":"\\n"}', b'{"a":"\\/"}', b'{"a":"\x7f"}',
        b'{"a":"\x00"}', b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'{"a":"\xc3\xa9"}', b'{"a":NaN}', b'{"a":1} ',
        '{"\uffff":1,"\U0001f600":2}'.encode(), '{"\U0001f600":2,"\uffff":1}'.encode(),
        b'{"a":' + canonical(DEEPEST) + b"}", b'{"a":[' + canonical(DEEPEST) + b"]}", b"[1]", b"7", b"{}", b"{",
    ],
)  # fmt: skip
def test_parse_canonical__quickly_or_with_care__comes_to_the_same(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def outcome() -> object:
        try:
            return parse_canonical(data)
        except MalformedJson:
            return MalformedJson

    found = outcome()
    for name in ("_parse_quickly", "_write_quickly"):
        monkeypatch.setattr(f"cota.commitments.canonical.{name}", lambda _value: None)
    assert repr(outcome()) == repr(found)


def test_parse_canonical__line_of_a_file__needs_no_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cota.commitments.canonical.parse_json", None)
    assert parse_canonical(b'{"index":7,"proof":["0xab"],"type":"row"}')["index"] == 7


@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "aa"]), st.integers(-5, 5) | st.text("ab1.e ", max_size=4), max_size=3
    )
)
def test_parse_canonical__plain_objects__are_read_back(value: dict[str, object]) -> None:
    assert parse_canonical(canonical(value)) == value


@pytest.mark.parametrize("reader", ["json.loads", "msgspec.json.decode"])
def test_json_readers__nesting_without_end__is_an_error_and_not_the_end_of_the_process(reader: str) -> None:
    code = f"import cota.app, json, msgspec; {reader}(b'[' * 1_000_000)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1, ended.returncode
    assert "RecursionError" in ended.stderr
