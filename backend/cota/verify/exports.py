"""Licensed export -> **export** -> label checks. Reads a download once, and keeps where its lines begin.

Promises: a cut or altered file is told with its line, and what can be read of it is still compared;
nothing is taken from the file that is not checked afterwards against the chain; memory holds places, not records.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cota.errors import DomainError
from cota.formats.export import Consensus, End, Header, Item, Record, Void, read_export
from cota.formats.export_records import ITEM, RECORD
from cota.formats.located import Located, LocatedByIndex
from cota.verify.columns import Columns
from cota.verify.report import Disagreement


@dataclass
class Export:
    """One download."""

    path: Path
    header: Header
    records: Located[Record]
    items: LocatedByIndex[Item]
    """By index in the dataset."""
    columns: Columns = field(default_factory=Columns)
    """Of the records."""
    voids: list[Void] = field(default_factory=list)
    consensus: list[Consensus] = field(default_factory=list)
    end: End | None = None
    problem: str = ""
    """What is wrong with the file as such; its lines are kept all the same, so that the row can be named."""


def read(path: Path) -> Export:
    """The content of a download. Raises Disagreement for a file without a header, OSError."""
    export: Export | None = None
    start = 0
    try:
        with path.open("rb") as source:
            for line in read_export(source):
                if isinstance(line, Header):
                    export = Export(path, line, Located(path, RECORD), LocatedByIndex(path, ITEM))
                elif export is not None:
                    _sort(export, line, start)
                start = source.tell()
    except DomainError as error:
        if export is None:
            raise Disagreement(f"export {path.name}", "an export's header", error.detail) from error
        export.problem = error.detail
    if export is None:
        raise Disagreement(f"export {path.name}", "an export's header", "an empty file")
    return export


def _sort(export: Export, line: Record | Void | Item | Consensus | End | Header, start: int) -> None:
    if isinstance(line, Record):
        export.records.add(start)
        export.columns.add(line)
    elif isinstance(line, Void):
        export.voids.append(line)
    elif isinstance(line, Item):
        export.items.add(line.item_index, start)
    elif isinstance(line, Consensus):
        export.consensus.append(line)
    elif isinstance(line, End):
        export.end = line
