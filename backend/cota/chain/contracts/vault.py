"""StakeVault: free stakes and memberships."""

from dataclasses import astuple, dataclass, replace
from enum import IntEnum
from typing import ClassVar

from cota.chain.client import Block
from cota.chain.contracts.base import Contract
from cota.chain.contracts.shares import ShareClaim
from cota.units import Address


class MembershipState(IntEnum):
    NONE = 0
    ACTIVE = 1
    LEAVING = 2
    ENDED = 3


class PenaltyState(IntEnum):
    """What became of a leaf's penalty."""

    NONE = 0
    HELD = 1
    RELEASED = 2
    CANCELLED = 3
    EXECUTED = 4


@dataclass(frozen=True, slots=True)
class Membership:
    """Times in unix seconds; `left_at` is 0 while active. `mixed_start`: the first checkpoint after joining may
    hold work of an earlier membership."""

    stake: int
    penalty_cap: int
    sponsor: Address
    joined_at: int
    left_at: int
    state: MembershipState
    mixed_start: bool


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

    async def stake_token(self, block: Block) -> Address:
        return Address(await self.read("stakeToken", block=block))

    async def may_work(self, dataset: bytes, account: Address, block: Block) -> bool:
        """Active, and in possession of the credential that the terms ask for."""
        return bool(await self.read("mayWork", dataset, account, block=block))

    async def expiry_of(self, dataset: bytes, account: Address, block: Block) -> int:
        """When time alone frees a leaving lock, in unix seconds. Raises ChainReverted unless it is leaving."""
        return int(await self.read("expiryOf", dataset, account, block=block))

    async def penalty_state_of(self, dataset: bytes, epoch: int, index: int, block: Block) -> PenaltyState:
        return PenaltyState(await self.read("penaltyStateOf", dataset, epoch, index, block=block))

    @classmethod
    def encode_execute_penalty(cls, dataset: bytes, leaf: ShareClaim) -> bytes:
        return cls.encode("executePenalty", dataset, astuple(leaf))

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
