"""Successions: who follows when a holder's key is lost."""

from dataclasses import dataclass
from typing import ClassVar

from cota.chain.client import Block
from cota.chain.contracts.base import Contract
from cota.units import ZERO_ADDRESS, Address

MAX_HEIRS = 8
"""How far the escrow of bounties follows successors of successors; constant there."""


@dataclass(frozen=True, slots=True)
class Succession:
    """`delay` in seconds; `started_at` in unix seconds, 0 unless started."""

    successor: Address
    delay: int
    started_at: int
    completed: bool


class Successions(Contract):
    name: ClassVar[str] = "Successions"

    async def succession_of(self, account: Address, block: Block) -> Succession:
        return Succession(*await self.read("successionOf", account, block=block))

    async def successor_of(self, account: Address, block: Block) -> Address:
        """The zero address unless the succession is complete."""
        return Address(await self.read("successorOf", account, block=block))

    async def holder_of(self, account: Address, block: Block) -> Address:
        """The account, or who holds its place since its key was lost, as far as contracts follow heirs of heirs."""
        for _ in range(MAX_HEIRS):
            heir = await self.successor_of(account, block)
            if heir == ZERO_ADDRESS:
                break
            account = heir
        return account

    @classmethod
    def encode_name_successor(cls, successor: Address, delay: int) -> bytes:
        return cls.encode("nameSuccessor", successor, delay)

    @classmethod
    def encode_start_succession(cls, account: Address) -> bytes:
        return cls.encode("startSuccession", account)

    @classmethod
    def encode_cancel_succession(cls) -> bytes:
        return cls.encode("cancelSuccession")

    @classmethod
    def encode_complete_succession(cls, account: Address) -> bytes:
        return cls.encode("completeSuccession", account)
