"""SHA-256 on chain -> **epoch file** -> checks. Finds each settled epoch's public file and believes none
of them.

Promises: wherever a file comes from, what is compared with the chain is the hash of the bytes that are
then read; a file that cannot be had is a failure of the check (data must be available), not a reason to
skip it.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2

from cota.chain.decode import Event
from cota.errors import DomainError
from cota.formats.lines import read_lines
from cota.settlement.epoch_file import EpochFile
from cota.settlement.epoch_lines import HEADER
from cota.units import to_hex
from cota.verify.epoch_reading import read_files
from cota.verify.facts import Dataset, Facts
from cota.verify.report import NotChecked, Report

Source = Callable[[Dataset, int, bytes], bytes | None]
"""(dataset, epoch, SHA-256 on chain) -> the bytes offered for it, or None."""


def from_folder(path: Path) -> Source:
    """Epoch files in a folder, under whatever names: they are known by their hash.

    Where none has it, a file that says that it is the epoch's is offered instead: it fails by its hash, and
    what it holds can then be told.
    """
    by_hash: dict[bytes, Path] = {}
    by_header: dict[tuple[bytes, int] | None, Path] = {}
    for file in sorted(path.iterdir()):
        if file.is_file():
            content = file.read_bytes()
            by_hash[hashlib.sha256(content).digest()] = by_header[_claim(content)] = file

    def find(dataset: Dataset, epoch: int, file_hash: bytes) -> bytes | None:
        found = by_hash.get(file_hash) or by_header.get((bytes(dataset.id), epoch))
        return found.read_bytes() if found else None

    return find


def from_api(url: str, timeout_s: float = 60.0) -> Source:
    """Epoch files as an API hands them out."""

    def find(dataset: Dataset, epoch: int, _file_hash: bytes) -> bytes | None:
        path = f"/v1/datasets/{to_hex(dataset.id)}/epochs/{epoch}/file"
        try:
            answer = httpx2.get(url.rstrip("/") + path, timeout=timeout_s, follow_redirects=True)
        except httpx2.HTTPError:
            return None
        return answer.content if answer.status_code == 200 else None

    return find


@dataclass(frozen=True)
class Settled:
    """One proposed or finalised epoch with its checkpoint and its file."""

    dataset: Dataset
    checkpoint: Event
    proposal: Event
    is_final: bool
    digest: bytes | None
    """SHA-256 of the file's bytes, if there are any."""
    file: EpochFile | None
    problem: str
    """Why there is no readable file, or empty."""

    @property
    def number(self) -> int:
        return int(self.checkpoint.args["checkpoint"])

    @property
    def where(self) -> str:
        return f"epoch {self.number} of {self.dataset.name}"


def collect(facts: Facts, source: Source | None) -> list[Settled]:
    """Every checkpoint that has a settlement, with its file if the source has it. What was rejected is none."""
    wanted: list[tuple[Dataset, Event, Event, bool]] = []
    for dataset in facts.datasets:
        final = {(e.args["checkpoint"], e.args["attempt"]) for e in dataset.of("EpochFinalized")}
        fallen = {(e.args["checkpoint"], e.args["attempt"]) for e in dataset.of("SettlementRejected")}
        checkpoints = {e.args["checkpoint"]: e for e in dataset.of("Checkpointed")}
        latest = {e.args["checkpoint"]: e for e in dataset.of("SettlementProposed")}
        for number, proposal in sorted(latest.items()):
            if number not in checkpoints or (number, proposal.args["attempt"]) in fallen:
                continue  # the first is told by `epochs.state`
            is_final = (number, proposal.args["attempt"]) in final
            wanted.append((dataset, checkpoints[number], proposal, is_final))
    contents = (
        source(dataset, proposal.args["checkpoint"], proposal.args["file_hash"]) if source else None
        for dataset, _, proposal, _ in wanted
    )
    return [
        Settled(*known, digest, file, problem)
        for known, (digest, (file, problem)) in zip(wanted, read_files(contents), strict=True)
    ]


def check_files(report: Report, epochs: Sequence[Settled], has_source: bool) -> None:
    """Check `epochs.file`: each epoch's file is there, is the one on chain and can be read."""
    with report.check("epochs.file", "each epoch's file is there and has the hash on chain") as tally:
        require(epochs, has_source)
        for epoch in epochs:
            where, expected = f"file of {epoch.where}", epoch.proposal.args["file_hash"]
            if epoch.digest is None:
                tally.equal(where, expected, "no file", "data must be available")
            else:
                tally.equal(
                    where, expected, epoch.digest, epoch.problem or "it is not the one that was proposed"
                )
            tally.true(where, epoch.file is not None, "an epoch file in its one form", epoch.problem)


def require(epochs: Sequence[Settled], has_source: bool) -> list[tuple[Settled, EpochFile]]:
    """The epochs whose files can be read; `NotChecked` when there is nothing to check with."""
    if not has_source:
        raise NotChecked("no epoch files: give --api or --epoch-files")
    if not epochs:
        raise NotChecked("no epoch was settled yet")
    return [(epoch, epoch.file) for epoch in epochs if epoch.file is not None]


def _claim(content: bytes) -> tuple[bytes, int] | None:
    """Dataset and number that a file says it is of."""
    try:
        line = next(read_lines(io.BytesIO(content)), None)
        head = HEADER.read(line.value) if line else None
    except DomainError:
        return None
    return (head.dataset, head.epoch) if head else None
