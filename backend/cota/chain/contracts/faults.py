"""CoordinatorFaults: proofs of a coordinator's broken promises, demands to show a row."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from enum import IntEnum
from typing import ClassVar

from cota.chain.client import Block
from cota.chain.contracts.base import Contract
from cota.units import Address, Hash32


class DemandState(IntEnum):
    NONE = 0
    OPEN = 1
    ANSWERED = 2
    UNANSWERED = 3


class Fault(IntEnum):
    """What a coordinator was slashed for."""

    OMISSION = 0
    UNANSWERED = 1
    EQUIVOCATION = 2
    EXPIRY = 3


@dataclass(frozen=True, slots=True)
class Demand:
    """`answer_by` in unix seconds, the last in which it can be answered."""

    demander: Address
    answer_by: int
    state: DemandState


@dataclass(frozen=True, slots=True)
class Promised:
    """What a receipt says, as the contract takes it."""

    dataset: bytes
    index: int
    row_id: bytes
    include_by: int


class CoordinatorFaults(Contract):
    name: ClassVar[str] = "CoordinatorFaults"

    async def promise_id(
        self, coordinator: Address, dataset: bytes, index: int, row_id: bytes, block: Block
    ) -> Hash32:
        return Hash32(await self.read("promiseId", coordinator, dataset, index, row_id, block=block))

    async def demand_of(self, promise: bytes, block: Block) -> Demand:
        found = Demand(*await self.read("demandOf", promise, block=block))
        return replace(found, state=DemandState(found.state))

    async def demand_fee(self, block: Block) -> int:
        """Base units of COTA."""
        return int(await self.read("demandFee", block=block))

    async def credit_of(self, account: Address, block: Block) -> int:
        return int(await self.read("creditOf", account, block=block))

    @classmethod
    def encode_demand_inclusion(cls, coordinator: Address, receipt: Promised, signature: bytes) -> bytes:
        return cls.encode("demandInclusion", coordinator, astuple(receipt), signature)

    @classmethod
    def encode_answer_demand(
        cls,
        coordinator: Address,
        dataset: bytes,
        index: int,
        row_id: bytes,
        checkpoint: int,
        proof: Sequence[bytes],
    ) -> bytes:
        return cls.encode("answerDemand", coordinator, dataset, index, row_id, checkpoint, list(proof))

    @classmethod
    def encode_punish_unanswered(
        cls, coordinator: Address, dataset: bytes, index: int, row_id: bytes
    ) -> bytes:
        return cls.encode("punishUnanswered", coordinator, dataset, index, row_id)

    @classmethod
    def encode_prove_omission(
        cls,
        coordinator: Address,
        receipt: Promised,
        signature: bytes,
        checkpoint: int,
        row: bytes,
        proof: Sequence[bytes],
    ) -> bytes:
        return cls.encode(
            "proveOmission", coordinator, astuple(receipt), signature, checkpoint, row, list(proof)
        )

    @classmethod
    def encode_prove_equivocation(
        cls,
        coordinator: Address,
        receipt: Promised,
        signature: bytes,
        other: Promised,
        other_signature: bytes,
    ) -> bytes:
        receipts = (astuple(receipt), signature, astuple(other), other_signature)
        return cls.encode("proveEquivocation", coordinator, *receipts)

    @classmethod
    def encode_expire_checkpoint(cls, dataset: bytes, checkpoint: int) -> bytes:
        return cls.encode("expireCheckpoint", dataset, checkpoint)
