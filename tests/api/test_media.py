"""Pictures and sounds beside the items: told by their bytes, served without scripts, guessed by nobody."""

import hashlib
import io
import wave
from typing import Any

import httpx2
import pytest
from PIL import Image

from cota.datasets import media
from tests.api.problems import refused
from tests.api.wallets import Wallet
from tests.api.world import Dataset, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


def picture(form: str, orientation: int = 1) -> bytes:
    """40 pixels wide and 30 high in the file."""
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (40, 30), (200, 10, 10)).save(made, form, exif=exif)
    return made.getvalue()


def sound() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(b"\0\1" * 800)
    return made.getvalue()


async def upload(
    world: World, dataset: Dataset, raw: bytes, wallet: Wallet | None = None, **headers: str
) -> httpx2.Response:
    session = await world.sign_in(wallet or world.publisher)
    return await world.http.post(f"{dataset.path}/media", content=raw, headers={**session, **headers})


async def stored(world: World, dataset: Dataset, raw: bytes) -> Any:
    answer = await upload(world, dataset, raw)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_upload__picture_in_each_orientation__the_frame_is_upright(
    world: World, birds: Dataset, orientation: int
) -> None:
    raw = picture("JPEG", orientation)
    found = await stored(world, birds, raw)
    frame = (40, 30) if orientation < 5 else (30, 40)
    assert (found["width"], found["height"], found["orientation"]) == (*frame, orientation)
    assert (found["type"], found["size"]) == ("image/jpeg", len(raw))
    served = await world.http.get(found["url"])
    # Byte by byte as it was: an item's hash is that of the file.
    assert served.content == raw
    assert found["sha256"] == "0x" + hashlib.sha256(raw).hexdigest()


async def test_serve__without_a_session__nothing_that_a_browser_could_run(
    world: World, birds: Dataset
) -> None:
    found = await stored(world, birds, picture("PNG"))
    served = await world.http.get(found["url"])
    assert served.headers["content-type"] == "image/png"
    assert served.headers["x-content-type-options"] == "nosniff"
    assert served.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert "immutable" in served.headers["cache-control"]
    assert "private" in served.headers["cache-control"]
    assert served.headers["content-disposition"].endswith('.png"')
    assert int(served.headers["content-length"]) == found["size"]
    refused(await world.http.get("/v1/media/0x" + "1" * 64), "not-found", 404)
    # The content's own hash is no address.
    refused(await world.http.get(f"/v1/media/{found['sha256']}"), "not-found", 404)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (picture("PNG"), "image/png"), (picture("GIF"), "image/gif"), (picture("WEBP"), "image/webp"),
        (sound(), "audio/wav"), (b"fLaC" + bytes(60), "audio/flac"), (b"OggS" + bytes(60), "audio/ogg"),
        (b"ID3\x04" + bytes(60), "audio/mpeg"), (b"\xff\xfb\x90\x00" + bytes(60), "audio/mpeg"),
        (b"\0\0\0\x20ftypM4A " + bytes(60), "audio/mp4"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)  # fmt: skip
async def test_upload__type__by_its_bytes_whatever_its_sender_says(
    world: World, birds: Dataset, raw: bytes, kind: str
) -> None:
    answer = await upload(world, birds, raw, **{"Content-Type": "text/html"})
    assert answer.json()["type"] == kind
    assert (answer.json()["width"] is None) is kind.startswith("audio/")
    assert (await world.http.get(answer.json()["url"])).headers["content-type"] == kind


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"x", b"<html><script>alert(1)</script>", b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"%PDF-1.7\n", b"MZ\x90\x00", b"PK\x03\x04", b"\x89PNG\r\n\x1a\nnothing more", b"\xff\xd8\xff\xe0cut",
        b"GIF89a", b"\xff\xff\xff\xff" + bytes(60),
    ],
)  # fmt: skip
async def test_upload__what_is_none_of_it__refused_and_not_kept(
    world: World, birds: Dataset, raw: bytes
) -> None:
    before = await world.count("media", birds)
    refused(await upload(world, birds, raw, **{"Content-Type": "image/png"}), "invalid-body", 422)
    assert await world.count("media", birds) == before


async def test_upload__again__same_address_in_one_dataset_and_another_in_another(
    world: World, birds: Dataset
) -> None:
    raw = picture("PNG", 3)
    first = await stored(world, birds, raw)
    assert await stored(world, birds, raw) == first
    other = await world.create_dataset(items=2)
    second = await stored(world, other, raw)
    assert second["sha256"] == first["sha256"]
    assert second["token"] != first["token"]
    # Taken away in one dataset, the bytes stay for the other; taken away in both, they are gone.
    headers = await world.sign_in(world.publisher)
    key = first["sha256"][2:]
    for dataset, found, is_left in ((birds, first, True), (other, second, False)):
        path = f"{dataset.path}/media/{found['token']}"
        refused(await world.http.delete(path, headers=await world.sign_in(world.buyer)), "forbidden", 403)
        assert (await world.http.delete(path, headers=headers)).status_code == 204
        refused(await world.http.delete(path, headers=headers), "not-found", 404)
        refused(await world.http.get(found["url"]), "not-found", 404)
        assert world.services.content.exists(key) is is_left


async def test_upload__by_another_or_too_large__refused(
    world: World, birds: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused(await upload(world, birds, picture("PNG"), world.buyer), "forbidden", 403)
    refused(await world.http.post(f"{birds.path}/media", content=b"x"), "not-signed-in", 401)
    monkeypatch.setattr(media, "LARGEST", 1_000)
    large = picture("PNG") + bytes(1_000)
    problem = refused(await upload(world, birds, large), "body-too-large", 413)
    assert problem["limit"] == 1_000
