"""A long answer being made -> **an unnamed file on disk** -> its reader, at the speed of her line.

What makes an export holds a connection to the database and one of few places; whoever reads slowly, or not at all,
must hold neither, and an account has only so many of them open. Promises: the first bytes leave as soon as they are
made; making ends when the reader hangs up; an answer that cannot be finished is cut, never ended; nothing is left on
disk.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from threading import Lock
from typing import IO

from cota.http.limits import AtOnce

_CHUNK = 2**18


# By account: the one that goes on, and the one that broke off and was not noticed yet.
downloads = AtOnce(2, "downloads")


def download(caller: str, pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The same bytes, spooled and counted by account, or by network address where nobody is signed in.
    (`downloads.check(caller)` comes before, where it can still refuse.)"""
    return downloads.of(caller, spooled(pieces))


async def spooled(pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The same bytes, made at the service's speed and read at the reader's."""
    with tempfile.TemporaryFile() as file:
        spool = _Spool(file)
        making = asyncio.create_task(spool.make(pieces))
        try:
            async for piece in spool.read(making):
                yield piece
        finally:
            making.cancel()
            await asyncio.gather(making, return_exceptions=True)


class _Spool:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        # Of threads. Not the file's number: a thread that comes late finds the object closed, and writes nowhere.
        self._lock = Lock()
        self._size = 0
        self._grown = asyncio.Event()

    async def make(self, pieces: AsyncIterator[bytes]) -> None:
        async for piece in pieces:
            await asyncio.to_thread(self._append, piece)
            self._size += len(piece)
            self._grown.set()

    async def read(self, making: "asyncio.Task[None]") -> AsyncIterator[bytes]:
        sent = 0
        making.add_done_callback(lambda _: self._grown.set())
        while True:
            if sent < self._size:
                piece = await asyncio.to_thread(self._part, sent, min(_CHUNK, self._size - sent))
                sent += len(piece)
                yield piece
            elif making.done():
                making.result()
                return
            else:
                self._grown.clear()
                await self._grown.wait()

    def _append(self, piece: bytes) -> None:
        with self._lock:
            self._file.seek(0, os.SEEK_END)
            self._file.write(piece)

    def _part(self, place: int, size: int) -> bytes:
        with self._lock:
            self._file.seek(place)
            return self._file.read(size)
