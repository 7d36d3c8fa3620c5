"""Events as server-sent events: last event seen -> **what came since, and goes on coming** -> socket.

Promises: `id` of an event resumes after it (`Last-Event-ID`), in another process too; when the chain reorganised, a
`reorg` event says after which event what was told is void, and the stream goes on from there; nothing is held open in
the database between two looks; a comment every fifteen seconds keeps proxies from closing.
"""

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import AsyncGenerator
from typing import Any

from cota.errors import BadRequest
from cota.events import queries
from cota.events.queries import Event, Wanted
from cota.http.services import Services
from cota.units import told_time

POLL_SECONDS = 0.5
PULSE_SECONDS = 15.0
_AT_ONCE = 200
_REMEMBERED = 256
# How far back a caller is sent whose last event is gone: deeper than any reorganisation that a network allows.
_FURTHEST = 256
_ID = re.compile(r"([0-9]{1,18})-([0-9]{1,9})-([0-9a-f]{16})")

Place = tuple[int, int, bytes]


def parse_id(text: str) -> Place:
    """(block, log index, first bytes of the block's hash). Raises `BadRequest`."""
    found = _ID.fullmatch(text)
    if found is None:
        raise BadRequest("this is not the id of an event")
    return int(found[1]), int(found[2]), bytes.fromhex(found[3])


async def follow(services: Services, wanted: Wanted, last: Place | None) -> AsyncGenerator[str, None]:
    """Text of the stream, from after `last` on; without, from now on."""
    seen: deque[Place] = deque([last] if last else [], maxlen=_REMEMBERED)
    place = (last[0], last[1]) if last else (await _newest(services), 2**31)
    quiet_since, known = time.monotonic(), None
    yield ": cota\n\n"
    while True:
        indexed = await services.freshness.current()
        block = indexed.hash if indexed else None
        if block is not None and block != known:
            known = block
            async with services.database.read() as session:
                back = await _taken_back(session, seen)
                if back is not None:
                    place = back
                found = await queries.after(session, wanted, place, _AT_ONCE)
            if back is not None:
                yield _write("reorg", None, {"after": _name(seen[-1]) if seen else None, "block": place[0]})
            for event in found:
                yield _write(event.kind, event.id, show(event))
                place = (event.block, event.log_index)
                seen.append((event.block, event.log_index, event.block_hash[:8]))
            if len(found) == _AT_ONCE:
                known = None  # more is waiting
            quiet_since = time.monotonic() if found else quiet_since
        if time.monotonic() - quiet_since > PULSE_SECONDS:
            quiet_since = time.monotonic()
            yield ": still here\n\n"
        if known is not None or block is None:
            await asyncio.sleep(POLL_SECONDS)


async def _taken_back(session: Any, seen: "deque[Place]") -> tuple[int, int] | None:
    """Where to go on from after a reorganisation; None when all that was told still stands."""
    if not seen or await queries.stands(session, *seen[-1]):
        return None
    oldest = seen[-1]
    while seen:
        oldest = seen.pop()
        if seen and await queries.stands(session, *seen[-1]):
            return seen[-1][0], seen[-1][1]
    return max(0, oldest[0] - _FURTHEST), -1


async def _newest(services: Services) -> int:
    indexed = await services.freshness.current()
    return indexed.number if indexed else -1


def show(event: Event) -> dict[str, Any]:
    """An event as JSON, the same in pages, streams and deliveries."""
    return {
        "id": event.id,
        "kind": event.kind,
        "dataset": "0x" + event.dataset.hex() if event.dataset else None,
        "account": event.account,
        "at": told_time(event.at),
        "block": event.block,
        "tx_hash": "0x" + event.tx_hash.hex(),
        "data": event.data,
    }


def _write(kind: str, name: str | None, data: dict[str, Any]) -> str:
    named = f"id: {name}\n" if name else ""
    return f"{named}event: {kind}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"


def _name(place: Place) -> str:
    return f"{place[0]}-{place[1]}-{place[2].hex()}"
