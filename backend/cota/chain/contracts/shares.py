"""DatasetShares: the ERC-20 of one dataset whose holders earn. One instance per dataset, at the clone's
address."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import ClassVar

from cota.chain.client import Block
from cota.chain.contracts.base import Contract
from cota.units import Address, Hash32


@dataclass(frozen=True, slots=True)
class ShareClaim:
    """One leaf of a settlement with its proof."""

    epoch: int
    index: int
    account: Address
    units: int
    penalty: int
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Pool:
    acc: int
    supply: int
    rem: int


@dataclass(frozen=True, slots=True)
class Holder:
    acc_paid: int
    balance: int
    frac: int
    owed: int


@dataclass(frozen=True, slots=True)
class EpochShares:
    """An opened epoch: its root, `acc` at its finalisation, units not yet claimed."""

    root: Hash32
    acc: int
    remaining: int
    leaf_count: int


class DatasetShares(Contract):
    name: ClassVar[str] = "DatasetShares"

    async def claimable(self, account: Address, block: Block) -> int:
        return int(await self.read("claimable", account, block=block))

    async def balance_of(self, account: Address, block: Block) -> int:
        return int(await self.read("balanceOf", account, block=block))

    async def total_supply(self, block: Block) -> int:
        return int(await self.read("totalSupply", block=block))

    async def pool(self, block: Block) -> Pool:
        return Pool(*await self.read("pool", block=block))

    async def holder(self, account: Address, block: Block) -> Holder:
        return Holder(*await self.read("holder", account, block=block))

    async def epoch_of(self, epoch: int, block: Block) -> EpochShares:
        return EpochShares(*await self.read("epochOf", epoch, block=block))

    async def is_claimed(self, epoch: int, index: int, block: Block) -> bool:
        return bool(await self.read("isClaimed", epoch, index, block=block))

    async def dataset(self, block: Block) -> Hash32:
        return Hash32(await self.read("dataset", block=block))

    async def payment_token(self, block: Block) -> Address:
        return Address(await self.read("paymentToken", block=block))

    @classmethod
    def encode_pay(cls, amount: int) -> bytes:
        return cls.encode("pay", amount)

    @classmethod
    def encode_claim_shares(cls, claims: Sequence[ShareClaim]) -> bytes:
        return cls.encode("claimShares", [astuple(claim) for claim in claims])

    @classmethod
    def encode_claim(cls) -> bytes:
        return cls.encode("claim")

    @classmethod
    def encode_claim_to(cls, recipient: Address) -> bytes:
        return cls.encode("claimTo", recipient)

    @classmethod
    def encode_claim_for(cls, account: Address) -> bytes:
        return cls.encode("claimFor", account)

    @classmethod
    def encode_inherit(cls, account: Address) -> bytes:
        return cls.encode("inherit", account)

    @classmethod
    def encode_allow_claim_for(cls, allowed: bool) -> bytes:
        return cls.encode("allowClaimFor", allowed)

    @classmethod
    def encode_allow_transfer(cls, account: Address, allowed: bool) -> bytes:
        return cls.encode("allowTransfer", account, allowed)

    @classmethod
    def encode_transfer(cls, recipient: Address, amount: int) -> bytes:
        return cls.encode("transfer", recipient, amount)
