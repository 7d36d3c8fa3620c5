"""Session -> **pictures and sounds** -> API. Files that items show, where their publisher has no place for them.

Promises: what the service keeps is the file that was sent, by its SHA-256; a download stands under its name only whole,
and as the one that was asked for; no other host than the service is ever called, whatever address an item names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cota.client.refusals import ClientError, Untrustworthy
from cota.client.session import Session
from cota.client.told import MediumTold
from cota.formats.outgoing.whole import beside
from cota.units import Hash32, parse_hash32, to_hex

_CHUNK = 2**18


@dataclass(frozen=True)
class _Pieces:
    """A file piece by piece, from its beginning whenever it is gone through."""

    path: Path

    def __iter__(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while piece := file.read(_CHUNK):
                yield piece


class MediaCalls(Session):
    """Keeping and fetching what items show."""

    def upload_medium(self, dataset: Hash32, file: Path) -> MediumTold:
        """Keeps a picture or sound of at most 128 MiB for items of a dataset of one's own: `content` of the answer is
        an item that shows it. The same file again has the same address. Raises InvalidBody for what is neither."""
        with file.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").digest()
        self.require_session()
        path = f"/v1/datasets/{to_hex(dataset)}/media"
        found = MediumTold(self.http.upload(path, _Pieces(file), "application/octet-stream"))
        if found.sha256 != digest:
            raise Untrustworthy(f"the service keeps another file than {file.name}")
        return found

    def download_medium(self, address: str | Hash32, path: Path, *, sha256: bytes | None = None) -> Path:
        """Fetches what an item's `image` or `audio` names, or a token, into a file; `sha256`: the item's.

        Raises ClientError for what is no such address, Untrustworthy for another file than was kept or asked for.
        """
        with self.http.stream(f"/v1/media/{to_hex(self._token(address))}") as answer, beside(path) as part:
            digest = hashlib.sha256()
            with part.open("wb") as file:
                for chunk in answer.chunks:
                    digest.update(chunk)
                    file.write(chunk)
            told = answer.headers.get("ETag", "").strip('"')
            wanted = told if sha256 is None else sha256.hex()
            if digest.hexdigest() != wanted:
                raise Untrustworthy(f"the file has the SHA-256 {digest.hexdigest()}, and not {wanted}")
        return path

    def check_medium(self, address: str | Hash32) -> None:
        """Raises NotFound for what is not kept here (or no longer), ClientError for what is no such address."""
        with self.http.stream(f"/v1/media/{to_hex(self._token(address))}"):
            pass

    def remove_medium(self, dataset: Hash32, address: str | Hash32) -> None:
        """Takes a file of a dataset of one's own away for good. Raises NotFound."""
        self.require_session()
        self.http.delete(f"/v1/datasets/{to_hex(dataset)}/media/{to_hex(self._token(address))}")

    def _token(self, address: str | Hash32) -> Hash32:
        if isinstance(address, bytes):
            return address
        # By whatever name the service was called when it was uploaded.
        try:
            return parse_hash32(address.rpartition("/v1/media/")[2])
        except ValueError:
            raise ClientError(f"{address[:200]} is no address of a file that a service keeps") from None
