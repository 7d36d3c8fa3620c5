"""Evidence for jurors: one command, the verifier's own findings, and the hash that goes on chain with a challenge."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cota.cli import main
from cota.settlement.earning import earn
from cota.settlement.epoch_file import EpochFile
from cota.units import to_hex
from tests.flows.cheating import Cheat
from tests.flows.forging import read_epoch, write_epoch
from tests.flows.sold import Sold


@pytest.fixture
def cheat(sold: Sold) -> Iterator[Cheat]:
    with Cheat(sold, sold.logged) as cheat:
        yield cheat


@pytest.fixture
def epochs(sold: Sold, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sold.epochs, tmp_path / "epochs"))


@pytest.fixture
def honest(sold: Sold) -> EpochFile:
    return read_epoch(sold.logged.epoch_file)


def evidence(
    sold: Sold, dataset: bytes, epochs: Path, out: Path, *options: str
) -> tuple[int, dict[str, Any], str]:
    """(exit code, what is printed, what is said of a failure)."""
    said, printed = io.StringIO(), io.StringIO()
    command = [
        "verify",
        "evidence",
        to_hex(dataset),
        "1",
        "--epoch-files",
        str(epochs),
        "--out",
        str(out),
        "--json",
    ]
    with (
        pytest.MonkeyPatch.context() as environment,
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(said),
    ):
        for name, value in sold.env.items():
            environment.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main([*command, *options])
    return int(ended.value.code or 0), json.loads(printed.getvalue() or "{}"), said.getvalue()


def test_evidence__one_unit_too_many__page_names_account_and_unit_and_its_hash_is_told(
    sold: Sold, cheat: Cheat, honest: EpochFile, epochs: Path, tmp_path: Path
) -> None:
    gainer = min(honest.units, key=str.lower)
    forged = replace(honest, units={**honest.units, gainer: honest.units[gainer] + 1})
    cheat.settle(forged, write_epoch(forged, epochs))
    code, told, _ = evidence(sold, sold.logged.dataset, epochs, tmp_path / "page.md")
    page = (tmp_path / "page.md").read_bytes()
    assert (code, told["sha256"]) == (0, "0x" + hashlib.sha256(page).hexdigest())
    text = page.decode()
    assert f"against the settlement of checkpoint 1 of dataset {to_hex(sold.logged.dataset)}" in text
    assert f"   - where: `units of {gainer} in epoch 1 of {sold.logged.name}`" in text
    assert f"   - expected: `{honest.units[gainer]}`" in text
    assert "   - off by: `+1`" in text
    assert to_hex(forged.end.settlement_root) in text
    again = evidence(sold, sold.logged.dataset, epochs, tmp_path / "again.md", "--block", str(told["block"]))
    assert again[1]["sha256"] == told["sha256"]


def test_evidence__a_score_bent__is_found_with_the_labels_and_names_their_hash(
    sold: Sold, cheat: Cheat, honest: EpochFile, epochs: Path, tmp_path: Path
) -> None:
    first = honest.skills[0]
    bent = [replace(first, skill=first.skill + 1), *honest.skills[1:]]
    forged = replace(honest, skills=bent, units=earn(bent, {}, len(honest.rows), 10**9)[1])
    cheat.settle(forged, write_epoch(forged, epochs))
    cheat.sell()
    out, labels = tmp_path / "page.md", sold.logged.export
    code, _, said = evidence(sold, sold.logged.dataset, epochs, out)
    assert (code, out.exists()) == (1, False)
    assert "nothing speaks against this settlement" in said
    assert evidence(sold, sold.logged.dataset, epochs, out, "--labels", str(labels))[0] == 0
    text = out.read_text()
    assert f"skill of {first.account} in epoch 1 of {sold.logged.name}" in text
    assert hashlib.sha256(labels.read_bytes()).hexdigest() in text


def test_evidence__another_dataset_is_wrong__nothing_speaks_against_this_one(
    sold: Sold, cheat: Cheat, honest: EpochFile, epochs: Path, tmp_path: Path
) -> None:
    gainer = min(honest.units, key=str.lower)
    forged = replace(honest, units={**honest.units, gainer: honest.units[gainer] + 1})
    cheat.settle(forged, write_epoch(forged, epochs))
    code, _, said = evidence(sold, sold.settled.dataset, epochs, tmp_path / "page.md")
    assert code == 1
    assert "nothing speaks against this settlement" in said


def test_evidence__nothing_is_proposed__is_said(sold: Sold, epochs: Path, tmp_path: Path) -> None:
    code, _, said = evidence(sold, sold.logged.dataset, epochs, tmp_path / "page.md")
    assert code == 1
    assert "nothing is proposed for checkpoint 1" in said
