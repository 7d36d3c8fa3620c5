"""Label -> signature -> **backup** -> (her own disk). The contributor's copy of what only she and the
server know.

Promises: a label's salt is on disk before the label leaves the machine, its receipt as soon as it
arrived; lines are only ever appended; a line cut short by a crash is ignored when read; the file is
readable by its owner alone; reading holds one line in memory, and takes only strict JSON.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from cota.client.refusals import Untrustworthy
from cota.commitments.canonical import MalformedJson, parse_json
from cota.formats.lines import MAX_LINE


def bounded_lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Number from 1 and bytes of each line, its line feed with it. Raises Untrustworthy for one above MAX_LINE."""
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise Untrustworthy(f"line {number} of the backup is longer than {MAX_LINE} bytes")
        yield number, line


class Backup:
    """JSON lines: `{"type": "label"}` holds the salt, `{"type": "receipt"}` the server's signature."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._end_cut_line()

    def append(self, records: list[dict[str, Any]]) -> None:
        """Writes the records and waits until they are on the disk."""
        text = "".join(json.dumps(record, sort_keys=True) + "\n" for record in records)
        with self._lock:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, text.encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def read(self) -> Iterator[dict[str, Any]]:
        """All records, a line at a time. Raises Untrustworthy for a line longer than any that is written here."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for _, line in bounded_lines(file):
                try:
                    record = parse_json(line)
                except MalformedJson:
                    continue
                if isinstance(record, dict):
                    yield record

    def _end_cut_line(self) -> None:
        """A crash may leave half a line; the next record must not be glued to it."""
        if not self.path.exists() or self.path.stat().st_size == 0:
            return
        with self.path.open("rb+") as file:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
