"""What a transaction pays for gas: node's head -> **fees** -> sender.

EIP-1559 where the head has a base fee, one gas price where it has none (EIP-155 chains). Promises: a
configured ceiling is never passed; a replacement pays enough more for nodes to take it.
"""

from dataclasses import dataclass, replace
from typing import Any

from cota.chain.client import NodeClient
from cota.chain.rpc import RpcError
from cota.errors import ChainUnavailable, FeesTooHigh

_GWEI = 10**9
_FALLBACK_PRIORITY = _GWEI
# Nodes want a tenth more of both fees for a replacement; an eighth is what the base fee can rise in a block.
_BUMP_NUMERATOR, _BUMP_DENOMINATOR = 9, 8


@dataclass(frozen=True, slots=True)
class FeePolicy:
    """Wei per gas. `ceiling` bounds the whole fee; `priority` replaces the part that the node suggests."""

    ceiling: int | None = None
    priority: int | None = None

    def __post_init__(self) -> None:
        if self.ceiling is not None and self.priority is not None and self.ceiling < self.priority:
            raise ValueError(
                f"the largest fee ({self.ceiling} wei) is below the priority fee ({self.priority} wei)"
            )

    def check(self, fees: "Fees") -> "Fees":
        """The same fees. Raises FeesTooHigh."""
        if self.ceiling is not None and fees.limit > self.ceiling:
            raise FeesTooHigh(f"{fees.limit} wei per gas are needed, the ceiling is {self.ceiling}")
        return fees


@dataclass(frozen=True, slots=True)
class Fees:
    """`priority` is None on a chain without EIP-1559: then `limit` is the gas price."""

    limit: int
    priority: int | None = None

    def fields(self) -> dict[str, int]:
        """As a transaction names them."""
        if self.priority is None:
            return {"gasPrice": self.limit}
        return {"type": 2, "maxFeePerGas": self.limit, "maxPriorityFeePerGas": self.priority}

    def covers(self, header: dict[str, Any]) -> bool:
        """Whether a block after this one may still take the transaction."""
        base = base_fee(header)
        return base is None or self.limit >= base

    def raised_to(self, fresh: "Fees") -> "Fees":
        """For a replacement: the fresh quote, and at least an eighth above what was offered."""
        limit = max(fresh.limit, _raise(self.limit))
        if self.priority is None or fresh.priority is None:
            return replace(fresh, limit=limit)
        return Fees(limit, min(limit, max(fresh.priority, _raise(self.priority))))


def base_fee(header: dict[str, Any]) -> int | None:
    found = header.get("baseFeePerGas")
    return None if found is None else int(found, 16)


async def quote(client: NodeClient, policy: FeePolicy) -> Fees:
    """What the next blocks will take. Raises FeesTooHigh, ChainUnavailable."""
    header = await client.header("latest")
    if header is None:
        raise ChainUnavailable("the node knows no newest block")
    base = base_fee(header)
    if base is None:
        fees = Fees(int(await client.request("eth_gasPrice"), 16))
    else:
        priority = await _priority(client) if policy.priority is None else policy.priority
        fees = Fees(2 * base + priority, priority)
    return _cap(fees, policy, base or fees.limit)


def _cap(fees: Fees, policy: FeePolicy, needed: int) -> Fees:
    if policy.ceiling is None or fees.limit <= policy.ceiling:
        return fees
    if needed > policy.ceiling:
        raise FeesTooHigh(f"the chain asks {needed} wei per gas, the ceiling is {policy.ceiling}")
    priority = None if fees.priority is None else min(fees.priority, policy.ceiling)
    return Fees(policy.ceiling, priority)


async def _priority(client: NodeClient) -> int:
    try:
        return int(await client.request("eth_maxPriorityFeePerGas"), 16)
    except RpcError:
        return _FALLBACK_PRIORITY  # not every node has the method


def _raise(fee: int) -> int:
    return fee * _BUMP_NUMERATOR // _BUMP_DENOMINATOR + 1
