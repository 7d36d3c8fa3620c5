"""Pictures coming in, from a folder or an archive: one upright frame each, or a complaint with its place."""

from __future__ import annotations

import hashlib
import io
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from cota.errors import BadRequest
from cota.formats.incoming import ReadOptions, open_file


def picture(orientation: int, size: tuple[int, int] = (400, 300), kind: str = "JPEG") -> bytes:
    """A file whose upright picture has the given size."""
    stored = size if orientation < 5 else size[::-1]
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    Image.new("RGB", stored, "white").save(out, kind, exif=exif)
    return out.getvalue()


def test_images__all_orientations__one_upright_frame(tmp_path: Path) -> None:
    """B29: width and height are those that people see; the file stays as it is."""
    for orientation in range(1, 9):
        (tmp_path / f"{orientation}.jpg").write_bytes(picture(orientation))
    items = list(open_file(tmp_path, ReadOptions(base_url="https://example.org/p/")).items())
    assert [one.content["orientation"] for one in items] == list(range(1, 9))
    assert {(one.content["width"], one.content["height"]) for one in items} == {(400, 300)}
    assert items[5].content["image"] == "https://example.org/p/6.jpg"
    for number, one in enumerate(items, 1):
        raw = (tmp_path / f"{number}.jpg").read_bytes()
        assert one.content["sha256"] == "0x" + hashlib.sha256(raw).hexdigest()


def test_images__folder_zip_and_tar__the_same(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    files = {"heron/a b.png": picture(1, kind="PNG"), "ibis/c.jpg": picture(6), "notes.txt": b"x"}
    for name, raw in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(raw)
    (folder / "link.jpg").symlink_to("/etc/hostname")
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as packed:
        for name, raw in files.items():
            packed.writestr(name, raw)
    with tarfile.open(tmp_path / "set.tar", "w:gz") as packed:
        packed.add(folder / "heron", "heron")
        packed.add(folder / "ibis", "ibis")
        packed.add(folder / "notes.txt", "notes.txt")
    found = [open_file(tmp_path / name, ReadOptions(gold="folder")) for name in ("set", "set.zip", "set.tar")]
    first, second, third = ([(one.content, one.gold) for one in each.items()] for each in found)
    assert first == second == third
    assert [gold for _, gold in first] == ["heron", "ibis"]
    assert [each.lost["files that are no pictures"] for each in found] == [1, 1, 1]


def test_images__hostile_archives__a_clear_limit_in_little_memory(tmp_path: Path) -> None:
    """B30: a small archive that unpacks to 10 GB."""
    bomb = tmp_path / "bomb.zip"
    zeros = bytes(2**20)
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
        packed.open("a.jpg", "w", force_zip64=True) as out,
    ):
        for _ in range(200):
            out.write(zeros)
    tracemalloc.start()
    with pytest.raises(BadRequest, match="picture 'a.jpg': larger than 128 MiB"):
        list(open_file(bomb, ReadOptions()).items())
    assert tracemalloc.get_traced_memory()[1] < 300 * 2**20
    tracemalloc.stop()
    raw = bytearray(bomb.read_bytes())
    end = raw.rindex(b"PK\x01\x02")
    raw[end + 24 : end + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    bomb.write_bytes(raw)
    with pytest.raises(BadRequest):
        list(open_file(bomb, ReadOptions()).items())


@pytest.mark.parametrize(
    ("name", "raw", "complaint"),
    [
        ("../up.jpg", b"x", "its path leads out of the archive"),
        ("x.jpg", b"no picture", "picture 'x.jpg': cannot be read as a picture"),
        ("x.txt", b"x", "the file holds no items"),
    ],
)
def test_images__bad_member__is_named(tmp_path: Path, name: str, raw: bytes, complaint: str) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(name, raw)
    with pytest.raises(BadRequest, match=complaint):
        list(open_file(path, ReadOptions()).items())
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(BadRequest):
        list(open_file(path, ReadOptions()).items())


def test_images__ten_gigabytes_of_members__refused_by_what_they_add_up_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cota.formats.incoming.images.LARGEST_ARCHIVE", 2**20)
    for kind in ("zip", "tar"):
        path = tmp_path / f"x.{kind}"
        if kind == "zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
                for number in range(3):
                    packed.writestr(f"{number}.txt", bytes(2**19))
        else:
            with tarfile.open(path, "w:gz") as tarred:
                for number in range(3):
                    member = tarfile.TarInfo(f"{number}.txt")
                    member.size = 2**19
                    tarred.addfile(member, io.BytesIO(bytes(2**19)))
        with pytest.raises(BadRequest, match="unpacks to more than"):
            list(open_file(path, ReadOptions()).items())


def packed_zeros(path: Path, members: int, size: int) -> None:
    """A zip whose members share one run of zeros, packed once."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    crc, data = 0, b""
    for _ in range(size // 2**20):
        crc, data = zlib.crc32(bytes(2**20), crc), data + packer.compress(bytes(2**20))
    data += packer.flush()
    directory = b""
    with path.open("wb") as file:
        for number in range(members):
            name = b"%03d.jpg" % number
            sizes = (crc, len(data), size, len(name), 0)
            directory += (
                struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0, *sizes, 0, 0, 0, 0, file.tell())
                + name
            )
            file.write(struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, *sizes) + name + data)
        start = file.tell()
        file.write(directory)
        file.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, members, members, len(directory), start, 0))


def test_images__archive_of_ten_gigabytes__refused_before_any_of_it_is_unpacked(tmp_path: Path) -> None:
    """B30, with the limits as they are."""
    path = tmp_path / "ten.zip"
    packed_zeros(path, 80, 128 * 2**20)
    with zipfile.ZipFile(path) as archive:
        assert sum(one.file_size for one in archive.infolist()) == 10 * 2**30
        assert archive.open("000.jpg").read(5) == bytes(5)
    assert path.stat().st_size < 100 * 2**20
    tracemalloc.start()
    with pytest.raises(BadRequest, match=r"ten\.zip unpacks to more than 4 GiB"):
        list(open_file(path, ReadOptions()).items())
    assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    tracemalloc.stop()
