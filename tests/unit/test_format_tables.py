"""Tables and lines that publishers bring: right rows, or a complaint with its line (B30)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cota.errors import BadRequest
from cota.formats.incoming import Found, ReadOptions, open_file
from cota.formats.incoming.tables import neutral, plain
from cota.formats.lines import MAX_LINE


def read(path: Path, **options: Any) -> list[Found]:
    return list(open_file(path, ReadOptions(**options)).items())


def written(folder: Path, raw: bytes, name: str = "items.csv") -> Path:
    path = folder / name
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(
    ("raw", "contents"),
    [
        (b"a,b\n1,2\n", [{"a": "1", "b": "2"}]),
        (b"\xef\xbb\xbfa,b\r\n1,2\r\n", [{"a": "1", "b": "2"}]),
        ("\ufeffa,b\r\n1,é\r\n".encode("utf-16-le"), [{"a": "1", "b": "é"}]),
        (b'a,b\n"1,5","say ""hi"""\n', [{"a": "1,5", "b": 'say "hi"'}]),
        (b'a,b\r\n"one\r\ntwo\nthree",x\r\n', [{"a": "one\r\ntwo\nthree", "b": "x"}]),
        (b"a,b,\n1,2,\n", [{"a": "1", "b": "2"}]),
        (b"a,b\n1,\n\n,2", [{"a": "1", "b": ""}, {"a": "", "b": "2"}]),
        (b"a\n=1+1\n", [{"a": "=1+1"}]),
        (b"a\n'=1+1\n", [{"a": "'=1+1"}]),
        (b"cota_cells,a\n1,'=1+1\n1,''@x\n1,'tis\n", [{"a": "=1+1"}, {"a": "'@x"}, {"a": "'tis"}]),
        (b"a\n007\n1e5\n", [{"a": "007"}, {"a": "1e5"}]),
    ],
)
def test_csv__hostile_but_right__every_cell_as_it_stands(
    tmp_path: Path, raw: bytes, contents: list[Any]
) -> None:
    assert [one.content for one in read(written(tmp_path, raw))] == contents


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (b"", "line 1: a header with the columns' names is wanted"),
        (b"a,b\n", "the file holds no items"),
        (b"a,b,a\n1,2,3\n", "line 1: there are two columns called 'a'"),
        (b"a,,b\n1,2,3\n", "line 1: column 2 has no name"),
        (b"a,b\n1,2\n3\n", "line 3: 2 cells are wanted, not 1"),
        (b'a,b\n"x\ny\nz",2\n3\n', "line 5: 2 cells are wanted, not 1"),
        (b"a,b,\n1,2,3\n", "line 2: the last cell stands in a column without a name"),
        (
            b"a\nx\ncaf\xe9\n",
            "line 3: the byte 0xe9 is no utf-8 text: save the file as UTF-8, or name its enc",
        ),
        (b'a\n"x\ny\n', "line 3: unexpected end of data"),
        (b'a\n"x"y\n', "line 2: ',' expected after '\"'"),
        (b"a\nx\0y\n", "line 2: U+0000 is no text"),
        (b"PK\x03\x04\0\0\0\0", "line 1: U+0000 is no text"),
    ],
)
def test_csv__bad_place__is_named(tmp_path: Path, raw: bytes, complaint: str) -> None:
    with pytest.raises(BadRequest) as refused:
        read(written(tmp_path, raw))
    assert complaint in refused.value.detail


def test_csv__latin_1__when_named(tmp_path: Path) -> None:
    path = written(tmp_path, "a;gold\ncafé;não\n".encode("latin-1"))
    (found,) = read(path, encoding="latin-1", delimiter=";")
    assert (found.content, found.gold, found.place) == ({"a": "café"}, "não", "line 2")
    with pytest.raises(BadRequest, match="'klingon' is no encoding"):
        read(path, encoding="klingon")


def test_csv__gold_by_its_kind(tmp_path: Path) -> None:
    rated = written(tmp_path, b"text,stars\nx,4\ny,\n")
    assert [one.gold for one in read(rated, gold="stars", kind="rating")] == [4, None]
    assert [one.gold for one in read(rated, gold="stars", kind="choice")] == ["4", None]
    with pytest.raises(BadRequest, match="line 1: there is no column 'truth'"):
        read(rated, gold="truth")
    with pytest.raises(BadRequest, match="line 2: the gold of a question of kind 'spans' is JSON"):
        read(rated, gold="text", kind="spans")


def test_csv__a_line_without_end__bounded(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.write(b"a\n")
        file.seek(3 * MAX_LINE)
        file.write(b"x")
    with pytest.raises(BadRequest, match=r"line 2: longer than|line 2: U\+0000"):
        read(path)
    path.write_bytes(b'a\n"' + b"x" * (MAX_LINE + 2**17) + b"\n")
    with pytest.raises(BadRequest, match="line 2: longer than"):
        read(path)


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@x", "'=1", "''@", "\t=", "\r", "'", "'x", "", "1=1", "x\n=1"]
)
def test_neutral__formulas_only__and_back(cell: str) -> None:
    """B30: `=1+1`, `+1`, `-1`, `@x` never run in a spreadsheet."""
    shown = neutral(cell)
    assert plain(shown) == cell
    assert not shown[:1] or shown[0] not in "=+-@\t\r"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"content": {"n": 1}, "gold": "x"}\n\n{"content": 2}', [({"n": 1}, "x"), (2, None)]),
        (
            '\ufeff{"prompt": "p", "gold": "a"}\r\n{"prompt": "q"}\r\n',
            [({"prompt": "p"}, "a"), ({"prompt": "q"}, None)],
        ),
    ],
)
def test_jsonl__both_forms(tmp_path: Path, text: str, found: list[Any]) -> None:
    path = written(tmp_path, text.encode(), "items.jsonl")
    assert [(one.content, one.gold) for one in read(path)] == found


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (b'{"content": 1}\n{"contant": 1}\n', 'line 2: an object with "content"'),
        (b'{"content": 1}\n{"content": 1\n', "line 2: the bytes are not JSON"),
        (b'{"a": 1, "a": 2}\n', "line 1: a key occurs twice"),
        (b'{"a": "\\ud800"}\n', "line 1: the JSON holds half a surrogate pair"),
        (b'{"a": NaN}\n', "line 1: NaN is not JSON"),
        (b'{"a": "\xe9"}\n', "line 1: the bytes are not JSON in UTF-8"),
        (b"\n\n", "the file holds no items"),
        (b'{"a": "' + b"x" * MAX_LINE + b'"}', "line 1: longer than"),
    ],
)
def test_jsonl__bad_line__is_named(tmp_path: Path, raw: bytes, complaint: str) -> None:
    with pytest.raises(BadRequest) as refused:
        read(written(tmp_path, raw, "items.jsonl"))
    assert complaint in refused.value.detail


def test_parquet__types_become_json(tmp_path: Path) -> None:
    import datetime
    import decimal

    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "items.parquet"
    when = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)
    rows = [
        {"text": "a\nb", "n": 2**60, "x": 1.5, "at": when, "raw": b"\0", "price": decimal.Decimal("1.10"),
         "many": [{"k": 1}], "gold": "heron"},
        {"text": "é", "n": 1, "x": None, "at": None, "raw": None, "price": None, "many": [], "gold": None},
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows), path)
    first, second = read(path)
    assert first.content == {
        "text": "a\nb", "n": str(2**60), "x": 1.5, "at": when.isoformat(), "raw": "AA==", "price": "1.10",
        "many": [{"k": 1}],
    }  # fmt: skip
    assert (first.gold, second.gold, second.place) == ("heron", None, "row 2")
    assert second.content["text"] == "é"


def test_parquet__bad_files__told(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pytest.raises(BadRequest, match="is no Parquet file that can be read"):
        read(written(tmp_path, b"PAR1 and then nothing", "x.parquet"))
    path = tmp_path / "nan.parquet"
    pq.write_table(pa.table({"x": [1.0, float("nan")]}), path)
    with pytest.raises(BadRequest, match="row 2, column 'x': nan is not a JSON number"):
        read(path)
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(BadRequest, match="is no Parquet file that can be read"):
        read(path)


def test_open_file__unknown__says_which_there_are(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match=r"tells no format: say which of csv, jsonl"):
        read(written(tmp_path, b"x", "items.txt"))
    with pytest.raises(BadRequest, match="'excel' is no format"):
        read(written(tmp_path, b"x"), format="excel")
