"""Two services on one database, as two processes are: one statement has one effect, one seat one lease (B11, B28)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from cota import settings
from cota.app import create_app
from cota.http.services import open_services
from tests.api.problems import refused
from tests.api.wallets import Wallet, agent_body, label_body
from tests.api.world import API_URL, Dataset, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def other(world: World) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the second service: its own connections, caches and batches."""
    env = {
        **world.deployed.env,
        "DATABASE_URL": world.services.settings.database_url,
        "COTA_API_URL": API_URL,
    }
    async with open_services(settings.load(environ=env)) as services:
        transport = httpx2.ASGITransport(create_app(services), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=API_URL) as http:
            yield http


async def test_submit__50_times_at_once_to_two_processes__one_row(
    world: World, birds: Dataset, other: httpx2.AsyncClient
) -> None:
    wallet = await world.member(birds)
    body = await world.label(birds, wallet)
    before = await world.count("annotations", birds)
    path = f"{birds.path}/annotations"
    answers = await asyncio.gather(*((world.http, other)[n % 2].post(path, json=body) for n in range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert len({answer.text for answer in answers}) == 1
    assert await world.count("annotations", birds) == before + 1


async def test_submit__one_nonce_two_items__one_row(
    world: World, birds: Dataset, other: httpx2.AsyncClient
) -> None:
    wallet = await world.member(birds)
    first, second = await world.lease(birds, wallet, 2)
    bodies = [label_body(wallet, world.ledger, birds.id, one, "heron", nonce=77) for one in (first, second)]
    path = f"{birds.path}/annotations"
    answers = await asyncio.gather(*(
        (world.http, other)[(n // 2) % 2].post(path, json=bodies[n % 2]) for n in range(20)
    ))  # fmt: skip
    kinds = {answer.status_code for answer in answers}
    assert 201 in kinds
    assert kinds <= {200, 201, 409}
    assert sum(answer.status_code == 201 for answer in answers) == 1
    assert {answer.json()["type"] for answer in answers if answer.status_code == 409} == {
        "/problems/nonce-used"
    }


async def test_submit__good_and_bad_rows_together__each_gets_its_own_answer(
    world: World, birds: Dataset, other: httpx2.AsyncClient
) -> None:
    """They share statements; what is wrong with one is never another's problem."""
    wallets = [await world.member(birds) for _ in range(6)]
    bodies = [await world.label(birds, wallet) for wallet in wallets]
    stranger = label_body(Wallet(), world.ledger, birds.id, {"id": "0x" + "7" * 64,
                          "item": {"item_ref": bodies[0]["annotation"]["item_ref"]}}, "heron")  # fmt: skip
    headers = await world.sign_in(wallets[0])
    gone = bodies[0]["annotation"]["lease"]
    await world.http.delete(f"/v1/leases/{gone}", headers=headers)
    path = f"{birds.path}/annotations"
    sent: list[Any] = [*bodies, stranger]
    answers = await asyncio.gather(
        *((world.http, other)[n % 2].post(path, json=one) for n, one in enumerate(sent))
    )
    refused(answers[0], "not-leased", 409)
    assert [answer.status_code for answer in answers[1:6]] == [201] * 5
    refused(answers[6], "not-a-member", 403)


async def test_submit__agent_revoked_elsewhere__refused_here_at_once(
    world: World, birds: Dataset, other: httpx2.AsyncClient
) -> None:
    wallet, agent = await world.member(birds), Wallet()
    made = await other.post("/v1/agent-keys", json=agent_body(wallet, agent, world.ledger, birds.id))
    name = made.json()["digest"]
    bodies = []
    for lease in await world.lease(birds, wallet, 2):
        body = label_body(wallet, world.ledger, birds.id, lease, "heron", signer=agent)
        bodies.append({**body, "agent_key_digest": name})
    path = f"{birds.path}/annotations"
    assert (await other.post(path, json=bodies[0])).status_code == 201
    headers = await world.sign_in(wallet)
    assert (await world.http.delete(f"/v1/agent-keys/{name}", headers=headers)).status_code == 204
    refused(await other.post(path, json=bodies[1]), "forbidden", 403)


async def test_lease__50_wallets_at_two_processes_10_seats__10_leases(
    world: World, other: httpx2.AsyncClient
) -> None:
    """B27"""
    dataset = await world.create_dataset(items=5, seats=2)
    wallets = [await world.member(dataset) for _ in range(50)]
    headers = [await world.sign_in(wallet) for wallet in wallets]
    path = f"{dataset.path}/leases"
    answers = await asyncio.gather(*(
        (world.http, other)[n % 2].post(path, json={"count": 1}, headers=one) for n, one in enumerate(headers)
    ))  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [200] * 10 + [404] * 40


async def test_sign_out__elsewhere__ends_here_within_a_second(
    world: World, birds: Dataset, other: httpx2.AsyncClient
) -> None:
    wallet = Wallet()
    headers = await world.sign_in(wallet)
    assert (await other.get("/v1/auth/session", headers=headers)).status_code == 200
    await world.http.post("/v1/auth/sign-out", headers=headers)
    refused(await world.http.get("/v1/auth/session", headers=headers), "not-signed-in", 401)
    await asyncio.sleep(1.1)
    refused(await other.get("/v1/auth/session", headers=headers), "not-signed-in", 401)
