"""AccessManager: who holds which role."""

from typing import ClassVar

from cota.chain.client import Block
from cota.chain.contracts.base import Contract
from cota.units import Address


class AccessManager(Contract):
    name: ClassVar[str] = "AccessManager"

    async def has_role(self, role: int, account: Address, block: Block) -> bool:
        """Without regard to the delay with which the account may use it."""
        is_member, _ = await self.read("hasRole", role, account, block=block)
        return bool(is_member)

    @classmethod
    def encode_grant_role(cls, role: int, account: Address, delay: int = 0) -> bytes:
        """`delay`: seconds between announcing a restricted call and making it."""
        return cls.encode("grantRole", role, account, delay)

    @classmethod
    def encode_revoke_role(cls, role: int, account: Address) -> bytes:
        return cls.encode("revokeRole", role, account)
