"""Report -> **what speaks against one settlement** -> a page that jurors read, and whoever doubts it makes again.

The findings are those of the verifier itself, word for word: which row, what was expected, what was found, by how much.
Promises: the page says of which block, proposal and files it speaks and how to make it again; it is made of public
facts and of findings alone, and holds no label that a finding does not name; the same facts give the same bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cota.units import Hash32, to_hex
from cota.verify.epoch_files import Settled
from cota.verify.report import Check, Report

_EPOCH = re.compile(r"epoch (\d+) of (0x[0-9a-f]{8})")
_ROW = re.compile(r"row (\d+) of (0x[0-9a-f]{8})")


@dataclass(frozen=True)
class Accused:
    """A proposed or final settlement, as the chain has it at one block."""

    dataset: Hash32
    checkpoint: int
    rows: range
    state: str
    attempt: int
    settlement_root: bytes
    file_hash: bytes
    total_units: int

    @property
    def name(self) -> str:
        """As in every finding."""
        return to_hex(self.dataset)[:10]

    def is_meant(self, check: Check) -> bool:
        """Whether a failed check speaks of its epoch, of one of its rows, or of the dataset as such."""
        where = "" if check.finding is None else check.finding.where
        if epoch := _EPOCH.search(where):
            return (int(epoch[1]), epoch[2]) == (self.checkpoint, self.name)
        if row := _ROW.search(where):
            return int(row[1]) in self.rows and row[2] == self.name
        return self.name in where


def accused_of(epochs: Sequence[Settled], dataset: Hash32, checkpoint: int) -> Accused | None:
    """The settlement among those that the verifier read; None where nothing is proposed, or it was rejected."""
    found = next((one for one in epochs if one.dataset.id == dataset and one.number == checkpoint), None)
    if found is None:
        return None
    span, args = found.checkpoint.args, found.proposal.args
    state = "final" if found.is_final else "proposed"
    return Accused(
        dataset, checkpoint, range(span["from"], span["to"]), state, args["attempt"], args["settlement_root"],
        args["file_hash"], args["total_units"],
    )  # fmt: skip


def write_evidence(report: Report, accused: Accused, labels: Sequence[Path]) -> bytes | None:
    """The page, as UTF-8; None when nothing speaks against the settlement."""
    dataset = to_hex(accused.dataset)
    against = [check for check in report.checks if check.outcome == "failed" and accused.is_meant(check)]
    if not against:
        return None
    lines = [
        f"# Evidence against the settlement of checkpoint {accused.checkpoint} of dataset {dataset}",
        "",
        f"- Network {report.network}, chain {report.chain_id}, block {report.block_number}, {report.block_hash}",
        f"- Proposal: attempt {accused.attempt}, {accused.state}; "
        f"rows {accused.rows.start} to {accused.rows.stop - 1}; "
        f"{accused.total_units} units; root {to_hex(accused.settlement_root)}",
        f"- Epoch file: SHA-256 {to_hex(accused.file_hash)}",
        *(f"- Labels: {path.name}, SHA-256 {_digest(path)}" for path in labels),
        "",
        "## What does not agree",
        "",
        "Each check names the first thing that is not as the rules want it; there may be more behind it.",
        "",
    ]
    for number, check in enumerate(against, 1):
        lines += [f"{number}. **{check.name}**: {check.promise}", *_told(check)]
    rest = [check for check in report.checks if check not in against]
    lines += ["", "## What else was checked", ""]
    lines += [f"- {check.name}: {_outcome(check)}" for check in rest]
    given = "".join(f" --labels {path.name}" for path in labels)
    lines += [
        "",
        "## How to make this again",
        "",
        f"`cota verify --network {report.network} --block {report.block_number}{given}` with a node of your own; "
        f"this page: `cota verify evidence {dataset} {accused.checkpoint}` with the same options.",
        "",
    ]
    return "\n".join(lines).encode()


def _told(check: Check) -> list[str]:
    finding = check.finding
    if finding is None:
        return []
    found = [("where", finding.where), ("expected", finding.expected), ("found", finding.found)]
    found += [("off by", finding.difference)] if finding.difference else []
    found += [("note", finding.note)] if finding.note else []
    return [f"   - {name}: `{_one_line(value)}`" for name, value in found]


def _one_line(text: str) -> str:
    return " ".join(text.replace("`", "'").split())


def _outcome(check: Check) -> str:
    if check.outcome == "ok":
        return f"agrees ({check.compared:,} compared)"
    return (
        f"not checked, {check.reason}"
        if check.outcome == "skipped"
        else "does not agree, in another settlement"
    )


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return to_hex(hashlib.file_digest(source, "sha256").digest())
