"""Epoch files that processes read are those that one reader finds, and what is wrong with one is told alike."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import pytest

from cota.settlement.epoch_file import EpochFile, data_hash
from cota.verify import epoch_reading
from cota.verify.ahead import CannotLook
from tests.unit.test_epoch_file import DATA, make_file

CUT, BENT = DATA[:-1], DATA.replace(b'"counted":3', b'"counted":-3', 1)
CONTENTS = [DATA, None, CUT, BENT, DATA, b""]


def read(contents: Sequence[bytes | None]) -> list[Any]:
    found = []
    for digest, (file, problem) in epoch_reading.read_files(iter(contents)):
        known = None if file is None else (file, file.log_root(), file.data_hash, file.leaves, file.end)
        found.append((digest, known, problem))
    return found


def test_read_files__alone__their_hashes_are_of_the_bytes_and_of_the_rows() -> None:
    found = read(CONTENTS)
    assert [digest for digest, *_ in found] == [
        one if one is None else hashlib.sha256(one).digest() for one in CONTENTS
    ]
    file: EpochFile = found[0][1][0]
    assert file.data_hash == data_hash(file.rows, file.agents) == make_file().data_hash
    assert [known is None for _, known, _ in found] == [False, True, True, True, False, True]
    assert (found[0][2], found[1][2]) == ("", "no file")
    assert "cut off" in found[2][2]


@pytest.mark.parametrize("most", [2, 3, 9])
def test_read_files__by_processes__the_same(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    alone = read(CONTENTS)
    sent: list[int] = []
    run_all = epoch_reading.run_all

    def run(jobs: Any) -> list[Any]:
        sent.append(len(jobs))
        return run_all(jobs)

    monkeypatch.setattr(epoch_reading, "readers_for", lambda _size: most)
    monkeypatch.setattr(epoch_reading, "run_all", run)
    assert read(CONTENTS) == alone
    assert sum(sent) >= 4
    assert max(sent) <= most


def test_read_files__processes_that_cannot_run__are_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = read(CONTENTS)

    def fail(_jobs: Any) -> list[Any]:
        raise CannotLook

    monkeypatch.setattr(epoch_reading, "readers_for", lambda _size: 4)
    monkeypatch.setattr(epoch_reading, "run_all", fail)
    assert read(CONTENTS) == alone
