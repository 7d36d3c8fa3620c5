"""A dataset that asks for a credential: who may join, who is given items, and what a revocation leaves alone."""

import pytest

from cota.chain.abi import committed_abis
from cota.chain.codec import encode_call
from cota.chain.contracts import CredentialRegistry, StakeVault
from cota.commitments.words import keccak
from cota.keys import local_key
from cota.units import to_hex
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
