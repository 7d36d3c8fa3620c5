"""P9 against somebody else: licensees who read slowly, or not at all, keep nobody from the download he paid for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
import pytest_asyncio

from cota.errors import NoSuchRange
from cota.http.services import LONG_AT_ONCE, Services
from cota.http.spool import downloads, spooled
from cota.licenses import service
from cota.licenses.resuming import rest_of
from cota.units import to_hex
from tests.api.wallets import Wallet
from tests.api.world import Dataset, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE_S = 20


@dataclass
class Sold:
    dataset: Dataset
    license: int
    block: int
    whole: bytes


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def sold(world: World) -> Sold:
    dataset = await world.create_dataset(items=24, gold=20)
    workers = [await world.member(dataset) for _ in range(3)]
    await world.label_all(dataset, workers, accuracy=1)
    await world.settle(dataset)
    license, block = await world.buy(dataset)
    answer = await world.http.get(
        f"/v1/licenses/{license}/export?min_block={block}", headers=await world.sign_in(world.buyer)
    )
    assert answer.status_code == 200
    return Sold(dataset, license, block, answer.content)


async def made(services: Services, sold: Sold, world: World) -> AsyncGenerator[bytes, None]:
    """What the endpoint sends."""
    async with services.database.read() as session:
        found = await service.open_license(services, session, sold.license, world.buyer.address)
    return spooled(service.export(services, *found))


async def test_export__every_place_taken_by_readers_who_stopped__the_next_is_served(
    world: World, sold: Sold
) -> None:
    stopped = [await made(world.services, sold, world) for _ in range(LONG_AT_ONCE + 1)]
    for one in stopped:
        assert await asyncio.wait_for(anext(one), PATIENCE_S)
    answer = await asyncio.wait_for(
        world.http.get(f"/v1/licenses/{sold.license}/export", headers=await world.sign_in(world.buyer)),
        PATIENCE_S,
    )
    assert answer.content == sold.whole
    # What is still being written to a file holds one until it is whole; a reader who stopped would hold it for ever.
    deadline = time.monotonic() + PATIENCE_S
    while world.services.database.engine.pool.checkedout():
        assert time.monotonic() < deadline, "a stopped reader holds a connection"
        await asyncio.sleep(0.05)
    for one in stopped:
        await one.aclose()


async def test_export__read_slowly__the_same_bytes(world: World, sold: Sold) -> None:
    found = b""
    async for piece in await made(world.services, sold, world):
        found += piece
        await asyncio.sleep(0.01)
    assert found == sold.whole


async def test_export__third_download_of_one_account__refused_others_served(world: World, sold: Sold) -> None:
    headers, path = await world.sign_in(world.buyer), f"/v1/licenses/{sold.license}/export"
    before = await world.count("reads", sold.dataset)
    with downloads.held(world.buyer.address):
        assert (await world.http.get(path, headers=headers)).status_code == 200
        with downloads.held(world.buyer.address):
            refused = await world.http.get(path, headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/rate-limited")
    assert refused.headers["Retry-After"] == "5"
    assert (await world.http.get(path, headers=headers)).status_code == 200
    assert await world.count("reads", sold.dataset) == before + 2


async def test_backup__held_open_twice__the_third_is_refused(world: World) -> None:
    """Anybody who signed in may have one, so nobody may hold many."""
    wallet = Wallet()
    headers = await world.sign_in(wallet)
    with downloads.held(wallet.address), downloads.held(wallet.address):
        refused = await world.http.get("/v1/accounts/me/backup", headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/rate-limited")
    assert (await world.http.get("/v1/accounts/me/backup", headers=headers)).status_code == 200


async def test_long_answers__of_every_kind__wait_for_one_of_the_few_places(world: World, sold: Sold) -> None:
    """Each holds a connection while it is made: all at once would starve everybody else of the pool."""
    services, dataset, account = world.services, sold.dataset, world.buyer.address
    headers, name = await world.sign_in(world.buyer), to_hex(dataset.id)
    paths = [
        f"/v1/licenses/{sold.license}/export",
        "/v1/accounts/me/backup",
        f"/v1/accounts/{account}/statement?format=csv",
        f"/v1/accounts/{account}/datasets/{name}/income?format=csv",
    ]
    async with AsyncExitStack() as places:
        for _ in range(LONG_AT_ONCE):
            await places.enter_async_context(services.long_read())
        asked = [asyncio.create_task(world.http.get(paths[n], headers=headers)) for n in (0, 1)]
        asked += [asyncio.create_task(world.http.get(paths[n])) for n in (2, 3)]
        await asyncio.sleep(0.5)
        assert [one.done() for one in asked] == [False] * 4
    answers = await asyncio.wait_for(asyncio.gather(*asked), PATIENCE_S)
    assert [one.status_code for one in answers] == [200] * 4
    assert answers[0].content == sold.whole
    assert b'"type": "end"' in answers[1].content.splitlines()[-1]


async def pieces_of(size: int, broken: Exception | None = None) -> AsyncGenerator[bytes, None]:
    for number in range(size):
        yield bytes([number % 256]) * 1_000
        await asyncio.sleep(0)
    if broken:
        raise broken


async def test_spooled__first_bytes__leave_while_the_rest_is_made() -> None:
    held = asyncio.Event()

    async def slow() -> AsyncGenerator[bytes, None]:
        yield b"begins"
        await held.wait()
        yield b", ends"

    reader = spooled(slow())
    assert await asyncio.wait_for(anext(reader), PATIENCE_S) == b"begins"
    held.set()
    assert [piece async for piece in reader] == [b", ends"]


async def test_spooled__making_fails__the_answer_is_cut_and_not_ended() -> None:
    found: list[bytes] = []

    async def read() -> None:
        async for piece in spooled(pieces_of(300, NoSuchRange("broken"))):
            found.append(piece)

    with pytest.raises(NoSuchRange):
        await read()
    assert sum(map(len, found)) == 300_000


async def test_spooled__reader_hangs_up__making_ends() -> None:
    ended = asyncio.Event()

    async def endless() -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield bytes(1_000)
                await asyncio.sleep(0.001)
        finally:
            ended.set()

    reader = spooled(endless())
    await anext(reader)
    began = time.monotonic()
    await reader.aclose()
    await asyncio.wait_for(ended.wait(), PATIENCE_S)
    assert time.monotonic() - began < PATIENCE_S


async def test_rest__read_in_turn_and_closed__its_last_bytes() -> None:
    rest = await rest_of(pieces_of(3), 2_500)
    assert b"".join([piece async for piece in downloads.of("somebody", rest.pieces())]) == b"\x02" * 500
    assert rest.file.closed
