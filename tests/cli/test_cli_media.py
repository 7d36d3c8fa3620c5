"""Pictures and sounds by commands alone: a folder sent, items that show it, what a labeller fetches, what is taken
away; and the same from Python."""

from __future__ import annotations

import hashlib
import io
import json
import wave
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from PIL import Image

from cota.client import ClientError, CotaClient, Untrustworthy
from cota.client.asynchronous import AsyncCotaClient
from cota.errors import NotFound
from cota.units import parse_hash32
from tests.cli.story import Story, publish

UNKNOWN = "0x" + "77" * 32


def picture(colour: int, orientation: int = 1) -> bytes:
    """40 pixels wide and 30 high in the file."""
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (40, 30), (colour, 10, 10)).save(made, "JPEG", exif=exif)
    return made.getvalue()


@pytest.fixture(scope="module")
def folder_of_birds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("birds")
    for name, raw in (
        ("heron/a.jpg", picture(200)),
        ("heron/b.JPG", picture(90, 6)),
        ("ibis/c.jpg", picture(5)),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(raw)
    (folder / "ibis" / "notes.txt").write_text("not sent")
    (folder / ".hidden.jpg").write_bytes(b"not sent")
    (folder / "ibis" / "elsewhere.jpg").symlink_to("/etc/hostname")
    return folder


@pytest.fixture(scope="module")
def dataset(story: Story) -> str:
    return publish(story, "pictured")


@pytest.fixture(scope="module")
def uploaded(story: Story, dataset: str, folder_of_birds: Path) -> list[dict[str, Any]]:
    out = story.folder / "pictures.jsonl"
    words = ("media", "upload", dataset, str(folder_of_birds), "--out", str(out), "--gold-by-folder")
    told = story.run(*words, key=story.people.publisher)
    assert (told["files"], told["left_out"], told["items"]) == (3, 2, str(out))
    return [json.loads(line) for line in out.read_text().splitlines()]


def test_upload__a_folder__becomes_items_that_show_it(
    story: Story, dataset: str, folder_of_birds: Path, uploaded: list[dict[str, Any]]
) -> None:
    assert [one["gold"] for one in uploaded] == ["heron", "heron", "ibis"]
    first, second, _ = (one["content"] for one in uploaded)
    assert (first["width"], first["height"]) == (40, 30)
    # As people see it: it was taken with the camera on its side.
    assert (second["width"], second["height"], second["orientation"]) == (30, 40, 6)
    assert (
        first["sha256"] == "0x" + hashlib.sha256((folder_of_birds / "heron/a.jpg").read_bytes()).hexdigest()
    )
    added = story.run(
        "dataset", "add-batch", dataset, str(story.folder / "pictures.jsonl"), key=story.people.publisher
    )
    assert (added["items"], added["gold"], added["added"]) == (3, 3, True)


def test_upload__again__is_kept_once(story: Story, dataset: str, uploaded: list[dict[str, Any]]) -> None:
    out = str(story.folder / "pictures.jsonl")
    words = ("media", "upload", dataset, str(story.folder / "nowhere"), "--out", out)
    assert story.terminal.run(*words, key=story.people.publisher).code == 2
    with CotaClient(
        story.terminal.environment["COTA_API"], Account.from_key(story.people.publisher)
    ) as client:
        file = story.folder / "again.jpg"
        file.write_bytes(picture(200))
        found = client.upload_medium(parse_hash32(dataset), file)
        assert found.content == uploaded[0]["content"]
        assert (found.type, found.size, found.width) == ("image/jpeg", file.stat().st_size, 40)


def test_get__by_anyone_who_was_shown_the_item__is_the_file(
    story: Story, folder_of_birds: Path, uploaded: list[dict[str, Any]], tmp_path: Path
) -> None:
    content, out = uploaded[0]["content"], tmp_path / "a.jpg"
    told = story.run("media", "get", content["image"], "--out", str(out), "--sha256", content["sha256"])
    assert (told["file"], told["bytes"]) == (str(out), out.stat().st_size)
    assert out.read_bytes() == (folder_of_birds / "heron/a.jpg").read_bytes()
    token = content["image"].rpartition("/")[2]
    there = story.terminal.run("media", "get", token, "--out", str(out))
    assert there.complaint == f"cota: {out} exists: choose another name, or --force"
    assert story.terminal.run("media", "get", token, "--out", str(out), "--force").code == 0
    other = story.terminal.run("media", "get", token, "--out", str(tmp_path / "b"), "--sha256", UNKNOWN)
    assert (other.code, "untrustworthy: the file has the SHA-256" in other.complaint) == (1, True)
    for nowhere, says in ((UNKNOWN, "not-found: no file has this address"),
                          ("https://example.org/a.jpg", "is no address of a file that a service keeps")):  # fmt: skip
        missing = story.terminal.run("media", "get", nowhere, "--out", str(tmp_path / "b"))
        assert (missing.code, says in missing.complaint) == (1, True)
    assert [one.name for one in tmp_path.iterdir()] == ["a.jpg"]


def test_upload__what_is_not_taken__is_named_and_leaves_no_items(
    story: Story, dataset: str, tmp_path: Path
) -> None:
    out, publisher = tmp_path / "items.jsonl", story.people.publisher
    text = tmp_path / "page.png"
    text.write_text("<html>")
    wrong = story.terminal.run("media", "upload", dataset, str(text), "--out", str(out), key=publisher)
    assert wrong.complaint.startswith(f"cota: {text}: invalid-body: the file is none of image/png, ")
    (tmp_path / "empty").mkdir()
    none = story.terminal.run(
        "media", "upload", dataset, str(tmp_path / "empty"), "--out", str(out), key=publisher
    )
    assert "none of these is a picture or a sound" in none.complaint
    other = story.terminal.run("media", "upload", dataset, str(text), "--out", str(out), key=story.people.ana)
    assert other.complaint.startswith("cota: forbidden: only the dataset's publisher may do that")
    unknown = story.terminal.run("media", "upload", UNKNOWN, str(text), "--out", str(out), key=publisher)
    assert "unknown-dataset" in unknown.complaint
    assert not out.exists()


def test_remove__asked_first__then_nobody_fetches_it(story: Story, dataset: str, tmp_path: Path) -> None:
    publisher, sound = story.people.publisher, tmp_path / "call.wav"
    with wave.open(str(sound), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(b"\0\1" * 800)
    out = tmp_path / "items.jsonl"
    story.run("media", "upload", dataset, str(sound), "--out", str(out), key=publisher)
    content = json.loads(out.read_text())["content"]
    assert set(content) == {"audio", "sha256"}
    words = ("media", "remove", dataset, content["audio"])
    nothing = story.terminal.run("media", "remove", dataset, UNKNOWN, key=publisher)
    assert ("not-found" in nothing.complaint, "[y/N]" in nothing.err) == (True, False)
    foreign = story.terminal.run(*words, key=story.people.ana)
    assert ("forbidden" in foreign.complaint, "[y/N]" in foreign.err) == (True, False)
    assert "not confirmed" in story.terminal.run(*words, key=publisher).complaint
    assert story.run(*words, "--yes", key=publisher)["removed"] == content["audio"]
    gone = story.terminal.run("media", "get", content["audio"], "--out", str(tmp_path / "x"))
    assert "not-found" in gone.complaint


async def test_media__awaited__are_the_same_calls(story: Story, dataset: str, tmp_path: Path) -> None:
    api, account = story.terminal.environment["COTA_API"], Account.from_key(story.people.publisher)
    file, back = tmp_path / "d.jpg", tmp_path / "back.jpg"
    file.write_bytes(picture(77))
    async with AsyncCotaClient(api, account) as client:
        found = await client.upload_medium(parse_hash32(dataset), file)
        assert await client.download_medium(found.token, back, sha256=found.sha256) == back
        assert back.read_bytes() == file.read_bytes()
        with pytest.raises(Untrustworthy, match="the file has the SHA-256"):
            await client.download_medium(found.url, tmp_path / "other", sha256=bytes(32))
        with pytest.raises(ClientError, match="is no address"):
            await client.download_medium("heron.jpg", tmp_path / "other")
        await client.remove_medium(parse_hash32(dataset), found.url)
        with pytest.raises(NotFound):
            await client.download_medium(found.url, tmp_path / "other")
    assert not (tmp_path / "other").exists()
