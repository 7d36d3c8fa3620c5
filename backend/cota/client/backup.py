"""Label -> signature -> **backup** -> (her own disk). The contributor's copy of what only she and the
server know.

Promises: a label's salt is on disk before the label leaves the machine, its receipt as soon as it
arrived; lines are only ever appended; a line cut short by a crash is ignored when read; the file is
readable by its owner alone.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any


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
        if not self.path.exists():
            return
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
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
