"""Putting one planned contract on chain, or finding it there.

plan -> **contracts** -> record. Promises: whatever is at an address is compared with the build before it is
trusted; a contract that an interrupted run left behind is found together with its block; a constructor that
refuses is named by its own error, which the factory would swallow.
"""

from typing import Any

from eth_utils.crypto import keccak

from cota.chain.client import NodeClient
from cota.chain.reverts import revert_of
from cota.chain.rpc import RpcError
from cota.chain.sender import Sender
from cota.errors import ChainReverted
from cota.units import to_hex
from scripts.deployment.factory import FACTORY, deployment_call
from scripts.deployment.plan import Planned, is_built_from


class CannotDeploy(Exception):
    """One line for the operator."""


async def require_factory(client: NodeClient) -> None:
    if not await client.code(FACTORY):
        raise CannotDeploy(
            f"this chain has no deterministic-deployment proxy at {FACTORY}: deploy it first "
            "(its repository, Arachnid/deterministic-deployment-proxy, has the one presigned transaction)"
        )


async def is_there(client: NodeClient, planned: Planned) -> bool:
    """Raises CannotDeploy when something else stands at the address."""
    code = await client.code(planned.address)
    if code and not is_built_from(code, planned.artifact):
        raise CannotDeploy(f"the code at {planned.address} is not the {planned.name} of this build")
    return bool(code)


async def put_on_chain(client: NodeClient, sender: Sender, planned: Planned) -> dict[str, Any]:
    """Send it; the record's entry. Raises ChainReverted with the constructor's own error."""
    try:
        sent = await sender.send(FACTORY, deployment_call(planned.creation_code))
    except ChainReverted:
        await _try_constructor(client, sender, planned)
        raise
    tx = to_hex(sent.tx_hash) if sent.tx_hash else None
    if not await is_there(client, planned):
        raise CannotDeploy(f"{planned.name} was sent ({tx}) but is not at {planned.address}")
    return await entry_of(client, planned, sent.block_number, tx)


async def find_on_chain(client: NodeClient, planned: Planned) -> dict[str, Any]:
    """The entry of a contract that stands there already, its block found by bisection."""
    low, high = 0, (await client.head()).number
    while low < high:
        middle = (low + high) // 2
        try:
            is_before = not await client.code(planned.address, middle)
        except RpcError:
            # A node without the old states: the block stays a lower bound, which is all that readers need.
            return await entry_of(client, planned, low, None)
        low, high = (middle + 1, high) if is_before else (low, middle)
    return await entry_of(client, planned, low, await _sending_transaction(client, planned, low))


async def entry_of(client: NodeClient, planned: Planned, block: int, tx: str | None) -> dict[str, Any]:
    return {
        "version": 1,
        "address": planned.address,
        "block": block,
        "tx": tx,
        "code_hash": to_hex(bytes(keccak(await client.code(planned.address)))),
        "constructor_args": list(planned.arguments),
    }


async def _sending_transaction(client: NodeClient, planned: Planned, block: int) -> str | None:
    found = await client.request("eth_getBlockByNumber", hex(block), True)
    data = to_hex(deployment_call(planned.creation_code))
    for transaction in found["transactions"]:
        if transaction["input"] == data:
            return str(transaction["hash"])
    return None


async def _try_constructor(client: NodeClient, sender: Sender, planned: Planned) -> None:
    """Run the constructor as a call: its revert comes back whole.

    Raises ChainReverted, or returns if it passes.
    """
    call = {"from": sender.address, "data": to_hex(planned.creation_code)}
    try:
        await client.request("eth_call", call, "latest")
    except RpcError as refusal:
        revert = revert_of(refusal)
        if revert is not None:
            raise ChainReverted(f"the constructor of {planned.name} refuses: {revert}") from None
