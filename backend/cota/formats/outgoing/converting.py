"""An export and a format's name -> **files**, and what was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cota.errors import BadRequest
from cota.formats.outgoing import coco, conll, croissant, flat, label_studio, preference
from cota.formats.outgoing.joined import ExportFile
from cota.formats.outgoing.whole import WholeFile, write_whole

Writer = Callable[[ExportFile, Path, Counter[str]], None]

_WRITERS: Mapping[str, Writer] = {
    "jsonl": flat.write_json_lines,
    "csv": flat.write_csv,
    "parquet": flat.write_parquet,
    "label-studio": label_studio.write_tasks,
    "coco": coco.write_coco,
    "coco-gold": coco.write_coco_gold,
    "conll": conll.write_conll,
    "preference": preference.write_preference,
}
FORMATS = (*_WRITERS, "croissant")


@dataclass(frozen=True)
class Converted:
    """What was made of an export; `lost`: what the format has no place for, with how often."""

    annotations: int
    files: list[WholeFile]
    lost: dict[str, int]


def convert(source: Path, format: str, out: Path) -> Converted:
    """Writes an export in another format: a file, or for croissant a folder; for label-studio the configuration
    goes beside the tasks, as `<out>.xml`. Raises BadRequest, MalformedFile, OSError.
    """
    if format not in FORMATS:
        raise BadRequest(f"{format!r} is no format: one of {', '.join(FORMATS)} is wanted")
    lost: Counter[str] = Counter()
    with ExportFile(source) as export:
        lost["annotations that were erased"] = export.erased
        if format == "croissant":
            files = croissant.write_croissant(export, out, lost)
        else:
            files = [write_whole(out, lambda path: _WRITERS[format](export, path, lost))]
        if format == "label-studio":
            text = label_studio.config_of(export)
            files.append(write_whole(out.with_suffix(".xml"), lambda path: _write(path, text)))
        return Converted(len(export), files, {what: count for what, count in sorted(lost.items()) if count})


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
