"""Files as a cheat would hand them out: export, epoch file -> **forged** -> auditor.

A forged export is sealed anew: its last line counts and hashes what stands before it, so that nothing but the
change itself can give it away.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from cota.formats.lines import write_line
from cota.settlement.epoch_file import EpochFile, read_epoch_file, write_epoch_file

Line = dict[str, Any]


def read_lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def forge_export(path: Path, out: Path, change: Callable[[list[Line]], None], *, sealed: bool = True) -> Path:
    """Writes the changed export to `out`; `sealed`: with a last line that fits."""
    lines = read_lines(path)
    change(lines)
    if sealed:
        lines[-1] = end_of(lines[:-1])
    out.write_bytes(b"".join(map(write_line, lines)))
    return out


def of_kind(lines: Iterable[Line], kind: str) -> list[Line]:
    return [line for line in lines if line["type"] == kind]


def end_of(lines: Sequence[Line]) -> Line:
    """The last line of an export that holds these."""
    records, items = of_kind(lines, "record"), of_kind(lines, "item")
    erased = sum(line["label_salt"] is None for line in records)
    erased += sum(line["item_salt"] is None for line in items)
    return {
        "type": "end",
        "records": len(records),
        "items": len(items),
        "erased": erased,
        "sha256": "0x" + hashlib.sha256(b"".join(map(write_line, lines))).hexdigest(),
    }


def flip(digits: str, place: int = -1) -> str:
    """The same bytes, one bit changed in one hex digit."""
    changed = format(int(digits[place], 16) ^ 1, "x")
    at = place % len(digits)
    return digits[:at] + changed + digits[at + 1 :]


def read_epoch(content: bytes) -> EpochFile:
    return read_epoch_file(io.BytesIO(content))


def write_epoch(content: EpochFile, folder: Path) -> bytes:
    """Puts the file into the folder; gives its SHA-256."""
    out = io.BytesIO()
    digest = write_epoch_file(content, out)
    (folder / f"{digest.hex()[:8]}.jsonl").write_bytes(out.getvalue())
    return digest
