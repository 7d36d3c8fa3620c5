"""New blocks, announced by the nodes themselves: WebSocket -> **heads** -> indexer's loop.

Beside the flow: an announcement says "look now", nothing is read from it, so that a node may announce late,
twice or never and only the waiting changes. Promises: a node without WebSocket is asked again now and then,
silently; `listen` ends only when it is cancelled.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import aiohttp

from cota.chain.rpc import Endpoint

_SUBSCRIBE = {"jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["newHeads"]}
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60.0
_HEARTBEAT = 20.0  # seconds between two signs of life; a connection that shows none is opened anew


async def listen(endpoint: Endpoint, announce: Callable[[], None]) -> None:
    """Calls `announce` at each new head of this node, and once whenever the subscription begins."""
    pause = _FIRST_PAUSE
    while True:
        with suppress(aiohttp.ClientError, OSError, TimeoutError, ValueError, RecursionError):
            async with endpoint.websocket(heartbeat=_HEARTBEAT) as socket:
                await socket.send_json(_SUBSCRIBE)
                async for message in socket:
                    if message.type is not aiohttp.WSMsgType.TEXT or "error" in message.json():
                        break
                    pause = _FIRST_PAUSE
                    announce()
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
