"""AnnotationLedger: the log of receipted rows, its checkpoints, their settlement into epochs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import ClassVar

from cota.chain.client import Block
from cota.chain.contracts.base import Contract
from cota.units import Address, Hash32


class ProposalState(IntEnum):
    NONE = 0
    PROPOSED = 1
    DISPUTED = 2
    REJECTED = 3
    FINALIZED = 4


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Rows [start, end) of a dataset's log; `made_at` in unix seconds."""

    log_root: Hash32
    start: int
    end: int
    made_at: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a checkpoint becomes shares; times in unix seconds, 0 for what has not happened."""

    settlement_root: Hash32
    total_units: int
    window_ends_at: int
    finalized_at: int
    settled_at: int
    leaf_count: int
    attempt: int
    state: ProposalState
    proposer: Address
    bond: int


class AnnotationLedger(Contract):
    name: ClassVar[str] = "AnnotationLedger"

    async def checkpoint_count(self, dataset: bytes, block: Block) -> int:
        return int(await self.read("checkpointCount", dataset, block=block))

    async def first_checkpoint_after(self, dataset: bytes, time: int, block: Block) -> int:
        """Number of the first checkpoint made later than `time` (unix seconds); 0 when there is none."""
        return int(await self.read("firstCheckpointAfter", dataset, time, block=block))

    async def finalized_count(self, dataset: bytes, block: Block) -> int:
        return int(await self.read("finalizedCount", dataset, block=block))

    async def checkpoint_of(self, dataset: bytes, number: int, block: Block) -> Checkpoint:
        return Checkpoint(*await self.read("checkpointOf", dataset, number, block=block))

    async def proposal_of(self, dataset: bytes, checkpoint: int, block: Block) -> Proposal:
        found = Proposal(*await self.read("proposalOf", dataset, checkpoint, block=block))
        return replace(found, state=ProposalState(found.state))

    async def settle_by(self, dataset: bytes, checkpoint: int, block: Block) -> int:
        """Until when it must be proposed, in unix seconds."""
        return int(await self.read("settleBy", dataset, checkpoint, block=block))

    async def coordinator_of(self, dataset: bytes, block: Block) -> Address:
        """The acting one."""
        return Address(await self.read("coordinatorOf", dataset, block=block))

    async def bond_exit_at(self, coordinator: Address, block: Block) -> int:
        """From when on the bond may be withdrawn, in unix seconds; 0 when no exit was requested."""
        return int(await self.read("bondExitAt", coordinator, block=block))

    async def credit_of(self, account: Address, block: Block) -> int:
        return int(await self.read("creditOf", account, block=block))

    async def bond_balance(self, coordinator: Address, block: Block) -> int:
        return int(await self.read("bondBalance", coordinator, block=block))

    async def is_receipt_key_valid(self, coordinator: Address, key: Address, at: int, block: Block) -> bool:
        return bool(await self.read("receiptKeyValid", coordinator, key, at, block=block))

    async def is_logged(
        self, dataset: bytes, checkpoint: int, index: int, row: bytes, proof: Sequence[bytes], block: Block
    ) -> bool:
        return bool(await self.read("isLogged", dataset, checkpoint, index, row, list(proof), block=block))

    async def correction_count(self, dataset: bytes, block: Block) -> int:
        """How many corrections of epochs upheld appeals brought."""
        return int(await self.read("correctionCount", dataset, block=block))

    async def domain_separator(self, block: Block) -> Hash32:
        return Hash32(await self.read("domainSeparator", block=block))

    @classmethod
    def encode_set_receipt_key(cls, key: Address, valid_until: int) -> bytes:
        return cls.encode("setReceiptKey", key, valid_until)

    @classmethod
    def encode_deposit_bond(cls, coordinator: Address, amount: int) -> bytes:
        return cls.encode("depositBond", coordinator, amount)

    @classmethod
    def encode_request_bond_exit(cls) -> bytes:
        return cls.encode("requestBondExit")

    @classmethod
    def encode_cancel_bond_exit(cls) -> bytes:
        return cls.encode("cancelBondExit")

    @classmethod
    def encode_withdraw_credit(cls, recipient: Address) -> bytes:
        return cls.encode("withdrawCredit", recipient)

    @classmethod
    def encode_withdraw_bond(cls, recipient: Address, amount: int) -> bytes:
        return cls.encode("withdrawBond", recipient, amount)

    @classmethod
    def encode_checkpoint(cls, dataset: bytes, end: int, log_root: bytes, data_hash: bytes) -> bytes:
        return cls.encode("checkpoint", dataset, end, log_root, data_hash)

    @classmethod
    def encode_propose(
        cls,
        dataset: bytes,
        checkpoint: int,
        settlement_root: bytes,
        total_units: int,
        leaf_count: int,
        file_hash: bytes,
    ) -> bytes:
        return cls.encode("propose", dataset, checkpoint, settlement_root, total_units, leaf_count, file_hash)

    @classmethod
    def encode_finalize(cls, dataset: bytes, checkpoint: int) -> bytes:
        return cls.encode("finalize", dataset, checkpoint)
