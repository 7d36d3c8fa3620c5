"""Files that are whole or not there.

Used wherever a script leaves something behind. Promise: a kill or a full disk in the middle leaves the old
content.
"""

import json
import os
from pathlib import Path


def write_whole(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Write beside, flush to disk, then rename over."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    data = content.encode() if isinstance(content, str) else content
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def write_json(path: Path, value: object, mode: int = 0o644) -> None:
    write_whole(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n", mode)
