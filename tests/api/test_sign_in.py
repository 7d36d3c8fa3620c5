"""Signing in: whose message is taken, for which site, chain and time, and that it is taken once."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from cota.auth import siwe
from cota.auth.siwe import SignIn
from cota.units import to_hex
from tests.api.problems import refused
from tests.api.test_submissions import SHAPES
from tests.api.wallets import Wallet
from tests.api.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def message_of(world: World, wallet: Wallet, **changes: Any) -> str:
    given = (await world.http.post("/v1/auth/nonce")).json()
    values: dict[str, Any] = {
        "domain": given["domain"],
        "address": wallet.address,
        "uri": given["uri"],
        "chain_id": given["chain_id"],
        "nonce": given["nonce"],
        "issued_at": datetime.now(UTC).replace(microsecond=0),
        "statement": "Sign in to Cota.",
    }
    return siwe.build(SignIn(**{**values, **changes}))


async def sign_in(
    world: World, wallet: Wallet, message: str, signature: str | None = None
) -> httpx2.Response:
    body = {"message": message, "signature": signature or wallet.sign_text(message)}
    return await world.http.post("/v1/auth/sign-in", json=body)


async def test_sign_in__right_message__opens_a_session(world: World) -> None:
    wallet = Wallet()
    answer = await sign_in(world, wallet, await message_of(world, wallet))
    assert answer.status_code == 200, answer.text
    assert answer.json()["account"] == wallet.address
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    session = await world.http.get("/v1/auth/session", headers=headers)
    assert session.json()["account"] == wallet.address
    left = datetime.fromisoformat(session.json()["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=11) < left <= timedelta(hours=12)
    assert (await world.http.post("/v1/auth/sign-out", headers=headers)).status_code == 204
    refused(await world.http.get("/v1/auth/session", headers=headers), "not-signed-in", 401)


async def test_sign_in__same_message_again__nonce_used(world: World) -> None:
    """B11: a login replay is always refused, alone or 20 at once."""
    wallet = Wallet()
    message = await message_of(world, wallet)
    answers = await asyncio.gather(*(sign_in(world, wallet, message) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
    refused(await sign_in(world, wallet, message), "nonce-used", 409)


async def test_sign_in__nonce_of_the_clients_own__nonce_used(world: World) -> None:
    wallet = Wallet()
    message = await message_of(world, wallet, nonce="inventedByTheClient1")
    refused(await sign_in(world, wallet, message), "nonce-used", 409)


async def test_sign_in__bad_signature_first__nonce_still_good(world: World) -> None:
    """Nobody burns another's nonce."""
    wallet, other = Wallet(), Wallet()
    message = await message_of(world, wallet)
    refused(await sign_in(world, other, message), "wrong-signer", 403)
    assert (await sign_in(world, wallet, message)).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("domain", "evil.example"),
        ("domain", "cota.test:8443"),
        ("uri", "http://evil.example"),
        ("uri", "http://cota.test:8443"),
        ("uri", "http://cota.test/evil"),
        ("chain_id", 1),
    ],
)
async def test_sign_in__for_another_site_or_chain__wrong_domain(world: World, field: str, value: Any) -> None:
    wallet = Wallet()
    message = await message_of(world, wallet, **{field: value})
    refused(await sign_in(world, wallet, message), "wrong-domain", 400)


async def test_sign_in__clocks_differ__leeway_of_30_seconds(world: World) -> None:
    """B14."""
    wallet, now = Wallet(), datetime.now(UTC).replace(microsecond=0)

    def at(seconds: int) -> datetime:
        return now + timedelta(seconds=seconds)

    assert (
        await sign_in(world, wallet, await message_of(world, wallet, issued_at=at(20)))
    ).status_code == 200
    late = await message_of(world, wallet, issued_at=at(600))
    refused(await sign_in(world, wallet, late), "bad-request", 400)
    just = await message_of(world, wallet, issued_at=at(-60), expiration_time=at(-15))
    assert (await sign_in(world, wallet, just)).status_code == 200
    gone = await message_of(world, wallet, issued_at=at(-900), expiration_time=at(-600))
    refused(await sign_in(world, wallet, gone), "expired", 400)


async def test_sign_in__statement_in_any_language__verified_as_signed(world: World) -> None:
    """B14: the bytes that were signed; another normal form is another text."""
    wallet = Wallet()
    message = await message_of(world, wallet, statement="Zażółć 👩‍🔬 e\u0301")
    signature = wallet.sign_text(message)
    composed = message.replace("e\u0301", "\u00e9")
    refused(await sign_in(world, wallet, composed, signature), "wrong-signer", 403)
    assert (await sign_in(world, wallet, message, signature)).status_code == 200
    assert (await sign_in(world, wallet, await message_of(world, wallet, statement=None))).status_code == 200


async def test_sign_in__message_out_of_form__bad_request(world: World) -> None:
    wallet = Wallet()
    message = await message_of(world, wallet)
    lower = message.replace(wallet.address, wallet.address.lower())
    for odd in (
        message + "\n",
        "hello",
        "",
        lower,
        message.replace("Sign in", "Sign\nin"),
        message + "\u0000",
    ):
        answer = await sign_in(world, wallet, odd)
        assert answer.json()["type"] == "/problems/bad-request", odd
    assert "EIP-55" in (await sign_in(world, wallet, lower)).json()["detail"]


@pytest.mark.parametrize("shape", SHAPES)
async def test_sign_in__odd_signature_bytes__bad_signature(world: World, shape: str) -> None:
    wallet = Wallet()
    message = await message_of(world, wallet)
    odd = SHAPES[shape](bytes.fromhex(wallet.sign_text(message)[2:]))
    refused(await sign_in(world, wallet, message, to_hex(odd)), "bad-signature", 400)


@pytest.mark.parametrize("shift", [0, 27])
async def test_sign_in__v_in_both_spellings__taken(world: World, shift: int) -> None:
    wallet = Wallet()
    message = await message_of(world, wallet)
    raw = bytes.fromhex(wallet.sign_text(message)[2:])
    signature = to_hex(raw[:64] + bytes([raw[64] - 27 + shift]))
    assert (await sign_in(world, wallet, message, signature)).status_code == 200


@pytest.mark.parametrize("token", ["", "nonsense", "a" * 5000, "\u00e9"])
async def test_session__token_unknown__not_signed_in(world: World, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode()}
    answer = await world.http.get("/v1/leases", headers=headers)
    refused(answer, "not-signed-in", 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_session__stored__only_as_a_hash(world: World) -> None:
    from sqlalchemy import text

    wallet = Wallet()
    token = (await world.sign_in(wallet))["Authorization"].removeprefix("Bearer ")
    async with world.services.database.read() as session:
        kept = (await session.execute(text("SELECT token_hash FROM sessions"))).scalars().all()
    assert kept
    assert not any(token.encode() in bytes(one) for one in kept)


async def test_nonce__issued__lives_ten_minutes(world: World) -> None:
    given = (await world.http.post("/v1/auth/nonce")).json()
    left = datetime.fromisoformat(given["expires_at"]).timestamp() - time.time()
    assert 590 < left <= 600
