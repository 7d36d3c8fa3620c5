"""The async client on a whole network: the same calls awaited, and a loop that is never held up."""

from __future__ import annotations

import asyncio
import time

import pytest
from eth_account import Account

from cota.client.asynchronous import AsyncCotaClient
from cota.errors import UnknownDataset
from cota.units import Hash32, parse_hash32
from tests.cli.story import ITEMS, Story


async def test_async__reads_pages_and_refusals__as_in_the_sync_one(story: Story) -> None:
    birds = parse_hash32(story.birds)
    async with AsyncCotaClient(story.terminal.environment["COTA_API"]) as client:
        found = await client.dataset(birds)
        assert found["item_count"] == ITEMS
        listed = [one["id"] async for one in client.datasets()]
        assert {story.birds, story.plain} <= set(listed)
        with pytest.raises(UnknownDataset):
            await client.dataset(Hash32(bytes(32)))
        assert client.dataset.__doc__ == client.client.dataset.__doc__


async def test_async__while_it_waits__the_loop_goes_on(story: Story) -> None:
    """A block that does not come so soon is waited for ten seconds by the service; the loop turns meanwhile."""
    turned = 0
    async with AsyncCotaClient(story.terminal.environment["COTA_API"], patience_s=1) as client:
        waiting = asyncio.ensure_future(client.wait_for(50_000))
        started = time.monotonic()
        while not waiting.done() and time.monotonic() - started < 2:
            await asyncio.sleep(0.01)
            turned += 1
        assert turned > 50
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting


async def test_async__many_at_once__each_in_its_turn(story: Story) -> None:
    """One session, one nonce each: calls of a client never overtake each other."""
    account = Account.from_key(story.people.ana)
    async with AsyncCotaClient(story.terminal.environment["COTA_API"], account) as client:
        rows, leases, again, same = await asyncio.gather(
            _collect(client), client.leases(), _collect(client), client.leases()
        )
    assert (rows, leases) == (again, same)
    assert len(rows) >= 2 * ITEMS


async def _collect(client: AsyncCotaClient) -> list[str]:
    return [row["row_id"] async for row in client.my_annotations()]
