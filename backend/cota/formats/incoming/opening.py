"""A path -> **its format** -> the reader of it. The name decides, then the first bytes; nothing else is guessed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from cota.errors import BadRequest
from cota.formats.incoming import coco, conll, images, json_lines, label_studio, parquet, tables
from cota.formats.incoming.found import Incoming, ReadOptions, numbered
from cota.formats.incoming.json_arrays import first_key

Reader = Callable[[Path, ReadOptions], Incoming]

FORMATS: Mapping[str, Reader] = {
    "csv": tables.read,
    "jsonl": json_lines.read,
    "parquet": parquet.read,
    "label-studio": label_studio.read,
    "coco": coco.read,
    "conll": conll.read,
    "images": images.read,
}
_BY_SUFFIX = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".conll": "conll",
    ".bio": "conll",
    ".iob": "conll",
    ".zip": "images",
    ".tar": "images",
}
_ZIPPED_TABLES = (".xlsx", ".ods")


def open_file(path: Path, options: ReadOptions) -> Incoming:
    """Raises BadRequest for a file whose format is unknown or not the one named, OSError; a bad place is told
    when it is read.
    """
    name = options.format or ("label-studio" if options.config else format_of(path))
    if name not in FORMATS:
        raise BadRequest(f"{name!r} is no format: one of {', '.join(FORMATS)} is wanted")
    incoming = FORMATS[name](path, options)
    read = incoming.items
    incoming.items = lambda: numbered(read())
    return incoming


def format_of(path: Path) -> str:
    """The format of a file by its name; of a .json, by what it begins with. Raises BadRequest."""
    suffix = path.suffix.lower()
    if path.is_dir():
        return "images"
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    if suffix in _ZIPPED_TABLES and zipfile.is_zipfile(path):
        raise BadRequest(f"{path.name} is a spreadsheet's own file: save it as CSV")
    if suffix == ".json":
        with path.open("rb") as source:
            return "label-studio" if first_key(source) is None else "coco"
    raise BadRequest(f"the name {path.name!r} tells no format: say which of {', '.join(FORMATS)} it is")
