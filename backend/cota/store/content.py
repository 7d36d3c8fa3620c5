"""Files by the hash of their content: epoch files, rows, exports -> **content** -> a folder, S3, whatever
fsspec knows.

The key is the SHA-256 of the bytes in lower hex. Promises: a key names complete content or nothing (written
aside, then moved); what is read is checked against its key; writing the same content twice is harmless.
Blocking: services call it in a thread.
"""

import hashlib
import re
import uuid
from collections.abc import Iterable, Iterator

import fsspec

_CHUNK = 1 << 20
_KEY = re.compile(r"[0-9a-f]{64}")


class ContentMissing(Exception):
    """Nothing is stored under this key."""


class ContentCorrupt(Exception):
    """What is stored under this key is not what was written."""


class ContentStore:
    """`url`: an fsspec URL, such as file:///srv/cota, s3://bucket/cota, memory://cota."""

    def __init__(self, url: str) -> None:
        self._files, root = fsspec.core.url_to_fs(url)
        self._root = str(root).rstrip("/")

    def put(self, content: bytes) -> str:
        """Stores the bytes, gives the key."""
        return self.put_chunks([content])

    def put_chunks(self, chunks: Iterable[bytes]) -> str:
        """As `put`, for what need not fit in memory."""
        digest = hashlib.sha256()
        aside = f"{self._root}/incoming/{uuid.uuid4().hex}"
        self._files.makedirs(f"{self._root}/incoming", exist_ok=True)
        try:
            with self._files.open(aside, "wb") as file:
                for chunk in chunks:
                    digest.update(chunk)
                    file.write(chunk)
            key = digest.hexdigest()
            if not self.exists(key):
                self._files.makedirs(self._path(key).rpartition("/")[0], exist_ok=True)
                self._files.mv(aside, self._path(key))
        finally:
            if self._files.exists(aside):
                self._files.rm(aside)
        return key

    def get(self, key: str) -> bytes:
        """The bytes. Raises ContentMissing, ContentCorrupt."""
        return b"".join(self.chunks(key))

    def chunks(self, key: str) -> Iterator[bytes]:
        """The bytes in pieces. Raises ContentMissing before the first, ContentCorrupt after the last one."""
        digest = hashlib.sha256()
        try:
            file = self._files.open(self._path(key), "rb")
        except FileNotFoundError:
            raise ContentMissing(key) from None
        with file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                yield chunk
        if digest.hexdigest() != key:
            raise ContentCorrupt(key)

    def exists(self, key: str) -> bool:
        return bool(self._files.exists(self._path(key)))

    def remove(self, key: str) -> None:
        """Takes the bytes away, if they are there: for what nobody may have any more."""
        if self.exists(key):
            self._files.rm(self._path(key))

    def _path(self, key: str) -> str:
        # Checked, because a key may come from a request and ends in a path.
        if not _KEY.fullmatch(key):
            raise ValueError("a content key is 64 lower-case hex digits")
        return f"{self._root}/{key[:2]}/{key}"
