"""Public label sets: found, or fetched and checked, or made up; never trusted unchecked."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError

import pytest

from scripts import crowd_data
from scripts.crowd_data import SETS, CrowdSet, WrongContent, check, fetch, find, find_or_sample, sample
from scripts.crowd_formats import Converted, from_cubam, from_rows, from_tabs
from scripts.crowd_sample import make_sample

CUBAM_LABELS = (
    "39: {11573: true, 11574: false,\n  9999: true}\n1005: {11573: false, 11574: false, 9999: true}\n"
)
CUBAM_TRUTH = "{11573: true,\n    9999: false, 4: true}\n"


def test_from_cubam__yaml_maps__are_sorted_by_the_text_of_their_ids() -> None:
    """By hand: as text "1005" < "39" and "11573" < "11574" < "4" < "9999"; 4 has no labels."""
    found = from_cubam(CUBAM_LABELS, CUBAM_TRUTH)
    assert found.labels.decode() == (
        "task,worker,label\nt00000,w0000,0\nt00000,w0001,1\nt00001,w0000,0\nt00001,w0001,0\n"
        "t00003,w0000,1\nt00003,w0001,1\n"
    )
    assert found.gold.decode() == "task,label\nt00000,1\nt00003,0\n"


def test_from_rows__with_and_without_seconds__keeps_repeated_answers() -> None:
    text = "A2,81,3,3,70\nA2,81,3,3,9\nA1,79,0,1,5\n"
    found = from_rows(text)
    assert found.labels.decode() == (
        "task,worker,label,seconds\nt00000,w0000,0,5\nt00001,w0001,3,70\nt00001,w0001,3,9\n"
    )
    assert found.gold.decode() == "task,label\nt00000,1\nt00001,3\n"
    plain = from_rows("A2,81,3,3\nA1,79,0,1\n")
    assert plain.labels.decode() == "task,worker,label\nt00000,w0000,0\nt00001,w0001,3\n"


def test_from_tabs__worker_site_label__leaves_out_gold_without_labels() -> None:
    found = from_tabs("W2\thttp://b\tG\nW1\thttp://a\tX\n", "http://b\tP\nhttp://zzz\tG\n")
    assert found.labels.decode() == "task,worker,label\nt00000,w0000,X\nt00001,w0001,G\n"
    assert found.gold.decode() == "task,label\nt00001,P\n"


def serve(*texts: str) -> Callable[[str], str]:
    waiting = list(texts)
    return lambda url: waiting.pop(0)


def test_fetch__the_right_content__is_converted_checked_and_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = from_cubam(CUBAM_LABELS, CUBAM_TRUTH)
    sums = [hashlib.sha256(data).hexdigest() for data in wanted]
    monkeypatch.setitem(SETS, "small", CrowdSet("a/b", ("abc",), ("l", "g"), from_cubam, *sums))
    monkeypatch.setattr(crowd_data, "SHARED", tmp_path / "nowhere")
    monkeypatch.setattr(crowd_data, "CACHE", tmp_path)
    made = fetch("small", tmp_path, serve(CUBAM_LABELS, CUBAM_TRUTH))
    assert (made / "labels.csv").read_bytes() == wanted.labels
    assert find("small", online=False) == made == tmp_path / "small"
    (made / "gold.csv").write_text("task,label\n")
    assert find("small", online=False) is None
    fetch("small", tmp_path, serve(CUBAM_LABELS, CUBAM_TRUTH))
    assert find("small", online=False) == made


@pytest.mark.parametrize("texts", [(CUBAM_LABELS, CUBAM_TRUTH), ("", ""), ("404: Not Found", "<html>")])
def test_fetch__other_content__is_refused_and_not_stored(tmp_path: Path, texts: tuple[str, str]) -> None:
    with pytest.raises(WrongContent):
        fetch("bluebirds", tmp_path, serve(*texts, *texts))
    assert not list(tmp_path.rglob("*.csv"))


@pytest.mark.parametrize("name", ["weather_amt", "adult2", "sentiment_sp"])
def test_fetch__a_text_of_another_form__is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongContent):
        fetch(name, tmp_path, lambda url: "one,two\nthree\n")


def test_fetch__first_source_gone__takes_the_next(tmp_path: Path) -> None:
    asked: list[str] = []

    def download(url: str) -> str:
        asked.append(url)
        raise URLError("gone")

    with pytest.raises(URLError):
        fetch("bluebirds", tmp_path, download)
    assert [url.split("/")[5] for url in asked] == list(SETS["bluebirds"].commits)


def test_find_or_sample__nothing_there_and_no_network__gives_the_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd_data, "SHARED", tmp_path / "nowhere")
    monkeypatch.setattr(crowd_data, "CACHE", tmp_path)
    assert find_or_sample("bluebirds", online=False) == ("sample", tmp_path / "sample")
    first = (tmp_path / "sample" / "labels.csv").read_bytes()
    assert sample() == tmp_path / "sample"
    assert (tmp_path / "sample" / "labels.csv").read_bytes() == first


def test_make_sample__made_again__is_the_same_and_complete() -> None:
    found = make_sample()
    assert found == make_sample()
    assert len(found.labels.splitlines()) == 1 + 30 * 120
    assert len(found.gold.splitlines()) == 1 + 120


@pytest.mark.parametrize("name", sorted(SETS))
def test_check__altered_files__are_refused(name: str) -> None:
    with pytest.raises(WrongContent, match=r"labels\.csv"):
        check(name, Converted(b"task,worker,label\n", b"task,label\n"))
