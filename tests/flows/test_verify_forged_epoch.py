"""P5, P6: one unit of share moved or made, in the public file or by the coordinator on the chain itself.

The chain cannot know whose labels were worth what: a root that pays one account a unit too much is finalised
like any other. What finds it is that anyone can do the sums again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cota.settlement.earning import earn
from cota.settlement.epoch_file import EpochFile
from cota.units import Address
from tests.flows.auditing import audit
from tests.flows.cheating import Cheat
from tests.flows.forging import flip, read_epoch, write_epoch
from tests.flows.sold import Sold


@pytest.fixture
def cheat(sold: Sold) -> Iterator[Cheat]:
    with Cheat(sold, sold.logged) as cheat:
        yield cheat


@pytest.fixture
def honest(sold: Sold) -> EpochFile:
    """What the settlement of the logged dataset must be."""
    return read_epoch(sold.logged.epoch_file)


@pytest.fixture
def epochs(sold: Sold, tmp_path: Path) -> Path:
    """A folder to put another epoch file into, beside the settled dataset's."""
    return Path(shutil.copytree(sold.epochs, tmp_path / "epochs"))


def moved(file: EpochFile) -> tuple[EpochFile, Address, Address]:
    """One unit from one account to another; the sum stays what it is."""
    loser, gainer = sorted(file.units, key=str.lower)[:2]
    units = {**file.units, loser: file.units[loser] - 1, gainer: file.units[gainer] + 1}
    return replace(file, units=units), loser, gainer


def test_verify__settled_honestly__agrees_with_both_downloads(
    sold: Sold, cheat: Cheat, honest: EpochFile, epochs: Path
) -> None:
    """The ground on which the tests below stand: nothing fails when nobody cheats."""
    cheat.settle(honest, write_epoch(honest, epochs))
    cheat.sell()
    verdict = audit(sold, sold.settled.export, sold.logged.export, epochs=epochs)
    assert (verdict.code, verdict.failures, verdict.skipped) == (0, {}, set())


def test_p6_settlement__one_unit_moved_between_two_accounts__names_the_account_and_the_unit(
    sold: Sold, cheat: Cheat, honest: EpochFile, epochs: Path
) -> None:
    forged, loser, gainer = moved(honest)
    cheat.settle(forged, write_epoch(forged, epochs))
    cheat.claim(forged, gainer)
    finding = audit(sold, epochs=epochs).names("epochs.units")
    assert finding.where == f"units of {loser} in epoch 1 of {sold.logged.name}"
    assert (finding.difference, finding.expected) == ("-1", str(honest.units[loser]))


def test_p6_settlement__one_unit_moved_and_the_honest_file_shown__root_and_claim_are_named(
    sold: Sold, cheat: Cheat, honest: EpochFile, epochs: Path
) -> None:
    """The file that is shown is the right one; what the chain pays by is another."""
    forged, _, gainer = moved(honest)
    cheat.settle(forged, write_epoch(honest, epochs))
    cheat.claim(forged, gainer)
    verdict = audit(sold, epochs=epochs)
    assert verdict.names("epochs.leaves").where == f"settlement root of epoch 1 of {sold.logged.name}"
    claim = verdict.names("shares.claims")
    assert claim.where.startswith(f"units of {gainer} in DatasetShares.SharesClaimed in block")
    assert (claim.difference, claim.expected) == ("+1", str(honest.units[gainer]))


def test_p5_settlement__one_unit_too_many__names_the_account_and_the_unit(
    sold: Sold, cheat: Cheat, honest: EpochFile, epochs: Path
) -> None:
    gainer = min(honest.units, key=str.lower)
    forged = replace(honest, units={**honest.units, gainer: honest.units[gainer] + 1})
    cheat.settle(forged, write_epoch(forged, epochs))
    finding = audit(sold, epochs=epochs).names("epochs.units")
    assert finding.where == f"units of {gainer} in epoch 1 of {sold.logged.name}"
    assert finding.difference == "+1"


def test_p6_settlement__a_score_bent_and_units_made_to_fit__found_with_the_labels(
    sold: Sold, cheat: Cheat, honest: EpochFile, epochs: Path
) -> None:
    """Without a label all sums hold: it is the licensee, or an auditor, who finds that the skill is made up."""
    first = honest.skills[0]
    bent = [replace(first, skill=first.skill + 1), *honest.skills[1:]]
    _, units = earn(bent, {}, len(honest.rows), 10**9)
    forged = replace(honest, skills=bent, units=units)
    cheat.settle(forged, write_epoch(forged, epochs))
    cheat.sell()
    assert audit(sold, epochs=epochs).code == 0
    verdict = audit(sold, sold.logged.export, epochs=epochs)
    skill = verdict.names("scores.skills")
    assert skill.where == f"skill of {first.account} in epoch 1 of {sold.logged.name}"
    assert skill.difference == "+1"
    assert verdict.names("scores.units").where == f"units of {first.account} in epoch 1 of {sold.logged.name}"


def test_p6_epoch_file__another_signature_in_it__names_the_row(
    sold: Sold, cheat: Cheat, honest: EpochFile, epochs: Path
) -> None:
    """The coordinator publishes, under the file's own hash, a row that its author did not sign like this."""
    row = honest.rows[3]
    signature = bytes.fromhex(flip((row.signature or b"").hex(), 9))
    rows = [*honest.rows[:3], replace(row, signature=signature), *honest.rows[4:]]
    forged = replace(honest, rows=rows)
    cheat.settle(forged, write_epoch(forged, epochs))
    verdict = audit(sold, epochs=epochs)
    assert verdict.names("log.data").where == f"data hash of epoch 1 of {sold.logged.name}"
    assert verdict.names("log.signatures").where.startswith(f"row 3 of {sold.logged.name}, 0x")


def test_p6_epoch_file__one_unit_changed_in_it__names_file_account_and_unit(
    sold: Sold, tmp_path: Path
) -> None:
    """Nobody cheats on the chain; the file that an auditor was handed has one unit moved, and all sums made to fit."""
    forged, loser, _ = moved(read_epoch(sold.settled.epoch_file))
    write_epoch(forged, tmp_path)
    verdict = audit(sold, epochs=tmp_path)
    assert verdict.names("epochs.file").where == f"file of epoch 1 of {sold.settled.name}"
    units = verdict.names("epochs.units")
    assert units.where == f"units of {loser} in epoch 1 of {sold.settled.name}"
    assert units.difference == "-1"


def test_p6_epoch_file__one_digit_changed_by_hand__names_the_line(sold: Sold, tmp_path: Path) -> None:
    lines = sold.settled.epoch_file.splitlines(keepends=True)
    at = next(place for place, line in enumerate(lines) if b'"type":"units"' in line)
    units = bytes(lines[at]).partition(b'"units":"')[2].partition(b'"')[0]
    lines[at] = lines[at].replace(units, str(int(units) + 1).encode())
    (tmp_path / "epoch-1.jsonl").write_bytes(b"".join(lines))
    finding = audit(sold, epochs=tmp_path).names("epochs.file")
    assert finding.where == f"file of epoch 1 of {sold.settled.name}"
    assert "the leaf is not the one that the units make" in finding.note


def test_epoch_file__nobody_has_it__is_a_failure_and_not_a_pass(sold: Sold, tmp_path: Path) -> None:
    finding = audit(sold, epochs=tmp_path).names("epochs.file")
    assert (finding.found, finding.note) == ("no file", "data must be available")
