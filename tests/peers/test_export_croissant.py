"""MLCommons' own reader takes our Croissant folder: it is valid, and gives back every annotation."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from cota.formats.outgoing import convert
from tests.peers.environments import environment
from tests.unit.made_exports import made_export

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

READ = """
import json, sys
import mlcroissant as mlc
found = mlc.Dataset(sys.argv[1])
assert not found.metadata.ctx.issues.errors, found.metadata.ctx.issues.errors
rows = []
for record in found.records("annotations"):
    rows.append({k: (v.decode() if isinstance(v, bytes) else v) for k, v in record.items()})
print(json.dumps(rows, default=str))
"""


def test_croissant__valid_and_read_by_mlcroissant(tmp_path: Path) -> None:
    bins = environment("mlcroissant", "mlcroissant[parquet]==1.1.1")
    schema = {"kind": "choice", "question": "Which?", "classes": ["a", "=1"], "item": "text"}
    items = [({"text": "x é\r\n"}, "a", ["a", "=1"]), ({"text": "y"}, None, ["a"])]
    source = made_export(tmp_path / "e.jsonl", schema, items, consensus={0: "a"})
    convert(source, "croissant", tmp_path / "folder")
    described = str(tmp_path / "folder" / "croissant.json")
    checked = subprocess.run(
        [str(bins / "mlcroissant"), "validate", "--jsonld", described],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert checked.returncode == 0, checked.stderr
    assert "ERROR" not in checked.stderr.upper().replace("0 ERROR", "")
    assert "WARNING" not in checked.stderr
    read = subprocess.run(
        [str(bins / "python"), "-c", READ, described], capture_output=True, text=True, timeout=600
    )
    assert read.returncode == 0, read.stderr
    rows = json.loads(read.stdout)
    assert [row["annotations/label"] for row in rows] == ["a", "=1", "a"]
    assert json.loads(rows[0]["annotations/item"]) == {"text": "x é\r\n"}
    (tmp_path / "folder" / "annotations.parquet").write_bytes(b"altered")
    altered = subprocess.run(
        [str(bins / "python"), "-c", READ, described], capture_output=True, text=True, timeout=600
    )
    assert altered.returncode != 0
