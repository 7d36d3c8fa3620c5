"""Processes that look ahead change no word of a report: what they cannot tell, the verifier says itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from cota.verify import ahead
from cota.verify.ahead import Ahead, ranges, together
from tests.flows.auditing import audit
from tests.flows.forging import Line, forge_export, of_kind
from tests.flows.sold import Sold
from tests.flows.test_verify_tampering import FORGERIES, ROW

CHOSEN = ("label", "signature", "receipt's signature", "receipt's key", "proof")


@pytest.fixture
def looks_ahead(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Three processes however few the rows are; counts how often they were asked for."""
    asked: list[int] = []

    def processes(rows: int) -> int:
        asked.append(rows)
        return 3

    for module in ("ahead", "records", "log"):
        monkeypatch.setattr(f"cota.verify.{module}.processes_for", processes)
    return asked


def test_ahead__nothing_changed__report_is_the_same(sold: Sold, request: pytest.FixtureRequest) -> None:
    alone = audit(sold, sold.settled.export)
    asked = request.getfixturevalue("looks_ahead")
    assert audit(sold, sold.settled.export).report == alone.report
    assert (alone.code, max(asked)) == (0, 60)


@pytest.mark.parametrize("name", CHOSEN)
def test_ahead__one_thing_changed__the_same_row_is_named(
    sold: Sold, tmp_path: Path, name: str, request: pytest.FixtureRequest
) -> None:
    forgery = next(one for one in FORGERIES if one.name == name)

    def change(lines: list[Line]) -> None:
        forgery.change(of_kind(lines, forgery.kind)[ROW])

    forged = forge_export(sold.settled.export, tmp_path / "forged.jsonl", change)
    alone = audit(sold, forged)
    request.getfixturevalue("looks_ahead")
    found = audit(sold, forged)
    assert found.report == alone.report
    assert forgery.check in found.failures


def test_ahead__a_key_that_nobody_registered__is_asked_about_by_the_verifier_itself(
    sold: Sold, tmp_path: Path, looks_ahead: list[int]
) -> None:
    """A process takes any key; the list of keys is on the chain."""

    def change(lines: list[Line]) -> None:
        for line in of_kind(lines, "record"):
            line["receipt"]["key"] = line["annotation"]["account"]

    forged = forge_export(sold.settled.export, tmp_path / "forged.jsonl", change)
    assert "a key that the coordinator registered" in str(audit(sold, forged).names("receipts.signatures"))


def test_ahead__processes_that_cannot_run__change_nothing(
    sold: Sold, looks_ahead: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cota.verify.ahead.sys.executable", "/nowhere/python")
    found = audit(sold, sold.settled.export)
    assert (found.code, found.failures) == (0, {})
    assert looks_ahead


def test_together__a_part_stops__what_follows_does_not_count() -> None:
    parts = [range(3), range(3, 5), range(5, 9)]
    found = [
        Ahead({"x": (3, 6), "y": (1, 1)}),
        Ahead({"x": (1, 2), "y": (2, 2)}),
        Ahead({"x": (4, 8), "y": (4, 4)}),
    ]
    whole = together(zip(parts, found, strict=True))
    assert whole.held == {"x": (4, 8), "y": (1, 1)}


@pytest.mark.parametrize(("count", "parts"), [(0, 1), (1, 3), (10, 3), (100_000, 2)])
def test_ranges__cover_each_number_once(count: int, parts: int) -> None:
    found = [number for part in ranges(count, parts) for number in part]
    assert found == list(range(count))


def test_processes_for__few_rows__none() -> None:
    assert ahead.processes_for(ahead.MANY - 1) == 0
    assert ahead.processes_for(ahead.MANY) >= 1
