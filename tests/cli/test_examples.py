"""The examples in docs/examples, run as their readers run them, one after the other, on a whole network."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from cota.keys import local_key
from scripts.stack.foundry import ROOT
from tests.cli.story import CLASSES, People, Story

PATIENCE_S = 60


def example(name: str, *words: str) -> str:
    command = [sys.executable, str(ROOT / "docs" / "examples" / f"{name}.py"), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def keys(folder: Path) -> dict[str, str]:
    found = {"publisher": local_key("publisher").reveal(), "buyer": local_key("buyer").reveal()}
    found |= {f"worker{n}": "0x" + f"{n + 77:064x}" for n in range(3)}
    paths = {}
    for name, key in found.items():
        path = folder / f"{name}.key"
        path.touch(0o600)
        path.write_text(key)
        paths[name] = str(path)
    return paths


def test_examples__publisher_contributors_buyer_auditor(
    story: Story, keys: dict[str, str], folder: Path
) -> None:
    people: People = story.people
    api = story.terminal.environment["COTA_API"]
    items = folder / "items.csv"
    rows = [(f"p{n}", CLASSES[n % 3], CLASSES[n % 3] if n < 6 else "") for n in range(9)]
    items.write_text("photo,truth,gold\n" + "".join(",".join(row) + "\n" for row in rows))
    dataset = example("publisher", api, people.rpc, str(items), keys["publisher"]).strip()
    for number in range(2):
        told = example("contributor", api, people.rpc, dataset, keys[f"worker{number}"])
        assert told.startswith("9 labels delivered")
    told = example("by_hand", api, dataset, keys["worker2"])
    assert told.splitlines()[0] == "9 labels delivered, each with a receipt checked by hand"
    assert told.splitlines()[1] == "9 rows in the log, each with a proof checked by hand"
    ends = time.monotonic() + PATIENCE_S
    while [one["state"] for one in story.run("dataset", "epochs", dataset)["epochs"]] != ["finalized"]:
        assert time.monotonic() < ends, "the worker does not settle"
        time.sleep(0.5)
    story.run("dataset", "price", dataset, "100", key=people.publisher)
    bought = example("buyer", api, people.rpc, dataset, keys["buyer"], str(folder / "bought"))
    assert "27 labels by 3 annotators\nequal to the hidden gold: 18 of 18\n" in bought
    assert "27 annotations in annotations.parquet" in bought
    export = str(folder / "bought" / "export.jsonl")
    for words in ((export,), (export, people.rpc)):
        assert "ok       records.proofs" in example("auditor", *words)
