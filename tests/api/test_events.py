"""What happens on chain reaches whoever asks: pages, a stream that resumes, an inbox, signed deliveries."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import Any

import pytest

from cota.errors import InvalidBody
from cota.events import stream, targets, webhooks
from cota.events.api import streams
from cota.events.queries import Wanted
from cota.events.webhooks import NotDelivered, sign
from tests.api.problems import refused
from tests.api.wallets import Wallet
from tests.api.world import Dataset, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


def parse(chunk: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in chunk.strip().splitlines())


async def read(events: AsyncIterator[str], count: int) -> list[dict[str, str]]:
    """The next events, comments left out."""
    found: list[dict[str, str]] = []
    async with asyncio.timeout(20):
        async for chunk in events:
            if not chunk.startswith(":"):
                found.append(parse(chunk))
            if len(found) == count:
                break
    return found


async def test_events__page__newest_first_and_filtered(world: World) -> None:
    dataset = await world.create_dataset(items=2)
    wallet = await world.member(dataset)
    path = f"/v1/events?dataset={dataset.path.rsplit('/', 1)[1]}"
    items = (await world.http.get(path)).json()["items"]
    assert [one["kind"] for one in items] == ["joined", "batch-added", "dataset-state", "dataset-created"]
    assert items[0]["account"] == wallet.address
    (joined,) = (await world.http.get(path + "&kind=joined")).json()["items"]
    assert joined["data"] == {"stake": "100"}
    first = (await world.http.get(path + "&limit=1")).json()
    rest = (await world.http.get(path + f"&cursor={first['next']}")).json()
    assert first["items"] + rest["items"] == items
    refused(await world.http.get(path + "&kind=gossip"), "bad-request", 400)


async def test_stream__new_events__in_order_and_resumed_after_the_last(world: World) -> None:
    events = stream.follow(world.services, Wanted(), None)
    assert await anext(events) == ": cota\n\n"
    reading = asyncio.create_task(read(events, 4))
    await asyncio.sleep(0.6)
    dataset = await world.create_dataset(items=2)
    wallet = await world.member(dataset)
    told = await reading
    assert [one["event"] for one in told] == ["dataset-created", "dataset-state", "batch-added", "joined"]
    assert json.loads(told[3]["data"])["account"] == wallet.address
    again = stream.follow(world.services, Wanted(dataset.id), stream.parse_id(told[0]["id"]))
    assert [one["id"] for one in await read(again, 3)] == [one["id"] for one in told[1:]]


async def test_stream__chain_reorganised__told_and_gone_on(world: World) -> None:
    dataset = await world.create_dataset(items=2)
    events = stream.follow(world.services, Wanted(dataset.id), (0, 0, bytes(8)))
    # The block of that id never was: everything that came since is told anew.
    told = await read(events, 4)
    assert [one["event"] for one in told] == ["reorg", "dataset-created", "dataset-state", "batch-added"]
    assert json.loads(told[0]["data"])["after"] is None


@pytest.mark.parametrize(
    "name", ["1", "1-2", "a-b-c", "1-2-xyz", "9" * 30 + "-1-" + "0" * 16, "-1-2-" + "0" * 16]
)
async def test_stream__last_id_is_none__bad_request(world: World, name: str) -> None:
    refused(await world.http.get("/v1/events/stream", headers={"Last-Event-ID": name}), "bad-request", 400)


async def test_inbox__her_own_and_her_datasets_epochs__with_her_outcome(world: World) -> None:
    dataset = await world.create_dataset(items=12, gold=6, seats=3)
    wallets = [await world.member(dataset) for _ in range(3)]
    await world.label_all(dataset, wallets, accuracy=1.0)
    await world.settle(dataset)
    headers = await world.sign_in(wallets[0])
    items = (await world.http.get("/v1/accounts/me/inbox", headers=headers)).json()["items"]
    kinds = [one["kind"] for one in items]
    assert kinds == ["epoch-finalized", "epoch-proposed", "joined", "dataset-state"]
    own = (await world.http.get("/v1/accounts/me/annotations", headers=headers)).json()["items"]
    counted = sum(row["outcome"] == "counted" for row in own)
    assert (items[0]["labels"], items[0]["counted"]) == (12, counted)
    assert items[1]["deadline"] is not None
    assert items[2]["account"] == wallets[0].address
    refused(await world.http.get("/v1/accounts/me/inbox"), "not-signed-in", 401)


class Receiver:
    """A subscriber's server: answers as told, keeps what came."""

    def __init__(self, statuses: list[int]) -> None:
        self.statuses, self.requests = statuses, []  # type: ignore[var-annotated]
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = {
            name.lower(): value
            for name, value in (line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        }
        body = await reader.readexactly(int(headers["content-length"]))
        self.requests.append((headers, body.decode()))
        status = self.statuses.pop(0) if self.statuses else 200
        writer.write(f"HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving(*statuses: int) -> AsyncIterator[Receiver]:
    receiver = Receiver(list(statuses))
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook?x=1"
    yield receiver
    server.close()
    await server.wait_closed()


async def subscribe(world: World, url: str, dataset: Dataset) -> tuple[Wallet, dict[str, Any]]:
    wallet = Wallet()
    headers = await world.sign_in(wallet)
    body = {"url": url, "dataset": dataset.path.rsplit("/", 1)[1], "kinds": ["joined"]}
    answer = await world.http.post("/v1/webhooks", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return wallet, answer.json()


async def test_webhook__final_event__signed_tried_again_and_listed(world: World) -> None:
    dataset = await world.create_dataset(items=2)
    async with receiving(500, 302, 200) as receiver:
        owner, hook = await subscribe(world, receiver.url, dataset)
        member = await world.member(dataset)
        (name,) = await webhooks.enqueue(world.services)
        assert await webhooks.enqueue(world.services) == []  # once each
        for _ in range(2):
            with pytest.raises(NotDelivered):
                await webhooks.deliver(world.services, name)
        await webhooks.deliver(world.services, name)
        await webhooks.deliver(world.services, name)  # the queue may ask again: nothing happens
    assert len(receiver.requests) == 3
    headers, body = receiver.requests[-1]
    assert headers["webhook-id"] == name == receiver.requests[0][0]["webhook-id"]
    assert headers["webhook-signature"] == sign(hook["secret"], name, int(headers["webhook-timestamp"]), body)
    assert json.loads(body)["account"] == member.address
    signed_in = await world.sign_in(owner)
    (told,) = (await world.http.get(f"/v1/webhooks/{hook['id']}/deliveries", headers=signed_in)).json()[
        "items"
    ]
    assert (told["state"], told["tries"], told["last_status"]) == ("delivered", 3, 200)
    assert hook["secret"] not in (await world.http.get("/v1/webhooks", headers=signed_in)).text
    stranger = await world.sign_in(Wallet())
    refused(await world.http.delete(f"/v1/webhooks/{hook['id']}", headers=stranger), "not-found", 404)
    refused(await world.http.get(f"/v1/webhooks/{hook['id']}/deliveries", headers=stranger), "not-found", 404)
    for name in ("nope", "%00"):
        refused(
            await world.http.get(f"/v1/webhooks/{name}/deliveries", headers=signed_in), "bad-request", 400
        )
    nowhere = {"url": receiver.url, "dataset": "0x" + "88" * 32}
    refused(await world.http.post("/v1/webhooks", json=nowhere, headers=signed_in), "unknown-dataset", 404)
    assert (await world.http.delete(f"/v1/webhooks/{hook['id']}", headers=signed_in)).status_code == 204


async def test_webhook__never_taken__failed_after_the_last_try(world: World) -> None:
    dataset = await world.create_dataset(items=2)
    async with receiving(*[503] * 20) as receiver:
        owner, hook = await subscribe(world, receiver.url, dataset)
        await world.member(dataset)
        (name,) = await webhooks.enqueue(world.services)
        for _ in range(webhooks.TRIES - 1):
            with pytest.raises(NotDelivered):
                await webhooks.deliver(world.services, name)
        await webhooks.deliver(world.services, name)
        assert len(receiver.requests) == webhooks.TRIES
    headers = await world.sign_in(owner)
    (told,) = (await world.http.get(f"/v1/webhooks/{hook['id']}/deliveries", headers=headers)).json()["items"]
    assert (told["state"], told["last_status"]) == ("failed", 503)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "https://127.0.0.1/", "https://localhost/", "https://10.0.0.1/", "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://0.0.0.0/",
        "https://100.64.0.1/", "https://[fe80::1]/", "https://2130706433/", "https://0x7f.1/", "ftp://example.org/",
        "https://user:pw@example.org/", "https://", "//example.org", "https://example.org:99999/", "https://exämple.org/",
        "https://224.0.0.1/", "https://1.1.1.1/#x",
    ],
)  # fmt: skip
async def test_target__not_public__refused(url: str) -> None:
    with pytest.raises(InvalidBody, match="url"):
        await targets.check(url, is_local=False)


async def test_target__public__connected_to_the_address_that_was_checked() -> None:
    found = await targets.check("https://1.1.1.1:8443/a?b=c", is_local=False)
    assert (found.address, found.port, found.path, found.is_secure) == ("1.1.1.1", 8443, "/a?b=c", True)


async def test_sign__standard_webhooks_example__same_bytes() -> None:
    """The example of the specification (standard-webhooks, verifying webhook authenticity)."""
    secret, name = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    body = '{"test": 2432232314}'
    assert sign(secret, name, 1614265330, body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_stream__more_than_one_caller_may_have_open__refused(world: World) -> None:
    """Each asks the database at each new block for as long as it is open."""
    with ExitStack() as opened:
        for _ in range(32):
            streams.check("127.0.0.1")
            opened.enter_context(streams.held("127.0.0.1"))
        refused(await world.http.get("/v1/events/stream"), "rate-limited", 429)
    streams.check("127.0.0.1")
