"""Files of other programs at the command line: a dataset out of one command, and what was not taken over told."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.story import Story
from tests.cli.terminal import Terminal
from tests.unit.made_exports import made_export

TERMS = {"title": "From elsewhere", "seats": 1, "price_floor": "1"}


def test_create__from_label_studio__question_items_and_gold(story: Story, folder: Path) -> None:
    terms, tasks, config = folder / "terms.json", folder / "tasks.json", folder / "config.xml"
    terms.write_text(json.dumps(TERMS))
    config.write_text(
        '<View><Header value="Which bird?"/><Text name="t" value="$text"/><Choices name="c" toName="t">'
        '<Choice value="heron"/><Choice value="ibis"/></Choices></View>'
    )
    gold = {"from_name": "c", "type": "choices", "value": {"choices": ["ibis"]}}
    tasks.write_text(
        json.dumps(
            [
                {"data": {"text": "curved\nbill"}, "annotations": [{"result": [gold]}]},
                {"data": {"text": "grey"}, "predictions": [{}]},
            ]
        )
    )
    words = (
        "dataset",
        "create",
        str(terms),
        "--from",
        str(tasks),
        "--config",
        str(config),
        "--yes",
        "--json",
    )
    made = story.terminal.run(*words, key=story.people.publisher)
    assert made.code == 0, made
    assert "tasks.json: 2 items, 1 with gold" in made.err
    assert "not taken over: predictions (1)" in made.err
    told = made.json()
    assert (told["items"], told["gold"], told["batches"], told["added"]) == (2, 1, 1, True)
    assert told["lost"] == {"predictions": 1}
    shown = story.run("dataset", "show", told["dataset"])
    assert shown["schema"] == {
        "kind": "choice",
        "question": "Which bird?",
        "classes": ["heron", "ibis"],
        "item": "text",
    }
    assert shown["item_count"] == 2
    more = folder / "more.csv"
    more.write_bytes('text;truth\r\n"long\r\nlegs";heron\r\ncafé;\r\n'.encode("latin-1"))
    add = ("dataset", "add-batch", told["dataset"], str(more), "--gold", "truth", "--delimiter", ";")
    cut = story.terminal.run(*add, key=story.people.publisher)
    assert (cut.code, "line 4: the byte 0xe9 is no utf-8 text" in cut.complaint) == (1, True)
    added = story.run(*add, "--encoding", "latin-1", key=story.people.publisher)
    assert (added["items"], added["gold"], added["added"]) == (2, 1, True)
    again = story.run(*add, "--encoding", "latin-1", key=story.people.publisher)
    assert (again["added"], again["items_root"]) == (False, added["items_root"])


def test_create__from_a_file_with_a_bad_line__nothing_is_created(story: Story, folder: Path) -> None:
    before = len(story.run("dataset", "list")["datasets"])
    terms, items = folder / "terms.json", folder / "items.csv"
    terms.write_text(
        json.dumps(TERMS | {"schema": {"kind": "choice", "question": "?", "classes": ["a", "b"]}})
    )
    items.write_text("text,gold\nx,a\ny,c\n")
    words = ("dataset", "create", str(terms), "--from", str(items), "--yes")
    refused = story.terminal.run(*words, key=story.people.publisher)
    assert refused.code == 1
    assert 'items.csv, line 3: gold: the label must be exactly one of "a", "b"' in refused.complaint
    assert len(story.run("dataset", "list")["datasets"]) == before


def test_convert__a_downloaded_export__in_other_forms(story: Story, terminal: Terminal, folder: Path) -> None:
    """Without a service, a node or a wallet."""
    export = made_export(
        folder / "export.jsonl",
        {"kind": "choice", "question": "?", "classes": ["a", "b"], "item": "text"},
        [({"text": "x"}, None, ["a", "b"])],
    )
    alone = Terminal(folder, {})
    words = ("convert", str(export), "--to", "label-studio", "--out", str(folder / "tasks.json"))
    made = alone.run(*words, "--json").json()
    assert made["annotations"] == 2
    assert [Path(one["file"]).name for one in made["files"]] == ["tasks.json", "tasks.xml"]
    again = alone.run(*words)
    assert (again.code, "tasks.json exists" in again.complaint) == (1, True)
    assert alone.run(*words, "--force").code == 0
    wrong = alone.run("convert", str(export), "--to", "coco", "--out", str(folder / "coco.json"))
    assert wrong.complaint.endswith("COCO holds boxes and polygons, not 'choice'")
    export.write_bytes(export.read_bytes()[:-9])
    cut = alone.run("convert", str(export), "--to", "csv", "--out", str(folder / "x.csv"))
    assert (cut.code, "the line is cut off" in cut.complaint) == (1, True)
    assert not (folder / "x.csv").exists()


def test_work__in_label_studio__the_same_receipts(story: Story, folder: Path) -> None:
    """Items out, labels back, each signed and receipted like one typed here."""
    people = story.people
    terms, items = folder / "terms.json", folder / "items.jsonl"
    schema = {"kind": "choice", "question": "?", "classes": ["a", "b"], "item": "text"}
    terms.write_text(json.dumps(TERMS | {"schema": schema}))
    items.write_text("".join(json.dumps({"content": {"text": f"t{n}"}}) + "\n" for n in range(3)))
    words = ("dataset", "create", str(terms), "--from", str(items), "--yes")
    dataset = story.run(*words, key=people.publisher)["dataset"]
    ana = {"key": people.ana, "COTA_BACKUP": str(folder / "backup.jsonl")}
    story.run("join", dataset, "--yes", **ana)
    wrong = story.terminal.run("work", dataset, "--label-studio", str(folder / "t.json"), **ana)
    assert wrong.code == 2
    out = folder / "tasks.json"
    told = story.run("work", dataset, "--take", "50", "--label-studio", str(out), **ana)
    assert told["items"] == 3
    assert "Choices" in Path(told["configuration"]).read_text()
    tasks = json.loads(out.read_text())
    for task in tasks[:2]:
        chosen = {"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["b"]}}
        task["annotations"] = [{"result": [chosen]}]
    out.write_text(json.dumps(tasks))
    sent = story.run("submit", dataset, "--labels", str(out), **ana)
    assert (sent["delivered"], sent["refused"]) == (2, [])
    kept = [json.loads(line) for line in (folder / "backup.jsonl").read_text().splitlines()]
    assert sum(one["type"] == "receipt" for one in kept) == 2
