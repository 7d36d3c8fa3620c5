"""Processes that look ahead over items, and read an export's stretches, change no word of a report either."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.auditing import audit
from tests.flows.forging import Line, forge_export, of_kind
from tests.flows.sold import Sold
from tests.flows.test_verify_tampering import FORGERIES

CHOSEN = ("gold withheld", "item", None)


@pytest.mark.parametrize("name", CHOSEN)
def test_ahead__an_item_changed__the_same_item_is_named(
    sold: Sold, tmp_path: Path, name: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgery = next((one for one in FORGERIES if one.name == name), None)

    def change(lines: list[Line]) -> None:
        if forgery is not None:
            forgery.change(of_kind(lines, forgery.kind)[forgery.at])

    forged = forge_export(sold.settled.export, tmp_path / "forged.jsonl", change)
    alone = audit(sold, forged)
    read: list[int] = []
    for module, count in (("records.processes_for", 2), ("exports.readers_for", 3)):
        monkeypatch.setattr(f"cota.verify.{module}", lambda size, count=count: read.append(size) or count)
    found = audit(sold, forged)
    assert found.report == alone.report
    assert len(read) == 3
    if forgery is not None:
        assert forgery.check in found.failures
