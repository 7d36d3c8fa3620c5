"""The chain for code that is not async: client, sender, contracts -> **blocking** -> command line, scripts,
tests.

One event loop in one thread; every call runs there and is waited for here. Promises: same types, same errors.
"""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from eth_account.signers.local import LocalAccount

from cota.chain.client import Block, NodeClient
from cota.chain.fees import FeePolicy
from cota.chain.sender import OnSigned, Receipt, Sender, Signed
from cota.units import Address, BlockRef, Hash32

T = TypeVar("T")


class BlockingNode:
    """Use it as a context manager. `run` awaits anything of cota.chain: `node.run(registry.state_of(id,
    block))`."""

    def __init__(
        self,
        urls: Sequence[str],
        chain_id: int,
        genesis: bytes | None = None,
        fees: FeePolicy | None = None,
        **options: Any,
    ) -> None:
        self._fees = fees
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cota-chain", daemon=True)
        self._thread.start()
        self.client = self.run(self._connect(urls, chain_id, genesis, options))

    @staticmethod
    async def _connect(
        urls: Sequence[str], chain_id: int, genesis: bytes | None, options: dict[str, Any]
    ) -> NodeClient:
        return NodeClient(urls, chain_id, genesis, **options)

    def __enter__(self) -> "BlockingNode":
        try:
            self.run(self.client.check())
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.run(self.client.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, awaitable: Coroutine[Any, Any, T]) -> T:
        """Must not be called from the loop's own thread."""
        future = asyncio.run_coroutine_threadsafe(awaitable, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()  # Ctrl-C here must not leave the work running there
            raise

    def head(self) -> BlockRef:
        return self.run(self.client.head())

    def header(self, block: Block = "latest") -> dict[str, Any] | None:
        return self.run(self.client.header(block))

    def request(self, method: str, *params: Any) -> Any:
        return self.run(self.client.request(method, *params))

    def sender(self, account: LocalAccount | None, *, address: Address | None = None) -> "BlockingSender":
        return BlockingSender(self, Sender(self.client, account, address=address, fees=self._fees))


class BlockingSender:
    """A Sender whose calls return when they are done."""

    def __init__(self, node: BlockingNode, sender: Sender) -> None:
        self.node = node
        self.sender = sender

    @property
    def address(self) -> Address:
        return self.sender.address

    def simulate(self, to: Address | None, data: bytes, value: int = 0) -> bytes:
        return self.node.run(self.sender.simulate(to, data, value))

    def send(
        self,
        to: Address | None,
        data: bytes,
        value: int = 0,
        *,
        confirmations: int = 1,
        on_signed: OnSigned | None = None,
    ) -> Receipt:
        sending = self.sender.send(to, data, value, confirmations=confirmations, on_signed=on_signed)
        return self.node.run(sending)

    def resume(self, signed: Signed, hashes: Sequence[Hash32]) -> Receipt | None:
        return self.node.run(self.sender.resume(signed, hashes))
