"""AccessManager (OpenZeppelin's): roles, the functions that they may call, and the delays before they may."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from cota.chain.client import Block
from cota.chain.contracts.base import Contract
from cota.units import Address, Hash32


class Role(IntEnum):
    """Who may do what; the numbers are the access manager's."""

    ADMIN = 0
    """Gives and takes roles."""
    OPERATOR = 1
    """Versions, payment tokens, definitions of credentials, rates; admits issuers."""
    ISSUER = 2
    """Issues the credentials that are defined for it. Credentials with issuers of their own have other roles."""
    GUARDIAN = 3
    """Shuts entrances for a while."""
    JUROR = 4
    """May be drawn for a panel."""
    JURY_KEEPER = 5
    """Admits jurors."""


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether an account may call now, and else after which delay; (False, 0): never."""

    is_immediate: bool
    delay: int


class AccessManager(Contract):
    name: ClassVar[str] = "AccessManager"

    async def has_role(self, role: int, account: Address, block: Block) -> tuple[bool, int]:
        """Member or not, and the delay in seconds before its acts."""
        member, delay = await self.read("hasRole", role, account, block=block)
        return bool(member), int(delay)

    async def role_of(self, target: Address, selector: bytes, block: Block) -> int:
        return int(await self.read("getTargetFunctionRole", target, selector, block=block))

    async def role_admin(self, role: int, block: Block) -> int:
        return int(await self.read("getRoleAdmin", role, block=block))

    async def permission(self, caller: Address, target: Address, selector: bytes, block: Block) -> Permission:
        return Permission(*await self.read("canCall", caller, target, selector, block=block))

    async def ready_at(self, caller: Address, target: Address, data: bytes, block: Block) -> int:
        """When a scheduled call may be executed, in unix seconds; 0 when it is not scheduled, or no longer."""
        operation = Hash32(await self.read("hashOperation", caller, target, data, block=block))
        return int(await self.read("getSchedule", operation, block=block))

    @classmethod
    def encode_grant_role(cls, role: int, account: Address, delay: int) -> bytes:
        return cls.encode("grantRole", role, account, delay)

    @classmethod
    def encode_set_role_admin(cls, role: int, admin: int) -> bytes:
        return cls.encode("setRoleAdmin", role, admin)

    @classmethod
    def encode_set_function_role(cls, target: Address, selectors: Sequence[bytes], role: int) -> bytes:
        return cls.encode("setTargetFunctionRole", target, list(selectors), role)

    @classmethod
    def encode_schedule(cls, target: Address, data: bytes) -> bytes:
        """As early as the caller's delay allows."""
        return cls.encode("schedule", target, data, 0)

    @classmethod
    def encode_execute(cls, target: Address, data: bytes) -> bytes:
        return cls.encode("execute", target, data)
