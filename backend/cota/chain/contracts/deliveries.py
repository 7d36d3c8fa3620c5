"""DeliveryDesk: whether what was sold was delivered, and the price back where it was not."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import ClassVar

from cota.chain.client import Block
from cota.chain.contracts.base import Contract
from cota.units import Address


class DeliveryState(IntEnum):
    """NONE: nothing was said of the last payment. UPHELD and RETURNED are the arbitrator's."""

    NONE = 0
    DEMANDED = 1
    ANSWERED = 2
    DISPUTED = 3
    ACKNOWLEDGED = 4
    UPHELD = 5
    RETURNED = 6


@dataclass(frozen=True, slots=True)
class Delivery:
    """Times in unix seconds; `price` in base units of the payment token; `coordinator` answers for it."""

    coordinator: Address
    due_at: int
    paid_at: int
    state: DeliveryState
    was_answered: bool
    price: int


class DeliveryDesk(Contract):
    name: ClassVar[str] = "DeliveryDesk"

    async def delivery_of(self, license: int, block: Block) -> Delivery:
        found = Delivery(*await self.read("deliveryOf", license, block=block))
        return replace(found, state=DeliveryState(found.state))

    async def dispute_of(self, license: int, block: Block) -> int:
        """The arbitrator's number of the last dispute; means nothing before one."""
        return int(await self.read("disputeOf", license, block=block))

    async def dispute_cost(self, license: int, block: Block) -> int:
        """In wei."""
        return int(await self.read("disputeCost", license, block=block))

    @classmethod
    def encode_acknowledge(cls, license: int) -> bytes:
        return cls.encode("acknowledge", license)

    @classmethod
    def encode_demand_delivery(cls, license: int) -> bytes:
        return cls.encode("demandDelivery", license)

    @classmethod
    def encode_answer(cls, license: int, evidence_hash: bytes) -> bytes:
        return cls.encode("answer", license, evidence_hash)

    @classmethod
    def encode_dispute(cls, license: int) -> bytes:
        """Sent with the arbitrator's cost."""
        return cls.encode("dispute", license)

    @classmethod
    def encode_appeal(cls, license: int) -> bytes:
        """Sent with the arbitrator's cost."""
        return cls.encode("appeal", license)
