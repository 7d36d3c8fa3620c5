"""ERC-20 tokens with permit: COTA, the payment token, and any other."""

from typing import ClassVar

from cota.chain.client import Block
from cota.chain.contracts.base import Contract
from cota.units import Address


class Token(Contract):
    """Speaks CotaToken's ABI, of which it uses only what every ERC-20 with permit has."""

    name: ClassVar[str] = "CotaToken"

    async def balance_of(self, account: Address, block: Block) -> int:
        return int(await self.read("balanceOf", account, block=block))

    async def allowance(self, owner: Address, spender: Address, block: Block) -> int:
        return int(await self.read("allowance", owner, spender, block=block))

    async def decimals(self, block: Block) -> int:
        return int(await self.read("decimals", block=block))

    async def symbol(self, block: Block) -> str:
        return str(await self.read("symbol", block=block))

    async def permit_nonce(self, owner: Address, block: Block) -> int:
        return int(await self.read("nonces", owner, block=block))

    async def domain_separator(self, block: Block) -> bytes:
        return bytes(await self.read("DOMAIN_SEPARATOR", block=block))

    @classmethod
    def encode_approve(cls, spender: Address, amount: int) -> bytes:
        return cls.encode("approve", spender, amount)

    @classmethod
    def encode_transfer(cls, recipient: Address, amount: int) -> bytes:
        return cls.encode("transfer", recipient, amount)


class LocalDollar(Token):
    """The local network's payment token, which anyone may mint."""

    name: ClassVar[str] = "TestDollar"

    @classmethod
    def encode_mint(cls, recipient: Address, amount: int) -> bytes:
        return cls.encode("mint", recipient, amount)
