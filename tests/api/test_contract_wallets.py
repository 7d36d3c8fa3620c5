"""Wallets that are contracts: asked once, in bounded time, as the contracts ask (ERC-1271, ERC-6492, EIP-7702)."""

import asyncio
import time
from typing import Any

import pytest
import pytest_asyncio
import solcx
from eth_abi.abi import encode

from cota.auth.verify import WRAPPED
from cota.commitments.words import keccak
from cota.units import Address, address_of, to_hex
from scripts.compile import ROOT, SOLC, standard_input
from tests.api.problems import refused
from tests.api.test_sign_in import message_of, sign_in
from tests.api.wallets import Wallet, join_body, label_body
from tests.api.world import Dataset, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOURCE = "tests/contracts/support/ProbedWallets.sol"


class Owned(Wallet):
    """A contract wallet's owner, who signs in the contract's name."""

    at: Address

    @property
    def address(self) -> Address:
        return self.at


def owned(at: Address) -> Owned:
    wallet = Owned()
    object.__setattr__(wallet, "at", at)
    return wallet


@pytest.fixture(scope="module")
def codes() -> dict[str, Any]:
    request = standard_input() | {"sources": {SOURCE: {"content": (ROOT / SOURCE).read_text()}}}
    built = solcx.compile_standard(request, solc_binary=SOLC, base_path=ROOT)["contracts"][SOURCE]
    return {name: bytes.fromhex(one["evm"]["bytecode"]["object"]) for name, one in built.items()}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def factory(world: World, codes: dict[str, Any]) -> Address:
    return await create(world, codes["OwnedWalletFactory"])


async def create(world: World, code: bytes, arguments: bytes = b"") -> Address:
    """Puts a contract on the chain."""
    node, sender = world.services.node, world.deployed.key("deployer").address
    sent = await node.request(
        "eth_sendTransaction", {"from": sender, "data": to_hex(code + arguments), "gas": hex(3_000_000)}
    )
    while (receipt := await node.request("eth_getTransactionReceipt", sent)) is None:
        await asyncio.sleep(0.02)
    await world.indexed()
    return address_of(bytes.fromhex(receipt["contractAddress"][2:]))


async def counterfactual(world: World, factory: Address, owner: Wallet) -> tuple[Owned, bytes]:
    """A wallet that is not there yet, and the call that makes it."""
    question = keccak(b"addressOf(address)")[:4] + encode(["address"], [owner.address])
    answer = await world.services.node.call(factory, question, "latest")
    wallet = Owned(owner.secret)
    object.__setattr__(wallet, "at", address_of(answer[-20:]))
    return wallet, keccak(b"make(address)")[:4] + encode(["address"], [owner.address])


def wrapped(factory: Address, make: bytes, signature: str) -> str:
    inner = bytes.fromhex(signature[2:])
    return to_hex(encode(["address", "bytes", "bytes"], [factory, make, inner]) + WRAPPED)


async def deploy(world: World, factory: Address, wallet: Wallet, make: bytes) -> None:
    sender = world.deployed.key("deployer").address
    call = {"from": sender, "to": factory, "data": to_hex(make), "gas": hex(2_000_000)}
    await world.services.node.request("eth_sendTransaction", call)
    while not await world.services.node.code(wallet.address):
        await asyncio.sleep(0.02)
    world.services.verifier.forget(wallet.address)


async def test_erc1271__deployed_wallet__signs_in_joins_and_labels(
    world: World, birds: Dataset, codes: dict[str, Any]
) -> None:
    owner = Wallet()
    at = await create(world, codes["OwnedWallet"], encode(["address"], [owner.address]))
    wallet = Owned(owner.secret)
    object.__setattr__(wallet, "at", at)
    await world.member(birds, wallet)
    answer = await world.submit(birds, await world.label(birds, wallet))
    assert answer.status_code == 201, answer.text


async def test_erc1271__another_owner__wrong_signer(
    world: World, birds: Dataset, codes: dict[str, Any]
) -> None:
    owner = Wallet()
    at = await create(world, codes["OwnedWallet"], encode(["address"], [owner.address]))
    thief = owned(at)
    body = join_body(thief, world.vault, birds.id, birds.terms_hash, birds.terms.penalty_cap)
    problem = refused(await world.http.post(f"{birds.path}/join", json=body), "wrong-signer", 403)
    assert "ERC-1271" in problem["detail"]


async def test_erc6492__wallet_not_there_yet__signs_in_but_makes_no_statements(
    world: World, birds: Dataset, factory: Address
) -> None:
    wallet, make = await counterfactual(world, factory, Wallet())
    message = await message_of(world, wallet)
    bare = await sign_in(world, wallet, message)
    refused(bare, "wrong-signer", 403)
    signature = wrapped(factory, make, wallet.sign_text(message))
    assert (await sign_in(world, wallet, message, signature)).status_code == 200
    assert await world.services.node.code(wallet.address) == b""  # nothing is left behind
    body = join_body(wallet, world.vault, birds.id, birds.terms_hash, birds.terms.penalty_cap)
    body["signature"] = wrapped(factory, make, body["signature"])
    problem = refused(await world.http.post(f"{birds.path}/join", json=body), "wrong-signer", 403)
    assert "not on the chain yet" in problem["detail"]


async def test_erc6492__wallet_there_by_now__the_inner_signature_is_what_is_kept(
    world: World, birds: Dataset, factory: Address
) -> None:
    """The contracts take what the service stores."""
    wallet, make = await counterfactual(world, factory, Wallet())
    await deploy(world, factory, wallet, make)
    body = join_body(wallet, world.vault, birds.id, birds.terms_hash, birds.terms.penalty_cap)
    body["signature"] = wrapped(factory, make, body["signature"])
    answer = await world.http.post(f"{birds.path}/join", json=body)
    assert answer.status_code == 202, answer.text


@pytest.mark.parametrize("tail", [b"", b"\1" * 31, b"\0" * 96, b"\xff" * 200])
async def test_erc6492__wrapping_of_nonsense__refused(world: World, tail: bytes) -> None:
    wallet = Wallet()
    message = await message_of(world, wallet)
    answer = await sign_in(world, wallet, message, to_hex(tail + WRAPPED))
    assert answer.status_code in (400, 403)
    assert answer.json()["type"] in ("/problems/bad-signature", "/problems/wrong-signer")


async def test_erc6492__factory_that_makes_something_else__refused(world: World, factory: Address) -> None:
    """A stranger cannot sign for an address by making another wallet."""
    owner, victim = Wallet(), Wallet()
    _, make = await counterfactual(world, factory, owner)
    message = await message_of(world, victim)
    signature = wrapped(factory, make, to_hex(bytes.fromhex(owner.sign_text(message)[2:])))
    refused(await sign_in(world, victim, message, signature), "wrong-signer", 403)


@pytest.mark.parametrize("kind", ["BabblingWallet", "EndlessWallet"])
async def test_hostile_wallet__is_asked_in_bounded_time_and_others_are_served(
    world: World, codes: dict[str, Any], kind: str
) -> None:
    wallet = owned(await create(world, codes[kind]))
    message = await message_of(world, wallet)
    started = time.monotonic()
    asking = asyncio.create_task(sign_in(world, wallet, message))
    await asyncio.sleep(0)
    assert (await world.http.get("/livez")).status_code == 200
    answer = await asking
    assert time.monotonic() - started < 10
    if kind == "EndlessWallet":
        assert answer.status_code in (403, 503)
    else:
        assert answer.status_code == 200  # it says yes; how much it says besides is not read


async def test_eip7702__delegate_without_erc1271__signs_in_and_is_refused_as_on_chain(
    world: World, birds: Dataset, codes: dict[str, Any]
) -> None:
    """Contracts ask only the code of an account that has some: so does the service, before a row is receipted."""
    wallet = await world.member(birds)
    (lease,) = await world.lease(birds, wallet)
    delegate = await create(world, codes["SilentDelegate"])
    designator = bytes.fromhex("ef0100") + bytes.fromhex(delegate[2:])
    await world.services.node.request("anvil_setCode", wallet.address, to_hex(designator))
    world.services.verifier.forget(wallet.address)
    message = await message_of(world, wallet)
    assert (await sign_in(world, wallet, message)).status_code == 200
    body = label_body(wallet, world.ledger, birds.id, lease, "heron")
    problem = refused(await world.submit(birds, body), "wrong-signer", 403)
    assert "EIP-7702" in problem["detail"]


async def test_wallet_checks__too_many__hit_the_sender_alone(
    world: World, codes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is locked out by calls that another one makes in her name."""
    owner = Wallet()
    at = await create(world, codes["OwnedWallet"], encode(["address"], [owner.address]))
    wallet = Owned(owner.secret)
    object.__setattr__(wallet, "at", at)
    message = await message_of(world, wallet)
    thief = owned(at)
    answers = []
    for _ in range(125):
        answers.append(await world.http.post(
            "/v1/auth/sign-in", json={"message": message, "signature": thief.sign_text(message)},
            headers={"X-Test-Caller": "thief"},
        ))  # fmt: skip
        if answers[-1].status_code == 429:
            break
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1


async def test_probe__committed_code__is_that_of_the_source() -> None:
    from cota.auth.probe import CREATION_CODE
    from scripts.compile import build

    assert build()["SignatureProbe"].creation_code == CREATION_CODE, (
        "run: .venv/bin/python -m scripts.compile --write-abi"
    )
