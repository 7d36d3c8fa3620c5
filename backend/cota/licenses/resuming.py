"""A download that broke off -> **the rest of it** -> licensee (RFC 9110, ranges of bytes).

An export is made while it is sent, and is the same bytes whenever it is made of the same facts; its entity tag
names these facts. So the rest is made anew and its beginning left out; it goes through a file on disk, because
HTTP wants its length said first (decision 0018). Promises: a part is never put behind the beginning of another
export; memory stays bounded.
"""

import asyncio
import hashlib
import re
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from typing import IO

from cota.commitments.canonical import canonical
from cota.datasets.queries import Dataset
from cota.errors import NoSuchRange
from cota.formats.export_records import VERSION
from cota.http.services import Services
from cota.licenses import queries
from cota.licenses.queries import Epoch, License
from cota.store.session import ReadSession
from cota.units import to_hex

_CHUNK = 2**18
_FROM = re.compile(r"bytes=(\d{1,18})-")


async def entity_tag(
    services: Services, session: ReadSession, license: License, dataset: Dataset, epochs: Sequence[Epoch]
) -> str:
    """Of everything that an export's bytes depend on and that can change: epochs, erasures, the key of receipts."""
    key = services.receipt_key
    facts = [
        VERSION,
        services.chain_id,
        to_hex(dataset.id),
        str(license.id),
        [[epoch.number, to_hex(epoch.log_root)] for epoch in epochs],
        None if key is None else key.address,
        await queries.erasures(session, dataset.id),
    ]
    return f'"{hashlib.sha256(canonical(facts)).hexdigest()[:32]}"'


def wanted_start(wanted: str | None, condition: str | None, tag: str) -> int:
    """Where the answer begins: 0 for the whole of it, as for every form of `Range` but `bytes=N-`, and when
    `If-Range` names another export."""
    found = _FROM.fullmatch(wanted.strip()) if wanted else None
    return int(found[1]) if found and condition in (None, tag) else 0


@dataclass
class Rest:
    """The bytes from `start` on of an export of `total` bytes, on disk."""

    start: int
    total: int
    file: IO[bytes]

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Content-Range": f"bytes {self.start}-{self.total - 1}/{self.total}",
            "Content-Length": str(self.total - self.start),
        }

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        try:
            while piece := await asyncio.to_thread(self.file.read, _CHUNK):
                yield piece
        finally:
            self.file.close()


async def rest_of(pieces: AsyncIterator[bytes], start: int) -> Rest:
    """Makes an export and keeps what follows its first `start` bytes. Raises NoSuchRange."""
    # Closed when the answer was sent.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    total = 0
    try:
        async for piece in pieces:
            skipped = min(max(start - total, 0), len(piece))
            total += len(piece)
            await asyncio.to_thread(file.write, piece[skipped:])
        if start >= total:
            raise NoSuchRange(f"the export has {total} bytes", total=total)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return Rest(start, total, file)
