"""A transaction that somebody else will sign -> node -> **what it would meet**. Nothing is sent.

Promises: a refusal comes in the contract's own words; a wallet that has no coin for the gas yet is simulated as if it
had.
"""

from typing import Any

from cota.chain.client import NodeClient
from cota.chain.reverts import revert_of
from cota.chain.rpc import RpcError
from cota.errors import ChainUnavailable
from cota.units import Address

_PLENTY = hex(10**24)


async def simulate_for(
    client: NodeClient, account: Address, to: Address, data: bytes, value: int = 0
) -> None:
    """Raises ChainReverted; ChainUnavailable where the node cannot tell."""
    call: dict[str, Any] = {"from": account, "to": to, "data": "0x" + data.hex(), "value": hex(value)}
    try:
        await client.request("eth_call", call, "latest", {account: {"balance": _PLENTY}})
    except RpcError as error:
        revert = revert_of(error)
        if revert is None:
            raise ChainUnavailable(f"the node refuses to simulate: {error.message}") from error
        raise revert.exception() from error
