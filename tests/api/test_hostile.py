"""What one caller may cost the service is bounded by his own address, and falls on nobody else."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cota.annotations import log
from cota.auth.signatures import sign_digest
from cota.auth.verify import SignatureVerifier
from cota.errors import RateLimited, WrongSigner
from cota.http.kept import Kept
from cota.http.limits import CALLER, Limits
from cota.units import address_of
from tests.api.wallets import Wallet
from tests.api.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

DIGEST = bytes(32)


def signed(wallet: Wallet) -> bytes:
    return sign_digest(DIGEST, wallet.secret)


async def test_verify__accounts_named_at_random__the_node_is_asked_for_a_few_only(world: World) -> None:
    """Each costs a question to a node, and anybody can name them without a session."""
    verifier = SignatureVerifier(world.services.node, Limits({"account-check": "3/minute"}))
    known, stranger = Wallet(), Wallet()
    token = CALLER.set("203.0.113.7")
    try:
        await verifier.verify(known.address, DIGEST, signed(known))
        for _ in range(2):
            with pytest.raises(WrongSigner):
                await verifier.verify(address_of(secrets.token_bytes(20)), DIGEST, signed(stranger))
        with pytest.raises(RateLimited):
            await verifier.verify(address_of(secrets.token_bytes(20)), DIGEST, signed(stranger))
        # Who was seen before works on, from that address too; and everybody from another.
        await verifier.verify(known.address, DIGEST, signed(known))
        CALLER.set("203.0.113.8")
        await verifier.verify(stranger.address, DIGEST, signed(stranger))
    finally:
        CALLER.reset(token)


async def test_inclusion__trees_made_for_one_caller__a_few_only(world: World) -> None:
    """Row ids are public; a tree of a full epoch takes seconds to make."""
    dataset = await world.create_dataset(items=2, gold=1)
    await world.label_all(dataset, [await world.member(dataset) for _ in range(3)], accuracy=1)
    await world.settle(dataset)
    async with world.services.database.read() as session:
        query = text("SELECT from_index, to_index, log_root FROM mirror.checkpoints WHERE dataset = :d")
        start, stop, log_root = (await session.execute(query, {"d": dataset.id})).one()
        span = int(start), int(stop), bytes(log_root)
    services = replace(world.services, limits=Limits({"tree": "1/minute"}), kept=Kept(1))
    for _ in range(3):
        assert (await log.tree_of(services, dataset.id, *span, "one")).root == span[2]
    emptied = replace(services, kept=Kept(1))
    with pytest.raises(RateLimited):
        await log.tree_of(emptied, dataset.id, *span, "one")
    await log.tree_of(emptied, dataset.id, *span, "another")
    await log.tree_of(replace(services, kept=Kept(1)), dataset.id, *span)


async def test_quality__asked_for_again__labels_are_not_read_again(world: World) -> None:
    """Anybody may ask, and it takes all labels of all epochs."""
    dataset = await world.create_dataset(items=6, gold=4)
    await world.label_all(dataset, [await world.member(dataset) for _ in range(3)], accuracy=1)
    await world.settle(dataset)
    first = (await world.http.get(f"{dataset.path}/quality")).json()
    assert (first["labels"], first["decided"]["of"] > 0) == (18, True)
    async with world.services.database.write() as session:
        await session.execute(text("DELETE FROM epoch_results WHERE dataset = :d"), {"d": dataset.id})
    await world.buy(dataset)
    await world.indexed()
    again = (await world.http.get(f"{dataset.path}/quality")).json()
    assert again["payers"]["payments"] == first["payers"]["payments"] + 1, "who paid is of this moment"
    assert again | {"payers": first["payers"]} == first


async def test_database_error__its_text_is_logged__without_the_values(world: World) -> None:
    """P10: labels and salts are such values."""
    with pytest.raises(DBAPIError) as broken:
        async with world.services.database.write() as session:
            await session.execute(
                text("SELECT CAST(:label AS text), 1 / CAST(:n AS int)"), {"label": "a heron, surely", "n": 0}
            )
    assert "division by zero" in str(broken.value)
    assert "heron" not in str(broken.value)
