"""A folder of pictures, or an archive of one (zip, tar) -> **pictures as items**.

The frame of a picture, here and in every export, is the upright one: EXIF's orientation is applied, so that
width and height are those that people see. The file itself is left as it is; its SHA-256 is in the content.
Promises: an archive is never unpacked to disk; no picture is decoded; one file at a time is in memory, none
larger than LARGEST_PICTURE; an archive that unpacks to more than LARGEST_ARCHIVE is refused.
"""

from __future__ import annotations

import hashlib
import io
import struct
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import quote

from cota.commitments.canonical import Json
from cota.errors import BadRequest
from cota.formats.incoming.found import Found, Incoming, ReadOptions, refuse
from cota.formats.lines import MalformedFile

LARGEST_PICTURE = 128 * 2**20
LARGEST_ARCHIVE = 4 * 2**30
MOST_MEMBERS = 2**20
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff"})
_ORIENTATION = 0x0112
_LYING = frozenset({5, 6, 7, 8})
"""The orientations in which rows of the file are columns of the picture."""


def read(path: Path, options: ReadOptions) -> Incoming:
    """`options.base_url` goes before each path. Raises BadRequest for what is neither folder nor archive."""
    if options.gold not in (None, "folder"):
        raise BadRequest('the gold of pictures is their folder: "folder" or nothing is wanted')
    if not path.is_dir() and not zipfile.is_zipfile(path) and not tarfile.is_tarfile(path):
        raise BadRequest(f"{path.name} is no folder and no zip or tar archive")
    lost: Counter[str] = Counter()
    schema = {"item": "image"} | ({"kind": "choice"} if options.gold else {})
    return Incoming("images", lambda: _items(path, options, lost), schema, lost)


def _items(path: Path, options: ReadOptions, lost: Counter[str]) -> Iterator[Found]:
    lost.clear()
    for name, raw in _files(path):
        inner = PurePosixPath(name)
        if inner.suffix.lower() not in _PICTURES or inner.name.startswith("."):
            lost["files that are no pictures"] += 1
            continue
        gold = inner.parent.name or None if options.gold else None
        yield Found(content_of(name, raw, options.base_url), gold, f"picture {name!r}")


def content_of(name: str, raw: bytes, base_url: str) -> Json:
    """What an item says of a picture: URL, the upright frame in pixels, the file's own hash and orientation.

    Raises MalformedFile for a file that is no picture.
    """
    width, height, orientation = frame_of_picture(name, io.BytesIO(raw))
    return {
        "image": base_url + quote(name) if base_url else name,
        "width": width,
        "height": height,
        "orientation": orientation,
        "sha256": "0x" + hashlib.sha256(raw).hexdigest(),
    }


def frame_of_picture(name: str, source: Path | IO[bytes]) -> tuple[int, int, int]:
    """(width, height, orientation) of the upright frame. Raises MalformedFile for what is no picture."""
    from PIL import Image, UnidentifiedImageError

    try:
        # Only the header is read: the size of what it would unpack to does not matter.
        with Image.open(source) as picture:
            width, height = picture.size
            tag = picture.getexif().get(_ORIENTATION, 1)
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        EOFError,
        ValueError,
        SyntaxError,
        LookupError,
        TypeError,
        struct.error,
    ) as error:
        refuse(f"picture {name!r}", f"cannot be read as a picture: {type(error).__name__}")
    orientation = tag if isinstance(tag, int) and 1 <= tag <= 8 else 1
    if orientation in _LYING:
        width, height = height, width
    return width, height, orientation


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    """(path below the folder, content) of every file, in the order of paths."""
    try:
        if path.is_dir():
            yield from _in_folder(path)
        elif zipfile.is_zipfile(path):
            yield from _in_zip(path)
        else:
            yield from _in_tar(path)
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise MalformedFile(f"{path.name} is damaged or encrypted: {error}") from error


def _in_folder(path: Path) -> Iterator[tuple[str, bytes]]:
    for found in sorted(path.rglob("*")):
        # A link may lead out of the folder, or back into it.
        if found.is_file() and not found.is_symlink():
            with found.open("rb") as source:
                name = found.relative_to(path).as_posix()
                yield name, _whole(name, source)


def _in_zip(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        members = [one for one in archive.infolist() if not one.is_dir()]
        _check_size(path, len(members), sum(one.file_size for one in members))
        for member in sorted(members, key=lambda one: one.filename):
            with archive.open(member) as source:
                yield _safe(member.filename), _whole(member.filename, source)


def _in_tar(path: Path) -> Iterator[tuple[str, bytes]]:
    """In the archive's order: a tar file is read from front to back."""
    size = count = 0
    with tarfile.open(path, "r|*") as archive:
        for member in archive:
            size, count = size + member.size, count + 1
            _check_size(path, count, size)
            source = archive.extractfile(member) if member.isreg() else None
            if source is not None:
                yield _safe(member.name), _whole(member.name, source)


def _check_size(path: Path, count: int, size: int) -> None:
    if size > LARGEST_ARCHIVE or count > MOST_MEMBERS:
        raise MalformedFile(
            f"{path.name} unpacks to more than {LARGEST_ARCHIVE // 2**30} GiB or {MOST_MEMBERS:,} files: split it"
        )


def _safe(name: str) -> str:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts or name.startswith("/"):
        refuse(f"member {name!r}", "its path leads out of the archive")
    return PurePosixPath(*parts).as_posix()


def _whole(name: str, source: IO[bytes]) -> bytes:
    # Counted while it is read: what an archive says of its members' sizes need not be so.
    raw = source.read(LARGEST_PICTURE + 1)
    if len(raw) > LARGEST_PICTURE:
        refuse(f"picture {name!r}", f"larger than {LARGEST_PICTURE // 2**20} MiB")
    return raw
