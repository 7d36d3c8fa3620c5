"""Exports in other programs' forms: every annotation is there, and what comes back is what went out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from cota.datasets.question import item_kind
from cota.errors import BadRequest
from cota.formats.incoming import Found, ReadOptions, open_file
from cota.formats.label_studio_results import results_of
from cota.formats.label_studio_work import labels_in, tasks_for
from cota.formats.lines import MalformedFile
from cota.formats.outgoing import FORMATS, Converted, convert
from cota.formats.outgoing.coco import area_of
from tests.unit.made_exports import annotator, made_export

CHOICE = {"kind": "choice", "question": 'Which & "why"?', "classes": ["heron", "ibis", "=1+1"]}
SPANS = {"kind": "spans", "question": "Who?", "classes": ["PER", "ORG"]}
BOXES = {"kind": "boxes", "question": "Where?", "classes": ["car", "bus"]}
POLYGONS = BOXES | {"kind": "polygons"}
PAIRS = {"kind": "preference", "question": "Which is better?", "ties": True}

TEXT = "👩‍🔬 Ana  Luz\r\nfoi à Itaú-Unibanco."


def span(part: str, name: str, text: str = TEXT) -> dict[str, Any]:
    start = text.index(part)
    return {"start": start, "end": start + len(part), "class": name, "text": part}


def box(name: str, *numbers: int) -> dict[str, Any]:
    return {"class": name, **dict(zip(("x", "y", "width", "height"), numbers, strict=True))}


def picture(number: int, width: int = 641, height: int = 479, orientation: int = 1) -> dict[str, Any]:
    return {
        "image": f"https://example.org/{number}.jpg",
        "width": width,
        "height": height,
        "orientation": orientation,
    }


def turned(folder: Path, source: Path, form: str, name: str) -> tuple[Path, Converted]:
    out = folder / name
    return out, convert(source, form, out)


def back(path: Path, **options: Any) -> list[Found]:
    return list(open_file(path, ReadOptions(**options)).items())


LABELLED: list[tuple[dict[str, Any], list[tuple[Any, Any, list[Any]]]]] = [
    (CHOICE | {"item": "text"},
     [({"text": "a\r\n\"b\", é", "n": 1}, "ibis", ["heron", "=1+1"]), ({"text": "c"}, None, ["ibis"])]),
    ({"kind": "choices", "question": "?", "classes": ["a", "b"], "item": "text"},
     [({"text": "x"}, ["a", "b"], [["a"], []]), ({"text": "y"}, [], [["b"]])]),
    (SPANS, [({"text": TEXT}, [span("Ana  Luz", "PER"), span("Itaú-Unibanco", "ORG")], [[span("Ana", "PER")], []])]),
    (BOXES, [(picture(1), [box("bus", 0, 0, 641, 479), box("car", 7, 11, 13, 1)], [[box("car", 1, 2, 3, 4)], []]),
             (picture(2, 100_003, 99_991, 6), None, [[box("bus", 99_990, 3, 13, 99_988)]])]),
    (POLYGONS, [(picture(1), [{"class": "car", "points": [[0, 0], [640, 1], [333, 478]]}], [[]])]),
    (PAIRS, [({"prompt": "p", "a": "one", "b": "two"}, "b", ["a", "b"])]),
    ({"kind": "rating", "question": "?", "least": 1, "most": 7, "item": "text"}, [({"text": "x"}, 7, [1, 4])]),
    ({"kind": "text", "question": "?", "item": "image"}, [(picture(3), "two\nlines", ["one"])]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("schema", "items"), LABELLED, ids=lambda value: value["kind"] if isinstance(value, dict) else ""
)
def test_label_studio__round_trip__items_gold_and_every_annotation(
    tmp_path: Path, schema: dict[str, Any], items: list[Any]
) -> None:
    source = made_export(tmp_path / "export.jsonl", schema, items)
    out, made = turned(tmp_path, source, "label-studio", "tasks.json")
    config = out.with_suffix(".xml")
    found = open_file(out, ReadOptions(config=config))
    again = list(found.items())
    assert [one.content for one in again] == [content for content, _, _ in items]
    assert [one.gold for one in again] == [
        gold if gold is not None else labels[0] if len(labels) == 1 else None for _, gold, labels in items
    ]
    assert made.lost == {}
    assert {
        key: value for key, value in schema.items() if key in ("kind", "question", "classes")
    }.items() <= (found.schema.items())
    tasks = json.loads(out.read_text())
    assert sum(len(task["annotations"]) for task in tasks) == made.annotations + sum(
        g is not None for _, g, _ in items
    )
    assert tasks[0]["meta"]["cota"]["annotations"][0]["account"] == annotator(0)


def test_label_studio__what_it_has_not__counted(tmp_path: Path) -> None:
    source = made_export(tmp_path / "e.jsonl", PAIRS, [({"a": "x", "b": "y"}, None, ["tie", "a"])])
    _, made = turned(tmp_path, source, "label-studio", "t.json")
    assert made.lost == {"ties, which Label Studio's Pairwise has not": 1}
    source = made_export(
        tmp_path / "e.jsonl", CHOICE, [([1, 2], None, ["heron"])], consensus={0: "ibis"}, erased=frozenset()
    )
    out, made = turned(tmp_path, source, "label-studio", "t.json")
    assert list(made.lost) == ['items shown as JSON text, under "text"']
    (task,) = json.loads(out.read_text())
    assert task["predictions"][0]["result"][0]["value"] == {"choices": ["ibis"]}
    assert ElementTree.parse(out.with_suffix(".xml")).find("Header").get("value") == CHOICE["question"]  # type: ignore[union-attr]


@pytest.mark.parametrize(("kind", "item"), [("boxes", 3), ("polygons", 4)])
def test_coco__round_trip__in_the_upright_frame(tmp_path: Path, kind: str, item: int) -> None:
    """B29: the frame is the item's own, whatever orientation the file has."""
    schema, items = LABELLED[item]
    source = made_export(tmp_path / "export.jsonl", schema, items)
    out, made = turned(tmp_path, source, "coco-gold", "gold.json")
    again = back(out, kind=kind)
    assert [one.gold for one in again] == [gold for _, gold, _ in items]
    sides = ("image", "width", "height")
    assert [{name: one.content[name] for name in sides} for one in again] == [
        {name: content[name] for name in sides} for content, _, _ in items
    ]
    whole = json.loads(turned(tmp_path, source, "coco", "all.json")[0].read_text())
    marks = [mark for _, _, labels in items for label in labels for mark in label]
    assert len(whole["annotations"]) == len(marks)
    assert made.annotations == sum(len(labels) for _, _, labels in items)
    assert all(one["attributes"]["account"] in {annotator(0), annotator(1)} for one in whole["annotations"])
    if kind == "boxes":
        assert whole["images"][1]["cota_orientation"] == 6


def test_area__shoelace() -> None:
    assert area_of([[0, 0], [10, 0], [10, 5], [0, 5]]) == 50
    assert area_of([[0, 0], [0, 5], [10, 5]]) == 25


def test_conll__round_trip__same_text_tokens_and_spans(tmp_path: Path) -> None:
    text = "Ana foi a S.Paulo ontem"
    label = [span("Ana", "PER", text), span("S.Paulo", "ORG", text), span("ontem", "ORG", text)]
    tokens = [[0, 3], [4, 7], [8, 9], [10, 17], [18, 23]]
    items = [
        ({"text": text, "tokens": tokens}, None, [label]),
        ({"text": TEXT}, None, [[span("Ana  Luz", "PER"), span("Uni", "ORG")]]),
    ]
    source = made_export(tmp_path / "e.jsonl", SPANS, items)
    out, made = turned(tmp_path, source, "conll", "out.conll")
    first, second = back(out)
    assert (first.content, first.gold) == ({"text": text, "tokens": tokens}, label)
    assert second.content["text"] == TEXT
    assert second.gold == items[1][2][0]
    assert made.lost == {}
    lines = out.read_text().splitlines()
    assert "S.Paulo 10 17 B-ORG" in lines
    assert "Uni 25 28 B-ORG" in lines or any(line.startswith("Uni ") for line in lines)
    assert f"# account = {annotator(0)}" in lines


def test_conll__overlaps__the_longest_stays_and_it_is_told(tmp_path: Path) -> None:
    text = "Banco do Brasil"
    label = [span("Banco do Brasil", "ORG", text), span("Brasil", "ORG", text)]
    source = made_export(tmp_path / "e.jsonl", SPANS, [({"text": text}, None, [label])])
    out, made = turned(tmp_path, source, "conll", "out.conll")
    assert made.lost == {"spans that overlap a longer one": 1}
    assert [line.split()[-1] for line in out.read_text().splitlines() if not line.startswith("#") and line] == [
        "B-ORG", "I-ORG", "I-ORG",
    ]  # fmt: skip
    spaced = made_export(tmp_path / "e.jsonl", SPANS | {"classes": ["A B"]}, [({"text": "x"}, None, [[]])])
    with pytest.raises(BadRequest, match="a tag cannot have blanks"):
        turned(tmp_path, spaced, "conll", "no.conll")
    assert not (tmp_path / "no.conll").exists()


def test_preference__pairs_in_their_order(tmp_path: Path) -> None:
    items = [
        ({"prompt": "p", "a": "one", "b": {"text": "two"}}, None, ["a", "b", "tie"]),
        ({"a": "x", "b": "y"}, None, ["b"]),
    ]
    source = made_export(tmp_path / "e.jsonl", PAIRS, items)
    out, made = turned(tmp_path, source, "preference", "pairs.jsonl")
    pairs = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(one["prompt"], one["chosen"], one["rejected"]) for one in pairs] == [
        ("p", "one", "two"), ("p", "two", "one"), (PAIRS["question"], "y", "x"),
    ]  # fmt: skip
    assert made.lost == {"ties": 1}


def test_flat__one_row_per_annotation__three_forms_one_content(tmp_path: Path) -> None:
    schema, items = LABELLED[0]
    source = made_export(tmp_path / "e.jsonl", schema, items, consensus={0: "heron"})
    lines, _ = turned(tmp_path, source, "jsonl", "a.jsonl")
    table, _ = turned(tmp_path, source, "csv", "a.csv")
    columns, _ = turned(tmp_path, source, "parquet", "a.parquet")
    rows = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [row["label"] for row in rows] == ["heron", "=1+1", "ibis"]
    assert [row["consensus"] for row in rows] == ["heron", "heron", None]
    assert rows[0]["item"] == items[0][0]
    assert rows[0]["logged_by"] == "2027-01-15T08:10:00+00:00"
    raw = table.read_bytes()
    assert b"'=1+1" in raw
    assert b",=1+1" not in raw
    cells = [one.content for one in back(table, gold="gold")]
    assert [one["label"] for one in cells] == ["heron", "=1+1", "ibis"]
    assert [json.loads(one["item"]) for one in cells] == [row["item"] for row in rows]
    parquet = [one.content for one in back(columns, gold="gold")]
    for row, cell, column in zip(rows, cells, parquet, strict=True):
        for name in ("epoch", "index", "row_id", "account", "item_ref", "logged_by", "signature"):
            assert str(row[name]) == cell[name] == str(column[name])
        assert column["label"] == row["label"]
        assert json.loads(column["item"]) == row["item"]


def test_convert__erased__left_out_and_counted(tmp_path: Path) -> None:
    schema, items = LABELLED[0]
    source = made_export(tmp_path / "e.jsonl", schema, items, erased=frozenset({1}))
    out, made = turned(tmp_path, source, "jsonl", "a.jsonl")
    assert (made.annotations, made.lost) == (2, {"annotations that were erased": 1})
    assert len(out.read_text().splitlines()) == 2


def test_convert__cut_or_altered_export__refused_and_nothing_written(tmp_path: Path) -> None:
    """B30: an interrupted export is recognisable as incomplete."""
    schema, items = LABELLED[0]
    source = made_export(tmp_path / "e.jsonl", schema, items)
    raw = source.read_bytes()
    for bad in (raw[:-20], raw[: raw.rstrip().rindex(b"\n") + 1], raw.replace(b"ibis", b"ibex"), b""):
        source.write_bytes(bad)
        with pytest.raises(MalformedFile):
            convert(source, "jsonl", tmp_path / "out.jsonl")
        assert [path.name for path in tmp_path.iterdir()] == ["e.jsonl"]
    source.write_bytes(raw)
    for form in ("coco", "conll", "preference"):
        with pytest.raises(BadRequest, match="not"):
            convert(source, form, tmp_path / "out")
    with pytest.raises(BadRequest, match="'xlsx' is no format"):
        convert(source, "xlsx", tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["e.jsonl"]


def test_croissant__every_file_with_its_checksum(tmp_path: Path) -> None:
    import hashlib

    schema, items = LABELLED[0]
    source = made_export(tmp_path / "e.jsonl", schema, items)
    out, made = turned(tmp_path, source, "croissant", "folder")
    described = json.loads((out / "croissant.json").read_text())
    assert described["conformsTo"][0] == "http://mlcommons.org/croissant/1.0"
    files = {one["name"]: one for one in described["distribution"]}
    assert sorted([*files, "croissant.json"]) == sorted(path.name for path in out.iterdir())
    for name, one in files.items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == one["sha256"]
    assert [field["name"] for field in described["recordSet"][0]["field"]][:3] == ["epoch", "index", "row_id"]
    assert (out / "export.jsonl").read_bytes() == source.read_bytes()
    again, _ = turned(tmp_path, source, "croissant", "again")
    assert (again / "croissant.json").read_bytes() == (out / "croissant.json").read_bytes()
    assert len(made.files) == 4
    assert set(FORMATS) >= {
        "jsonl",
        "csv",
        "parquet",
        "label-studio",
        "coco",
        "conll",
        "preference",
        "croissant",
    }


@pytest.mark.parametrize(("schema", "items"), LABELLED, ids=[schema["kind"] for schema, _ in LABELLED])
def test_label_studio__a_contributors_own_project__labels_come_back(
    schema: dict[str, Any], items: list[Any]
) -> None:
    """She labels there what is leased to her; each label comes back in its one form, by its item."""
    leased = [(bytes([number]) * 32, content) for number, (content, _, _) in enumerate(items, 1)]
    tasks = tasks_for(leased, schema)
    for task, (_, gold, labels) in zip(tasks, items, strict=True):
        label = gold if gold is not None else labels[0]
        results = results_of(label, schema, item_kind(schema), task["data"])
        task["annotations"] = [{"result": results, "was_cancelled": False}]
    found = labels_in(json.loads(json.dumps(tasks)), schema)
    assert found == {
        reference: gold if gold is not None else labels[0]
        for (reference, _), (_, gold, labels) in zip(leased, items, strict=True)
    }


def test_label_studio__of_a_contributor__bad_tasks_are_named() -> None:
    schema = CHOICE | {"item": "text"}
    chosen = {"from_name": "label", "type": "choices", "value": {"choices": ["ibis"]}}
    (task,) = tasks_for([(b"\1" * 32, {"text": "x"})], schema)
    assert labels_in([task | {"annotations": []}], schema) == {}
    for change, complaint in (
        ({"annotations": [{"result": [chosen]}] * 2}, "task 1: it has 2 annotations"),
        (
            {"annotations": [{"result": [chosen | {"value": {"choices": ["stork"]}}]}]},
            "task 1: the label must be exactly",
        ),
        ({"data": {"text": "x"}}, 'task 1: its data has no "cota_item"'),
    ):
        with pytest.raises(BadRequest, match=complaint):
            labels_in([task | change], schema)
