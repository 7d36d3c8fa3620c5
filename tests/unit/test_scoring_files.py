"""`cota score` on anybody's files: the promised shape, whatever the order; bad lines have numbers (B30)."""

import json
import random
from pathlib import Path

import pytest

from cota.errors import BadRequest
from cota.scoring import LabelRow
from cota.scoring.files import MalformedTable, agreement_of, read_gold, read_labels, score_files
from scripts.crowd_sample import make_sample

SAMPLE = make_sample()


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "labels.csv"
    path.write_bytes(SAMPLE.labels)
    return path


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """Every fifth task."""
    path = tmp_path / "gold.csv"
    header, *rows = SAMPLE.gold.splitlines(keepends=True)
    path.write_bytes(header + b"".join(rows[::5]))
    return path


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def test_score_files__with_gold__have_the_promised_shape(labels: Path, gold: Path) -> None:
    found = json.loads(json.dumps(score_files(labels, gold)))
    assert set(found) == {"labels", "workers"}
    assert len(found["labels"]) == 120
    assert len(found["workers"]) == 30
    assert all(set(worker) == {"skill", "pay"} for worker in found["workers"].values())
    assert all(0 <= worker["skill"] < 1 for worker in found["workers"].values())
    truth = read_gold_bytes(labels.parent)
    hidden = [task for task in truth if task not in read_gold(gold)]
    assert sum(found["labels"][task] == truth[task] for task in hidden) / len(hidden) > 0.95
    # Who answers one class always, and who knows least, earn nothing; who knows most earns most.
    lazy = [found["workers"][f"w{n:04d}"]["pay"] for n in range(4, 30, 5)]
    assert lazy == [0] * 6
    pay = {worker: entry["pay"] for worker, entry in found["workers"].items()}
    assert max(pay, key=lambda worker: pay[worker]) in ("w0026", "w0027", "w0028")


def read_gold_bytes(folder: Path) -> dict[str, str]:
    path = folder / "truth.csv"
    path.write_bytes(SAMPLE.gold)
    return read_gold(path)


def test_score_files__without_gold__settle_everything_and_pay_nobody(labels: Path) -> None:
    found = score_files(labels, None)
    assert None not in found["labels"].values()
    assert {worker["pay"] for worker in found["workers"].values()} == {0}
    skill = {worker: entry["skill"] for worker, entry in found["workers"].items()}
    assert skill["w0028"] > skill["w0015"] > skill["w0000"]


def test_score_files__rows_shuffled_columns_moved_and_more_of_them__give_the_same(
    labels: Path, gold: Path
) -> None:
    header, *rows = SAMPLE.labels.decode().splitlines()
    random.Random(1).shuffle(rows)
    moved = [",".join((*row.split(",")[::-1], "7")) for row in rows]
    other = write(labels.parent / "other.csv", "\n".join(["label,worker,task,seconds", *moved]))
    assert score_files(other, gold) == score_files(labels, gold)
    assert score_files(other, None) == score_files(labels, None)
    assert header == "task,worker,label"


def test_read_labels__answers_given_twice__count_once_or_not_at_all(tmp_path: Path) -> None:
    path = write(tmp_path / "l.csv", "task,worker,label\na,v,x\na,v,x\nb,v,x\nb,v,y\nb,w,y\nb,v,x\n")
    rows, contradicted = read_labels(path)
    assert rows == [LabelRow("a", "v", "x"), LabelRow("b", "w", "y")]
    assert contradicted == {("b", "v")}


def test_score_files__only_contradictory_answers__are_listed_and_open(tmp_path: Path) -> None:
    path = write(tmp_path / "l.csv", "task,worker,label\na,v,x\na,v,y\n")
    wanted = {"labels": {"a": None}, "workers": {"v": {"skill": 0.0, "pay": 0}}}
    assert score_files(path, None) == wanted
    assert score_files(path, write(tmp_path / "g.csv", "task,label\n")) == wanted


def test_score_files__empty_gold__settles_nothing(labels: Path) -> None:
    found = score_files(labels, write(labels.parent / "g.csv", "task,label\n"))
    assert set(found["labels"].values()) == {None}


def test_score_files__no_rows__are_empty(tmp_path: Path) -> None:
    path = write(tmp_path / "l.csv", "task,worker,label\n")
    assert score_files(path, None) == {"labels": {}, "workers": {}}
    assert score_files(path, write(tmp_path / "g.csv", "task,label\na,x\n")) == {"labels": {}, "workers": {}}


def test_read_labels_b30__bom_crlf_quotes_and_newlines__are_read(tmp_path: Path) -> None:
    text = '\ufefftask,worker,label\r\n"a, b","w ""1""","two\r\nlines"\r\n=1+1,@x,-1\r\n\r\n'
    rows, _ = read_labels(write(tmp_path / "l.csv", text))
    assert rows == [LabelRow("a, b", 'w "1"', "two\r\nlines"), LabelRow("=1+1", "@x", "-1")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("task,worker\na,b\n", 1),
        ("task,worker,label,label\na,b,c,d\n", 1),
        ("Task,worker,label\na,b,c\n", 1),
        ("task,worker,label\na,b,c\na,b\n", 3),
        ("task,worker,label\na,b,c,d\n", 2),
        ("task,worker,label\na,b,\n", 2),
        ('task,worker,label\na,b,c\n"a,b,c\n', 3),
        ('task,worker,label\na,"b"x,c\n', 2),
        ("task,worker,label\na,b," + "x" * 200_000 + "\n", 2),
    ],
)
def test_read_labels_b30__bad_line__is_refused_with_its_number(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(MalformedTable) as refusal:
        read_labels(write(tmp_path / "l.csv", text))
    assert refusal.value.extra["line"] == line
    assert refusal.value.detail.startswith(f"l.csv, line {line}: ")


def test_read_labels_b30__latin_1__is_refused(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_bytes("task,worker,label\na,b,ação\n".encode("latin-1"))
    with pytest.raises(MalformedTable, match="UTF-8"):
        read_labels(path)


def test_read_gold__one_task_with_two_labels__is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "g.csv", "task,label\na,x\na,x\na,y\n")
    with pytest.raises(MalformedTable, match="line 4"):
        read_gold(path)


def test_score_files__no_such_file_or_rules__is_refused(labels: Path, gold: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(BadRequest, match="cannot be read"):
            score_files(path, None)
    for known in (gold, None):
        with pytest.raises(BadRequest, match="rules 9"):
            score_files(labels, known, rules=9)


def test_agreement_of__labels_and_gold__alpha_and_what_was_mixed_up(
    labels: Path, gold: Path, tmp_path: Path
) -> None:
    alpha, mixed = agreement_of(labels, gold)
    assert alpha is not None
    assert 0 < alpha < 1
    assert mixed is not None
    known = read_gold(gold)
    assert mixed.asked == sum(row.task in known for row in read_labels(labels)[0])
    assert agreement_of(labels, None) == (alpha, None)
    assert agreement_of(write(tmp_path / "l.csv", "task,worker,label\na,b,c\n"), None) == (None, None)
