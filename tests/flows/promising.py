"""A publisher's bounties in a running service: opened, funded, closed; and who owns what of the payment token."""

import asyncio

from cota.chain.contracts import AnnotationLedger, BountyEscrow, LocalDollar
from cota.units import Address, to_hex
from tests.api.wallets import Wallet
from tests.api.world import DOLLAR, Dataset, World

CENT = DOLLAR // 100


def escrow_of(world: World) -> BountyEscrow:
    return BountyEscrow.of(world.services.node, world.deployed.deployment)


async def open_bounty(
    world: World, dataset: Dataset, per_label: int = 30 * CENT, amount: int = 100 * DOLLAR
) -> int:
    """Its number, once it is in the mirror."""
    escrow, token = escrow_of(world), dataset.terms.payment_token
    await world.send("publisher", token, LocalDollar.encode_mint(world.publisher.address, amount))
    await world.send("publisher", token, LocalDollar.encode_approve(escrow.address, amount))
    receipt = await world.send("publisher", escrow.address, escrow.encode_open(dataset.id, per_label, amount))
    await world.indexed(receipt.block_number)
    return int.from_bytes(receipt.result, "big")


async def close_bounty(world: World, bounty: int) -> None:
    await world.send("publisher", escrow_of(world).address, BountyEscrow.encode_close(bounty))
    await world.indexed()


async def worked(world: World, dataset: Dataset, count: int = 3) -> list[Wallet]:
    """Wallets that labelled all there is, rightly, so that each has a leaf worth paying; in an epoch that is final."""
    workers = [await world.member(dataset) for _ in range(count)]
    await world.label_all(dataset, workers, accuracy=1)
    await world.settle(dataset)
    return workers


async def cash(world: World, dataset: Dataset, wallet: Wallet) -> int:
    token = LocalDollar(world.services.node, dataset.terms.payment_token)
    return await token.balance_of(wallet.address, "latest")


async def units_of(world: World, dataset: Dataset, wallet: Wallet, epoch: int = 1) -> int:
    """Of her leaf."""
    leaf = (await world.http.get(f"{dataset.path}/epochs/{epoch}/leaves/{wallet.address}")).json()
    return int(leaf["units"])


async def correct(world: World, dataset: Dataset, account: Address, units: int, epoch: int = 1) -> None:
    """What the court does when it upholds an appeal."""
    node, court = world.services.node, world.deployed.address("SettlementCourt")
    await node.request("anvil_impersonateAccount", court)
    await node.request("anvil_setBalance", court, hex(10**18))
    ledger = world.deployed.address("AnnotationLedger")
    data = AnnotationLedger.encode("openCorrection", dataset.id, epoch, account, units)
    call = {"from": court, "to": ledger, "data": to_hex(data), "gas": hex(1_000_000)}
    sent = await node.request("eth_sendTransaction", call)
    while (receipt := await node.request("eth_getTransactionReceipt", sent)) is None:
        await asyncio.sleep(0.02)
    assert receipt["status"] == "0x1"
    await world.indexed()
