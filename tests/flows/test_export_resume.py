"""The service's part of a resumed download: the same bytes whenever it is asked, from whichever of them on."""

from __future__ import annotations

import io

import httpx2
import pytest

from cota.formats.export import Header, read_export
from tests.api.wallets import Wallet
from tests.api.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_export__ranges__are_parts_of_the_same_bytes(world: World) -> None:
    dataset = await world.create_dataset(items=24, gold=20)
    workers = [await world.member(dataset) for _ in range(3)]
    await world.label_all(dataset, workers, accuracy=1)
    await world.settle(dataset)
    license, block = await world.buy(dataset)
    headers = await world.sign_in(world.buyer)

    async def ask(**more: str) -> httpx2.Response:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return await world.http.get(
            f"/v1/licenses/{license}/export?min_block={block}", headers=headers | named
        )

    whole = await ask()
    again = await ask()
    assert whole.content == again.content
    tag, size = whole.headers["ETag"], len(whole.content)
    assert (whole.headers["Accept-Ranges"], again.headers["ETag"]) == ("bytes", tag)
    for start in (1, size // 2, size - 1):
        part = await ask(Range=f"bytes={start}-", If_Range=tag)
        assert part.status_code == 206
        assert part.content == whole.content[start:]
        assert part.headers["Content-Range"] == f"bytes {start}-{size - 1}/{size}"
        assert part.headers["Content-Length"] == str(size - start)
    for condition in (
        {"If_Range": '"another"'},
        {"Range": "bytes=-5"},
        {"Range": "bytes=1-2"},
        {"Range": "lines=1-"},
    ):
        full = await ask(**({"Range": f"bytes={size // 2}-"} | condition))
        assert (full.status_code, full.content) == (200, whole.content)
    beyond = await ask(Range=f"bytes={size}-", If_Range=tag)
    assert (beyond.status_code, beyond.json()["type"], beyond.json()["total"]) == (
        416,
        "/problems/no-such-range",
        size,
    )
    header = next(iter(read_export(io.BytesIO(whole.content))))
    assert isinstance(header, Header)
    assert header.license == license
    stranger = await world.http.get(
        f"/v1/licenses/{license}/export", headers=await world.sign_in(Wallet()) | {"Range": "bytes=5-"}
    )
    assert stranger.status_code == 403
