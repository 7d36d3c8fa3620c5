"""A dataset that asks for a credential: who may join, who is given items, and what a revocation leaves alone."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from cota.chain.abi import committed_abis
from cota.chain.codec import encode_call
from cota.chain.contracts import CredentialRegistry, StakeVault
from cota.commitments.words import keccak
from cota.events import stream, webhooks
from cota.events.queries import Wanted
from cota.keys import local_key
from cota.units import to_hex, told_time
from tests.api.problems import refused
from tests.api.wallets import Wallet, join_body, label_body, leave_body
from tests.api.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

RADIOLOGIST = bytes(keccak(b"radiologist"))
COUNCIL = 20
FAR = 2**40 - 1


async def define(world: World) -> None:
    grant = committed_abis()["AccessManager"].function("grantRole")
    registry, access = (world.deployed.address(name) for name in ("CredentialRegistry", "AccessManager"))
    await world.send(
        "deployer", registry, CredentialRegistry.encode_define_credential(RADIOLOGIST, COUNCIL, "")
    )
    await world.send("deployer", access, encode_call(grant, (COUNCIL, local_key("deployer").address, 0)))


async def say(world: World, data: bytes) -> None:
    await world.send("deployer", world.deployed.address("CredentialRegistry"), data)
    await world.indexed()


async def test_credential__joining_leasing_and_losing_it(world: World) -> None:
    await define(world)
    dataset = await world.create_dataset(items=6, credential=RADIOLOGIST, seats=1)
    wallet = Wallet()
    body = join_body(wallet, world.vault, dataset.id, dataset.terms_hash, dataset.terms.penalty_cap)
    stranger = refused(await world.http.post(f"{dataset.path}/join", json=body), "missing-credential", 403)
    assert stranger["credential"] == to_hex(RADIOLOGIST)
    await say(world, CredentialRegistry.encode_issue(RADIOLOGIST, wallet.address, FAR, b"\1" * 32))
    await world.member(dataset, wallet)
    first, held, skipped = await world.lease(dataset, wallet, 3)
    counted = label_body(wallet, world.ledger, dataset.id, first, "heron")
    receipt = (await world.submit(dataset, counted)).json()
    await say(world, CredentialRegistry.encode_revoke(RADIOLOGIST, wallet.address, b"\2" * 32))
    headers = await world.sign_in(wallet)
    asked = await world.http.post(f"{dataset.path}/leases", json={"count": 1}, headers=headers)
    refused(asked, "missing-credential", 403)
    # Every other door, by the same rule.
    late = label_body(wallet, world.ledger, dataset.id, held, "heron")
    refused(await world.submit(dataset, late), "missing-credential", 403)
    many = await world.http.post(f"{dataset.path}/annotations/batch", json={"annotations": [late]})
    (result,) = many.json()["results"]
    assert (result["status"], result["problem"]["type"]) == (403, "/problems/missing-credential")
    beat = await world.http.post(f"/v1/leases/{held['id']}/heartbeat", headers=headers)
    refused(beat, "missing-credential", 403)
    flag = {"reason": "broken", "note": "does not load"}
    skip = await world.http.post(f"/v1/leases/{skipped['id']}/skip", json=flag, headers=headers)
    refused(skip, "missing-credential", 403)
    review = await world.http.post(
        f"{dataset.path}/leases", json={"count": 1, "kind": "review"}, headers=headers
    )
    refused(review, "missing-credential", 403)
    # What was receipted before keeps its receipt, a held item can be given back, and the membership stands.
    assert (await world.submit(dataset, counted)).json() == receipt
    assert await world.count("annotations", dataset) == 1
    assert await world.count("skips s JOIN items i ON i.id = s.item_id", dataset) == 0
    for lease in (held, skipped):
        gone = await world.http.delete(f"/v1/leases/{lease['id']}", headers=headers)
        assert gone.status_code == 204
    account = (await world.http.get(f"/v1/accounts/{wallet.address}")).json()
    assert [(one["state"], one["penalised"]) for one in account["memberships"]] == [("active", "0")]
    await say(world, CredentialRegistry.encode_issue(RADIOLOGIST, wallet.address, FAR, b"\3" * 32))
    assert len(await world.lease(dataset, wallet)) == 1


async def test_credential__run_out_or_the_membership_left__the_vault_s_order_of_causes(world: World) -> None:
    """`mayWork` and the service say no for the same reason first: membership, then the credential."""
    dataset = await world.create_dataset(items=3, credential=RADIOLOGIST)
    wallet = Wallet()
    await say(world, CredentialRegistry.encode_issue(RADIOLOGIST, wallet.address, FAR, b"\1" * 32))
    await world.member(dataset, wallet)
    (lease,) = await world.lease(dataset, wallet)
    body = label_body(wallet, world.ledger, dataset.id, lease, "heron")
    vault = StakeVault.of(world.services.node, world.deployed.deployment)
    assert await vault.may_work(dataset.id, wallet.address, "latest")
    await say(world, CredentialRegistry.encode_revoke(RADIOLOGIST, wallet.address, b"\2" * 32))
    assert not await vault.may_work(dataset.id, wallet.address, "latest")
    refused(await world.submit(dataset, body), "missing-credential", 403)
    leave = await world.http.post(f"{dataset.path}/leave", json=leave_body(wallet, world.vault, dataset.id))
    await world.indexed(leave.json()["block_number"])
    refused(await world.submit(dataset, body), "not-a-member", 403)
    headers = await world.sign_in(wallet)
    beat = await world.http.post(f"/v1/leases/{lease['id']}/heartbeat", headers=headers)
    refused(beat, "not-a-member", 403)
    # Joining: terms and cap before the credential, as on chain.
    stranger = Wallet()
    body = join_body(stranger, world.vault, dataset.id, dataset.terms_hash, 59)
    problem = refused(await world.http.post(f"{dataset.path}/join", json=body), "terms-mismatch", 409)
    assert (problem["expected"], problem["given"]) == ("60", "59")


async def inbox(world: World, wallet: Wallet) -> dict[str, Any]:
    answer = await world.http.get("/v1/accounts/me/inbox", headers=await world.sign_in(wallet))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_inbox__credential_given_renewed_and_taken_away__is_told_to_its_holder_alone(
    world: World,
) -> None:
    wallet, other = Wallet(), Wallet()
    following = stream.follow(world.services, Wanted(account=wallet.address), None)
    assert await anext(following) == ": cota\n\n"
    streamed = asyncio.create_task(_kinds(following, 3))
    await asyncio.sleep(0.6)
    for holder in (wallet, other):
        await say(world, CredentialRegistry.encode_issue(RADIOLOGIST, holder.address, FAR - 1, b"\1" * 32))
    await say(world, CredentialRegistry.encode_renew(RADIOLOGIST, wallet.address, FAR, b"\2" * 32))
    await say(world, CredentialRegistry.encode_revoke(RADIOLOGIST, wallet.address, b"\3" * 32))
    told = await inbox(world, wallet)
    kinds = ["credential-revoked", "credential-renewed", "credential-issued"]
    assert [one["kind"] for one in told["items"]] == kinds
    # No calendar names a year so far away: nobody has anything to do until then.
    assert [one["deadline"] for one in told["items"]] == [None, None, None]
    assert [one["data"].get("expires_at") for one in told["items"]] == [None, str(FAR), str(FAR - 1)]
    assert {(one["dataset"], one["account"]) for one in told["items"]} == {(None, wallet.address)}
    revoked = told["items"][0]
    assert revoked["data"] == {"credential": to_hex(RADIOLOGIST), "reason_hash": to_hex(b"\3" * 32)}
    assert told["ending"] == []
    assert await streamed == kinds[::-1]

    path = f"/v1/events?account={wallet.address}&kind=credential-revoked"
    (listed,) = (await world.http.get(path)).json()["items"]
    assert listed == {name: value for name, value in revoked.items() if name in listed}
    assert [one["kind"] for one in (await inbox(world, other))["items"]] == ["credential-issued"]


async def test_inbox__credential_that_ends_soon__says_which_datasets_ask_for_it(world: World) -> None:
    """By the time of the chain's newest block, which the contracts go by."""
    dataset = await world.create_dataset(items=3, credential=RADIOLOGIST)
    await world.create_dataset(items=3, credential=RADIOLOGIST)
    wallet = Wallet()
    now = (await world.services.node.head()).timestamp
    ends = now + 40 * 86_400
    await say(world, CredentialRegistry.encode_issue(RADIOLOGIST, wallet.address, ends, b"\1" * 32))
    await world.member(dataset, wallet)
    assert (await inbox(world, wallet))["ending"] == []
    await say(world, CredentialRegistry.encode_renew(RADIOLOGIST, wallet.address, now + 3_600, b"\2" * 32))
    (soon,) = (await inbox(world, wallet))["ending"]
    assert soon == {
        "credential": to_hex(RADIOLOGIST),
        "issuer": local_key("deployer").address,
        "expires_at": told_time(now + 3_600),
        "expired": False,
        "datasets": [to_hex(dataset.id)],
    }
    assert len(await world.lease(dataset, wallet)) == 1
    await world.mine(3_601)
    assert (await inbox(world, wallet))["ending"] == [soon | {"expired": True}]
    asked = await world.http.post(
        f"{dataset.path}/leases", json={"count": 1}, headers=await world.sign_in(wallet)
    )
    refused(asked, "missing-credential", 403)
    await say(world, CredentialRegistry.encode_revoke(RADIOLOGIST, wallet.address, b"\3" * 32))
    assert (await inbox(world, wallet))["ending"] == []


async def test_webhook__for_revoked_credentials__is_due(world: World) -> None:
    wallet = Wallet()
    await say(world, CredentialRegistry.encode_issue(RADIOLOGIST, wallet.address, FAR, b"\1" * 32))
    body = {"url": "http://127.0.0.1:9/hook", "kinds": ["credential-revoked"]}
    added = await world.http.post("/v1/webhooks", json=body, headers=await world.sign_in(wallet))
    assert added.status_code == 201, added.text
    await say(world, CredentialRegistry.encode_revoke(RADIOLOGIST, wallet.address, b"\2" * 32))
    (name,) = await webhooks.enqueue(world.services)
    async with world.services.database.read() as session:
        found = await session.execute(
            text("SELECT body FROM webhook_deliveries WHERE id = :id"), {"id": name}
        )
        told = json.loads(found.scalar_one())
    assert (told["kind"], told["account"], told["dataset"]) == ("credential-revoked", wallet.address, None)


async def _kinds(events: AsyncIterator[str], count: int) -> list[str]:
    found: list[str] = []
    async with asyncio.timeout(20):
        async for chunk in events:
            if chunk.startswith("id: "):
                found.append(chunk.split("event: ", 1)[1].split("\n", 1)[0])
            if len(found) == count:
                break
    return found
