"""The chain as one thing to ask, whatever nodes stand behind it: rpc -> **client** -> contracts, indexer,
sender.

Promises: no answer of a node is used before that node has shown the right chain id and, once known, the right
genesis; nodes of two chains are refused together; one dead node of several does not matter; every read names
its block.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from cota.chain.rpc import Endpoint, RpcError, Unavailable
from cota.errors import ChainUnavailable
from cota.log import get_logger
from cota.units import BlockRef, Hash32

T = TypeVar("T")

Block = int | bytes | BlockRef | str
"""A height, a block hash, a reference, or "latest" / "finalized" / "safe"."""

log = get_logger(__name__)


class WrongChain(ChainUnavailable):
    """A node serves another chain than the one configured; nothing was read from it."""


def block_tag(block: Block) -> Any:
    """The JSON-RPC form. By hash (EIP-1898) wherever a hash is known: a height may change its block."""
    if isinstance(block, BlockRef):
        block = block.hash
    if isinstance(block, bytes):
        return {"blockHash": "0x" + block.hex(), "requireCanonical": True}
    return hex(block) if isinstance(block, int) else block


def block_ref(header: Mapping[str, Any]) -> BlockRef:
    return BlockRef(
        int(header["number"], 16), Hash32(bytes.fromhex(header["hash"][2:])), int(header["timestamp"], 16)
    )


class NodeClient:
    """`genesis`: the genesis hash to insist on; learned from the first node when None."""

    def __init__(
        self,
        urls: Sequence[str],
        chain_id: int,
        genesis: bytes | None = None,
        *,
        timeout: float = 20.0,
        attempts: int = 4,
    ) -> None:
        if not urls:
            raise ValueError("at least one node is needed")
        self.chain_id = chain_id
        self.genesis = genesis
        self.endpoints = tuple(Endpoint(url, timeout, attempts) for url in urls)
        self._first = 0

    async def __aenter__(self) -> "NodeClient":
        try:
            await self.check()
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await asyncio.gather(*(e.aclose() for e in self.endpoints))

    async def check(self) -> None:
        """Asks every node who it is. Raises WrongChain if any that answers is of another chain,
        ChainUnavailable if none answers. "Cannot answer" is not "answers something else"."""
        found = await asyncio.gather(*map(self._check_endpoint, self.endpoints), return_exceptions=True)
        for failure in found:
            if isinstance(failure, BaseException) and not isinstance(failure, (Unavailable, RpcError)):
                raise failure
        if not any(e.is_checked for e in self.endpoints):
            raise ChainUnavailable(f"no node answers: {'; '.join(str(f) for f in found)}")

    async def _check_endpoint(self, endpoint: Endpoint) -> None:
        chain_id, genesis = await endpoint.batch(
            [("eth_chainId", []), ("eth_getBlockByNumber", ["0x0", False])]
        )
        if int(chain_id, 16) != self.chain_id:
            raise WrongChain(f"{endpoint.name} serves chain {int(chain_id, 16)}, not {self.chain_id}")
        if genesis is None:
            raise Unavailable(f"{endpoint.name} does not know its genesis block", was_reached=True)
        found = bytes.fromhex(genesis["hash"][2:])
        if self.genesis is None:
            self.genesis = found
        if found != self.genesis:
            raise WrongChain(f"{endpoint.name} serves another chain of id {self.chain_id} (other genesis)")
        endpoint.is_checked = True

    def forget_genesis(self) -> None:
        """A local chain was started anew: learn its genesis again at the next question."""
        self.genesis = None
        for endpoint in self.endpoints:
            endpoint.is_checked = False

    def prefer_next(self) -> None:
        """Ask another node first from now on: this one answers, but does not keep up."""
        self._first = (self._first + 1) % len(self.endpoints)

    def in_order(self) -> tuple[Endpoint, ...]:
        """All nodes, the one that answered last first."""
        return self.endpoints[self._first :] + self.endpoints[: self._first]

    async def ask(self, question: Callable[[Endpoint], Awaitable[T]]) -> T:
        """Puts a question of one or several calls to one node; to the next one when that one is unavailable.

        Raises ChainUnavailable when all are, RpcError when a node refuses, WrongChain.
        """
        failures: list[str] = []
        for endpoint in self.in_order():
            try:
                if not endpoint.is_checked:
                    await self._check_endpoint(endpoint)
                answer = await question(endpoint)
            except Unavailable as failure:
                endpoint.is_checked = False  # whoever answers there next may be someone else
                failures.append(str(failure))
                if len(self.endpoints) > 1:
                    log.warning("node unavailable", node=endpoint.name, reason=str(failure))
                continue
            self._first = self.endpoints.index(endpoint)
            return answer
        raise ChainUnavailable("; ".join(failures))

    async def request(self, method: str, *params: Any) -> Any:
        return await self.ask(lambda endpoint: endpoint.call(method, *params))

    async def header(self, block: Block = "latest") -> dict[str, Any] | None:
        """A block's header as the node gives it; None when the node does not have it."""
        if isinstance(block, (bytes, BlockRef)):
            raw = block.hash if isinstance(block, BlockRef) else block
            found = await self.request("eth_getBlockByHash", "0x" + raw.hex(), False)
        else:
            found = await self.request("eth_getBlockByNumber", block_tag(block), False)
        return found if isinstance(found, dict) else None

    async def head(self) -> BlockRef:
        header = await self.header("latest")
        if header is None:
            raise ChainUnavailable("the node knows no newest block")
        return block_ref(header)

    async def block(self, block: Block) -> BlockRef | None:
        header = await self.header(block)
        return None if header is None else block_ref(header)

    async def call(
        self, to: str, data: bytes, block: Block, sender: str | None = None, value: int = 0
    ) -> bytes:
        """eth_call pinned to a block. Raises RpcError; `reverts.explain` turns it into the contract's own
        error."""
        transaction: dict[str, Any] = {"to": to, "data": "0x" + data.hex()}
        if sender is not None:
            transaction["from"] = sender
        if value:
            transaction["value"] = hex(value)
        answer = await self.request("eth_call", transaction, block_tag(block))
        return bytes.fromhex(answer[2:])

    async def run(self, code: bytes, block: Block) -> bytes:
        """eth_call without `to`: runs creation code at a block and gives back what it returns. Nothing stays.
        Raises RpcError."""
        answer = await self.request("eth_call", {"data": "0x" + code.hex()}, block_tag(block))
        return bytes.fromhex(answer[2:])

    async def code(self, address: str, block: Block = "latest") -> bytes:
        return bytes.fromhex((await self.request("eth_getCode", address, block_tag(block)))[2:])

    async def balance(self, address: str, block: Block = "latest") -> int:
        return int(await self.request("eth_getBalance", address, block_tag(block)), 16)

    async def get_logs(self, criteria: Mapping[str, Any]) -> list[dict[str, Any]]:
        """eth_getLogs as it is; the indexer asks through `ask`, to have the headers of the same node."""
        answer = await self.request("eth_getLogs", dict(criteria))
        if not isinstance(answer, list):
            raise ChainUnavailable("the node answered logs with something else")
        return answer

    async def receipt(self, tx_hash: bytes) -> dict[str, Any] | None:
        answer = await self.request("eth_getTransactionReceipt", "0x" + tx_hash.hex())
        return answer if isinstance(answer, dict) else None
