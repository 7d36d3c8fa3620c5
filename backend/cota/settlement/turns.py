"""Coordinator's step -> **turn** -> sender. One transaction of a coordinator at a time."""

import asyncio
import time

from cota.chain.sender import Sender
from cota.http.services import Services
from cota.store.locks import named_lock

QUIET_SECONDS = 60.0
_PAUSE = 0.1


class NotQuiet(Exception):
    """Another transaction of the coordinator is still pending: try again at the next tick."""


class Turn:
    """One coordinator's transaction at a time, over all processes, and none of an earlier process pending.

    The next transaction then takes the very nonce that any unseen one would have: only one of them can be
    mined.
    """

    def __init__(self, services: Services, sender: Sender) -> None:
        self._services = services
        self._sender = sender
        self._lock = named_lock(services.database, f"coordinator:{services.chain_id}:{sender.address}")

    async def __aenter__(self) -> None:
        await self._lock.__aenter__()
        try:
            await self._wait_quiet()
        except BaseException:
            await self._lock.__aexit__(None, None, None)
            raise

    async def __aexit__(self, *_: object) -> None:
        await self._lock.__aexit__(None, None, None)

    async def _wait_quiet(self) -> None:
        ends = time.monotonic() + QUIET_SECONDS
        while True:
            counts = [
                await self._services.node.request("eth_getTransactionCount", self._sender.address, tag)
                for tag in ("latest", "pending")
            ]
            if counts[0] == counts[1]:
                return
            if time.monotonic() > ends:
                raise NotQuiet(f"a transaction of {self._sender.address} stays pending")
            await asyncio.sleep(_PAUSE)
