"""What happens to bounties reaches members, their publisher, streams and webhooks."""

import json
from typing import Any

import pytest
import pytest_asyncio

from cota.chain.contracts import BountyEscrow, LocalDollar
from cota.events import stream, webhooks
from cota.events.queries import Wanted
from cota.keys import local_key
from cota.units import to_hex, told_time
from tests.api.test_events import read, receiving
from tests.api.wallets import Wallet
from tests.api.world import DOLLAR, Dataset, World
from tests.flows.promising import CENT, close_bounty, escrow_of, open_bounty, units_of, worked

pytestmark = pytest.mark.asyncio(loop_scope="module")

STORY = [
    "bounty-opened",
    "bounty-funded",
    "bounty-assigned",
    "bounty-paid",
    "bounty-closing",
    "bounty-returned",
]


class Told:
    """A bounty from its opening to its return."""

    def __init__(self, dataset: Dataset, workers: list[Wallet], bounty: int) -> None:
        self.dataset, self.workers, self.bounty = dataset, workers, bounty


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def told(world: World) -> Told:
    dataset = await world.create_dataset(items=12, gold=12, receipt_period=60)
    bounty = await open_bounty(world, dataset)
    workers = await worked(world, dataset)
    await world.work.serve_bounties(dataset.id)
    await close_bounty(world, bounty)
    await world.mine(62)
    back = BountyEscrow.encode_take_back(bounty, world.publisher.address)
    await world.send("publisher", escrow_of(world).address, back)
    await world.indexed()
    return Told(dataset, workers, bounty)


async def inbox(world: World, wallet: Wallet, dataset: Dataset) -> list[dict[str, Any]]:
    """What she is told of the dataset's bounties, oldest first."""
    headers = await world.sign_in(wallet)
    items = (await world.http.get("/v1/accounts/me/inbox?limit=200", headers=headers)).json()["items"]
    of_bounties = (one for one in items if one["kind"].startswith("bounty-"))
    return [one for one in reversed(list(of_bounties)) if one["dataset"] == to_hex(dataset.id)]


async def test_events__of_a_bounty__tell_its_whole_story(world: World, told: Told) -> None:
    path = f"/v1/events?limit=200&dataset={to_hex(told.dataset.id)}"
    items = (await world.http.get(path)).json()["items"][::-1]
    found = {one["kind"]: one for one in items if one["kind"].startswith("bounty-")}
    assert list(found) == STORY
    assert {one["data"]["bounty"] for one in found.values()} == {str(told.bounty)}
    chain = await escrow_of(world).bounty_of(told.bounty, "latest")
    part = await escrow_of(world).part_of(told.bounty, 1, "latest")
    left = str(100 * DOLLAR - part.amount)
    opened, funded, assigned, _, closing, returned = found.values()
    assert opened["account"] == funded["account"] == world.publisher.address
    assert opened["data"]["per_label"] == str(30 * CENT)
    assert opened["data"]["first_checkpoint"] == "1"
    assert funded["data"]["amount"] == funded["data"]["free"] == str(100 * DOLLAR)
    assert assigned["data"]["epoch"] == "1"
    assert (assigned["data"]["amount"], assigned["data"]["free"]) == (str(part.amount), left)
    assert closing["data"]["ends_at"] == str(chain.ends_at)
    assert returned["data"]["amount"] == left
    for kind in STORY:
        only = (await world.http.get(path + f"&kind={kind}")).json()["items"]
        assert {one["kind"] for one in only} == {kind}
    paid = (await world.http.get(path + "&kind=bounty-paid")).json()["items"]
    assert {one["account"]: one["data"]["units"] for one in paid} == {
        wallet.address: str(await units_of(world, told.dataset, wallet)) for wallet in told.workers
    }


async def test_inbox__of_a_member__holds_what_concerns_her(world: World, told: Told) -> None:
    for wallet in told.workers:
        mine = await inbox(world, wallet, told.dataset)
        assert [one["kind"] for one in mine] == STORY
        (paid,) = (one for one in mine if one["kind"] == "bounty-paid")
        assert paid["account"] == wallet.address
        (closing,) = (one for one in mine if one["kind"] == "bounty-closing")
        assert closing["deadline"] == told_time(int(closing["data"]["ends_at"]))
    ours = [one["kind"] for one in await inbox(world, world.publisher, told.dataset)]
    assert ours == [kind for kind in STORY if kind != "bounty-paid"]
    assert await inbox(world, Wallet(), told.dataset) == []


async def test_inbox__money_for_no_label_from_anybody__is_left_out_of_others(world: World) -> None:
    """Or a stranger drowns what matters in thousands of base units."""
    dataset = await world.create_dataset(items=3, gold=1)
    bounty = await open_bounty(world, dataset, 30 * CENT, DOLLAR)
    escrow, token = escrow_of(world), dataset.terms.payment_token
    stranger = Wallet(bytes(local_key("relayer").account().key))
    await world.send("publisher", token, LocalDollar.encode_mint(stranger.address, DOLLAR))
    await world.send("relayer", token, LocalDollar.encode_approve(escrow.address, DOLLAR))
    for amount in (1, 30 * CENT - 1, 30 * CENT):
        await world.send("relayer", escrow.address, escrow.encode_fund(bounty, amount))
    await world.indexed()
    ana = await world.member(dataset)
    for wallet in (ana, world.publisher):
        funded = [one for one in await inbox(world, wallet, dataset) if one["kind"] == "bounty-funded"]
        assert [one["data"]["amount"] for one in funded] == [str(DOLLAR), str(30 * CENT)]
    given = [one for one in await inbox(world, stranger, dataset) if one["kind"] == "bounty-funded"]
    assert [one["data"]["amount"] for one in given] == ["1", str(30 * CENT - 1), str(30 * CENT)]


async def test_stream_and_webhook__of_payments__tell_each_once(world: World, told: Told) -> None:
    wanted = Wanted(told.dataset.id, None, ["bounty-paid"])
    start = (await world.http.get(f"/v1/events?limit=200&dataset={to_hex(told.dataset.id)}")).json()["items"]
    first = next(one for one in start if one["kind"] == "bounty-opened")
    came = await read(stream.follow(world.services, wanted, stream.parse_id(first["id"])), len(told.workers))
    assert {json.loads(one["data"])["account"] for one in came} == {one.address for one in told.workers}

    async with receiving() as server:
        headers = await world.sign_in(Wallet())
        body = {"url": server.url, "dataset": to_hex(told.dataset.id), "kinds": ["bounty-opened"]}
        added = await world.http.post("/v1/webhooks", json=body, headers=headers)
        assert added.status_code == 201, added.text
        bounty = await open_bounty(world, told.dataset, CENT, DOLLAR)
        await world.mine()
        for name in await webhooks.enqueue(world.services):
            await webhooks.deliver(world.services, name)
    ((_, text),) = server.requests
    assert json.loads(text)["data"]["bounty"] == str(bounty)
