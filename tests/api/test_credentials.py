"""A dataset that asks for a credential: who may join, who is given items, and what a revocation leaves alone."""

import pytest

from cota.chain.abi import committed_abis
from cota.chain.codec import encode_call
from cota.chain.contracts import CredentialRegistry
from cota.commitments.words import keccak
from cota.keys import local_key
from cota.units import to_hex
from tests.api.problems import refused
from tests.api.wallets import Wallet, join_body, label_body
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
    dataset = await world.create_dataset(items=6, credential=RADIOLOGIST)
    wallet = Wallet()
    body = join_body(wallet, world.vault, dataset.id, dataset.terms_hash, dataset.terms.penalty_cap)
    stranger = refused(await world.http.post(f"{dataset.path}/join", json=body), "missing-credential", 403)
    assert stranger["credential"] == to_hex(RADIOLOGIST)
    await say(world, CredentialRegistry.encode_issue(RADIOLOGIST, wallet.address, FAR, b"\1" * 32))
    await world.member(dataset, wallet)
    (held,) = await world.lease(dataset, wallet)
    await say(world, CredentialRegistry.encode_revoke(RADIOLOGIST, wallet.address, b"\2" * 32))
    headers = await world.sign_in(wallet)
    asked = await world.http.post(f"{dataset.path}/leases", json={"count": 1}, headers=headers)
    refused(asked, "missing-credential", 403)
    # What was given out before still counts, and the membership stands.
    done = await world.submit(dataset, label_body(wallet, world.ledger, dataset.id, held, "heron"))
    assert done.status_code == 201, done.text
    account = (await world.http.get(f"/v1/accounts/{wallet.address}")).json()
    assert [(one["state"], one["penalised"]) for one in account["memberships"]] == [("active", "0")]
    await say(world, CredentialRegistry.encode_issue(RADIOLOGIST, wallet.address, FAR, b"\3" * 32))
    assert len(await world.lease(dataset, wallet)) == 1
