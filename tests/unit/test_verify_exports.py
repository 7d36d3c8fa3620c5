"""An export that several processes read is the one that a single reader finds; what is wrong with it is told alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from cota.verify import exports
from cota.verify.ahead import CannotLook
from cota.verify.report import Disagreement
from tests.unit.made_exports import made_export

SCHEMA = {"kind": "choice", "question": "Which?", "classes": ["a", "b", "c"]}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    items = [({"n": n}, "a" if n % 3 == 0 else None, ["a", "b", "c"][: 1 + n % 3]) for n in range(20)]
    return made_export(
        tmp_path / "export.jsonl", SCHEMA, items, consensus={3: "a", 7: "b"}, erased=frozenset({4, 30})
    )


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> list[exports.Export | None]:
    """Four stretches, read in this process; what came of them."""
    found: list[exports.Export | None] = []
    join = exports._join

    def joined(*arguments: Any) -> exports.Export | None:
        found.append(join(*arguments))
        return found[-1]

    monkeypatch.setattr(exports, "readers_for", lambda _size: 4)
    monkeypatch.setattr(exports, "run_all", lambda jobs: [job.run() for job in jobs])
    monkeypatch.setattr(exports, "_join", joined)
    return found


def content(export: exports.Export) -> tuple[Any, ...]:
    columns = export.columns
    return (
        export.header, export.records.offsets, list(export.items.numbers.items()), export.items.records.offsets,
        list(columns.rows()), columns.labels(1), columns.erased, export.voids, export.consensus,
        [(export.item_columns.ref(n), export.item_columns.gold(n)) for n in range(len(export.items))],
        export.end, export.problem,
    )  # fmt: skip


def alone(path: Path) -> tuple[Any, ...]:
    return content(exports._read_alone(path))


def test_read__in_stretches__is_what_one_reader_finds(
    export: Path, together: list[exports.Export | None]
) -> None:
    found = content(exports.read(export))
    assert found == alone(export)
    assert together[0] is not None
    assert (len(found[4]), found[6], found[-1]) == (39, 2, "")


def test_read__by_processes__is_what_one_reader_finds(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "readers_for", lambda _size: 3)
    found = exports._read_together(export)
    assert found is not None
    assert content(found) == alone(export)


def swap(lines: list[bytes]) -> None:
    lines[20], lines[21] = lines[21], lines[20]


def put(place: int, change: Callable[[bytes], bytes]) -> Callable[[list[bytes]], None]:
    def changed(lines: list[bytes]) -> None:
        lines[place] = change(lines[place])

    return changed


CHANGES: dict[str, Callable[[list[bytes]], None]] = {
    "a line left out": lambda lines: lines.__delitem__(17),
    "a line twice": lambda lines: lines.insert(17, lines[17]),
    "two lines in another order": swap,
    "a header in the midst": lambda lines: lines.insert(30, lines[0]),
    "a header twice": lambda lines: lines.insert(1, lines[0]),
    "an end in the midst": lambda lines: lines.insert(30, lines[-1]),
    "an end twice": lambda lines: lines.append(lines[-1]),
    "no end": lambda lines: lines.__delitem__(-1),
    "nothing but a header": lambda lines: lines.__delitem__(slice(1, None)),
    "a cut end": put(-1, lambda line: line[:-1]),
    "a label changed": put(10, lambda line: line.replace(b'"label":"', b'"label":"x')),
    "another epoch": put(12, lambda line: line.replace(b'"epoch":1', b'"epoch":2')),
    "another spelling": put(25, lambda line: line.replace(b",", b", ", 1)),
    "a line of no type": put(26, lambda line: line.replace(b'"type"', b'"tipe"')),
    "an item less in the end": put(-1, lambda line: line.replace(b'"items":20', b'"items":19')),
    "an empty line": lambda lines: lines.insert(22, b"\n"),
    "a long line": lambda lines: lines.insert(5, b'{"a":"' + b"x" * 200_000 + b'"}\n'),
}


@pytest.mark.parametrize("name", CHANGES)
def test_read__something_wrong__is_told_as_by_one_reader(
    export: Path, together: list[exports.Export | None], name: str
) -> None:
    lines = export.read_bytes().splitlines(keepends=True)
    CHANGES[name](lines)
    export.write_bytes(b"".join(lines))
    found = content(exports.read(export))
    assert found == alone(export)
    assert found[-1]
    assert not any(together)


@pytest.mark.parametrize("raw", [b"", b"\n", b"{}\n", b"x" * 9000])
def test_read__no_export_at_all__is_a_disagreement(tmp_path: Path, together: list[Any], raw: bytes) -> None:
    path = tmp_path / "none.jsonl"
    path.write_bytes(raw)
    with pytest.raises(Disagreement, match="an export's header"):
        exports.read(path)
    assert not any(together)


def test_read__processes_that_cannot_run__one_reader_reads(
    export: Path, together: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_jobs: Sequence[Any]) -> list[Any]:
        raise CannotLook

    monkeypatch.setattr(exports, "run_all", fail)
    assert content(exports.read(export)) == alone(export)
    assert together == []
