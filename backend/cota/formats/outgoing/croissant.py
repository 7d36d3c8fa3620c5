"""Croissant 1.0 (MLCommons): a folder with the annotations as JSON lines and Parquet, the export with its proofs,
and `croissant.json`, which describes them with a checksum each.

Source: the Croissant format specification 1.0 and its responsible-AI vocabulary 1.0.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cota.formats.outgoing.flat import COLUMNS, NUMBERS, write_json_lines, write_parquet
from cota.formats.outgoing.joined import ExportFile
from cota.formats.outgoing.whole import WholeFile, write_whole
from cota.units import to_hex

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_TABLE = "annotations.parquet"


def write_croissant(export: ExportFile, folder: Path, lost: Counter[str]) -> list[WholeFile]:
    """Makes the folder's files; `croissant.json` comes last, so that a folder without it is unfinished."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "croissant.json").unlink(missing_ok=True)
    copied = write_whole(folder / "export.jsonl", lambda path: _copy(export.path, path))
    made = [
        write_whole(folder / "annotations.jsonl", lambda path: write_json_lines(export, path, lost)),
        write_whole(folder / _TABLE, lambda path: write_parquet(export, path, lost)),
    ]
    described = json.dumps(_metadata(export, [copied, *made]), indent=2, ensure_ascii=False) + "\n"
    metadata = write_whole(folder / "croissant.json", lambda path: _write_text(path, described))
    return [copied, *made, metadata]


def _metadata(export: ExportFile, files: Sequence[WholeFile]) -> dict[str, Any]:
    header = export.header
    dataset = to_hex(header.dataset)
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": f"cota-{dataset[2:18]}",
        "description": f"{header.schema['question']} Annotations of Cota dataset {dataset}, epochs "
        f"{', '.join(map(str, header.epochs))}: each signed by its author, with a proof to a root on chain "
        f"{header.chain_id} in export.jsonl.",
        "url": f"urn:cota:{header.chain_id}:{dataset}",
        "license": f"Cota licence {header.license} of dataset {dataset} on chain {header.chain_id}",
        "version": f"{max(header.epochs, default=0)}.0.0",
        "datePublished": _newest(export),
        "creator": {"@type": "Organization", "name": f"The annotators of Cota dataset {dataset}"},
        "citeAs": f"Cota dataset {dataset}, chain {header.chain_id}, epochs {list(header.epochs)}",
        "rai:dataAnnotationProtocol": header.schema["question"],
        "rai:dataAnnotationPlatform": "Cota",
        "rai:dataAnnotationAnalysis": f"Consensus by Cota's scoring rules {header.rules}; every label is kept.",
        "rai:annotationsPerItem": f"{len(export) / max(1, sum(1 for _ in export.items())):.2f} on average",
        "distribution": [_file(one) for one in files],
        "recordSet": [_records()],
    }


def _file(one: WholeFile) -> dict[str, Any]:
    is_table = one.path.suffix == ".parquet"
    return {
        "@type": "cr:FileObject",
        "@id": one.path.name,
        "name": one.path.name,
        "contentUrl": one.path.name,
        "contentSize": f"{one.size} B",
        "encodingFormat": "application/x-parquet" if is_table else "application/jsonlines",
        "sha256": one.sha256,
    }


def _records() -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": "annotations",
        "name": "annotations",
        "description": "One record per annotation, in the order of the log.",
        "key": {"@id": "annotations/row_id"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"annotations/{name}",
                "name": name,
                "description": what,
                "dataType": "sc:Integer" if name in NUMBERS else "sc:Text",
                "source": {"fileObject": {"@id": _TABLE}, "extract": {"column": name}},
            }
            for name, what in COLUMNS.items()
        ],
    }


def _newest(export: ExportFile) -> str:
    """The day on which the newest annotation was promised to be logged: the same whenever it is made."""
    from datetime import UTC, datetime

    latest = max((row.record.receipt.include_by for row in export.rows()), default=0)
    return datetime.fromtimestamp(latest, UTC).date().isoformat()


def _copy(source: Path, path: Path) -> None:
    import shutil

    shutil.copyfile(source, path)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
