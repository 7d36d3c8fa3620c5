"""Requests that are signed themselves: an outside client is served; what is not exactly what was signed is not."""

import asyncio
import base64
import hashlib
import json
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.api.problems import refused
from tests.api.wallets import Wallet
from tests.api.world import API_URL, Dataset, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLIENT = Path(__file__).with_name("erc8128.mjs")


def outside(
    wallet: Wallet, path: str, method: str = "GET", body: str = "", chain_id: int = 31337
) -> dict[str, str]:
    """The headers that the npm client @slicekit/erc8128 makes; this process signs for it."""
    command = ["node", str(CLIENT), API_URL + path, method, body, str(chain_id), wallet.address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        message = bytes.fromhex(running.stdout.readline()).decode()
        running.stdin.write(wallet.sign_text(message) + "\n")
        running.stdin.flush()
        headers: dict[str, str] = json.loads(running.stdout.readline())
    return headers


def signed(
    wallet: Wallet, path: str, method: str = "GET", body: bytes = b"", *, authority: str = "cota.test",
    components: str = "", digest: str = "", **changes: Any,
) -> dict[str, str]:  # fmt: skip
    """The same by hand, for requests that a client would not make."""
    now = int(time.time())
    values = {
        "created": now, "expires": now + 60, "nonce": "n" * 10 + str(time.perf_counter_ns()),
        "keyid": f"eip155:31337:{wallet.address.lower()}", **changes,
    }  # fmt: skip
    bare, _, query = path.partition("?")
    names = ["@authority", "@method", "@path"] + ["@query"] * bool(query) + ["content-digest"] * bool(body)
    digest = digest or "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"
    covered = components or " ".join(f'"{name}"' for name in names)
    rest = "".join(
        f";{name}={value}" if isinstance(value, int) else f';{name}="{value}"'
        for name, value in values.items()
    )
    lines = {
        "@authority": authority, "@method": method, "@path": bare, "@query": f"?{query}", "content-digest": digest,
    }  # fmt: skip
    base = "\n".join([f'"{name}": {lines[name]}' for name in covered.replace('"', "").split()]
                     + [f'"@signature-params": ({covered}){rest}'])  # fmt: skip
    raw = bytes.fromhex(wallet.sign_text(base)[2:])
    headers = {
        "Signature-Input": f"eth=({covered}){rest}",
        "Signature": "eth=:" + base64.b64encode(raw).decode() + ":",
        "Content-Type": "application/json",
    }
    return headers | ({"Content-Digest": digest} if body else {})


def cause(answer: httpx2.Response) -> str:
    problem = refused(answer, "bad-message-signature", 401)
    found: str = problem["cause"]
    return found


async def test_outside_client__reads_and_writes__is_served(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    headers = await asyncio.to_thread(outside, wallet, "/v1/auth/session")
    assert (await world.http.get("/v1/auth/session", headers=headers)).json()["account"] == wallet.address
    assert cause(await world.http.get("/v1/auth/session", headers=headers)) == "nonce-used"
    body = '{"count": 2}'
    headers = await asyncio.to_thread(outside, wallet, f"{birds.path}/leases", "POST", body)
    answer = await world.http.post(f"{birds.path}/leases", content=body, headers=headers)
    assert len(answer.json()["leases"]) == 2
    path = "/v1/accounts/me/annotations?limit=5&cursor="
    headers = await asyncio.to_thread(outside, wallet, path)
    assert (await world.http.get(path, headers=headers)).status_code in (200, 400)


async def test_signed__50_times_at_once__one_effect(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    body = b'{"count": 1}'
    headers = signed(wallet, f"{birds.path}/leases", "POST", body)
    answers = await asyncio.gather(*(
        world.http.post(f"{birds.path}/leases", content=body, headers=headers) for _ in range(50)
    ))  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 49


async def test_signed__something_else_arrives__refused(world: World, birds: Dataset) -> None:
    wallet = await world.member(birds)
    path, body = f"{birds.path}/leases", b'{"count": 1}'

    async def post(headers: dict[str, str], content: bytes = body, where: str = path) -> httpx2.Response:
        return await world.http.post(where, content=content, headers=headers)

    assert cause(await post(signed(wallet, path, "POST", body), b'{"count": 5}')) == "digest"
    assert cause(await post(signed(wallet, path, "PUT", body))) == "signer"
    assert cause(await post(signed(wallet, path + "x", "POST", body))) == "signer"
    assert cause(await post(signed(wallet, path, "POST", body, authority="evil.example"))) == "signer"
    assert cause(await post(signed(wallet, path, "POST", body), where=path + "?a=1")) == "components"
    assert cause(await post(signed(wallet, path + "?a=1", "POST", body), where=path + "?a=2")) == "signer"
    part = '"@authority" "@method" "@path"'
    assert cause(await post(signed(wallet, path, "POST", body, components=part))) == "components"
    stranger = signed(Wallet(), path, "POST", body, keyid=f"eip155:31337:{wallet.address}")
    assert cause(await post(stranger)) == "signer"
    assert (
        cause(await post(signed(wallet, path, "POST", body, keyid=f"eip155:1:{wallet.address}"))) == "chain"
    )
    now = int(time.time())
    assert (
        cause(await post(signed(wallet, path, "POST", body, created=now - 900, expires=now - 840)))
        == "expired"
    )
    assert cause(await post(signed(wallet, path, "POST", body, created=now, expires=now + 900))) == "expired"
    assert (
        cause(await post(signed(wallet, path, "POST", body, created=now + 600, expires=now + 660)))
        == "expired"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"Signature-Input": ""},
        {"Signature-Input": 'eth=("@method");created=1'},
        {
            "Signature-Input": 'eth=("@method" "@path");created=1;created=1;expires=2;nonce="nnnnnnnn";keyid="x"'
        },
        {"Signature-Input": "\xff"},
        {"Signature": ""},
        {"Signature": "eth=:%%%:"},
        {"Signature": "other=:AAAA:"},
        {"Authorization": "Bearer x"},
    ],
)
async def test_signed__malformed__401_and_why(world: World, birds: Dataset, changes: dict[str, str]) -> None:
    wallet = Wallet()
    headers = signed(wallet, "/v1/auth/session") | changes
    sent = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = await world.http.get("/v1/auth/session", headers=list(sent.items()))  # type: ignore[arg-type]
    assert cause(answer) == "malformed"


async def test_signed__nonce_of_a_wrong_signature__is_not_used_up(world: World, birds: Dataset) -> None:
    """Nobody burns another's nonce."""
    wallet = Wallet()
    headers = signed(wallet, "/v1/auth/session", nonce="shared-nonce-1")
    forged = signed(
        Wallet(), "/v1/auth/session", nonce="shared-nonce-1", keyid=f"eip155:31337:{wallet.address}"
    )
    assert cause(await world.http.get("/v1/auth/session", headers=forged)) == "signer"
    assert (await world.http.get("/v1/auth/session", headers=headers)).status_code == 200
