"""Node -> **reading** -> facts. Fetches every log of the deployment and of the datasets' shares, window
by window.

Promises: reads only (no key is known here); the block is pinned by its hash before the first log is asked
for and must still be there after the last; a node that finds a window too large is asked for smaller
ones.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from cota.chain.client import NodeClient
from cota.chain.contracts import AnnotationLedger, DatasetShares, DeliveryDesk, LicenseMarket, StakeVault
from cota.chain.decode import Decoders, Event, EventDecoder, Undecodable
from cota.chain.deployment import Deployment, DeploymentMissing
from cota.chain.events import committed_catalogue
from cota.chain.rpc import RpcError
from cota.errors import ChainUnavailable
from cota.units import ZERO_ADDRESS, Address, BlockRef, parse_address, parse_hash32
from cota.verify.facts import Facts, assort, place
from cota.verify.report import Disagreement

T = TypeVar("T")

WINDOW = 5_000
ADDRESSES_PER_CALL = 100
CONCURRENT_CALLS = 32
_TIMED = frozenset(
    {
        "PriceSet",
        "LicenseBought",
        "LicenseRenewed",
        "DeliveryAcknowledged",
        "DeliveryDemanded",
        "DeliveryAnswered",
        "DeliveryDisputed",
        "DeliveryRuled",
        "BountyOpened",
        "BountyClosed",
        "BountyReturned",
        "Checkpointed",
        "EpochFinalized",
        "Penalised",
    }
)


def read_deployment(network: str, folder: Path) -> tuple[Deployment, dict[Address, bytes]]:
    """The deployment and, by address, the code hashes that its file claims. Raises DeploymentMissing."""
    deployment = Deployment.load(network, folder)
    raw = json.loads((folder / f"{network}.json").read_text(encoding="utf-8"))
    try:
        entries = [*raw["contracts"].values(), *raw.get("previous", ())]
        hashes = {parse_address(at["address"]): bytes(parse_hash32(at["code_hash"])) for at in entries}
    except (KeyError, ValueError) as error:
        raise DeploymentMissing(f"{network}.json names no code hash: {error}") from error
    return deployment, hashes


async def pin(client: NodeClient, at: int | None = None) -> BlockRef:
    """The block to check: the newest, or `at`. Raises ChainUnavailable."""
    block = await client.head() if at is None else await client.block(at)
    if block is None:
        raise ChainUnavailable(f"the node does not have block {at}")
    return block


async def read_facts(
    client: NodeClient, deployment: Deployment, code_hashes: Mapping[Address, bytes], block: BlockRef
) -> Facts:
    """Everything up to one block. Raises ChainUnavailable, and Disagreement for a log that cannot be read."""
    reader = _LogReader(client, deployment.first_block(), block.number)
    events = await reader.read(deployment.emitters())
    known = set(deployment.emitters())
    served = {a: n for a, n in _version_contracts(events).items() if a.lower() not in known}
    events += await reader.read(served)
    clones = {e.args["shares"]: DatasetShares.name for e in events if e.name == "DatasetCreated"}
    events += await reader.read(clones)
    events.sort(key=place)
    if await client.block(block.hash) is None:
        raise ChainUnavailable("the chain was reorganised while it was read: start again")
    times = await _read_times(client, events)
    return Facts(deployment, code_hashes, block, events, assort(events), times)


async def gather(calls: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Awaits many reads, a bounded number at a time, results in order."""
    gate = asyncio.Semaphore(CONCURRENT_CALLS)

    async def one(call: Coroutine[Any, Any, T]) -> T:
        async with gate:
            return await call

    return list(await asyncio.gather(*(one(call) for call in calls)))


def _version_contracts(events: Sequence[Event]) -> dict[str, str]:
    """Contracts of older versions serve their datasets for ever, though no deployment names them first."""
    roles = {
        "ledger": AnnotationLedger.name,
        "vault": StakeVault.name,
        "market": LicenseMarket.name,
        "deliveries": DeliveryDesk.name,
    }
    added = [event.args for event in events if event.name == "VersionAdded"]
    found = {args[role]: name for args in added for role, name in roles.items()}
    found.pop(ZERO_ADDRESS, None)
    return found


class _LogReader:
    """Logs of some addresses between two blocks."""

    def __init__(self, client: NodeClient, first: int, last: int) -> None:
        self._client, self._first, self._last = client, first, last
        self._decoders = Decoders(committed_catalogue())
        self._span = WINDOW

    async def read(self, contracts: Mapping[str, str]) -> list[Event]:
        """`contracts`: name by address."""
        names = {address.lower(): name for address, name in contracts.items()}
        addresses = sorted(names)
        events: list[Event] = []
        for start in range(0, len(addresses), ADDRESSES_PER_CALL):
            for log in await self._logs(addresses[start : start + ADDRESSES_PER_CALL]):
                decoder = self._decoders.find(names[log["address"].lower()], log["topics"])
                if decoder is not None:
                    events.append(_decode(decoder, log))
        return events

    async def _logs(self, addresses: Sequence[str]) -> list[dict[str, Any]]:
        logs: list[dict[str, Any]] = []
        block = self._first
        while block <= self._last:
            end = min(block + self._span - 1, self._last)
            window = {"fromBlock": hex(block), "toBlock": hex(end), "address": list(addresses)}
            try:
                logs += await self._client.get_logs(window)
            except RpcError:
                if self._span == 1:
                    raise
                self._span = max(1, self._span // 2)
                continue
            block = end + 1
        return logs


def _decode(decoder: EventDecoder, log: Mapping[str, Any]) -> Event:
    try:
        return decoder.decode(log)
    except Undecodable as error:
        block, index = int(log["blockNumber"], 16), int(log["logIndex"], 16)
        where = f"{decoder.spec.contract}.{decoder.spec.name} in block {block}, log {index}"
        raise Disagreement(where, "a log as its ABI prescribes", error) from error


async def _read_times(client: NodeClient, events: Sequence[Event]) -> dict[int, int]:
    numbers = sorted({event.block_number for event in events if event.name in _TIMED})
    blocks: list[BlockRef | None] = await gather([client.block(number) for number in numbers])
    return {block.number: block.timestamp for block in blocks if block is not None}
