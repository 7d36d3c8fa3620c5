"""Chains whose fees are not as most chains' are, and fees that run away: sent in the form that the chain knows, never
above the ceiling (B25)."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from cota.chain import sender as sender_module
from cota.chain.client import NodeClient
from cota.chain.fees import FeePolicy
from cota.chain.sender import Receipt, Sender
from cota.errors import FeesTooHigh
from cota.settings import load
from cota.units import parse_address, to_hex
from scripts.deploy import deploy
from scripts.stack.anvil import CHAIN_ID
from tests.fixtures.anvil import Anvil, StartAnvil
from tests.fixtures.shim import Answer, Shim, refuse

T = TypeVar("T")
GWEI = 10**9
NEWER = ("eth_maxPriorityFeePerGas", "eth_feeHistory")


@pytest.fixture
def anvil(start_anvil: StartAnvil) -> Anvil:
    return start_anvil()


def deploy_at(url: str, folder: Path, **settings: str) -> list[str]:
    """What a deployment told, step by step."""
    lines: list[str] = []
    environ = {"RPC_URL": url, "COTA_DEPLOYMENTS": str(folder), **settings}
    asyncio.run(deploy(load(environ=environ), lines.append))
    return lines


def sent(anvil: Anvil) -> list[dict[str, Any]]:
    blocks = [anvil.rpc("eth_getBlockByNumber", [hex(n), True]) for n in range(anvil.block_number + 1)]
    return [transaction for block in blocks for transaction in block["transactions"]]  # type: ignore[index]


def base_fee(anvil: Anvil) -> int:
    block: Any = anvil.rpc("eth_getBlockByNumber", ["latest", False])
    return int(block["baseFeePerGas"], 16)


def set_next(anvil: Anvil, fee: int) -> None:
    anvil.rpc("anvil_setNextBlockBaseFeePerGas", [hex(fee)])


def is_pending(anvil: Anvil) -> bool:
    status: Any = anvil.rpc("txpool_status")
    return int(status["pending"], 16) > 0


def sending(
    anvil: Anvil, policy: FeePolicy, act: Callable[[Sender], Awaitable[T]], timeout: float = 20.0
) -> T:
    async def run() -> T:
        async with NodeClient([anvil.url], CHAIN_ID) as node:
            return await act(Sender(node, anvil.account(0), fees=policy, timeout=timeout))

    return asyncio.run(run())


def test_deploy__chain_without_base_fee__pays_a_gas_price_B25(
    anvil: Anvil, shims: Callable[[str], Shim], tmp_path: Path
) -> None:
    def without(method: str, _: list[Any], result: Any) -> Any:
        if method.startswith("eth_getBlock") and isinstance(result, dict):
            result.pop("baseFeePerGas", None)
        return result

    def older(method: str, _: list[Any]) -> Answer | None:
        return refuse(-32601, f"the method {method} does not exist") if method in NEWER else None

    shim = shims(anvil.url)
    shim.after, shim.rule = without, older
    deploy_at(shim.url, tmp_path)
    assert (tmp_path / "local.json").is_file()
    transactions = sent(anvil)
    assert len(transactions) > 20
    assert {one["type"] for one in transactions} == {"0x0"}


def test_deploy__base_fee_of_nothing__completes_B25(
    anvil: Anvil, shims: Callable[[str], Shim], tmp_path: Path
) -> None:
    seen: set[int] = set()

    def free(method: str, _: list[Any]) -> None:
        if method == "eth_sendRawTransaction":
            set_next(anvil, 0)
            seen.add(base_fee(anvil))

    shim = shims(anvil.url)
    shim.rule = free
    set_next(anvil, 0)
    anvil.mine()
    deploy_at(shim.url, tmp_path)
    assert (tmp_path / "local.json").is_file()
    assert seen == {0}


@pytest.mark.parametrize("times", [2, 5], ids=["covered_by_the_offer", "above_the_offer"])
def test_deploy__base_fee_multiplies_six_blocks_long__completes_B25(
    anvil: Anvil, shims: Callable[[str], Shim], tmp_path: Path, times: int
) -> None:
    """Between the question and the sending, each time."""
    rises = 0

    def rise(method: str, _: list[Any]) -> None:
        nonlocal rises
        if method == "eth_sendRawTransaction" and rises < 6:
            rises += 1
            set_next(anvil, base_fee(anvil) * times)
            if times > 2:
                anvil.mine()  # the node itself must know, or its pool would take the offer

    shim = shims(anvil.url)
    shim.rule = rise
    set_next(anvil, GWEI)
    anvil.mine()
    deploy_at(shim.url, tmp_path)
    assert (tmp_path / "local.json").is_file()
    assert rises == 6
    assert {one["type"] for one in sent(anvil)} == {"0x2"}


def test_deploy__fees_above_the_ceiling__sends_nothing_and_says_both_B25(
    anvil: Anvil, tmp_path: Path
) -> None:
    set_next(anvil, 50 * GWEI)
    anvil.mine()
    fee = base_fee(anvil)
    with pytest.raises(FeesTooHigh, match=f"the chain asks {fee} wei per gas, the ceiling is 2000000000"):
        deploy_at(anvil.url, tmp_path, COTA_FEE_CEILING="2000000000", COTA_FEE_PRIORITY="1")
    assert sent(anvil) == []


def test_send__base_fee_rises_above_the_ceiling_afterwards__waits_until_it_falls_B25(
    anvil: Anvil, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender_module, "_REMIND_AFTER", 0.5)
    ceiling = 4 * GWEI
    set_next(anvil, GWEI)
    anvil.mine()
    anvil.rpc("evm_setAutomine", [False])

    async def run(sender: Sender) -> Receipt:
        waiting = asyncio.ensure_future(sender.send(parse_address(anvil.account(1).address), b"", 1))
        while not is_pending(anvil):
            await asyncio.sleep(0.05)
        set_next(anvil, 40 * GWEI)
        anvil.mine()
        await asyncio.sleep(1.5)
        assert not waiting.done()
        assert sent(anvil) == []
        set_next(anvil, 3 * GWEI)
        anvil.mine()
        anvil.rpc("evm_setAutomine", [True])
        return await waiting

    receipt = sending(anvil, FeePolicy(ceiling=ceiling), run)
    (mined,) = sent(anvil)
    assert mined["hash"] == to_hex(receipt.tx_hash or b"")
    assert int(mined["maxFeePerGas"], 16) <= ceiling
