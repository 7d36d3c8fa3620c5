"""A publisher's pictures and sounds: bytes -> **what they are** -> content store, an address to put into items.

What a file is follows from its first bytes alone: neither its name nor the type that its sender says is asked.
Promises: nothing is kept that a browser could run (no SVG, no HTML, no PDF); the file stays byte by byte as it is, and
the frame told is the upright one; the same file again has the same address; an address is 32 random bytes, so that
whoever was shown the item can fetch it and nobody guesses it.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from cota.datasets.service import require_dataset, require_publisher
from cota.errors import InvalidBody, NotFound
from cota.formats.incoming.images import LARGEST_PICTURE, frame_of_picture
from cota.formats.lines import MalformedFile
from cota.http.services import Services
from cota.store.content import ContentStore
from cota.store.session import Database, ReadSession
from cota.units import Address

LARGEST = LARGEST_PICTURE
_HEAD = 64
_CHUNK = 2**18


@dataclass(frozen=True, slots=True)
class Medium:
    """`type`: the media type found. Of pictures only: pixels of the upright frame, orientation (EXIF, 1 to 8)."""

    token: bytes
    key: str
    type: str
    size: int
    width: int | None
    height: int | None
    orientation: int | None


def _mpeg_audio(head: bytes) -> bool:
    # A frame: eleven bits set, a version and a layer that exist (ISO/IEC 11172-3).
    is_frame = len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    return head[:3] == b"ID3" or (is_frame and head[1] & 0x18 != 0x08 and head[1] & 0x06 == 0x02)


_KINDS: tuple[tuple[str, str, Callable[[bytes], bool]], ...] = (
    ("image/png", "png", lambda head: head[:8] == b"\x89PNG\r\n\x1a\n"),
    ("image/jpeg", "jpg", lambda head: head[:3] == b"\xff\xd8\xff"),
    ("image/gif", "gif", lambda head: head[:6] in (b"GIF87a", b"GIF89a")),
    ("image/webp", "webp", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP"),
    ("audio/wav", "wav", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE"),
    ("audio/flac", "flac", lambda head: head[:4] == b"fLaC"),
    ("audio/ogg", "ogg", lambda head: head[:4] == b"OggS"),
    ("audio/mp4", "m4a", lambda head: head[4:8] == b"ftyp" and head[8:11] == b"M4A"),
    ("audio/mpeg", "mp3", _mpeg_audio),
)
ENDINGS = {kind: ending for kind, ending, _ in _KINDS}

_COLUMNS = "token, content_key, type, size, width, height, orientation"
_KNOWN = text(f"SELECT {_COLUMNS} FROM media WHERE dataset = :dataset AND content_key = :key")
_FIND = text(f"SELECT {_COLUMNS} FROM media WHERE token = :token")
_SAVE = text(
    """
    INSERT INTO media (token, dataset, content_key, type, size, width, height, orientation)
    VALUES (:token, :dataset, :key, :type, :size, :width, :height, :orientation)
    ON CONFLICT (dataset, content_key) DO NOTHING
    """
)
_REMOVE = text("DELETE FROM media WHERE token = :token AND dataset = :dataset RETURNING content_key")
_IN_USE = text("SELECT EXISTS (SELECT 1 FROM media WHERE content_key = :key)")
# Between the look at who else has the same bytes and their removal nobody may add them.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('media', 0))")


def type_of(head: bytes) -> str:
    """The media type of a file by its first bytes. Raises InvalidBody for all that is not taken."""
    for kind, _, fits in _KINDS:
        if fits(head):
            return kind
    raise InvalidBody(f"the file is none of {', '.join(ENDINGS)}: its first bytes say so")


async def save(services: Services, dataset: bytes, file: Path) -> Medium:
    """Keeps a file. Raises InvalidBody for one that is nothing of what is taken."""
    kind, size, frame = await asyncio.to_thread(_look, file)
    async with services.database.write() as session:
        await session.execute(_LOCK)
        key = await asyncio.to_thread(services.content.put_chunks, _pieces(file))
        row = {
            "token": secrets.token_bytes(32),
            "dataset": dataset,
            "key": key,
            "type": kind,
            "size": size,
            "width": frame[0] if frame else None,
            "height": frame[1] if frame else None,
            "orientation": frame[2] if frame else None,
        }
        await session.execute(_SAVE, row)
        return _medium((await session.execute(_KNOWN, row)).one())


async def find(session: ReadSession, token: bytes) -> Medium:
    """Raises NotFound."""
    row = (await session.execute(_FIND, {"token": token})).one_or_none()
    if row is None:
        raise NotFound("no file has this address")
    return _medium(row)


async def remove(database: Database, content: ContentStore, dataset: bytes, token: bytes) -> None:
    """Takes a file away, its bytes too unless another dataset has the same. Raises NotFound."""
    async with database.write() as session:
        await session.execute(_LOCK)
        key = (await session.execute(_REMOVE, {"token": token, "dataset": dataset})).scalar_one_or_none()
        if key is None:
            raise NotFound("the dataset has no file at this address")
        if not (await session.execute(_IN_USE, {"key": key})).scalar_one():
            await asyncio.to_thread(content.remove, key)


async def require_own(database: Database, dataset: bytes, account: Address) -> None:
    """Raises `UnknownDataset`, `Forbidden`."""
    async with database.read() as session:
        require_publisher(await require_dataset(session, dataset), account)


def _look(file: Path) -> tuple[str, int, tuple[int, int, int] | None]:
    with file.open("rb") as source:
        kind = type_of(source.read(_HEAD))
    if not kind.startswith("image/"):
        return kind, file.stat().st_size, None
    try:
        frame = frame_of_picture("uploaded", file)
    except MalformedFile as error:
        raise InvalidBody(error.detail) from error
    return kind, file.stat().st_size, frame


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while piece := source.read(_CHUNK):
            yield piece


def _medium(row: Any) -> Medium:
    place = (bytes(row.token), row.content_key, row.type, row.size)
    return Medium(*place, row.width, row.height, row.orientation)
