"""The contributor's own copy survives crashes and is nobody else's to read."""

import stat
from pathlib import Path

import pytest

from cota.client import backup
from cota.client.backup import Backup
from cota.client.refusals import Untrustworthy


def test_append__two_runs__keeps_all_in_order(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "labels.jsonl"
    Backup(path).append([{"type": "label", "n": 1}])
    Backup(path).append([{"type": "label", "n": 2}, {"type": "receipt", "n": 2}])
    assert [record["n"] for record in Backup(path).read()] == [1, 2, 2]


def test_append__after_a_line_cut_by_a_crash__loses_only_that_line(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    Backup(path).append([{"n": 1}])
    with path.open("a") as file:
        file.write('{"n": 2, "label_sa')
    backup = Backup(path)
    backup.append([{"n": 3}])
    assert [record["n"] for record in backup.read()] == [1, 3]


def test_append__file_mode__is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    Backup(path).append([{"n": 1}])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_read__lines_that_are_no_strict_json__are_left_out(tmp_path: Path) -> None:
    """As a crash or somebody else left them: what stands around them still counts."""
    path = tmp_path / "labels.jsonl"
    odd = [
        '{"n": NaN}',
        '{"n": 9, "n": 2}',
        '{"n": 12345678901234567890}',
        "[" * 100_000,
        '"n"',
        "",
        "\ud800",
    ]
    lines = ['{"n": 1, "label": "a\u2028b"}', *odd, '{"n": 3}']
    path.write_bytes("".join(line + "\n" for line in lines).encode("utf-8", "surrogatepass"))
    assert list(Backup(path).read()) == [{"n": 1, "label": "a\u2028b"}, {"n": 3}]


def test_read__line_longer_than_any_of_ours__is_refused_by_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "MAX_LINE", 20)
    path = tmp_path / "labels.jsonl"
    path.write_text('{"n": 1}\n' + '{"n": "' + "x" * 20 + '"}\n')
    records = Backup(path).read()
    assert next(records) == {"n": 1}
    with pytest.raises(Untrustworthy, match="line 2 of the backup is longer than 20 bytes"):
        next(records)
