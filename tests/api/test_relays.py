"""Statements that are relayed: what is told while one is on its way, and of one that was sent."""

from __future__ import annotations

import asyncio

import pytest

from cota.accounts import relays
from cota.accounts.relays import Wanted
from cota.auth.typed import Join, digest
from tests.api.problems import refused
from tests.api.wallets import Wallet, join_body, nonce, soon
from tests.api.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_join__the_same_on_its_way__being_sent(world: World) -> None:
    """The chain is there: a client that looks at the type must not think otherwise."""
    dataset, wallet = await world.create_dataset(items=2), Wallet()
    terms, cap = dataset.terms_hash, dataset.terms.penalty_cap
    statement = Join(dataset.id, wallet.address, terms, cap, nonce(), soon())
    name, vault = digest(world.vault, statement), world.vault.verifying_contract
    async with world.services.database.write() as session:
        wanted = Wanted("join", dataset.id, wallet.address, name, vault, b"")
        assert await relays.begin(session, wanted) is None
    changes = {"nonce": statement.nonce, "deadline": statement.deadline}
    body = join_body(wallet, world.vault, dataset.id, terms, cap, **changes)
    problem = refused(await world.http.post(f"{dataset.path}/join", json=body), "being-sent", 503)
    assert problem["retry_after"] > 0


async def test_join__20_times_at_once__one_transaction(world: World) -> None:
    dataset, wallet = await world.create_dataset(items=2), Wallet()
    body = join_body(wallet, world.vault, dataset.id, dataset.terms_hash, dataset.terms.penalty_cap)
    path = f"{dataset.path}/join"
    answers = await asyncio.gather(*(world.http.post(path, json=body) for _ in range(20)))
    assert {answer.status_code for answer in answers} <= {202, 503}
    assert len({answer.json()["tx_hash"] for answer in answers if answer.status_code == 202}) == 1
