"""Label Studio, COCO and CoNLL coming in: the same marks in our forms, or a complaint with its place."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from cota.errors import BadRequest
from cota.formats.incoming import Incoming, ReadOptions, open_file
from cota.formats.incoming.json_arrays import elements

CHOICE = """<View><Header value="Which bird?"/><Text name="t" value="$body"/>
<Choices name="c" toName="t"><Choice value="heron"/><Choice value="ibis"/></Choices></View>"""
LABELS = (
    """<View><Text name="t" value="$text"/><Labels name="l" toName="t"><Label value="PER"/></Labels></View>"""
)
BOXES = """<View><Image name="i" value="$image"/>
<RectangleLabels name="r" toName="i"><Label value="car"/></RectangleLabels></View>"""


def opened(folder: Path, tasks: Any, config: str) -> Incoming:
    path, xml = folder / "tasks.json", folder / "config.xml"
    path.write_text(tasks if isinstance(tasks, str) else json.dumps(tasks))
    xml.write_text(config)
    return open_file(path, ReadOptions(config=xml))


def result(kind: str, **value: Any) -> dict[str, Any]:
    return {
        "from_name": {"choices": "c", "labels": "l", "rectanglelabels": "r"}[kind],
        "type": kind,
        "value": value,
    }


def test_label_studio__question_items_and_gold(tmp_path: Path) -> None:
    def chosen(name: str, **more: Any) -> dict[str, Any]:
        return {"result": [result("choices", choices=[name])], **more}

    found = opened(
        tmp_path,
        [
            {
                "data": {"body": "one", "id": 7},
                "annotations": [chosen("heron")],
                "predictions": [{"result": []}],
            },
            {"data": {"body": "two"}, "annotations": [chosen("ibis"), chosen("heron", ground_truth=True)]},
            {"data": {"body": "three"}, "annotations": [chosen("ibis"), chosen("heron")]},
            {"data": {"body": "four"}, "annotations": [chosen("ibis", was_cancelled=True)]},
            {"data": {"body": "five"}},
        ],
        CHOICE,
    )
    items = list(found.items())
    assert found.schema == {
        "kind": "choice",
        "question": "Which bird?",
        "classes": ["heron", "ibis"],
        "item": "text",
    }
    assert [one.content["text"] for one in items] == ["one", "two", "three", "four", "five"]
    assert items[0].content == {"text": "one", "id": 7}
    assert [one.gold for one in items] == ["heron", "heron", None, None, None]
    assert found.lost["predictions"] == 1
    assert found.lost["annotations beside the ground truth"] == 1
    assert found.lost["annotations of tasks without one ground truth"] == 2
    assert found.lost["cancelled annotations"] == 1


def test_label_studio__offsets__code_points_or_utf_16(tmp_path: Path) -> None:
    """research/annotation.md, complaint 13: emoji shift offsets."""
    text = "👩‍🔬 é Ana"
    start = text.index("Ana")
    wide = len(text[:start].encode("utf-16-le")) // 2
    assert wide != start
    for told in (start, wide):
        task = {
            "data": {"text": text},
            "annotations": [
                {"result": [result("labels", start=told, end=told + 3, text="Ana", labels=["PER"])]}
            ],
        }
        (item,) = opened(tmp_path, [task], LABELS).items()
        assert item.gold == [{"start": start, "end": start + 3, "class": "PER", "text": "Ana"}]
    task["annotations"][0]["result"][0]["value"]["start"] = 1
    with pytest.raises(BadRequest, match="task 1 .*the text has not 'Ana' at 1 to"):
        list(opened(tmp_path, [task], LABELS).items())


def test_label_studio__boxes__percent_to_whole_pixels(tmp_path: Path) -> None:
    box = result("rectanglelabels", x=10, y=25, width=50, height=100 / 3, rotation=0, rectanglelabels=["car"])
    box |= {"original_width": 400, "original_height": 300}
    (item,) = opened(
        tmp_path, [{"data": {"image": "x.jpg"}, "annotations": [{"result": [box]}]}], BOXES
    ).items()
    assert item.gold == [{"class": "car", "x": 40, "y": 75, "width": 200, "height": 100}]
    assert (item.content["width"], item.content["height"]) == (400, 300)
    box["value"]["rotation"] = 12
    with pytest.raises(BadRequest, match="task 1 .*a rotated box has no form here"):
        list(opened(tmp_path, [{"data": {"image": "x"}, "annotations": [{"result": [box]}]}], BOXES).items())


@pytest.mark.parametrize(
    ("tasks", "config", "complaint"),
    [
        ("[]", CHOICE, "the file holds no items"),
        ("{}", CHOICE, "the file holds no items"),
        ('[{"data": {"body": "x"}}, {"data": {}}]', CHOICE, "task 2 (line 1): the data has no field 'body'"),
        (
            '[\n{"data": {"body": "x"}},\n{"data": 3}]',
            CHOICE,
            'task 2 (line 3): a task has an object called "data"',
        ),
        ('[{"data": {"body": "x", "body": "y"}}]', CHOICE, "task 1 (line 1): a key occurs twice"),
        ('[{"data": {"body": "x"}}', CHOICE, "the file is cut off"),
        ('[{"data": {"body": "x"}}] tail', CHOICE, "something follows"),
        ('[{"data": {"body": "x"}},]', CHOICE, "task 2 (line 1): the bytes are not JSON"),
        ('[{"data": {"body": "\\ud800"}}]', CHOICE, "half a surrogate pair"),
        ("[]", "<View/>", "exactly one control is wanted, this one has none"),
        ("[]", CHOICE.replace("<Header", "<Rating name='r' toName='t'/><Header"), "exactly one control"),
        ("[]", "<!DOCTYPE x [<!ENTITY a 'b'>]><View/>", "holds a document type"),
        ("[]", "<View>", "the configuration is not XML"),
        ("[]", CHOICE.replace("$body", "fixed"), "bound to nothing that shows a field"),
        ("[]", LABELS.replace("Labels", "BrushLabels"), "there is no kind of question for BrushLabels"),
    ],
)
def test_label_studio__bad_place__is_named(tmp_path: Path, tasks: str, config: str, complaint: str) -> None:
    with pytest.raises(BadRequest) as refused:
        list(opened(tmp_path, tasks, config).items())
    assert complaint in refused.value.detail


def test_elements__any_cut__same_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a chunk ends, also inside a text or an escape."""
    raw = b'\xef\xbb\xbf {"a": [1, "x]\\"}", {"b": [2]}, []],\n "c": {"d": 1}, "e": [], "f": "g,]"} \n'
    whole = [(one.key, one.number, one.raw) for one in elements(io.BytesIO(raw))]
    assert whole == [
        ("a", 1, b"1"), ("a", 2, b'"x]\\"}"'), ("a", 3, b'{"b": [2]}'), ("a", 4, b"[]"), ("c", 0, b'{"d": 1}'),
        ("f", 0, b'"g,]"'),
    ]  # fmt: skip
    for size in (1, 2, 3, 7):
        monkeypatch.setattr("cota.formats.incoming.json_arrays._CHUNK", size)
        assert [(one.key, one.number, one.raw) for one in elements(io.BytesIO(raw))] == whole


@pytest.mark.parametrize(
    "raw",
    [b"", b"7", b"[", b"[1", b"[1]]", b'{"a"', b'{"a" 1}', b'{"a": [1] 2}', b'{"a": 1]', b"[1}", b'["a'],
)
def test_elements__broken__refused(raw: bytes) -> None:
    with pytest.raises(BadRequest):
        [one.parse("element") for one in elements(io.BytesIO(raw))]


def coco(**parts: Any) -> dict[str, Any]:
    whole = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 400, "height": 300},
                   {"id": 2, "file_name": "b.jpg", "width": 10, "height": 10}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 9, "bbox": [10, 20.4, 30, 40], "iscrowd": 0,
             "segmentation": [[0, 0, 10, 0, 10, 10.5]]},
            {"id": 2, "image_id": 1, "category_id": 9, "bbox": [1, 2, 3, 4], "iscrowd": 1, "segmentation": {}},
        ],
        "categories": [{"id": 9, "name": "car"}, {"id": 3, "name": "bus"}],
    }  # fmt: skip
    return whole | parts


def open_coco(folder: Path, content: Any, **options: Any) -> Incoming:
    path = folder / "instances.json"
    path.write_text(json.dumps(content))
    return open_file(path, ReadOptions(**options))


def test_coco__boxes_and_polygons(tmp_path: Path) -> None:
    found = open_coco(tmp_path, coco(), base_url="https://example.org/")
    first, second = found.items()
    assert found.schema == {"kind": "boxes", "item": "image", "classes": ["car", "bus"]}
    assert first.content == {"image": "https://example.org/a.jpg", "width": 400, "height": 300}
    assert first.gold == [{"class": "car", "x": 10, "y": 20, "width": 30, "height": 40}]
    assert second.gold is None
    assert (found.lost["fractions of pixels"], found.lost["crowds"]) == (2, 1)
    outlined = open_coco(tmp_path, coco(), kind="polygons")
    assert next(iter(outlined.items())).gold == [{"class": "car", "points": [[0, 0], [10, 0], [10, 10]]}]


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ({"categories": []}, "the file has no categories"),
        (
            {"categories": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]},
            "category 2 (line 1): the category 1",
        ),
        ({"images": [], "annotations": []}, "the file holds no items"),
        (
            {"images": [{"id": 5, "file_name": "x", "width": 1, "height": 1}]},
            "names image 1, which the file does",
        ),
        (
            {"images": [{"id": 1, "file_name": "x", "width": 20, "height": 20}]},
            "image 1 (line 1): a mark of class",
        ),
        ({"annotations": [{"image_id": 1, "category_id": 4}]}, "annotation 1 (line 1): image_id and a known"),
        (
            {"annotations": [{"image_id": 1, "category_id": 9, "bbox": [1, 2]}]},
            "annotation 1 (line 1): four numbers",
        ),
        ({"images": [{"id": 1, "file_name": "x", "width": "1", "height": 1}]}, 'whole numbers "width"'),
    ],
)
def test_coco__bad_place__is_named(tmp_path: Path, parts: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BadRequest) as refused:
        list(open_coco(tmp_path, coco(**parts)).items())
    assert complaint in refused.value.detail


def test_conll__spans_of_any_scheme(tmp_path: Path) -> None:
    path = tmp_path / "train.conll"
    path.write_text(
        "-DOCSTART- -X- O O\n\n# id = 7\nÉlan NNP B-ORG\nVital NNP I-ORG\n, , O\nLisboa NNP I-LOC\nPorto NNP B-LOC\r\n"
        "\n\nU-turn S-MISC\n# O\nB-2 B-MISC\nE E-MISC\n"
    )
    found = open_file(path, ReadOptions())
    first, second = found.items()
    assert first.content["text"] == "Élan Vital , Lisboa Porto"
    assert [(one["text"], one["class"]) for one in first.gold] == [
        ("Élan Vital", "ORG"), ("Lisboa", "LOC"), ("Porto", "LOC"),
    ]  # fmt: skip
    assert [(one["text"], one["class"]) for one in second.gold] == [("U-turn", "MISC"), ("B-2 E", "MISC")]
    for item in (first, second):
        text = item.content["text"]
        assert all(text[one["start"] : one["end"]] == one["text"] for one in item.gold)
    assert found.schema["classes"] == ["ORG", "LOC", "MISC"]
    assert found.lost["columns between token and tag"] == 1
    path.write_text("Ana B-PER\nfoi X\n")
    with pytest.raises(BadRequest, match="line 2: 'X' is no tag"):
        open_file(path, ReadOptions())
