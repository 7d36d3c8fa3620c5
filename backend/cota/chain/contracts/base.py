"""What every contract class does: encode a call, make it at a block, name its refusal."""

from typing import Any, ClassVar, Self

from cota.chain.abi import Abi, committed_abis
from cota.chain.client import Block, NodeClient
from cota.chain.codec import decode_outputs, encode_call
from cota.chain.deployment import Deployment
from cota.chain.reverts import revert_of
from cota.chain.rpc import RpcError
from cota.errors import ChainUnavailable
from cota.units import Address


class Contract:
    """One contract at one address. Subclasses set `name` to the contract whose ABI they speak."""

    name: ClassVar[str]

    def __init__(self, client: NodeClient, address: Address) -> None:
        self.client = client
        self.address = address

    @classmethod
    def of(cls, client: NodeClient, deployment: Deployment) -> Self:
        """The one that a deployment names. Raises DeploymentMissing."""
        return cls(client, deployment.address(cls.name))

    @classmethod
    def abi(cls) -> Abi:
        return committed_abis()[cls.name]

    @classmethod
    def encode(cls, function: str, *arguments: Any) -> bytes:
        """Call data. An overloaded function is named by its whole signature."""
        return encode_call(cls.abi().function(function), arguments)

    async def read(self, function: str, *arguments: Any, block: Block, sender: Address | None = None) -> Any:
        """A view call at a block. Raises ChainReverted; ChainUnavailable, also when the block is gone."""
        item = self.abi().function(function)
        try:
            answer = await self.client.call(self.address, encode_call(item, arguments), block, sender)
        except RpcError as error:
            revert = revert_of(error)
            if revert is None:
                raise ChainUnavailable(f"the node cannot answer at this block: {error.message}") from error
            raise revert.exception() from error
        return decode_outputs(item, answer)
