"""Licensed export -> **export** -> label checks. Reads a download whole, once, and sorts its lines.

Promises: a cut or altered file is told with its line, and what can be read of it is still compared;
nothing is taken from the file that is not checked afterwards against the chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cota.errors import DomainError
from cota.formats.export import Consensus, End, Header, Item, Record, Void, read_export
from cota.verify.report import Disagreement


@dataclass
class Export:
    """One download."""

    path: Path
    header: Header
    records: list[Record] = field(default_factory=list)
    voids: list[Void] = field(default_factory=list)
    items: dict[int, Item] = field(default_factory=dict)
    """By index in the dataset."""
    consensus: list[Consensus] = field(default_factory=list)
    end: End | None = None
    problem: str = ""
    """What is wrong with the file as such; its lines are kept all the same, so that the row can be named."""

    def of_epoch(self, number: int) -> Sequence[Record]:
        return [record for record in self.records if record.epoch == number]


def read(path: Path) -> Export:
    """The content of a download. Raises Disagreement for a file without a header, OSError."""
    export: Export | None = None
    try:
        with path.open("rb") as source:
            for line in read_export(source):
                if isinstance(line, Header):
                    export = Export(path, line)
                elif export is not None:
                    _sort(export, line)
    except DomainError as error:
        if export is None:
            raise Disagreement(f"export {path.name}", "an export's header", error.detail) from error
        export.problem = error.detail
    if export is None:
        raise Disagreement(f"export {path.name}", "an export's header", "an empty file")
    return export


def _sort(export: Export, line: Record | Void | Item | Consensus | End | Header) -> None:
    if isinstance(line, Record):
        export.records.append(line)
    elif isinstance(line, Void):
        export.voids.append(line)
    elif isinstance(line, Item):
        export.items[line.item_index] = line
    elif isinstance(line, Consensus):
        export.consensus.append(line)
    elif isinstance(line, End):
        export.end = line
