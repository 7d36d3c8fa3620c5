"""The contributor's own copy survives crashes and is nobody else's to read."""

import stat
from pathlib import Path

from cota.client.backup import Backup


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
