"""Agent keys: one wallet signature a day, and a signature under every label."""

import time

import pytest

from cota.auth.typed import AgentKey
from cota.units import to_hex
from tests.api.problems import refused
from tests.api.wallets import Wallet, agent_body, label_body
from tests.api.world import Dataset, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_agent__authorised__labels_for_the_wallet(world: World, birds: Dataset) -> None:
    wallet, agent = await world.member(birds), Wallet()
    answer = await world.http.post("/v1/agent-keys", json=agent_body(wallet, agent, world.ledger, birds.id))
    assert answer.status_code == 201, answer.text
    body = await world.label(birds, wallet, signer=agent) | {"agent_key_digest": answer.json()["digest"]}
    assert (await world.submit(birds, body)).status_code == 201
    own = (await world.http.get("/v1/accounts/me/annotations", headers=await world.sign_in(wallet))).json()
    assert len(own["items"]) == 1


async def test_agent__same_key_again__same_answer(world: World, birds: Dataset) -> None:
    wallet, agent = await world.member(birds), Wallet()
    body = agent_body(wallet, agent, world.ledger, birds.id)
    first, second = [await world.http.post("/v1/agent-keys", json=body) for _ in range(2)]
    assert first.json() == second.json()


async def test_agent__revoked__no_new_receipt_and_old_rows_stay(world: World, birds: Dataset) -> None:
    wallet, agent = await world.member(birds), Wallet()
    key = (
        await world.http.post("/v1/agent-keys", json=agent_body(wallet, agent, world.ledger, birds.id))
    ).json()
    named = {"agent_key_digest": key["digest"]}
    first = await world.label(birds, wallet, signer=agent) | named
    assert (await world.submit(birds, first)).status_code == 201
    headers, path = await world.sign_in(wallet), f"/v1/agent-keys/{key['digest']}"
    assert (await world.http.delete(path, headers=headers)).status_code == 204
    assert (await world.http.delete(path, headers=headers)).status_code == 204
    second = await world.label(birds, wallet, signer=agent) | named
    refused(await world.submit(birds, second), "forbidden", 403)
    assert (await world.submit(birds, first)).status_code == 200
    listed = (await world.http.get("/v1/agent-keys", headers=headers)).json()["items"]
    assert [one["revoked"] for one in listed] == [True]
    stranger = await world.sign_in(Wallet())
    refused(await world.http.delete(path, headers=stranger), "not-found", 404)


async def test_agent__of_another_wallet_or_dataset__forbidden(world: World, birds: Dataset) -> None:
    wallet, other, agent = await world.member(birds), await world.member(birds), Wallet()
    second = await world.create_dataset(items=3)
    await world.member(second, wallet)
    made = await world.http.post("/v1/agent-keys", json=agent_body(wallet, agent, world.ledger, birds.id))
    named = {"agent_key_digest": made.json()["digest"]}
    for dataset, account in ((birds, other), (second, wallet)):
        body = await world.label(dataset, account, signer=agent) | named
        refused(await world.submit(dataset, body), "forbidden", 403)
    unknown = await world.label(birds, wallet, signer=agent) | {"agent_key_digest": "0x" + "ab" * 32}
    refused(await world.submit(birds, unknown), "forbidden", 403)


async def test_agent__wallet_signs_where_an_agent_is_named__wrong_signer(
    world: World, birds: Dataset
) -> None:
    wallet, agent = await world.member(birds), Wallet()
    made = await world.http.post("/v1/agent-keys", json=agent_body(wallet, agent, world.ledger, birds.id))
    body = await world.label(birds, wallet) | {"agent_key_digest": made.json()["digest"]}
    refused(await world.submit(birds, body), "wrong-signer", 403)
    lone = await world.label(birds, wallet, signer=agent)
    refused(await world.submit(birds, lone), "wrong-signer", 403)


async def test_agent__too_long_ended_or_forged__refused(world: World, birds: Dataset) -> None:
    wallet, agent, now = await world.member(birds), Wallet(), int(time.time())

    async def ask(**changes: int) -> dict[str, str]:
        body = agent_body(wallet, agent, world.ledger, birds.id, **changes)
        return dict((await world.http.post("/v1/agent-keys", json=body)).json())

    assert (await ask(not_before=now, not_after=now + 13 * 3600))["type"] == "/problems/deadline-too-far"
    assert (await ask(not_before=now - 13 * 3600, not_after=now + 60))["type"] == "/problems/deadline-too-far"
    assert (await ask(not_before=now - 600, not_after=now - 60))["type"] == "/problems/expired"
    assert (await ask(not_before=now + 60, not_after=now + 60))["type"] == "/problems/bad-request"
    forged = agent_body(wallet, agent, world.ledger, birds.id)
    forged["signature"] = agent.sign(
        world.ledger,
        AgentKey(birds.id, wallet.address, agent.address, forged["not_before"], forged["not_after"]),
    )
    refused(await world.http.post("/v1/agent-keys", json=forged), "wrong-signer", 403)
    unknown = agent_body(wallet, agent, world.ledger, b"\7" * 32)
    refused(await world.http.post("/v1/agent-keys", json=unknown), "unknown-dataset", 404)


async def test_agent__not_valid_yet__forbidden(world: World, birds: Dataset) -> None:
    wallet, agent, now = await world.member(birds), Wallet(), int(time.time())
    later = agent_body(wallet, agent, world.ledger, birds.id, not_before=now + 600, not_after=now + 1200)
    made = await world.http.post("/v1/agent-keys", json=later)
    (lease,) = await world.lease(birds, wallet)
    body = label_body(wallet, world.ledger, birds.id, lease, "heron", signer=agent)
    refused(await world.submit(birds, body | {"agent_key_digest": made.json()["digest"]}), "forbidden", 403)


async def test_agent__export__carries_both_signatures(world: World) -> None:
    """P11: the record shows the wallet's authorisation and the agent's signature."""
    dataset = await world.create_dataset(items=1, gold=1, seats=1)
    wallet, agent = await world.member(dataset), Wallet()
    made = await world.http.post("/v1/agent-keys", json=agent_body(wallet, agent, world.ledger, dataset.id))
    body = await world.label(dataset, wallet, signer=agent) | {"agent_key_digest": made.json()["digest"]}
    assert (await world.submit(dataset, body)).status_code == 201
    await world.settle(dataset)
    raw = (await world.http.get(f"{dataset.path}/epochs/1/file")).text
    assert f'"agent":"{agent.address}"' in raw
    assert made.json()["digest"] in raw
    assert to_hex(dataset.id) in raw
