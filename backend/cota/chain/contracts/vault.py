"""StakeVault: free stakes and memberships."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import ClassVar

from cota.chain.client import Block
from cota.chain.contracts.base import Contract
from cota.units import Address


class MembershipState(IntEnum):
    NONE = 0
    ACTIVE = 1
    LEAVING = 2
    ENDED = 3


@dataclass(frozen=True, slots=True)
class Membership:
    """Times in unix seconds; `left_at` is 0 while active."""

    stake: int
    penalty_cap: int
    sponsor: Address
    joined_at: int
    left_at: int
    state: MembershipState


class StakeVault(Contract):
    name: ClassVar[str] = "StakeVault"

    async def free_stake(self, account: Address, block: Block) -> int:
        return int(await self.read("freeStake", account, block=block))

    async def membership(self, dataset: bytes, account: Address, block: Block) -> Membership:
        found = Membership(*await self.read("membership", dataset, account, block=block))
        return replace(found, state=MembershipState(found.state))

    async def is_member(self, dataset: bytes, account: Address, block: Block) -> bool:
        return bool(await self.read("isMember", dataset, account, block=block))

    async def is_nonce_used(self, account: Address, nonce: int, block: Block) -> bool:
        return bool(await self.read("nonceUsed", account, nonce, block=block))

    @classmethod
    def encode_deposit(cls, account: Address, amount: int) -> bytes:
        return cls.encode("deposit", account, amount)

    @classmethod
    def encode_withdraw(cls, recipient: Address, amount: int) -> bytes:
        return cls.encode("withdraw", recipient, amount)

    @classmethod
    def encode_join(
        cls,
        dataset: bytes,
        account: Address,
        terms_hash: bytes,
        penalty_cap: int,
        nonce: int,
        deadline: int,
        *,
        signature: bytes = b"",
        sponsored: bool = False,
    ) -> bytes:
        """`signature` is the account's, over Join; empty when the account itself sends."""
        request = (dataset, account, terms_hash, penalty_cap, nonce, deadline)
        return cls.encode("join", request, signature, sponsored)

    @classmethod
    def encode_leave(
        cls, dataset: bytes, account: Address, nonce: int, deadline: int, *, signature: bytes = b""
    ) -> bytes:
        """`signature` is the account's, over Leave; empty when the account itself sends."""
        return cls.encode("leave", (dataset, account, nonce, deadline), signature)

    @classmethod
    def encode_release(cls, dataset: bytes, account: Address, checkpoint: int) -> bytes:
        return cls.encode("release", dataset, account, checkpoint)

    @classmethod
    def encode_expire(cls, dataset: bytes, account: Address) -> bytes:
        return cls.encode("expire", dataset, account)
