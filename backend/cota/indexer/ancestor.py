"""Where a reorganisation branches off: stored hashes, node -> **ancestor** -> follow.

The newest stored block that is still on the chain. Steps down in doubling strides, then bisects: some twenty
questions for any depth. Promises: changes nothing; a chain that shares not even the genesis is no
reorganisation (ChainReset).
"""

from typing import Protocol

from cota.chain.rpc import Endpoint
from cota.indexer.headers import Header, parse_header
from cota.indexer.problems import ChainReset
from cota.indexer.writer import Position


class StoredBlocks(Protocol):
    """What the mirror remembers of the chain; the genesis is always among it."""

    async def newest_block(self, at_or_below: int) -> Position | None: ...
    async def blocks_between(self, low: int, high: int) -> list[Position]: ...


async def find_ancestor(endpoint: Endpoint, stored: StoredBlocks, head: Header, cursor: Position) -> Header:
    """The header of the newest stored block that is on the node's chain. Raises ChainReset, NodeBehind."""

    async def on_chain(block: Position) -> Header | None:
        if block.number > head.number:
            return None
        answer = await endpoint.call("eth_getBlockByNumber", hex(block.number), False)
        header = parse_header(answer, block.number)
        return header if header.hash == block.hash else None

    high, stride = cursor, 1
    found = await on_chain(cursor)
    while found is None:
        low = await stored.newest_block(high.number - stride)
        low = low or await stored.newest_block(0)
        if low is None or low.number >= high.number:
            raise ChainReset("the node's chain has another genesis block than the mirrored one")
        found = await on_chain(low)
        if found is None:
            high, stride = low, stride * 2
    if found.number == cursor.number:
        return found
    between = await stored.blocks_between(found.number, high.number)
    while between:
        middle = len(between) // 2
        header = await on_chain(between[middle])
        if header is None:
            between = between[:middle]
        else:
            found, between = header, between[middle + 1 :]
    return found
